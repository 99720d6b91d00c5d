"""A cohort comes to its end by itself: its leaders are told twice, writing closes, and then nothing of it is left."""

import email
import email.policy
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from fællesledelse.cohort import days
from fællesledelse.cohort.build import build

from .circles import Leader, regroup
from .people import ANNA, BENT, CARLA, DORTE, EGON, TODAY, VIBEKE, Someone
from .serving import Client, Server, start, wait_for
from .test_operations import asked, found

ENDS = TODAY + timedelta(days=540)
LATER = ENDS + timedelta(days=30)
FIELD, TEXT = "episodes.1.did", "DET ANNA SKREV, OG INGEN ANDRE"


@pytest.fixture
def served(tmp_path: Path, three: Path) -> Iterator[tuple[Server, Path]]:
    """A server that looks after the end of its cohorts five times a second, on a clock of its own."""
    shutil.copytree(three, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "demo"
    end(folder, ENDS)
    server = start(tmp_path / "data", [folder], {"TEST_EVERY": "0.2"}, clocked=True)
    server.set_clock(noon(TODAY))
    try:
        server.wait_until_up()
        yield server, folder
    finally:
        server.end()


def noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00+01:00"


def end(folder: Path, day: date) -> None:
    """Let the cohort's file say that this is its last day."""
    file = folder / "hold.yaml"
    text = re.sub(r"(?m)^slutter: .*$", f"slutter: {days.written(day)}", file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    build(folder)


def mails(server: Server) -> dict[str, list[str]]:
    """The subjects of the mails that have gone to each address."""
    found: dict[str, list[str]] = {}
    for path in sorted((server.settings.data / "udbakke").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.setdefault(str(message["To"]).partition("<")[2].rstrip(">"), []).append(str(message["Subject"]))
    return found


def settled(server: Server, count: int) -> None:
    """Wait until so many notices have gone to everyone, each mail of them."""

    def states() -> list[str]:
        with closing(sqlite3.connect(f"file:{server.settings.data}/faellesledelse.sqlite?mode=ro", uri=True)) as database:
            return [state for (state,) in database.execute("select state from mailing where kind = 'retention'")]

    wait_for(lambda: states() == ["done"] * count)


def told(server: Server, who: Someone, words: str) -> bool:
    return any(words in subject for subject in mails(server).get(who.email, []))


def ready(server: Server, who: Someone) -> Client:
    """Somebody's browser, the privacy notice read as far as they have to."""
    client = server.client(who)
    client.post("/api/demo/notice", json={"accept": True})
    return client


def refusal(client: Client) -> str:
    """Why a text is not taken; empty where it is."""
    versions = client.get(f"/api/demo/answers/{FIELD}/versions").json()
    answer = client.save(FIELD, TEXT, versions[0]["version"] if versions else 0)
    return "" if answer.status_code == 200 else str(answer.json()["message"])


def test_a_cohort_ends_by_itself_and_not_before_its_leaders_know(served: tuple[Server, Path]) -> None:
    server, folder = served
    anna = ready(server, ANNA)
    assert refusal(anna) == ""
    regroup(folder, {"1": (ANNA, CARLA), "2": (DORTE, EGON)})
    assert ready(server, VIBEKE).get("/hold/demo/overblik").status_code == 200
    assert "bliver slettet" not in anna.get("/hold/demo/").text

    server.set_clock(noon(ENDS - timedelta(days=60)))
    settled(server, 1)
    assert told(server, ANNA, "alt bliver slettet")
    assert told(server, BENT, "alt bliver slettet"), "who has left has something here too"
    assert EGON.email not in mails(server), "who has never been in has nothing here"
    anna = server.client(ANNA)
    assert f"Alt her bliver slettet den {spoken(ENDS + timedelta(days=1))}" in anna.get("/hold/demo/").text
    assert "bliver slettet den" in ready(server, BENT).get("/hold/demo/mit").text
    assert refusal(anna) == ""
    vibeke = ready(server, VIBEKE)
    assert vibeke.post("/api/demo/mailings/drop", json={"kind": "retention"}).status_code == 400

    server.set_clock(noon(ENDS - timedelta(days=14)))
    settled(server, 2)
    anna = ready(server, ANNA)
    wait_for(lambda: "Der kan ikke skrives mere" in refusal(anna))
    page = anna.get("/hold/demo/forberedelse-1").text
    assert "Der kan ikke skrives mere." in page
    assert anna.get("/api/demo/mine.zip").status_code == 200
    assert anna.put("/api/demo/steps/forberedelse-1/done", json={"done": True}).status_code == 200

    end(folder, LATER)
    assert ready(server, VIBEKE).get("/hold/demo/overblik").status_code == 200
    settled(server, 3)
    assert told(server, ANNA, "ny slutdato")
    wait_for(lambda: refusal(anna) == "")
    server.set_clock(noon(ENDS + timedelta(days=1)))
    assert ready(server, ANNA).get("/hold/demo/").status_code == 200

    server.set_clock(noon(LATER - timedelta(days=14)))
    settled(server, 4)
    assert len(mails(server)[ANNA.email]) == 4
    server.set_clock(noon(LATER))
    assert ready(server, ANNA).get("/api/demo/mine.zip").status_code == 200, "to the last day"
    server.set_clock(noon(LATER + timedelta(days=1)))
    note = server.settings.data / "keys/demo/deleted.json"
    wait_for(lambda: note.exists() and json.loads(note.read_text(encoding="utf-8"))["finished_at"])
    assert found([ANNA.email.encode(), TEXT.encode()], server.settings.data) == []
    wait_for(lambda: "er slettet, som lederne har fået at vide" in server.written)
    assert server.audit[-1]["event"] == "gathering-deleted"
    assert server.client().get("/sundhed").status_code == 200, "the server goes on"
    done = asked(server, "hold", "slet", "demo")
    assert "er allerede slettet" in done.stdout
    (receipt,) = server.settings.data.parent.glob("kvittering-demo-*.json")
    assert "Underskriften passer" in asked(server, "kvittering", "tjek", receipt).stdout


def test_a_groups_drafts_and_the_feedback_on_them_go_on_the_day_it_has_agreed_on(served: tuple[Server, Path]) -> None:
    server, folder = served
    regroup(folder, {"1": (ANNA, BENT, CARLA), "2": (DORTE, EGON)})
    anna, bent, carla = (Leader(server, who) for who in (ANNA, BENT, CARLA))
    anna.agree(bent, carla)
    staying = anna.share("Det bliver.")
    assert bent.reading(staying)["gone_on"] is None
    anna.agree(bent, carla, fades=True)
    gone = anna.share("Det går.")
    last = TODAY + timedelta(days=60)
    assert bent.reading(gone)["gone_on"].endswith(spoken(last))
    bent.give(gone, well=TEXT)
    carla.say(gone, well=TEXT)
    database = server.settings.data / "faellesledelse.sqlite"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reading:
        sealed = [content for (content,) in reading.execute("select sealed from parcel where ? in (id, subject)", (gone,))]
    assert len(sealed) == 2
    anna.agree(bent, carla)  # what was shared keeps the day it was shared with

    server.set_clock(noon(last - timedelta(days=1)))
    anna, bent, carla = (Leader(server, who) for who in (ANNA, BENT, CARLA))
    assert anna.received(gone)["given"] == ["Bent"]
    server.set_clock(noon(last))
    wait_for(lambda: [each["id"] for each in anna.get("drafts")["mine"]] == [staying])
    wait_for(lambda: server.audit[-1]["event"] == "drafts-deleted")
    assert [each["id"] for each in bent.get("drafts")["theirs"]] == [staying]
    assert [each["id"] for each in anna.get("feedback")["drafts"]] == [staying]
    assert anna.get("drafts")["now"]["headings"][0]["lines"][0]["text"] == "Det går.", "the own text stays"
    assert bent.client.get(f"/api/demo/answers/given.{gone}.well/versions").status_code == 404
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reading:
        tables = [name for (name,) in reading.execute("select name from sqlite_master where type = 'table'")]
        assert not any(gone in str(row) for name in tables for row in reading.execute(f'select * from "{name}"'))
    files = [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
    assert not any(content in file for content in sealed for file in files)


def spoken(day: date) -> str:
    from fællesledelse.danish import day as words

    return words(day)


def test_who_is_told_late_has_the_whole_time_and_an_extension_that_nobody_was_told_of_saves_nothing(
    served: tuple[Server, Path],
) -> None:
    """Told late, since the server was off; and then the mails about another day can't be laid anywhere.

    What was answered in the survey waits for nobody. A deletion that fails is tried again.
    """
    server, folder = served
    vibeke, outbox, keys = ready(server, VIBEKE), server.settings.data / "udbakke", server.settings.data / "keys/demo"
    wave = {"title": "Ved starten", "opens": TODAY.isoformat(), "closes": (TODAY + timedelta(days=9)).isoformat()}
    assert vibeke.post("/api/demo/survey", json=wave).status_code == 200
    assert vibeke.get("/api/demo/survey").json()["waves"][0]["state"] == "open"
    late = ENDS + timedelta(days=1)
    server.set_clock(noon(late))
    settled(server, 1)
    wait_for(lambda: server.audit[-1]["event"] == "survey-ended")
    anna = ready(server, ANNA)
    assert f"Alt her bliver slettet den {spoken(late + timedelta(days=60))}" in anna.get("/hold/demo/").text
    assert refusal(anna) == ""
    server.set_clock(noon(late + timedelta(days=46)))
    settled(server, 2)
    wait_for(lambda: "Der kan ikke skrives mere" in refusal(ready(server, ANNA)))
    shutil.rmtree(outbox)
    outbox.write_text("en fil, hvor mappen skulle være")
    end(folder, late + timedelta(days=90))
    wait_for(lambda: waiting(server))
    in_the_way = keys / "deleted.json.new"
    in_the_way.mkdir()
    server.set_clock(noon(late + timedelta(days=60)))
    wait_for(lambda: "The end of demo could not be looked after" in server.written)
    assert (keys / "content.key").exists()
    in_the_way.rmdir()
    wait_for(lambda: not (keys / "content.key").exists() and (keys / "deleted.json").exists())


def waiting(server: Server) -> bool:
    """Whether a notice has begun that has gone to nobody yet."""
    with closing(sqlite3.connect(f"file:{server.settings.data}/faellesledelse.sqlite?mode=ro", uri=True)) as database:
        states = {state for (state,) in database.execute("select state from mailing where kind = 'retention'")}
    return states != {"done"}
