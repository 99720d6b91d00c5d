"""A whole rehearsal: a real server, a moved clock, six constructed leaders in two groups, and everything kept."""

import html
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from fællesledelse.dress.rehearsal import FOLDER, Rehearsal, rehearsed
from fællesledelse.errors import FællesledelseError

from ..server.serving import children
from .conftest import REAL, ROSTER, programme

STEPS = ("velkomst", "workshop-1", "forberedelse-2", "workshop-2", "udgivelse", "periode-b")
"""Enough for a contract, drafts, feedback, a publication and a period with job visits; the rest is more of the same."""


@pytest.fixture(scope="module")
def acts() -> list[str]:
    """The titles of the acts, as they begin."""
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return programme(tmp_path_factory.mktemp("hold") / "hold", STEPS)


@pytest.fixture(scope="module")
def rehearsal(folder: Path, acts: list[str], uncounted: None) -> Rehearsal:
    """Held once for all tests."""
    (folder / FOLDER).mkdir()
    for name in ("rapport.md", "fra-sidst.txt"):
        (folder / FOLDER / name).write_text("gammelt", encoding="utf-8")
    return rehearsed(folder, 1, lambda title, total: acts.append(title))


def count(rehearsal: Rehearsal, title: str) -> int:
    (line,) = (line for line in rehearsal.report.tried if line.title == title)
    return int(line.count.partition(" ")[0])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """What stands in every file that a program other than a PDF reader opens, archives unpacked."""
    for path in filter(Path.is_file, folder.rglob("*")):
        if path.suffix in (".docx", ".zip"):
            with zipfile.ZipFile(path) as archive:
                yield from ((path, archive.read(name).decode("utf-8", "replace")) for name in archive.namelist())
        elif path.suffix == ".eml":
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            yield from ((path, str(part.get_content())) for part in mail.walk() if part.get_content_maintype() == "text")
        elif path.suffix != ".pdf":
            yield path, path.read_text(encoding="utf-8")


def test_everything_works_for_everyone(rehearsal: Rehearsal) -> None:
    assert rehearsal.report.failed == ()
    assert count(rehearsal, "Kom ind med deres invitation") == 6 + 2
    assert count(rehearsal, "Sagt ja til gruppens kontrakt") == 4  # in each group one proposes and two say yes
    assert count(rehearsal, "Drejebøger gået igennem") == 2 * 2
    assert count(rehearsal, "Feedback givet") >= 6 * 2
    assert count(rehearsal, "Ledelsesgrundlag udgivet") == 6
    assert count(rehearsal, "Prøvehandlinger givet videre") == 6
    assert count(rehearsal, "Jobbesøg") == 6
    assert count(rehearsal, "Evalueringen besvaret") == 6
    assert count(rehearsal, "Spørgeskemaet besvaret") == 6
    assert count(rehearsal, "Svar skrevet og gemt") > 6 * 20


def test_it_tells_on_the_way_what_begins(rehearsal: Rehearsal, acts: list[str]) -> None:
    assert acts[:2] == ["Invitationer", "Velkommen"]
    assert acts[-1] == "Dokumenter"
    assert len(acts) == len(STEPS) + 4


def test_every_document_lies_in_the_folder_and_what_lay_there_before_is_gone(rehearsal: Rehearsal, folder: Path) -> None:
    assert rehearsal.folder == folder / FOLDER
    everything = ["evaluering", "invitationer", "ledere", "mails", "organisation", "papir", "rapport.md", "spoergeskema"]
    assert names(rehearsal.folder) == [*everything, "workshops"]
    assert names(rehearsal.folder / "spoergeskema") == ["spoergeskema.docx", "spoergeskema.pdf"]
    assert names(rehearsal.folder / "evaluering") == ["evaluering.docx", "evaluering.pdf"]
    assert names(rehearsal.folder / "workshops") == ["workshop-1.pdf", "workshop-2.pdf"]
    assert names(rehearsal.folder / "papir") == sorted(f"{step}.pdf" for step in STEPS)
    leaders = list((rehearsal.folder / "ledere").iterdir())
    assert len(leaders) == 6
    for leader in leaders:
        promise = "proevehandling-periode-b-experiment-1.ics"
        assert names(leader) == ["gensyn.ics", "ledelsesgrundlag.docx", "ledelsesgrundlag.pdf", "mit.zip", promise]


def test_every_mail_is_kept_from_the_invitation_to_a_new_link(rehearsal: Rehearsal) -> None:
    kept = sorted((rehearsal.folder / "mails").iterdir())
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in kept]
    subjects = [str(mail["Subject"]) for mail in mails]
    assert sum("invitation til" in subject for subject in subjects) == 6 + 2
    parts = [part for mail in mails for part in mail.walk() if part.get_content_type() == "text/calendar"]
    methods = [part.get_param("method") for part in parts]
    assert methods.count("REQUEST") == 6 * 3 + 3 + 3  # two workshops and a seminar; one is moved by a group, and set again
    assert methods.count("CANCEL") == 3
    assert sum("fire korte spørgsmål" in subject for subject in subjects) == 6
    assert sum("spørgeskemaet er åbent" in subject for subject in subjects) == 6
    assert subjects[-1] == "Nyt link til dine sider"
    assert f"{len(subjects)} mails" in [line.count for line in rehearsal.report.tried]


def test_nobody_real_is_named_in_anything_that_is_kept(rehearsal: Rehearsal) -> None:
    read = 0
    for path, text in texts(rehearsal.folder):
        shown = html.unescape(text)
        assert not [name for name in REAL if name in shown], path
        read += 1
    assert read > 50


def test_the_report_says_first_what_must_be_done_and_is_markdown_without_gaps(rehearsal: Rehearsal) -> None:
    told = (rehearsal.folder / "rapport.md").read_text(encoding="utf-8")
    assert "\n**Alt virkede.**\n" in told
    titles = re.findall(r"^## (.+)$", told, re.MULTILINE)
    assert titles[:2] == ["Det skal du gøre noget ved først", "Det er værd at se på"]
    assert "| Workshop 1: Fortæl, spørg, lyt | tirsdag den 2. februar 2027 | 5 | 180 | 155 for 3 |" in told
    assert "Møder og udgivelse ligger i uge 5, 9, 17 og 34." in told


def test_a_folder_of_that_name_that_is_somebodys_own_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / FOLDER / "mine-noter.docx"
    mine.parent.mkdir()
    mine.touch()
    with pytest.raises(FællesledelseError, match="som prøven ikke har lavet"):
        rehearsed(tmp_path, 1, lambda title, total: None)
    assert mine.exists()


def test_a_server_that_ends_on_the_way_ends_the_rehearsal_and_keeps_nothing(tmp_path: Path) -> None:
    folder = programme(tmp_path / "kort", STEPS[:1], "\n".join(ROSTER.splitlines()[:3]))

    def end_the_server(title: str, total: int) -> None:
        for child in children(os.getpid()):
            if b"dress.stage" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)

    with pytest.raises(FællesledelseError, match="Prøvens server stoppede før »Velkommen«"):
        rehearsed(folder, 1, end_the_server)
    assert not (folder / FOLDER).exists()


def test_what_fails_is_told_first_the_rest_goes_on_and_no_mail_leaves_the_house(tmp_path: Path) -> None:
    folder = programme(tmp_path / "kort", STEPS[:1], "\n".join(ROSTER.splitlines()[:3]))
    wrong = {"FAELLESLEDELSE_SMTP": "127.0.0.1:9", "FAELLESLEDELSE_PORT": "ingen", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "fællesledelse", "generalprøve", str(folder), "--frø", "7"],
        env=os.environ | wrong,
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert "Én ting virkede ikke. Vent med at invitere, til det er rettet." in done.stdout
    assert "\n1. Organisationens papirer virkede ikke. Svaret var: FAELLESLEDELSE_PORT er 'ingen'" in done.stdout
    assert "Frø 7." in done.stdout
    assert names(folder / FOLDER) == ["invitationer", "ledere", "mails", "papir", "rapport.md"]
    assert names(tmp_path) == ["kort"]
