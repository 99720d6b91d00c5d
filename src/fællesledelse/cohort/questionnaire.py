"""spoergeskema.csv and temaer.csv: what the cohort's survey asks, in files of its own. A cohort without them has none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

from ..errors import CohortError, Finding
from ..model import Item, Questionnaire, Theme, ThemeKind
from ..names import is_slug, nearest
from ..share import share
from . import headings, table
from .table import Row

ITEMS: Final = ("spoergeskema.csv", "spoergeskema.xlsx")
THEMES: Final = ("temaer.csv", "temaer.xlsx")
NAMES: Final = (*ITEMS, *THEMES)
PARTS: Final = {"items": ITEMS, "themes": THEMES}
"""The names that each part of a questionnaire may have: as text, and as Excel keeps it."""

ITEM_COLUMNS: Final = {
    "nøgle": ("nogle", "noegle", "id", "kode"),
    "tema": ("temanøgle", "emne"),
    "udsagn": ("spørgsmål", "sporgsmal", "tekst", "item"),
    "retning": ("vending", "omvendt", "skala"),
}
THEME_COLUMNS: Final = {
    "nøgle": ("nogle", "noegle", "id", "kode"),
    "titel": ("tema", "navn", "overskrift"),
    "slags": ("type", "art"),
    "intro": ("indledning", "vejledning", "tekst"),
}
"""Each column's heading with the other headings people write for it, in lower case."""

KINDS: Final = {"forum": ThemeKind.INSIDE, "ud": ThemeKind.OUTSIDE, "ledelse": ThemeKind.LEADERSHIP}
DIRECTIONS: Final = {"+": False, "-": True, "\N{MINUS SIGN}": True, "\N{EN DASH}": True}

_ZIP = b"PK"  # how a file of Excel begins
_MOST = 60
_LONGEST = {"titel": 80, "intro": 300}
_OPTIONAL = ("intro",)

_T = TypeVar("_T", Item, Theme)


@dataclass(frozen=True)
class _Line:
    """A row below the headings: what stands in each column, and where."""

    file: str
    number: int
    cells: dict[str, str]
    places: dict[str, int]

    def finding(self, column: str, why: str) -> Finding:
        return Finding(self.file, why, self.number, self.places.get(column))


def packaged() -> dict[str, bytes]:
    """The items and themes that come with the program, by file name."""
    return {name: (share("templates/survey") / name).read_bytes() for name in (ITEMS[0], THEMES[0])}


def file(folder: Path, part: str) -> tuple[str, bytes]:
    """The name and content of the folder's file of a part ("items" or "themes"); the packaged one where it has none."""
    there = [name for name in PARTS[part] if (folder / name).is_file() and not (folder / name).is_symlink()]
    name = there[0] if there else PARTS[part][0]
    content = (folder / name).read_bytes() if there else packaged()[name]
    return name, with_mark(content) if name.endswith(".csv") else content


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files by their part where those that are there stand, under the name that fits what is in them."""
    for part, content in files.items():
        for name in PARTS[part]:
            (folder / name).unlink(missing_ok=True)
        (folder / PARTS[part][content.startswith(_ZIP)]).write_bytes(content)


def with_mark(content: bytes) -> bytes:
    """A text as Excel takes it for UTF-8: with a mark in front. One that isn't UTF-8 stays as it is."""
    try:
        return content.decode("utf-8-sig").encode("utf-8-sig")
    except UnicodeDecodeError:
        return content


def check(folder: Path, relations: bool, read: Callable[[Path, str], bytes]) -> tuple[Questionnaire | None, list[Finding]]:
    """What the cohort's survey asks (None: nothing, or something is wrong), and everything that is wrong.

    ``relations``: whether the cohort's file promises figures about relations between departments. ``read`` gives the
    content of a file in the folder.
    """
    there = [name for name in NAMES if (folder / name).exists() or (folder / name).is_symlink()]
    if not there:
        return None, _needless(relations)
    files, findings = [], []
    for names in (ITEMS, THEMES):
        found = [name for name in there if name in names]
        if len(found) > 1:
            why = f"Der ligger både {found[0]} og {found[1]}. Behold den, du retter i, og slet den anden."
            findings.append(Finding(found[1], why))
        if not found:
            why = f"Filen mangler. {there[0]} er der, men et spørgeskema er to filer: {ITEMS[0]} og {THEMES[0]}."
            findings.append(Finding(names[0], why))
        files += found[:1]
    if findings:
        return None, findings
    themes, wrong_themes = _read(folder, files[1], THEME_COLUMNS, _theme, read)
    items, wrong_items = _read(folder, files[0], ITEM_COLUMNS, _item, read)
    if wrong := [*wrong_items, *wrong_themes]:
        return None, wrong
    asks = Questionnaire(tuple(items), tuple(themes), relations)
    findings = list(_checked(asks, files, items | themes))
    return (None if findings else asks), findings


def _needless(relations: bool) -> list[Finding]:
    if not relations:
        return []
    why = (
        f"'relationer_mellem_afdelinger' er lovet, men holdet har intet spørgeskema. Læg {ITEMS[0]} og {THEMES[0]} i mappen."
    )
    return [Finding(ITEMS[0], why)]


def _checked(asks: Questionnaire, files: Sequence[str], lines: Mapping[Item | Theme, _Line]) -> Iterator[Finding]:
    from ..survey.items import check as problems  # numpy comes along

    columns = {"key": "nøgle", "text": "udsagn", "theme": "tema", "reversed": "retning", "kind": "slags"}
    for problem in problems(asks):
        line = lines[problem.at] if problem.at is not None else None
        place = line.finding(columns[problem.part], "") if line else Finding(files[1], "")
        yield replace(place, message=problem.words)


def _read(
    folder: Path,
    name: str,
    known: headings.Names,
    made: Callable[[_Line], tuple[_T, list[Finding]]],
    read: Callable[[Path, str], bytes],
) -> tuple[dict[_T, _Line], list[Finding]]:
    """What stands in the file, line by line, and what is wrong with it."""
    try:
        rows = table.read(read(folder, name), name)
    except CohortError as error:
        return {}, list(error.findings)
    if not rows:
        return {}, [Finding(name, f"Filen er tom. Den første linje skal være: {';'.join(known)}", 1)]
    columns = headings.read(rows[0], name, known, [column for column in known if column not in _OPTIONAL])
    findings = list(columns.findings)
    for number, text in columns.own.items():
        why = f"Kolonnen {text[:60]!r} kender vi ikke.{headings.hint(text, known)}"
        findings.append(Finding(name, why, rows[0].number, number))
    if len(rows) - 1 > _MOST:
        why = f"Der er over {_MOST} linjer. Ingen svarer på så meget. Vælg de vigtigste."
        findings.append(Finding(name, why, rows[_MOST + 1].number))
    if findings:
        return {}, findings
    found: dict[_T, _Line] = {}
    for row in rows[1:]:
        line: _Line = _line(name, row, columns.places)
        one: _T
        wrong: list[Finding]
        one, wrong = made(line)
        findings += [*_blanks(line, known), *wrong]
        if one in found:
            findings.append(line.finding("nøgle", f"Linjen står også i linje {found[one].number}. Slet den ene."))
        found[one] = line
    if not rows[1:]:
        findings.append(Finding(name, "Der står intet under overskrifterne. Skriv en linje for hver.", rows[0].number + 1))
    return found, findings


def _line(name: str, row: Row, places: dict[str, int]) -> _Line:
    cells = {column: row.cells[place - 1].text for column, place in places.items() if place <= len(row.cells)}
    return _Line(name, row.number, cells, places)


def _blanks(line: _Line, known: headings.Names) -> Iterator[Finding]:
    for column in known:
        if column not in _OPTIONAL and not line.cells.get(column):
            yield line.finding(column, f"{column!r} mangler. Skriv det, eller slet linjen.")
        elif len(line.cells.get(column, "")) > _LONGEST.get(column, 1000):
            yield line.finding(column, f"{column!r} er over {_LONGEST.get(column, 1000)} tegn. Gør teksten kortere.")


def _item(line: _Line) -> tuple[Item, list[Finding]]:
    key, theme, text, way = (line.cells.get(column, "") for column in ITEM_COLUMNS)
    findings = _wrong_key(line, key)
    if way and way not in DIRECTIONS:
        why = f"{way[:40]!r} er ikke en retning. Skriv + hvor det er godt at være enig, og - hvor det er skidt."
        findings.append(line.finding("retning", why))
    return Item(key, theme, text, DIRECTIONS.get(way, False)), findings


def _theme(line: _Line) -> tuple[Theme, list[Finding]]:
    key, title, kind, intro = (line.cells.get(column, "") for column in THEME_COLUMNS)
    findings = _wrong_key(line, key)
    if kind and kind.lower() not in KINDS:
        hint = nearest(kind, KINDS) or f" De kendte er: {', '.join(KINDS)}."
        findings.append(line.finding("slags", f"{kind[:40]!r} er ikke en slags tema.{hint}"))
    return Theme(key, title, KINDS.get(kind.lower(), ThemeKind.INSIDE), intro), findings


def _wrong_key(line: _Line, key: str) -> list[Finding]:
    if not key or is_slug(key):
        return []
    why = f"{key[:40]!r} kan ikke være en nøgle. Brug kun a-z, 0-9 og bindestreg, for eksempel 'faelles-maal'."
    return [line.finding("nøgle", why)]
