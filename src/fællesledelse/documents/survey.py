"""What a wave of the survey came to, as PDF and Word: theme by theme, each statement with its answers and their mean."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from .foundation import line
from .pdf import compiled
from .relations import ABOUT as RELATIONS
from .relations import TITLE, Relations
from .report import bars, between, empty, saved
from .span import Span
from .word_heat import heat_map

if TYPE_CHECKING:
    from docx.document import Document

SCALE: Final = ("Ved ikke", "Helt uenig", "Uenig", "Hverken enig eller uenig", "Enig", "Helt enig")
"""What can be said to a statement; the place in the row is the answer, from 1 to 5, and 0 for don't know."""

MERGED: Final = ("Ved ikke", "Uenig eller helt uenig", "Hverken enig eller uenig", "Enig eller helt enig")
"""What can be told apart where nearly all have answered the same."""

ABOUT: Final = (
    "Tallene er for forummet som helhed. De er valgt, så ingens svar kan regnes ud af dem, heller ikke ved at trække to"
    " målinger fra hinanden. Det er selvvurdering og et øjebliksbillede: Brug det til at tale om, ikke til at måle nogen på."
)
TURNED: Final = "Vendt udsagn: Her er det uenighed, der er godt."
FEW: Final = "Færre end fem har svaret på det her, så det bliver ikke vist."
MERGED_WHY: Final = "Næsten alle har svaret det samme. Derfor er nabosvar lagt sammen, så ingens svar kan regnes ud."
NONE_WHY: Final = "Næsten alle har svaret det samme. Derfor vises fordelingen ikke, så ingens svar kan regnes ud."
NO_CHANGE: Final = "Ændringen siden sidst vises ikke, fordi en af de to fordelinger ikke vises helt."
_TEMPLATE = "maaling.typ"


@dataclass(frozen=True)
class Statement:
    """What is shown of one statement. ``answers``: what was said and how many said it, the best known first; empty: nothing.

    ``why`` something is left out, in words. ``compared``: it was shown last time too. ``mean`` counts as it was answered.
    """

    key: str
    text: str
    reversed: bool
    answered: int
    answers: tuple[tuple[str, int], ...] = ()
    mean: Span | None = None
    change: Span | None = None
    compared: bool = False
    why: str = ""

    @property
    def notes(self) -> list[str]:
        """Everything to say of it in words."""
        said = [TURNED] if self.reversed else []
        said += [f"Gennemsnit {self.mean.told()}."] if self.mean else []
        said += [f"Ændring siden sidst {self.change.told(signed=True)}."] if self.change else []
        said += [NO_CHANGE] if self.compared and not self.change else []
        return [*said, *([self.why] if self.why else [])]


@dataclass(frozen=True)
class ThemeResult:
    """A theme with its statements. ``mean`` and ``change`` are where agreeing with a reversed one is turned round."""

    key: str
    title: str
    kind: str
    statements: tuple[Statement, ...]
    mean: Span | None = None
    change: Span | None = None

    @property
    def summary(self) -> str:
        """The theme as a whole in a sentence or two; empty where nothing can be said."""
        said = f"Temaet samlet: gennemsnit {self.mean.told()}." if self.mean else ""
        return said + (f" Ændring siden sidst {self.change.told(signed=True)}." if self.change else "")


@dataclass(frozen=True)
class SurveyReport:
    """A wave that is closed. ``goal`` is the learning goal that it is used at, or empty; ``relations``: where promised."""

    cohort: str
    title: str
    goal: str
    opens: date
    closes: date
    asked: int
    answered: int
    themes: tuple[ThemeResult, ...]
    relations: Relations | None = None

    @property
    def frame(self) -> str:
        """When it was, and how many have answered."""
        return f"{between(self.opens, self.closes)} · {self.answered} af {self.asked} har svaret"


def survey_pdf(report: SurveyReport) -> bytes:
    """The report as a PDF, A4. Raises DocumentError."""
    return compiled(
        _TEMPLATE,
        {
            "document": f"Måling – {line(report.title)}",
            "title": line(report.title),
            "cohort": line(report.cohort),
            "goal": _goal(report),
            "frame": report.frame,
            "about": ABOUT,
            "themes": [_theme(theme) for theme in report.themes],
            "relations": report.relations.to_json() if report.relations else None,
        },
    )


def survey_word(report: SurveyReport) -> bytes:
    """The report as a Word file."""
    made = empty(f"{line(report.title)} · {line(report.cohort)}")
    made.add_paragraph(f"Måling · {line(report.cohort)}", "Overlinje")
    made.add_paragraph(line(report.title), "Heading 1")
    made.add_paragraph(report.frame, "Subtitle")
    for said in filter(None, (_goal(report), ABOUT)):
        made.add_paragraph(said)
    for theme in report.themes:
        _write(made, theme)
    if report.relations:
        _write_relations(made, report.relations)
    return saved(made, f"Måling – {line(report.title)}")


def _write(made: "Document", theme: ThemeResult) -> None:
    made.add_paragraph(line(theme.title), "Heading 2")
    if theme.summary:
        made.add_paragraph(theme.summary)
    for statement in theme.statements:
        made.add_paragraph(f"»{line(statement.text)}«").paragraph_format.keep_with_next = True
        if statement.answers:
            bars(made, statement.answers)
        if statement.notes:
            made.add_paragraph(" ".join(statement.notes))


def _goal(report: SurveyReport) -> str:
    return f"Læringsmål: {line(report.goal)}" if report.goal else ""


def _theme(theme: ThemeResult) -> dict[str, Any]:
    return {
        "title": line(theme.title),
        "summary": theme.summary,
        "statements": [_statement(each) for each in theme.statements],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "text": line(statement.text),
        "most": max((count for _, count in statement.answers), default=0),
        "answers": [{"said": said, "count": count} for said, count in statement.answers],
        "notes": " ".join(statement.notes),
    }


def _write_relations(made: "Document", found: Relations) -> None:
    made.add_paragraph(TITLE, "Heading 2")
    if found.rows:
        made.add_paragraph(RELATIONS).paragraph_format.keep_with_next = True
        heat_map(made, found)
    for said in found.withheld:
        made.add_paragraph(said)
