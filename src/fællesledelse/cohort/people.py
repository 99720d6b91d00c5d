"""The people of a cohort: the rows of deltagere.csv or .xlsx or of a sheet in hold.xlsx."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from ..errors import CohortError, Finding
from ..model import DUTIES, GatheringKind, Participant, Role
from ..names import nearest
from . import days, headings, table
from .addresses import is_email
from .headings import Headings
from .sizes import MOST, SIZES, WORDS, told
from .table import Row
from .xlsx import Cell, Kind

NAMES = ("deltagere.csv", "deltagere.xlsx")

VISITS = "jobbesøg"
"""The column that only a period with job visits asks for."""

COLUMNS = {
    "navn": ("navn", "fulde navn", "deltager", "leder", "name"),
    "email": ("email", "mail", "epost", "mailadresse", "emailadresse", "arbejdsmail"),
    "titel": ("titel", "stilling", "stillingsbetegnelse", "jobtitel"),
    "afdeling": ("afdeling", "forvaltning", "område", "center", "enhed", "direktørområde"),
    "niveau": ("niveau", "ledelsesniveau", "lederniveau"),
    "nærmeste leder": ("nærmesteleder", "egenleder", "chef", "nærmestechef", "leders email", "refererertil"),
    "gruppe": ("gruppe", "sparringsgruppe", "gruppenr", "gruppenummer"),
    VISITS: ("jobbesøg", "jobbesøgspar", "besøgspar"),
    "vært": ("værter", "værtskab"),
    "ordstyrer": ("ordstyrere", "passer uret", "tovholder"),
    "sag": ("sager", "sag med", "egen sag"),
}
"""Each column's heading with the other headings people write for it, in lower case."""

TIES = {
    "mødt før": ("mødtførhen", "kender", "kenderhinanden", "kendskab"),
    "sammen med": ("sammenmed", "fastpar", "makker"),
    "tidligere grupper": ("tidligeregrupper", "førigruppe", "grupperfør"),
}
"""Columns that only say who knows or stays with whom, and who was in which group, when groups are made."""

ACROSS = ("afdeling", "niveau")
"""Columns that groups are made across."""

KNOWN = COLUMNS | TIES
REQUIRED = ("navn", "email")
_LENGTH = 200


@dataclass(frozen=True)
class Surroundings:
    """What the rest of the cohort says that its people are held against: the addresses of its facilitators in lower case,
    what people gather for, and the names of its meetings with their titles.
    """

    facilitators: tuple[str, ...] = ()
    kind: GatheringKind = GatheringKind.PROGRAMME
    meetings: Mapping[str, str] = field(default_factory=dict)


NOWHERE = Surroundings()


@dataclass(frozen=True)
class _Line:
    """A row of the roster: its number, what stands in each column, and where each column is."""

    file: str
    number: int
    cells: dict[str, Cell]
    places: dict[str, int]

    def text(self, column: str) -> str:
        return self.cells[column].text if column in self.cells else ""

    def finding(self, column: str, why: str) -> Finding:
        return Finding(self.file, why, self.number, self.places.get(column))


@dataclass(frozen=True)
class Ties:
    """Who has met whom, and who stays with whom; for making groups, and never built.

    ``met`` is what each address (in lower case) has met others by, as written; ``together`` are pairs of
    addresses: who said it, and with whom; ``earlier`` the group each was in, round by round, with "-" for none.
    """

    met: dict[str, tuple[str, ...]] = field(default_factory=dict)
    together: tuple[tuple[str, str], ...] = ()
    earlier: dict[str, tuple[str, ...]] = field(default_factory=dict)


NO_TIES = Ties()


@dataclass(frozen=True)
class People:
    """The leaders of a roster with their ties, everything wrong with it, and what is worth a second look."""

    leaders: tuple[Participant, ...] = ()
    findings: tuple[Finding, ...] = ()
    reminders: tuple[Finding, ...] = ()
    ties: Ties = NO_TIES


def read(content: bytes, name: str, around: Surroundings = NOWHERE) -> People:
    """The people of a roster file.

    A heading we don't know is a finding: a list may come out of another system, and a misspelt column that nobody reads
    would be missed by nobody.
    """
    try:
        rows = table.read(content, name)
    except CohortError as error:
        return People(findings=tuple(error.findings))
    if not rows:
        return People(findings=(Finding(name, f"Filen er tom. Den første linje skal være: {';'.join(COLUMNS)}", 1),))
    columns = headings.read(rows[0], name, KNOWN, REQUIRED)
    unknown = [
        Finding(name, f"Kolonnen {text[:60]!r} kender vi ikke.{headings.hint(text, KNOWN)}", rows[0].number, number)
        for number, text in columns.own.items()
    ]
    found = of_rows(rows[1:], columns, name, around)
    return replace(found, findings=(*unknown, *found.findings))


def of_rows(rows: Sequence[Row], columns: Headings, name: str, around: Surroundings) -> People:
    """The people of the rows below those headings."""
    findings = list(columns.findings)
    if any(column not in columns.places for column in REQUIRED):
        return People(findings=tuple(findings))
    lines = [line for row in rows if (line := _line(row, columns.places, name)).cells]
    if not lines:
        why = "Der står ingen deltagere under overskrifterne. Skriv én på hver linje."
        findings.append(Finding(name, why, columns.row + 1))
    for line in lines:
        findings += _one(line)
    findings += [*_doubles(lines, set(around.facilitators)), *_superiors(lines), *_pairs(lines)]
    findings += [*_lonely(lines, around.kind), *_nowhere(lines, around)]
    reminders = _worth_a_look(lines, columns, name, around.kind)
    return People(tuple(map(_participant, lines)), tuple(findings), tuple(reminders), _ties(lines))


def _line(row: Row, places: dict[str, int], name: str) -> _Line:
    found = {column: row.cells[place - 1] for column, place in places.items() if place <= len(row.cells)}
    return _Line(name, row.number, {column: cell for column, cell in found.items() if cell.text}, places)


def _one(line: _Line) -> list[Finding]:
    """What is wrong with one row, seen by itself."""
    findings = []
    for column in REQUIRED:
        if not line.text(column):
            who = f" for {line.text('navn') or line.text('email')}" if line.text("navn") or line.text("email") else ""
            findings.append(line.finding(column, f"{column!r} mangler{who}. Skriv det, eller slet linjen."))
    email = line.text("email")
    if email and not is_email(email) and not line.cells["email"].flaw:
        findings.append(line.finding("email", f"{email[:80]!r} er ikke en e-mailadresse. Skriv den som navn@kommune.dk."))
    for column, cell in line.cells.items():
        if cell.flaw:
            findings.append(line.finding(column, cell.flaw))
        elif len(cell.text) > _LENGTH:
            findings.append(line.finding(column, f"{column!r} er over {_LENGTH} tegn. Gør teksten kortere."))
        elif cell.kind is Kind.DAY or (column == "gruppe" and days.looks_like_one(cell.text)):
            why = f"{column!r} er blevet til en dato ({cell.text}). Formatér kolonnen som tekst, og skriv igen."
            findings.append(line.finding(column, why))
    return findings


def _doubles(lines: list[_Line], facilitators: set[str]) -> list[Finding]:
    """Addresses that stand twice: one person has one place to write."""
    rows: dict[str, int] = {}
    findings = []
    for line in lines:
        email = line.text("email").lower()
        if email in facilitators:
            why = f"{email!r} er også facilitator i {_cohort_file(line)}. En person kan kun være det ene på samme hold."
            findings.append(line.finding("email", why))
        if email and email in rows:
            why = f"{email!r} står allerede i linje {rows[email]}. Hver person har sin egen adresse. Ret den ene."
            findings.append(line.finding("email", why))
        rows.setdefault(email, line.number)
    return findings


def _cohort_file(line: _Line) -> str:
    book, _, sheet = line.file.partition(",")
    return book if sheet else "hold.yaml"


def _superiors(lines: list[_Line]) -> list[Finding]:
    """Own leaders that are given by an address nobody has, or by one's own."""
    known = {line.text("email").lower() for line in lines}
    findings = []
    for line in lines:
        superior = line.text("nærmeste leder").lower()
        if "@" not in superior:
            continue
        if superior == line.text("email").lower():
            findings.append(
                line.finding("nærmeste leder", f"{superior!r} er lederens egen adresse. Skriv den nærmeste leders.")
            )
        elif superior not in known:
            why = f"{superior!r} står ikke på listen.{nearest(superior, known)} Er det en uden for holdet, så skriv navnet."
            findings.append(line.finding("nærmeste leder", why))
    return findings


def _pairs(lines: list[_Line]) -> list[Finding]:
    """Those who are to stay with somebody who isn't there."""
    known = {line.text("email").lower() for line in lines}
    findings = []
    for line in lines:
        mate = line.text("sammen med").lower()
        if mate and mate == line.text("email").lower():
            findings.append(line.finding("sammen med", f"{mate!r} er lederens egen adresse. Skriv den andens."))
        elif mate and mate not in known:
            why = f"{mate!r} er ikke en adresse fra listen.{nearest(mate, known)} Skriv e-mailen på den anden."
            findings.append(line.finding("sammen med", why))
    return findings


def _ties(lines: list[_Line]) -> Ties:
    met = {
        line.text("email").lower(): tuple(filter(None, map(str.strip, re.split("[;,]", line.text("mødt før")))))
        for line in lines
        if line.text("mødt før")
    }
    together = [(line.text("email").lower(), line.text("sammen med").lower()) for line in lines if line.text("sammen med")]
    earlier = {line.text("email").lower(): rounds(line.text("tidligere grupper")) for line in lines}
    return Ties(met, tuple(together), {email: found for email, found in earlier.items() if found})


def rounds(text: str) -> tuple[str, ...]:
    """The groups someone was in, round by round ("3; 7"); "-" where they were in none."""
    return tuple(part.strip() for part in text.split(";")) if text else ()


def _groups(lines: list[_Line]) -> dict[str, list[_Line]]:
    groups: dict[str, list[_Line]] = {}
    for line in lines:
        if line.text("gruppe"):
            groups.setdefault(line.text("gruppe"), []).append(line)
    return groups


def _lonely(lines: list[_Line], kind: GatheringKind) -> list[Finding]:
    one, few = WORDS[kind].one, 2 if kind is GatheringKind.PROGRAMME else SIZES[kind][0]
    return [
        members[0].finding(
            "gruppe",
            f"{members[0].text('navn')!r} er alene i {one} {group!r}. En {one} er {few}–{MOST[kind]}. "
            "Flyt lederen eller en til.",
        )
        for group, members in _groups(lines).items()
        if len(members) == 1
    ]


def _nowhere(lines: list[_Line], around: Surroundings) -> list[Finding]:
    """Meetings at which someone is said to have a duty, and which there are not."""
    findings = []
    titles = {title.lower(): step for step, title in around.meetings.items()}
    for line, duty in product(lines, DUTIES):
        for text in _meetings(line, duty):
            if around.meetings and text not in around.meetings:
                step = titles.get(text.lower())
                hint = f" Mente du {step!r}?" if step else nearest(text, around.meetings)
                hint = hint or f" Møderne hedder: {', '.join(around.meetings)}."
                findings.append(line.finding(duty, f"{text!r} er ikke et møde.{hint} Skriv navnet fra kolonnen trin."))
    return findings


def _crowded(group: str, people: int, kind: GatheringKind) -> str:
    """What is said of a group with more people than can talk with one another."""
    if kind is GatheringKind.PROGRAMME:
        return f"Gruppe {group!r} har {people} medlemmer. Taletiden rækker bedst til tre eller fire."
    words = WORDS[kind]
    return (
        f"{words.one.capitalize()} {group!r} har {people} deltagere. Med højst {MOST[kind]} kan alle nå at tale. Del den: "
        f"{told(people, kind, MOST[kind])}. Det gør vi gerne, når du trykker på »Foreslå {words.many}«."
    )


def _worth_a_look(lines: list[_Line], columns: Headings, name: str, kind: GatheringKind) -> list[Finding]:
    """Columns that aren't there, large groups, leaders without one, and groups with one's own leader."""
    found = [
        Finding(name, f"Kolonnen {column!r} er der ikke. Det går an.", columns.row)
        for column in COLUMNS
        if column not in columns.places and column not in (VISITS, *DUTIES)
    ]
    for group, members in _groups(lines).items():
        if len(members) > MOST[kind]:
            found.append(members[0].finding("gruppe", _crowded(group, len(members), kind)))
        emails = {member.text("email").lower() for member in members}
        for member in members:
            if member.text("nærmeste leder").lower() in emails:
                why = (
                    f"{member.text('navn')} er i {WORDS[kind].one} {group!r} med sin egen leder. Det er svært at tale frit."
                )
                found.append(member.finding("gruppe", why))
    found += [each for column in ACROSS for each in _partly(lines, column)]
    if "gruppe" in columns.places:
        without = [line for line in lines if not line.text("gruppe")]
        found += [line.finding("gruppe", f"{line.text('navn')} har endnu ingen {WORDS[kind].one}.") for line in without]
    return found


def _partly(lines: list[_Line], column: str) -> list[Finding]:
    """Those who have nothing in a column that others have filled in."""
    without = [line for line in lines if not line.text(column)]
    if len(without) == len(lines):
        return []
    why = f"mangler {column!r}, som andre har. Uden kan grupperne ikke blandes efter {column} for den leder."
    return [line.finding(column, f"{line.text('navn')} {why}") for line in without]


def _participant(line: _Line) -> Participant:
    superior = line.text("nærmeste leder")
    return Participant(
        email=line.text("email").lower(),
        name=line.text("navn"),
        role=Role.LEADER,
        title=line.text("titel"),
        department=line.text("afdeling"),
        level=line.text("niveau"),
        superior=superior.lower() if "@" in superior else superior,
        group=line.text("gruppe"),
        visit=line.text("jobbesøg"),
        hosts=_meetings(line, "vært"),
        chairs=_meetings(line, "ordstyrer"),
        cases=_meetings(line, "sag"),
    )


def _meetings(line: _Line, duty: str) -> tuple[str, ...]:
    """The meetings at which someone has a duty."""
    return tuple(part.strip() for part in re.split("[;,]", line.text(duty)) if part.strip())
