"""What an anonymous evaluation came to, as PDF and Word: the figure, and the words question by question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from docx.shared import Mm

from ..model import GatheringKind
from .foundation import clean, line, paragraphs
from .pdf import compiled
from .report import bars, between, empty, saved

if TYPE_CHECKING:
    from docx.document import Document

ASKED: Final = {
    "well": "Hvad virker godt?",
    "more": "Hvad kunne der være mere af?",
    "improve": "Hvad kan blive bedre?",
    "less": "Hvad kunne der være mindre af, eller hvad skulle være anderledes næste gang?",
}
"""The four questions, in the order they are asked."""

STATEMENTS: Final = {
    GatheringKind.PROGRAMME: "Forløbet er min tid værd",
    GatheringKind.SALON: "Salonerne er min tid værd",
    GatheringKind.NETWORK: "Netværket er min tid værd",
}
"""What the figure is about."""

LEADS: Final = {
    GatheringKind.PROGRAMME: "Hvordan går forløbet? Fire spørgsmål til alle ledere.",
    GatheringKind.SALON: "Hvordan går salonerne? Fire spørgsmål til alle ledere.",
    GatheringKind.NETWORK: "Hvordan går netværket? Fire spørgsmål til alle. Tænk både på processen (rammer, form og"
    " facilitering) og på indholdet (temaer og udbytte).",
}
"""What the four questions are about, before they are asked."""

SCALE: Final = ("Ved ikke", "Meget uenig", "Uenig", "Hverken enig eller uenig", "Enig", "Meget enig")
"""What can be said to it; the place in the row is the point, from 1 to 5, and 0 for don't know."""

TOO_FEW: Final = "Færre end fem har svaret på det her, så det bliver ikke vist."

_TEMPLATE = "evaluering.typ"
_ORDER = (5, 4, 3, 2, 1, 0)  # the best first, don't know last
_ABOUT = "Svarene er anonyme. De står i alfabetisk orden under hvert spørgsmål, så ingen kan se, hvad der hører sammen."


@dataclass(frozen=True)
class Report:
    """An evaluation that is closed. ``worth``: how many said each of ``SCALE``.

    ``texts``: what was said to each of ``ASKED``; None where fewer than five said anything.
    """

    kind: GatheringKind
    cohort: str
    title: str
    opens: date
    closes: date
    asked: int
    worth: tuple[int, ...]
    texts: Mapping[str, tuple[str, ...] | None]

    @property
    def frame(self) -> str:
        """When it was, and how many have answered."""
        return f"{between(self.opens, self.closes)} · {sum(self.worth)} af {self.asked} har svaret"


def evaluation_pdf(report: Report) -> bytes:
    """The report as a PDF, A4. Raises DocumentError."""
    return compiled(
        _TEMPLATE,
        {
            "document": f"Evaluering – {line(report.title)}",
            "title": line(report.title),
            "cohort": line(report.cohort),
            "frame": report.frame,
            "about": _ABOUT,
            "statement": STATEMENTS[report.kind],
            "most": max(report.worth),
            "worth": [{"said": SCALE[point], "count": report.worth[point]} for point in _ORDER],
            "questions": [_question(title, report.texts[name]) for name, title in ASKED.items()],
            "few": TOO_FEW,
        },
    )


def evaluation_word(report: Report) -> bytes:
    """The report as a Word file."""
    made = empty(f"{line(report.title)} · {line(report.cohort)}")
    made.add_paragraph(f"Evaluering · {line(report.cohort)}", "Overlinje")
    made.add_paragraph(line(report.title), "Heading 1")
    made.add_paragraph(report.frame, "Subtitle")
    made.add_paragraph(_ABOUT)
    made.add_paragraph(f"»{STATEMENTS[report.kind]}«", "Heading 2")
    bars(made, [(SCALE[point], report.worth[point]) for point in _ORDER])
    for name, title in ASKED.items():
        made.add_paragraph(title, "Heading 2")
        _words(made, report.texts[name])
    return saved(made, f"Evaluering – {line(report.title)}")


def _question(title: str, texts: tuple[str, ...] | None) -> dict[str, Any]:
    return {"title": title, "texts": None if texts is None else [paragraphs(text) or ("–",) for text in texts]}


def _words(made: "Document", texts: tuple[str, ...] | None) -> None:
    """Each leader's words to one question, one paragraph each."""
    if texts is None:
        made.add_paragraph(TOO_FEW)
    for text in texts or ():
        said = made.add_paragraph(f"–\t{clean(text)}").paragraph_format
        said.left_indent, said.first_line_indent = Mm(6), -Mm(6)
