"""The papermill engine that makes a cohort's version of a notebook without running it."""

import logging
from typing import Any

from nbformat import NotebookNode
from pydantic import ValidationError

from ..errors import CohortError, Finding
from . import notebook
from .document import NAME, plain
from .file import CohortFile, Source, source_of
from .words import words

ENGINE = "faellesledelse"
"""What papermill calls it."""

log = logging.getLogger(__name__)


class CohortEngine:
    """Called by papermill for ``--engine faellesledelse``.

    It has the shape of ``papermill.engines.Engine`` but doesn't inherit from it: papermill loads this class while it
    is itself being imported.
    """

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **kwargs: Any) -> NotebookNode:
        """The cohort's version of ``nb``; papermill has put the values of hold.yaml in its metadata, and perhaps ``step``.

        Raises CohortError for a page or values that can't be built.
        """
        values = dict(nb.metadata.papermill.parameters)
        step = str(values.pop("step", ""))
        return finish(nb, cohort_of(values), step)

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Called by papermill before anything else. Nothing is run, so any notebook will do."""
        return "python3"

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Called by papermill to choose how parameters are written."""
        return "python"


def finish(page: NotebookNode, cohort: CohortFile, step: str = "") -> NotebookNode:
    """The page with the cohort's words and parameters, in the one form that is built.

    ``step`` says for which period or meeting. Raises CohortError.
    """
    line = next((each for each in cohort.steps if each.name == step), None)
    source, known = source_of(cohort, line) if line else Source(step or "siden"), words(cohort, step)
    examined = _right(notebook.examine(page, source=source, known=known))
    finished = _right(notebook.examine(notebook.filled(examined, known), source=source))
    return notebook.with_parameters(finished, {"cohort": cohort.gathering} | ({"step": step} if source.kind else {}))


def cohort_of(values: Any) -> CohortFile:
    """The cohort that papermill read from hold.yaml. Raises CohortError; ``hold tjek`` says more precisely what is wrong."""
    try:
        return CohortFile.model_validate(plain(values))
    except ValidationError as problem:
        names = ", ".join(dict.fromkeys(str(error["loc"][0]) for error in problem.errors() if error["loc"]))
        why = f"Filen kan ikke bruges, som den er ({names}). Kør 'faellesledelse hold tjek MAPPE' for at se hvorfor."
        raise CohortError([Finding(NAME, why)]) from None


def _right(page: notebook.Page) -> NotebookNode:
    if page.findings:
        raise CohortError(list(page.findings))
    return page.notebook
