"""A whole dress rehearsal: the copy, the server, the programme, the papers, the report, all in one folder that is kept."""

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .. import danish
from ..errors import FællesledelseError
from ..model import Manifest
from ..operation import runs
from . import papers, post, report
from .cast import set_up
from .copy import copied
from .play import ASKED, FIRST, LAST, performed
from .record import Record
from .report import Report
from .stage import Stage, stage

FOLDER = "generalprøve"
"""Where everything is kept, in the cohort's own folder."""

PAPERS = "Dokumenter"
"""The last act."""

Told = Callable[[str, int], None]
"""Called with the title of an act as it begins, and how many there are in all."""


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal that is over: what it has to say, and where everything lies."""

    report: Report
    folder: Path


def rehearsed(source: Path, seed: int, told: Told) -> Rehearsal:
    """Rehearse the cohort in ``source``; what was kept of an earlier rehearsal is replaced when this one is over.

    Raises CohortError with what is wrong in the folder, FællesledelseError where the rehearsal can't be held, or would
    replace something that is not its own.
    """
    begun = time.monotonic()
    _check_ours(source / FOLDER)
    with tempfile.TemporaryDirectory(prefix="proeve-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        copy = copied(source, place / "hold", seed)
        record = Record(place / FOLDER)
        record.folder.mkdir()
        with stage(copy.folder, place) as running, closing(set_up(copy, running, record, seed)) as play:
            begin = partial(_begin, running, told, len(acts(copy.manifest)))
            papers.invitation_cards(play)
            performed(play, begin)
            begin(PAPERS)
            papers.printed(play)
            mails = post.kept(running, record.folder / "mails")
        if running.log.stat().st_size:
            shutil.copyfile(running.log, record.folder / report.LOG)
        found = report.reported(play, mails, time.monotonic() - begun, seed, danish.today())
        (record.folder / report.NAME).write_text(report.markdown(found), encoding="utf-8")
        return Rehearsal(found, _placed(record.folder, source / FOLDER))


def acts(manifest: Manifest) -> list[str]:
    """The titles of all acts, in their order."""
    return [FIRST, *(step.title for step in manifest.way), ASKED, LAST, PAPERS]


def _begin(running: Stage, told: Told, total: int, title: str) -> None:
    """Tell of an act. Raises FællesledelseError if the server has ended: what else fails then says nothing more."""
    if not runs(running.settings):
        said = running.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        raise FællesledelseError("\n".join([f"Prøvens server stoppede før »{title}«. Giv IT det, den skrev:", *said]))
    told(title, total)


def _check_ours(folder: Path) -> None:
    """What is to be replaced must be an earlier rehearsal's: it has a report in it."""
    if folder.exists() and not (folder / report.NAME).is_file():
        raise FællesledelseError(f"I {folder} ligger noget, som prøven ikke har lavet. Flyt det, og prøv igen.")


def _placed(made: Path, folder: Path) -> Path:
    try:
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(made, folder)
    except OSError as problem:
        why = f"Det, prøven lavede, kan ikke lægges i {folder} ({problem.strerror})."
        raise FællesledelseError(f"{why} Luk programmer, der har filer åbne i den, og prøv igen.") from problem
    return folder
