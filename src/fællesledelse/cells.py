"""The code of a notebook page: read from the syntax tree, never run.

Allowed are the two opening cells, and after them one call a cell: a name of the vocabulary on the page, with literals.
What is allowed is written anew from the tree, so nothing can hide between what was checked and what will run.
"""

import ast
import warnings
from collections.abc import Callable
from inspect import signature
from typing import Any

from pydantic import ConfigDict, ValidationError, validate_call

from .errors import Finding
from .model import Readers
from .names import nearest
from .vocabulary import VOCABULARY, Call

PARAMETERS = ("cohort", "step")
"""The parameters a notebook may have, and papermill may set."""

LIMIT = 4000
"""Characters of code in a cell. A real one has a hundred."""

_CHECKED: dict[str, Callable[..., Call]] = {
    name: validate_call(config=ConfigDict(strict=True))(call) for name, call in VOCABULARY.items()
}
_LINE = 'Kodecellerne må kun kalde siden, for eksempel page.text("vigtigst"). Skriv prosa i en Markdown-celle i stedet.'
_OPENING = "from fællesledelse.workbook import open_page\npage = open_page(cohort, step={step})"


class _Refused(Exception):
    """What is wrong with a cell, and where in it."""

    def __init__(self, message: str, node: ast.AST | None = None) -> None:
        super().__init__(message)
        self.row = getattr(node, "lineno", 1)
        self.column = getattr(node, "col_offset", 0) + 1


def parameters(source: str, file: str) -> tuple[str, list[Finding]]:
    """The first cell as it will stand in the build: literals given to known names."""
    return _guarded(_parameters, source, file)


def opening(source: str, file: str, step: str | None, shared: bool = False) -> tuple[str, list[Finding]]:
    """The second cell as it will stand: the import and ``open_page``, for ``step`` if that is known.

    ``shared``: the notebook is built several times, and opens the step that its parameter names.
    """
    return _guarded(lambda tree: _open(tree, "step" if shared else step and repr(step)), source, file)


def call(source: str, file: str) -> tuple[str, Call, list[Finding]]:
    """Any other cell as it will stand, and what its call asks for."""
    asked: list[Call] = []
    text, findings = _guarded(lambda tree: asked.append(_call(tree)), source, file)
    return text, (asked[0] if asked else Call()), findings


def allowed(source: str, step: str) -> bool:
    """Whether a code cell of a built page does nothing but set parameters, open ``step``, or make one call on the page.

    The builder has seen to it; the server asks again, since whoever brings a built folder to it need not be the builder.
    """
    opens = (opening(source, "", step, shared)[1] for shared in (False, True))
    return not all((parameters(source, "")[1], *opens, call(source, "")[2]))


def injected(values: dict[str, str]) -> str:
    """The cell that sets the parameters of a built notebook. Names outside the whitelist are left out."""
    return "\n".join(f"{name} = {values[name]!r}" for name in PARAMETERS if name in values)


def _guarded(check: Callable[[ast.Module], None], source: str, file: str) -> tuple[str, list[Finding]]:
    try:
        tree = _tree(source)
        check(tree)
        return ast.unparse(tree), []
    except _Refused as refused:
        return "", [Finding(file, str(refused), refused.row, refused.column)]


def _tree(source: str) -> ast.Module:
    if len(source) > LIMIT:
        raise _Refused(f"Cellen har over {LIMIT} tegn kode. {_LINE}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd backslash in a hostile cell is no news to the facilitator
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        line = source.strip().split("\n")[0][:60]
        refused = _Refused(f"{line!r} kan ikke læses som et kald. {_LINE}")
        refused.row, refused.column = getattr(problem, "lineno", 1) or 1, getattr(problem, "offset", 1) or 1
        raise refused from None


def _parameters(tree: ast.Module) -> None:
    for line in tree.body:
        if not (isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name)):
            raise _Refused('Den første celle må kun give parametre en værdi: cohort = "demo".', line)
        name = line.targets[0].id
        if name not in PARAMETERS:
            raise _Refused(f'{name!r} er ikke en parameter, vi kender. Den første celle må kun have: cohort = "demo".', line)
        if not isinstance(_literal(line.value), str):
            raise _Refused(f'{name!r} skal være en tekst i anførselstegn: {name} = "demo".', line)
    if not tree.body:
        raise _Refused('Den første celle skal give parametren en værdi: cohort = "demo".')


def _open(tree: ast.Module, step: str | None) -> None:
    """``step`` is how the cell must write it: a name in quotes, or the parameter."""
    found = _step(tree)
    if found is None or (step is not None and found != step):
        wanted = _OPENING.format(step=(step or "'sidens navn'").replace("'", '"'))
        raise _Refused(f"Den anden kodecelle skal åbne siden med sit eget filnavn. Skriv præcis:\n{wanted}")


def _step(tree: ast.Module) -> str | None:
    """How ``page = open_page(cohort, step=…)`` after its import writes the step; None if the cell is anything else."""
    if not tree.body or not isinstance(tree.body[-1], ast.Assign) or not isinstance(tree.body[-1].value, ast.Call):
        return None
    keywords = tree.body[-1].value.keywords
    written = keywords[0].value if keywords else None
    text = isinstance(written, ast.Constant) and isinstance(written.value, str)
    if written is None or not (text or (isinstance(written, ast.Name) and written.id == "step")):
        return None
    found = ast.unparse(written)
    return found if ast.unparse(tree) == ast.unparse(ast.parse(_OPENING.format(step=found))) else None


def _call(tree: ast.Module) -> Call:
    if not tree.body:
        return Call()
    if len(tree.body) > 1:
        why = "Cellen har flere linjer kode. Kun den sidste ville kunne ses. Del dem i en celle hver."
        raise _Refused(why, tree.body[1])
    expression = tree.body[0]
    made = expression.value if isinstance(expression, ast.Expr) else None
    if not isinstance(made, ast.Call):
        raise _Refused(f"Her står noget andet end et kald. {_LINE}", expression)
    name = _name(made)
    arguments = [_literal(argument) for argument in made.args]
    named = {_keyword(keyword): _literal(keyword.value) for keyword in made.keywords}
    return _made(name, arguments, named, made)


def _name(made: ast.Call) -> str:
    func = made.func
    if not (isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "page"):
        raise _Refused(f"Her kaldes noget andet end siden. {_LINE}", made)
    if func.attr not in VOCABULARY:
        known = ", ".join(f"page.{name}" for name in VOCABULARY)
        hint = nearest(func.attr, VOCABULARY) or f" De kendte er: {known}."
        raise _Refused(f"page.{func.attr} findes ikke.{hint}", made)
    return func.attr


def _keyword(keyword: ast.keyword) -> str:
    if keyword.arg is None:
        raise _Refused("** bruges ikke her. Skriv hver indstilling med navn.", keyword.value)
    return keyword.arg


def _literal(node: ast.expr) -> Any:
    """The value of a literal: text, whole number, True, False, None, or a list of those."""
    if isinstance(node, ast.List):
        return [_literal(item) for item in node.elts]
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str | int)):
        return node.value
    why = (
        "Her må kun stå tekst i anførselstegn, hele tal, True, False eller en liste af dem, ikke noget, der skal regnes ud."
    )
    raise _Refused(why, node)


def _made(name: str, arguments: list[Any], named: dict[str, Any], node: ast.AST) -> Call:
    try:
        return _CHECKED[name](*arguments, **named)
    except ValidationError as problem:
        raise _Refused(f"page.{name}: {_explained(name, problem)}", node) from None
    except ValueError as problem:
        raise _Refused(f"page.{name}: {_readers(named) or problem}", node) from None


def _readers(named: dict[str, Any]) -> str:
    """What is wrong with the readers of a field, or nothing."""
    asked, known = named.get("readers", "self"), [str(circle) for circle in Readers]
    if asked in known:
        return ""
    return f"readers må være en af {', '.join(map(repr, known))}.{nearest(str(asked), known)}"


def _explained(name: str, problem: ValidationError) -> str:
    error = problem.errors()[0]
    where = error["loc"][0] if error["loc"] else ""
    place = f"værdi nr. {where + 1}" if isinstance(where, int) else where
    known = [one for one in signature(VOCABULARY[name]).parameters if one != "keys"]
    match error["type"]:
        case "unexpected_keyword_argument":
            return f"indstillingen {place!r} findes ikke.{nearest(place, known) or ' Slet den.'}"
        case "missing_argument" | "missing_keyword_only_argument":
            return f"{place!r} mangler."
        case "unexpected_positional_argument":
            return "der er for mange værdier. Skriv indstillingerne med navn, for eksempel lines=4."
        case _:
            return f"{place!r} har en værdi af en forkert slags: {error['input']!r}."[:200]
