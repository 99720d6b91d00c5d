"""Changes to a cohort folder that leaders are already using: made on a copy, built there, and taken in whole.

What is wrong is told before anything is touched. The folder as it was before each of the last changes is kept beside it,
so a change can be undone. An Excel file that has been checked but not taken into use is a draft.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import nbformat

from ..errors import CohortError, Finding
from ..manifest import load
from ..model import Item, Manifest, Questionnaire, Role, Theme
from . import excel, notebook, parcel, questionnaire
from .build import BUILT, Built, Progress, mend, prepare, quiet, swap
from .file import Source, source
from .folder import Checked, check, read_file

DRAFT, EARLIER = "kladde", "tidligere"
_COPY = ".hold-"
KEPT = 20
"""Changes that can be undone, one after the other."""
LOCKED = (
    "Udsagnene ligger fast, fordi den første måling er åbnet: Blev de lavet om, kunne målingerne ikke sammenlignes. Intet er"
    " ændret."
)


def file(folder: Path) -> bytes:
    """The cohort as one Excel file: the draft, else the folder's own, else one made of its files. Raises CohortError."""
    for place in (folder / DRAFT, folder):
        if (place / excel.NAME).is_file():
            return read_file(place, excel.NAME)
    checked = check(folder)
    return excel.write(checked.values, checked.roster.participants, checked.ties)


def draft(folder: Path, content: bytes, by: str = "") -> Built:
    """Check an Excel file as the cohort's next, and keep it as the draft. Raises CohortError; then nothing is kept.

    ``by``: the e-mail address of the facilitator whose change it is; none of hers may shut her out.
    """
    with _copy(folder, content) as place:
        built = _prepared(folder, place, by=by)
    (folder / DRAFT).mkdir(exist_ok=True)
    write(folder / DRAFT / excel.NAME, content)
    return built


def drafted(folder: Path) -> Built | None:
    """What the draft would become; None if there is none. Raises CohortError."""
    if not (folder / DRAFT / excel.NAME).is_file():
        return None
    with _copy(folder, read_file(folder / DRAFT, excel.NAME)) as place:
        return _prepared(folder, place)


def discard(folder: Path) -> None:
    """Throw the draft away."""
    shutil.rmtree(folder / DRAFT, ignore_errors=True)


def checked(folder: Path) -> Checked:
    """The cohort as the draft has it, else as the folder has it. Raises CohortError."""
    path = folder / DRAFT / excel.NAME
    if not path.is_file():
        return check(folder)
    with _copy(folder, read_file(folder / DRAFT, excel.NAME)) as place:
        return check(Path(place))


def with_groups(
    folder: Path, groups: dict[str, str], rotated: bool = False, by: str = "", column: str = excel.GROUPS
) -> Built:
    """Write the group of each e-mail address into that column of the file, as a draft. ``rotated``: those that stand there
    are over. Raises CohortError.
    """
    return draft(folder, excel.with_groups(file(folder), groups, rotated, column), by)


def with_columns(folder: Path, columns: Mapping[str, Mapping[str, str]], by: str = "") -> Built:
    """Write what each e-mail address has in columns of the file, as a draft. Raises CohortError."""
    return draft(folder, excel.with_columns(file(folder), columns), by)


def with_meetings(folder: Path, lines: Sequence[Mapping[str, str | date]], by: str = "") -> Built:
    """Write more steps into the file, as a draft (see ``excel.with_meetings``). Raises CohortError."""
    return draft(folder, excel.with_meetings(file(folder), lines), by)


def at_hand(folder: Path) -> Built:
    """What the draft would become, else what the folder would be built to. Raises CohortError."""
    return drafted(folder) or prepare(folder)


def take(folder: Path, progress: Progress = quiet, by: str = "") -> Built:
    """Take the draft into use, or build the folder as it stands. Raises CohortError; then what was in use still is."""
    path = folder / DRAFT / excel.NAME
    with _copy(folder, read_file(folder / DRAFT, excel.NAME) if path.is_file() else None) as place:
        built = _prepared(folder, place, progress, by)
        _take_in(folder, Path(place), built)
    discard(folder)
    return built


def bring(folder: Path, content: bytes, progress: Progress = quiet, by: str = "", locked: bool = False) -> Built:
    """Take a cohort that was packed elsewhere into use (see ``parcel``). ``locked``: its survey asks what it did.

    Raises CohortError.
    """
    with _place(folder) as place:
        parcel.unpack(content, Path(place))
        built = _prepared(folder, place, progress, by, locked)
        _take_in(folder, Path(place), built)
    discard(folder)
    return built


def asks(folder: Path, files: Mapping[str, bytes], locked: bool = False) -> tuple[Questionnaire | None, Questionnaire]:
    """What the survey asks in use, and what it would with those files (see ``questionnaire.lay``). Raises CohortError.

    ``locked``: it may ask nothing else.
    """
    with _copy(folder) as place:
        _lay_items(place, files, locked)
        after = check(Path(place)).survey
    assert after is not None  # a file was laid there, and all is right
    before = in_use(folder)
    return before.survey if before else None, after


def ask(folder: Path, files: Mapping[str, bytes], locked: bool = False, progress: Progress = quiet) -> Built:
    """Take those files of the survey into use (see ``asks``). Raises CohortError; then what was in use still is."""
    with _copy(folder) as place:
        _lay_items(place, files, locked)
        built = _prepared(folder, place, progress)
        _take_in(folder, Path(place), built)
    return built


def rethemed(folder: Path, step: str, theme: str, asked: list[str], progress: Progress = quiet, by: str = "") -> Built:
    """Take another theme of a meeting, with the questions ``asked`` for it, into use. Raises CohortError."""
    if (folder / DRAFT / excel.NAME).is_file():
        why = "Der ligger en ny fil, der ikke er taget i brug. Tag den i brug, eller slet den, og skriv så temaet ind."
        raise CohortError([Finding(excel.NAME, why)])
    with _copy(folder, excel.with_theme(file(folder), step, theme, asked)) as place:
        built = _prepared(folder, place, progress, by)
        _take_in(folder, Path(place), built)
    return built


def questions(folder: Path, step: str) -> list[str]:
    """The Markdown cells of a page, as they are written. Raises CohortError."""
    source = _source(folder, step)
    return [cell.source for cell in _prose(_page(folder, source.notebook), source)]


def reworded(folder: Path, step: str, number: int, before: str, after: str, progress: Progress = quiet) -> Built:
    """Say ``after`` in the Markdown cell with that number (from 0), if ``before`` stands there. Raises CohortError."""
    with _copy(folder) as place:
        _reword(Path(place), _source(folder, step), number, before, after)
        built = _prepared(folder, place, progress)
        _take_in(folder, Path(place), built)
    return built


def preview(folder: Path, step: str, number: int, before: str, after: str) -> str:
    """The Markdown of that cell as it would be built, with the cohort's words filled in. Raises CohortError."""
    with _copy(folder) as place:
        _reword(Path(place), _source(folder, step), number, before, after)
        built = _prepared(folder, place)
    page = nbformat.reads(built.notebooks[step], as_version=4)  # type: ignore[no-untyped-call]
    return str(_prose(page, Source(step))[number].source)


def changes(folder: Path) -> int:
    """The number of the last change that can be undone; 0 if there is none."""
    kept = _kept(folder)
    return int(kept[-1].name) if kept else 0


def undo(folder: Path, change: int, progress: Progress = quiet, locked: bool = False) -> Built:
    """Bring the folder back to what it was before that change, if it is still the last (see ``changes``).

    ``locked``: its survey asks what it did. Raises CohortError; then what was in use still is.
    """
    kept = _kept(folder)
    if not kept or changes(folder) != change:
        why = (
            "Der er ændret noget siden, eller der er intet at gå tilbage til. Hent siden igen, og se, hvad der er i brug nu."
        )
        raise CohortError([Finding(EARLIER, why)])
    with _place(folder) as place:
        _lay(kept[-1], Path(place))
        built = _prepared(folder, place, progress, locked=locked)
        shutil.rmtree(_exchanged(folder, Path(place), built))
    shutil.rmtree(kept[-1])
    return built


class _place(tempfile.TemporaryDirectory[str]):
    """An empty folder inside the cohort's, out of the server's sight. What a change that was cut off left is cleared."""

    def __init__(self, folder: Path) -> None:
        mend(folder)
        for left in folder.glob(f"{_COPY}*"):
            shutil.rmtree(left, ignore_errors=True)
        super().__init__(prefix=_COPY, dir=folder, ignore_cleanup_errors=True)


class _copy(_place):
    """A copy of the folder's sources; with ``content`` as its Excel file."""

    def __init__(self, folder: Path, content: bytes | None = None) -> None:
        super().__init__(folder)
        place = Path(self.name)
        _lay(folder, place)
        if content is not None:
            for name in parcel.FILES:
                (place / name).unlink(missing_ok=True)
            (place / excel.NAME).write_bytes(content)


def _lay(source: Path, target: Path) -> None:
    for path in parcel.sources(source):
        (target / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(source / path, target / path)


def _prepared(folder: Path, place: str, progress: Progress = quiet, by: str = "", locked: bool = False) -> Built:
    """The build of a copy, if it is of the same cohort as the folder's, and ``by`` is still there. Raises CohortError.

    ``locked``: its survey must ask what it did.
    """
    (Path(place) / BUILT).mkdir()
    for name in ("roster.json", "manifest.json"):  # what is told of changed addresses is told of the folder's own
        if (folder / BUILT / name).is_file():
            shutil.copyfile(folder / BUILT / name, Path(place) / BUILT / name)
    built = prepare(Path(place), progress)
    before = in_use(folder)
    if before:
        _same(before, built)
    if before and locked and _asked(built.manifest) != _asked(before):
        raise CohortError([Finding(questionnaire.ITEMS[0], LOCKED)])
    if by and not any(one.email == by and one.role is Role.FACILITATOR for one in built.roster.participants):
        why = f"Din egen adresse, {by}, står ikke som facilitator. Skriv den igen, ellers kommer du ikke ind på holdet mere."
        raise CohortError([Finding(excel.NAME, why)])
    return built


def _lay_items(place: str, files: Mapping[str, bytes], locked: bool) -> None:
    if locked:
        raise CohortError([Finding(questionnaire.ITEMS[0], LOCKED)])
    questionnaire.lay(Path(place), files)


def in_use(folder: Path) -> Manifest | None:
    """What the folder's last build says of the cohort; None if there is none."""
    try:
        return load((folder / BUILT / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, CohortError):
        return None


def _same(before: Manifest, built: Built) -> None:
    if built.manifest.gathering != before.gathering:
        why = (
            f"Holdets korte navn er {built.manifest.gathering!r} her, men {before.gathering!r} på serveren. Alt, lederne "
            f"har skrevet, hører til {before.gathering!r}. Skriv det igen, eller bed IT om at lave et nyt hold."
        )
        raise CohortError([Finding(excel.NAME, why)])


def _asked(manifest: Manifest) -> tuple[tuple[Item, ...], tuple[Theme, ...]]:
    return (manifest.survey.items, manifest.survey.themes) if manifest.survey else ((), ())


def _take_in(folder: Path, place: Path, built: Built) -> None:
    """Keep the folder as it is now, and put the copy in its place."""
    begun = _begun(folder)
    before = _exchanged(folder, place, built)
    if not begun:
        shutil.rmtree(before)  # there were no pages yet: nothing to go back to
    for old in _kept(folder)[:-KEPT]:
        shutil.rmtree(old)


def _exchanged(folder: Path, place: Path, built: Built) -> Path:
    """Put the copy in the folder's place; where the folder is kept as it was. If that fails, all is as it was."""
    kept = _keep(folder)
    try:
        _put(folder, place, built)
    except OSError as problem:
        _restore(folder, kept)
        why = (
            f"Ændringen kan ikke gemmes ({problem.strerror}). Det, der var i brug, er det stadig. Tal med IT, og prøv igen."
        )
        raise CohortError([Finding(BUILT, why)]) from problem
    return kept


def _begun(folder: Path) -> bool:
    """Whether the cohort has been built with pages."""
    before = in_use(folder)
    return before is not None and bool(before.steps)


def _keep(folder: Path) -> Path:
    before = _kept(folder)
    number = int(before[-1].name) + 1 if before else 1
    new, kept = (folder / EARLIER / name for name in (f".{number:04}", f"{number:04}"))
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    _lay(folder, new)
    new.rename(kept)
    return kept


def _restore(folder: Path, kept: Path) -> None:
    """What was written may stand where it is the same; the rest is brought back as far as the disk allows."""
    with suppress(OSError):
        for path in set(parcel.sources(folder)) - set(parcel.sources(kept)):
            (folder / path).unlink()
    for path in parcel.sources(kept):
        with suppress(OSError):
            if not _alike(kept / path, folder / path):
                write(folder / path, (kept / path).read_bytes())
    shutil.rmtree(kept, ignore_errors=True)


def _put(folder: Path, place: Path, built: Built) -> None:
    """Put the sources of a copy and its build where they belong. The build comes last: it is what leaders see."""
    new = parcel.sources(place)
    for path in new:
        if not _alike(place / path, folder / path):
            (folder / path).parent.mkdir(exist_ok=True)
            write(folder / path, (place / path).read_bytes())
    for path in set(parcel.sources(folder)) - set(new):
        (folder / path).unlink()
    swap(folder, built.files)


def _alike(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.ny")
    beside.write_bytes(content)
    beside.replace(path)


def _kept(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / EARLIER).glob("[0-9]*") if path.is_dir())


def _source(folder: Path, step: str) -> Source:
    """What a step that is in use is built from."""
    before = in_use(folder)
    found = before.step(step) if before else None
    if before is None or found is None:
        return Source(step)
    return source(step, before.kind, found.period.activity if found.period else None, found.meeting is not None)


def _page(folder: Path, stem: str) -> nbformat.NotebookNode:
    path = folder / notebook.FOLDER / f"{stem}.ipynb"
    if not path.is_file() or path.is_symlink():
        raise CohortError([Finding(notebook.file_name(stem), "Siden findes ikke. Hent siden igen, og vælg en anden.")])
    return notebook.read(path)


def _prose(page: nbformat.NotebookNode, source: Source) -> list[nbformat.NotebookNode]:
    """The Markdown cells that say anything on that page: the others are not built."""
    cells = [cell for cell in page.cells if cell.cell_type == "markdown" and cell.source.strip()]
    return [cell for cell in cells if notebook.stands(cell, source.activity)]


def _reword(place: Path, source: Source, number: int, before: str, after: str) -> None:
    stem = source.notebook
    page = _page(place, stem)
    found = _prose(page, source)
    if not after.strip():
        raise CohortError(
            [Finding(notebook.file_name(stem), "Der står ingenting. Skriv en tekst, eller lad den gamle stå.")]
        )
    if not 0 <= number < len(found) or found[number].source != before:
        why = "Teksten er blevet ændret af en anden, siden du åbnede den. Hent siden igen, og ret i den nye tekst."
        raise CohortError([Finding(notebook.file_name(stem), why)])
    found[number].source = after.replace("\r\n", "\n").strip()
    path = place / notebook.FOLDER / f"{stem}.ipynb"
    path.write_text(nbformat.writes(page), encoding="utf-8")  # type: ignore[no-untyped-call]
