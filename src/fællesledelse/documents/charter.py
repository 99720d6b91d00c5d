"""A network's charter (*kommissorium*): what it says, what of it is open, what has changed; and the same as Word and PDF."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from docx.oxml import OxmlElement
from docx.shared import Mm, Pt

from ..danish import day as spoken
from ..model import FieldKind
from .foundation import clean, line, paragraphs
from .pdf import compiled
from .report import empty, saved

if TYPE_CHECKING:
    from docx.document import Document

PURPOSE: Final = "charter.purpose"
FIELD: Final = "charter.field"
JOINING: Final = "charter.joining"
TRIAL: Final = "charter.trial"
EVALUATION: Final = "charter.evaluation"
END: Final = "charter.end"
FOR_LEADERS: Final = ("charter.decisions", "charter.role", "charter.role-also", "charter.role-told", "charter.rules")
"""What leaders are told on their first page too."""

OPEN: Final = "Åbent spørgsmål"
NO_PURPOSE: Final = (
    "Formålet er ikke skrevet endnu, så det her er et udkast. Et netværk, der ikke ved, hvad det er til for, "
    "bør ikke gå i gang. Begynd med det spørgsmål."
)
_TEMPLATE = "kommissorium.typ"


@dataclass(frozen=True)
class Entry:
    """One question with its answer, which may be empty. ``key`` is its field's, ``kind`` says how the text is written.

    ``weighed`` is what speaks for and against an option that was picked: pairs of a heading and a text.
    """

    key: str
    kind: FieldKind
    question: str
    text: str
    weighed: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """The answer as one reads it: a day in words."""
        found = _day(self.text) if self.kind is FieldKind.DATE else None
        return spoken(found) if found else clean(self.text).strip()


@dataclass(frozen=True)
class Theme:
    """A heading with its questions, those without an answer too."""

    title: str
    entries: tuple[Entry, ...]

    @property
    def answered(self) -> tuple[Entry, ...]:
        """The questions that have an answer."""
        return tuple(entry for entry in self.entries if entry.said)

    @property
    def open(self) -> tuple[Entry, ...]:
        """The questions that have none."""
        return tuple(entry for entry in self.entries if not entry.said)


@dataclass(frozen=True)
class Change:
    """What is another since the version before. ``before`` and ``now`` are answers; an empty one was or is open."""

    question: str
    before: str
    now: str

    @property
    def kind(self) -> str:
        """The change in a word or two."""
        return "Nyt svar" if not self.before else "Ændret" if self.now else "Svaret er taget ud"


@dataclass(frozen=True)
class Charter:
    """A version of a charter. ``number`` is 0 while it has not been released; ``by`` is the facilitator's name."""

    network: str
    organisation: str
    number: int
    day: date
    by: str
    themes: tuple[Theme, ...]
    changes: tuple[Change, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every question, in order."""
        return tuple(entry for theme in self.themes for entry in theme.entries)

    @property
    def open(self) -> tuple[Entry, ...]:
        """The questions without an answer."""
        return tuple(entry for theme in self.themes for entry in theme.open)

    @property
    def draft(self) -> bool:
        """Whether the network has no purpose yet."""
        return not self.purpose

    @property
    def purpose(self) -> str:
        """What the network is for; empty while nobody has said so."""
        return self.answer(PURPOSE)

    @property
    def type(self) -> str:
        """Within one field or across, for all or voluntary: "På tværs af fag, frivilligt". Empty while that is open."""
        said = ", ".join(filter(None, (self.answer(FIELD), self.answer(JOINING).lower())))
        return said[:1].upper() + said[1:]

    @property
    def trial_until(self) -> date | None:
        """The day the trial period is over."""
        return _day(self.answer(TRIAL, written=True))

    @property
    def evaluate_by(self) -> date | None:
        """The day of the evaluation."""
        return _day(self.answer(EVALUATION, written=True))

    @property
    def ends(self) -> date | None:
        """The day the network ends or starts over."""
        return _day(self.answer(END, written=True))

    @property
    def for_leaders(self) -> tuple[Entry, ...]:
        """How much they may decide, HR's role and the rules of the game, as far as they are said."""
        return tuple(entry for entry in self.entries if entry.key in FOR_LEADERS and entry.said)

    @property
    def title(self) -> str:
        """What the file is called on its first page."""
        return "Udkast til kommissorium" if self.draft else "Kommissorium"

    @property
    def frame(self) -> str:
        """Which version it is, its day, and how much is open."""
        version = f"Version {self.number}" if self.number else "Ikke udgivet"
        count = len(self.open)
        left = "Ingen åbne spørgsmål" if not count else "1 åbent spørgsmål" if count == 1 else f"{count} åbne spørgsmål"
        return f"{version} · {spoken(self.day)} · {left}"

    def answer(self, key: str, *, written: bool = False) -> str:
        """The answer to the question with that key, as one reads it or as it was ``written``; empty where it is open."""
        entry = next((entry for entry in self.entries if entry.key == key), None)
        return "" if entry is None else entry.text.strip() if written else entry.said


def changes(before: Charter, now: Charter) -> tuple[Change, ...]:
    """What is another in ``now``, in its order; last what it no longer asks."""
    earlier = {entry.key: entry for entry in before.entries}
    keys = {entry.key for entry in now.entries}
    pairs = [(entry.question, earlier[entry.key].said if entry.key in earlier else "", entry.said) for entry in now.entries]
    pairs += [(entry.question, entry.said, "") for entry in before.entries if entry.key not in keys]
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def charter_pdf(charter: Charter) -> bytes:
    """The charter as a PDF, A4. Raises DocumentError."""
    return compiled(
        _TEMPLATE,
        {
            "document": _document(charter),
            "kind": charter.title,
            "title": line(charter.network),
            "cohort": line(charter.organisation),
            "frame": charter.frame,
            "warning": NO_PURPOSE if charter.draft else "",
            "open": OPEN,
            "themes": [_theme(theme) for theme in charter.themes],
            "since": _since(charter),
            "changes": [f"{each.kind}: {line(each.question)}" for each in charter.changes],
        },
    )


def charter_word(charter: Charter) -> bytes:
    """The charter as a Word file."""
    made = empty(f"{charter.title} · {line(charter.network)}")
    made.add_paragraph(f"{charter.title} · {line(charter.organisation)}", "Overlinje")
    made.add_paragraph(line(charter.network), "Heading 1")
    made.add_paragraph(charter.frame, "Subtitle")
    if charter.draft:
        made.add_paragraph().add_run(NO_PURPOSE).bold = True
    for theme in charter.themes:
        _write(made, theme)
    if charter.changes:
        made.add_paragraph(_since(charter), "Heading 2")
        _list(made, ((each.kind, each.question) for each in charter.changes))
    return saved(made, _document(charter))


def _write(made: "Document", theme: Theme) -> None:
    made.add_paragraph(line(theme.title), "Heading 2")
    for entry in theme.answered:
        asked = made.add_paragraph()
        asked.paragraph_format.keep_with_next, asked.paragraph_format.space_after = True, Pt(0)
        asked.add_run(line(entry.question)).bold = True
        for text in paragraphs(entry.said):
            answered = made.add_paragraph(clean(text)).paragraph_format
            answered.space_after, answered.keep_with_next = Pt(5), bool(entry.weighed)
        if entry.weighed:
            _weigh(made, entry.weighed)
    _list(made, ((OPEN, entry.question) for entry in theme.open))


def _weigh(made: "Document", weighed: tuple[tuple[str, str], ...]) -> None:
    """What speaks for an option and what to watch, side by side."""
    table = made.add_table(rows=2, cols=len(weighed))
    for whole in table.rows:
        whole._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for column, pair in enumerate(weighed):
        for row, text in enumerate(pair):
            words = table.cell(row, column).paragraphs[0]
            words.paragraph_format.space_after, words.paragraph_format.keep_with_next = Pt(0), row == 0
            said = words.add_run(line(text))
            said.bold, said.font.size = row == 0, Pt(9.5)
    made.add_paragraph().paragraph_format.line_spacing = Pt(6)  # Word needs a paragraph between a table and the next


def _list(made: "Document", lines: Iterator[tuple[str, str]]) -> None:
    """A mark and a question on each line."""
    for mark, question in lines:
        item = made.add_paragraph("–\t")
        item.paragraph_format.left_indent, item.paragraph_format.first_line_indent = Mm(6), -Mm(6)
        item.paragraph_format.space_after = Pt(3)
        item.add_run(f"{mark}: ").bold = True
        item.add_run(line(question))


def _theme(theme: Theme) -> dict[str, Any]:
    return {
        "title": line(theme.title),
        "answered": [
            {
                "question": line(entry.question),
                "paragraphs": [clean(text) for text in paragraphs(entry.said)],
                "weighed": [{"title": line(title), "text": line(text)} for title, text in entry.weighed],
            }
            for entry in theme.answered
        ],
        "open": [line(entry.question) for entry in theme.open],
    }


def _document(charter: Charter) -> str:
    return f"{charter.title} – {line(charter.network)}"


def _since(charter: Charter) -> str:
    return f"Det er nyt siden version {charter.number - 1}" if charter.number else "Det er nyt siden den udgivne version"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
