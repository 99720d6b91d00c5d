"""The people of a cohort: the rows of deltagere.csv or .xlsx, and the facilitators of hold.yaml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import CohortError, Finding
from ..model import Participant, Role
from ..names import nearest
from . import days, table
from .addresses import is_email

NAMES = ("deltagere.csv", "deltagere.xlsx")

COLUMNS = {
    "navn": ("navn", "fulde navn", "deltager", "leder", "name"),
    "email": ("email", "mail", "epost", "mailadresse", "emailadresse", "arbejdsmail"),
    "titel": ("titel", "stilling", "stillingsbetegnelse", "jobtitel"),
    "afdeling": ("afdeling", "forvaltning", "område", "center", "enhed", "direktørområde"),
    "niveau": ("niveau", "ledelsesniveau", "lederniveau"),
    "nærmeste leder": ("nærmesteleder", "egenleder", "chef", "nærmestechef", "leders email", "refererertil"),
    "gruppe": ("gruppe", "sparringsgruppe", "gruppenr", "gruppenummer"),
}
"""Each column's heading with the other headings people write for it, in lower case."""

_REQUIRED = ("navn", "email")
_LENGTH = 200
_LARGEST = 4


@dataclass(frozen=True)
class _Line:
    """A row of the roster: its number, what stands in each column, and where each column is."""

    file: str
    number: int
    cells: dict[str, table.Cell]
    places: dict[str, int]

    def text(self, column: str) -> str:
        return self.cells[column].text if column in self.cells else ""

    def finding(self, column: str, why: str) -> Finding:
        return Finding(self.file, why, self.number, self.places.get(column))


@dataclass(frozen=True)
class People:
    """The leaders of a roster, everything wrong with it, and what is worth a second look."""

    leaders: tuple[Participant, ...] = ()
    findings: tuple[Finding, ...] = ()
    reminders: tuple[Finding, ...] = ()


def read(content: bytes, name: str, facilitators: Iterable[str] = ()) -> People:
    """The people of a roster file. ``facilitators`` are the addresses of the cohort's facilitators, in lower case."""
    try:
        rows = table.read(content, name)
    except CohortError as error:
        return People(findings=tuple(error.findings))
    if not rows:
        return People(findings=(Finding(name, f"Filen er tom. Den første linje skal være: {';'.join(COLUMNS)}", 1),))
    places, findings = _columns(rows[0], name)
    if any(column not in places for column in _REQUIRED):
        return People(findings=tuple(findings))
    lines = [line for row in rows[1:] if (line := _line(row, places, name)).cells]
    if not lines:
        findings.append(
            Finding(name, "Der står ingen deltagere under overskrifterne. Skriv én på hver linje.", rows[0].number + 1)
        )
    for line in lines:
        findings += _one(line)
    findings += [*_doubles(lines, set(facilitators)), *_superiors(lines), *_lonely(lines)]
    return People(tuple(map(_participant, lines)), tuple(findings), tuple(_worth_a_look(lines, places, name)))


def _columns(header: table.Row, name: str) -> tuple[dict[str, int], list[Finding]]:
    """Where each known column is, from 1, and every heading that is unknown, there twice, or missing."""
    known = {_bare(one): column for column, others in COLUMNS.items() for one in (column, *others)}
    places: dict[str, int] = {}
    findings = []
    for number, cell in enumerate(header.cells, 1):
        column = known.get(_bare(cell.text))
        if not cell.text:
            continue
        if column is None:
            hint = nearest(cell.text, known) or f" De kendte er: {', '.join(COLUMNS)}."
            findings.append(Finding(name, f"Kolonnen {cell.text[:60]!r} kender vi ikke.{hint}", header.number, number))
        elif column in places:
            why = f"Kolonnen {column!r} står to gange ({cell.text!r} her, og kolonne {places[column]}). Slet den ene."
            findings.append(Finding(name, why, header.number, number))
        else:
            places[column] = number
    missing = [column for column in _REQUIRED if column not in places]
    todo = "Den første linje skal have overskrifterne: " + ", ".join(COLUMNS) + "."
    findings += [Finding(name, f"Kolonnen {column!r} mangler. {todo}", header.number) for column in missing]
    return places, findings


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading.lower())


def _line(row: table.Row, places: dict[str, int], name: str) -> _Line:
    found = {column: row.cells[place - 1] for column, place in places.items() if place <= len(row.cells)}
    return _Line(name, row.number, {column: cell for column, cell in found.items() if cell.text}, places)


def _one(line: _Line) -> list[Finding]:
    """What is wrong with one row, seen by itself."""
    findings = []
    for column in _REQUIRED:
        if not line.text(column):
            who = f" for {line.text('navn') or line.text('email')}" if line.text("navn") or line.text("email") else ""
            findings.append(line.finding(column, f"{column!r} mangler{who}. Skriv det, eller slet linjen."))
    email = line.text("email")
    if email and not is_email(email):
        findings.append(line.finding("email", f"{email[:80]!r} er ikke en e-mailadresse. Skriv den som navn@kommune.dk."))
    for column, cell in line.cells.items():
        if len(cell.text) > _LENGTH:
            findings.append(line.finding(column, f"{column!r} er over {_LENGTH} tegn. Gør teksten kortere."))
        elif cell.is_day or (column == "gruppe" and days.looks_like_one(cell.text)):
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
            why = f"{email!r} er også facilitator i hold.yaml. En person kan kun være det ene på samme hold."
            findings.append(line.finding("email", why))
        if email and email in rows:
            why = f"{email!r} står allerede i linje {rows[email]}. Hver person har sin egen adresse. Ret den ene."
            findings.append(line.finding("email", why))
        rows.setdefault(email, line.number)
    return findings


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


def _groups(lines: list[_Line]) -> dict[str, list[_Line]]:
    groups: dict[str, list[_Line]] = {}
    for line in lines:
        if line.text("gruppe"):
            groups.setdefault(line.text("gruppe"), []).append(line)
    return groups


def _lonely(lines: list[_Line]) -> list[Finding]:
    return [
        members[0].finding(
            "gruppe",
            f"{members[0].text('navn')!r} er alene i gruppe {group!r}. En gruppe er 2–4. Flyt lederen eller en til.",
        )
        for group, members in _groups(lines).items()
        if len(members) == 1
    ]


def _worth_a_look(lines: list[_Line], places: dict[str, int], name: str) -> list[Finding]:
    """Columns that aren't there, large groups, leaders without one, and groups with one's own leader."""
    found = [Finding(name, f"Kolonnen {column!r} er der ikke. Det går an.", 1) for column in COLUMNS if column not in places]
    for group, members in _groups(lines).items():
        if len(members) > _LARGEST:
            why = f"Gruppe {group!r} har {len(members)} medlemmer. Taletiden rækker bedst til tre eller fire."
            found.append(members[0].finding("gruppe", why))
        emails = {member.text("email").lower() for member in members}
        for member in members:
            if member.text("nærmeste leder").lower() in emails:
                why = f"{member.text('navn')} er i gruppe {group!r} med sin egen leder. Det er svært at tale frit."
                found.append(member.finding("gruppe", why))
    if "gruppe" in places:
        without = [line for line in lines if not line.text("gruppe")]
        found += [line.finding("gruppe", f"{line.text('navn')} har endnu ingen gruppe.") for line in without]
    return found


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
    )
