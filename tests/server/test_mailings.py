"""Mails to many, through a real mail server: each once, whatever happens on the way."""

import asyncio
import os
import re
import resource
import signal
import subprocess
import sys
import time as clock_time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from ical.calendar_stream import IcsCalendarStream
from typer.testing import CliRunner

from fællesledelse import cli, mail_commands, operation
from fællesledelse.model import GatheringKind, Participant, Role, Roster, Step, StepKind
from fællesledelse.server import mailing, mailing_api
from fællesledelse.server.house import House
from fællesledelse.server.letters import Due, Letter, Writer
from fællesledelse.server.mail import Mailer, MailRefused
from fællesledelse.server.mailing_plan import causes
from fællesledelse.server.run import open_house
from fællesledelse.server.shelf import Cohort
from fællesledelse.server.web import Refused
from fællesledelse.settings import Settings
from fællesledelse.store import LineState, MailingKind, Person, Response, Wave

from .conftest import CHEAP
from .people import ANNA, GERDA, PHRASE, VIBEKE, Someone
from .serving import PATIENCE, Client, Server, wait_for
from .smtp import Smtp, launched

SEMINARS = ("periode-a", "periode-b", "periode-c")
NOW = datetime.now(UTC).replace(microsecond=0)
INVITATION, REMINDER, CALENDAR, EVALUATION, *_ = MailingKind


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits as long as a mail server is given."""
    monkeypatch.setattr(mailing, "BETWEEN", 0.0)
    monkeypatch.setattr(mailing, "WAITS", (0.05, 0.05, 0.1))


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    with Smtp() as running:
        yield running


@pytest.fixture
def launch(tmp_path: Path, all_open: Path, smtp: Smtp) -> Iterator[Callable[[], Server]]:
    """Start servers of the test's own, one after the other on the same data."""
    running: list[Server] = []

    def begin() -> Server:
        running.append(launched(tmp_path / "data", all_open, smtp))
        return running[-1]

    yield begin
    for each in running:
        each.end()
        assert "Traceback" not in each.written
        assert "invitation#" not in each.written
        noted = (each.settings.data / "audit.jsonl").read_text(encoding="utf-8")
        assert '"mailing-begun"' in noted
        assert not [word for word in ("@", "invitation#", "Damsgaard") if word in noted]


@dataclass
class Post:
    """The server's services in this process, with a cohort of 38 leaders and a clock that stands still."""

    house: House
    now: datetime = NOW

    @property
    def cohort(self) -> Cohort:
        cohort = self.house.shelf.find("demo")
        assert cohort is not None
        return cohort

    def leaders(self) -> dict[str, str]:
        """The ids of the leaders by address."""
        members = self.house.store.people.members("demo")
        return {each.person.email: each.person.id for each in members if each.role is Role.LEADER}

    def enrol(self, email: str) -> str:
        """Someone is let in; their id."""
        person = self.house.store.people.find(email)
        assert person is not None
        self.house.store.access.enrol(self.house.store.invitations.invite(person.id, "demo"), "fire gule heste i regnvejr")
        return person.id

    def states(self) -> dict[str, LineState]:
        """How far each line is, by address; the newest counts."""
        return {line.person.email: line.state for line in reversed(self.house.store.mailings.lines("demo"))}

    async def start(self, kind: MailingKind = INVITATION, people: set[str] | None = None, sure: bool = False) -> None:
        wanted = set(self.leaders().values()) if people is None else people
        await mailing_api.start(self.house, self.cohort, kind, wanted, sure)

    async def steer(self, act: str, kind: MailingKind = INVITATION) -> dict[str, Any]:
        return await mailing_api.steer(self.house, self.cohort, kind, act)

    async def told(self, kind: MailingKind = INVITATION) -> dict[str, Any]:
        return await mailing_api.told(self.house, self.cohort, kind)

    async def until(self, holds: Callable[[dict[str, Any]], bool], kind: MailingKind = INVITATION) -> dict[str, Any]:
        """Wait until the mailing is as it should be."""
        deadline = clock_time.monotonic() + PATIENCE
        while not holds(standing := (await self.told(kind))["mailing"]):
            assert clock_time.monotonic() < deadline, standing
            await asyncio.sleep(0.05)
        return standing  # type: ignore[no-any-return]

    async def done(self, kind: MailingKind = INVITATION) -> dict[str, Any]:
        return await self.until(lambda standing: standing["state"] == "done", kind)

    async def paused(self) -> dict[str, Any]:
        return await self.until(lambda standing: standing["state"] == "paused")


@pytest.fixture
def post(tmp_path: Path, all_open: Path, smtp: Smtp) -> Iterator[Post]:
    found = Post(open_here(tmp_path / "data", all_open, smtp))
    found.house.clock = lambda: found.now
    found.house.store.access._cost = CHEAP
    yield found
    found.house.close()


def open_here(data: Path, folder: Path, smtp: Smtp | None) -> House:
    settings = Settings(data, f"sqlite:///{data}/post.sqlite", smtp=smtp and smtp.address, sender="ledelse@strandby.example")
    return open_house(settings, [folder], lambda: NOW)


def run(work: Awaitable[None], post: Post) -> None:
    """Run a test's story, and stop the sender as the server does."""

    async def story() -> None:
        try:
            await work
        finally:
            await post.house.finish(5)

    asyncio.run(story())


def link_in(text: str) -> str:
    found = re.search(r"/invitation#(\S+)", text)
    assert found, text
    return found[1]


def text_of(smtp: Smtp, email: str) -> str:
    body = smtp.letter(email).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_thirty_eight_invitations_arrive_whole_and_once(post: Post, smtp: Smtp) -> None:
    async def story() -> None:
        await post.start()
        standing = await post.done()
        assert (standing["counts"]["sent"], standing["over"], standing["total"]) == (38, 38, 38)

    run(story(), post)
    leaders = post.leaders()
    assert sorted(smtp.receivers) == sorted(leaders)
    tokens = set()
    for email, person in leaders.items():
        letter, text = smtp.letter(email), text_of(smtp, email)
        invited = post.house.store.invitations.find(link_in(text))
        assert invited is not None
        assert invited.person.id == person
        assert letter["To"].addresses[0].display_name == invited.person.name
        assert f"Kære {invited.person.name}\n" in text
        assert letter["Subject"] == "Din invitation til Fælles om ledelse"
        assert text.rstrip().endswith("Venlig hilsen\nVibeke Strøm og Jonas Enggaard")
        assert letter["Reply-To"].addresses[0].addr_spec == "vibeke.stroem@strandby.example"
        tokens.add(link_in(text))
    assert len(tokens) == len({str(smtp.letter(email)["Message-ID"]) for email in leaders}) == 38
    assert all(content.isascii() for _, content in smtp.letters)


def test_no_link_is_kept_shown_or_logged(post: Post, smtp: Smtp, caplog: pytest.LogCaptureFixture) -> None:
    views: list[Any] = []

    async def story() -> None:
        views.append(await mailing_api.letters(post.house, post.cohort, INVITATION))
        await post.start()
        await post.done()
        views.append([await post.told(kind) for kind in MailingKind])

    run(story(), post)
    kept = b"".join(path.read_bytes() for path in post.house.settings.data.rglob("*") if path.is_file())
    for email in post.leaders():
        token = link_in(text_of(smtp, email))
        assert token.encode() not in kept
        assert token not in str(views) + caplog.text


def test_refusals_are_told_in_plain_words_and_what_is_put_off_arrives(post: Post, smtp: Smtp) -> None:
    emails = sorted(post.leaders())
    smtp.refused = {
        emails[0]: "550 5.1.1 no such user",
        emails[1]: "552 5.2.2 mailbox full",
        emails[2]: "554 5.7.1 rejected",
    }
    smtp.put_off = dict.fromkeys(emails[3:8], 2)
    old = post.house.store.invitations.invite(post.leaders()[emails[0]], "demo")

    async def story() -> None:
        await post.start(sure=True)
        standing = await post.done()
        assert (standing["counts"]["sent"], standing["counts"]["refused"]) == (35, 3)
        record = {each["email"]: each for each in (await post.told())["record"]}
        told = {"mailing", "number", "name", "email", "about", "state", "words", "why", "day", "again"}
        assert {frozenset(each) for each in record.values()} == {frozenset(told)}
        reasons = [record[email]["why"] for email in emails[:3]]
        assert [each.partition(". ")[0] for each in reasons] == [
            "Adressen findes ikke hos modtageren",
            "Modtagerens postkasse er fuld",
            "Modtagerens mailserver ville ikke tage imod",
        ]
        assert "550 5.1.1 no such user" in reasons[0]
        assert [record[email]["again"] for email in emails[:4]] == [True, True, True, False]
        people = {each["email"]: each["chosen"] for each in (await post.told())["people"]}
        assert not any(people[email] for email in emails)

    run(story(), post)
    assert sorted(smtp.receivers) == emails[3:]
    assert post.house.store.invitations.find(old) is not None, "who is refused keeps the link they had"


def test_who_is_put_off_for_too_long_is_told_and_can_be_tried_again(post: Post, smtp: Smtp) -> None:
    email, person = next(iter(post.leaders().items()))
    smtp.put_off = {email: 4}

    async def story() -> None:
        await post.start(people={person})
        await post.done()
        (line,) = (await post.told())["record"]
        assert line["why"].startswith("Modtagerens mailserver tog ikke imod, selv om vi prøvede flere gange.")
        await mailing_api.again(post.house, post.cohort, line["mailing"], line["number"])
        await post.done()

    run(story(), post)
    assert smtp.receivers == [email]
    assert str(smtp.letter(email)["Message-ID"]).partition("@")[0].endswith(".0.1")


def test_a_server_that_hangs_up_after_ten_is_called_again_and_nobody_gets_two(post: Post, smtp: Smtp) -> None:
    smtp.hang_up_after = 10

    async def story() -> None:
        await post.start()
        assert (await post.done())["counts"]["sent"] == 38

    run(story(), post)
    assert sorted(smtp.receivers) == sorted(post.leaders())


def test_a_letter_that_was_taken_without_a_word_is_uncertain_until_a_human_asks(post: Post, smtp: Smtp) -> None:
    email, person = sorted(post.leaders().items())[5]
    smtp.silent = {email}

    async def story() -> None:
        await post.start()
        assert (await post.done())["counts"] | {"sent": 37, "uncertain": 1} == (await post.told())["mailing"]["counts"]
        entry = next(each for each in (await post.told())["people"] if each["person"] == person)
        assert entry["note"].startswith("Måske sendt")
        assert not entry["chosen"]
        line = next(each for each in (await post.told())["record"] if each["email"] == email)
        smtp.silent = set()
        await mailing_api.again(post.house, post.cohort, line["mailing"], line["number"])
        await post.done()

    run(story(), post)
    assert sorted(smtp.receivers) == sorted([*post.leaders(), email])
    tokens = [link_in(content.decode()) for to, content in smtp.letters if to == email]
    assert [post.house.store.invitations.find(token) is not None for token in tokens] == [False, True]


def test_a_mail_server_that_is_away_costs_no_link_and_the_mailing_waits_for_a_human(post: Post, smtp: Smtp) -> None:
    email, person = next(iter(post.leaders().items()))
    token = post.house.store.invitations.invite(person, "demo")
    smtp.busy = True

    async def story() -> None:
        await post.start(people={person}, sure=True)
        standing = await post.paused()
        assert standing["words"].startswith("Mailserveren tager ikke imod. Intet er tabt.")
        assert post.house.store.invitations.find(token) is not None
        smtp.busy = False
        await post.steer("resume")
        await post.done()

    run(story(), post)
    assert smtp.receivers == [email]
    assert post.house.store.invitations.find(token) is None


def test_a_mail_server_that_refuses_our_own_address_stops_the_mailing_at_once(post: Post, smtp: Smtp) -> None:
    smtp.no_sender = True

    async def story() -> None:
        await post.start()
        standing = await post.paused()
        assert "vil ikke sende fra vores afsenderadresse" in standing["words"]
        assert standing["counts"]["waiting"] == 38

    run(story(), post)


def test_a_mailing_can_be_paused_dropped_and_there_is_one_at_a_time(post: Post, smtp: Smtp) -> None:
    async def story() -> None:
        smtp.gate.clear()
        await post.start()
        await post.until(lambda standing: standing["counts"]["sending"] == 1)
        paused = await post.steer("pause")
        assert paused["mailing"]["words"] == "Udsendelsen er sat på pause."
        smtp.gate.set()
        await post.until(lambda standing: standing["counts"]["sent"] == 1)
        with pytest.raises(Exception, match="udsendelse i gang"):
            await post.start(sure=True)
        await post.steer("resume")
        await post.until(lambda standing: standing["counts"]["sent"] > 3)
        await post.steer("pause")
        await post.steer("drop")
        counts = (await post.done())["counts"]
        assert counts["sent"] + counts["unneeded"] == 38
        assert counts["unneeded"]

    run(story(), post)
    assert len(set(smtp.receivers)) == len(smtp.receivers)


def test_whoever_had_a_link_today_is_asked_about_and_who_begins_meanwhile_gets_none(post: Post, smtp: Smtp) -> None:
    (first, one), (second, other), *_ = sorted(post.leaders().items())
    post.house.store.invitations.invite(one, "demo")

    async def story() -> None:
        with pytest.raises(Refused) as refused:
            await post.start(people={one, other})
        assert refused.value.code == "fresh"
        assert "har allerede fået et link i dag" in refused.value.words
        assert len(refused.value.extra["names"]) == 1
        post.now += timedelta(days=1)
        smtp.put_off = {second: 1}
        await post.start(people={one, other})
        post.enrol(second)
        assert (await post.done())["counts"]["unneeded"] == 1

    run(story(), post)
    assert smtp.receivers == [first]


def test_a_reminder_names_what_one_must_do_and_nothing_else(post: Post, smtp: Smtp) -> None:
    emails = sorted(post.leaders())[:3]
    ids = [post.enrol(email) for email in emails]
    manifest = post.cohort.manifest
    countable = [step for step in manifest.steps if step.kind not in (StepKind.WELCOME, StepKind.ANNEX)]
    marks = post.house.store.progress
    for step in countable:
        marks.mark(ids[1], "demo", step.name, True)
        if step.name != "forberedelse-2":
            marks.mark(ids[2], "demo", step.name, True)

    async def story() -> None:
        told = await post.told(REMINDER)
        assert [each["email"] for each in told["people"]] == [emails[0], emails[2]]
        await post.start(REMINDER, set(ids))
        await post.done(REMINDER)
        with pytest.raises(Refused) as refused:
            await post.start(REMINDER, set(ids))
        assert "har allerede fået en påmindelse i dag" in refused.value.words

    run(story(), post)
    assert smtp.receivers == [emails[0], emails[2]]
    text = text_of(smtp, emails[2])
    assert re.findall(r"http\S+", text) == [f"{post.house.settings.origin}/hold/demo/forberedelse-2"]
    assert "Forberedelse 2: Fra råstof til udkast, " in text
    others = [each.person.name for each in post.house.store.people.members("demo") if each.person.email != emails[2]]
    assert not [name for name in others if name in text.partition("Passer tiden")[0]]
    assert smtp.letter(emails[2])["Subject"] == "Fælles om ledelse: et trin venter på dig"
    assert len(re.findall("/hold/demo/", text_of(smtp, emails[0]))) == sum(
        (step.opens or NOW.date()) <= post.house.today() for step in countable
    )


def test_a_group_that_meets_later_is_not_reminded_before_its_own_day(post: Post) -> None:
    email = sorted(post.leaders())[0]
    person = post.enrol(email)
    group = next(each.group for each in post.house.store.people.members("demo") if each.person.id == person)
    (before,) = causes(post.house, post.cohort, REMINDER)
    assert "workshop-2" in before.steps
    post.house.store.progress.move_date("demo", group, "workshop-2", post.house.today() + timedelta(days=1))
    (after,) = causes(post.house, post.cohort, REMINDER)
    assert set(before.steps) - set(after.steps) == {"workshop-2"}


def test_everyone_hears_of_an_evaluation_alike_whether_they_have_answered_or_not(post: Post, smtp: Smtp) -> None:
    emails = sorted(post.leaders())[:6]
    ids = [post.enrol(email) for email in emails]
    evaluations, today = post.house.store.evaluations, post.house.today()
    assert causes(post.house, post.cohort, EVALUATION) == []
    wave = evaluations.plan("demo", "Midtvejs", today, today + timedelta(days=13), today)
    evaluations.answer("demo", wave, ids[0], Response(4, ("Alt", "", "", "")), today)

    async def story() -> None:
        told = await post.told(EVALUATION)
        assert [(each["email"], each["chosen"]) for each in told["people"]] == [(email, True) for email in emails]
        await post.start(EVALUATION, set(ids[:5]))
        await post.done(EVALUATION)
        assert {line["about"][0] for line in (await post.told(EVALUATION))["record"]} == {"Midtvejs"}
        with pytest.raises(Refused) as refused:
            await post.start(EVALUATION, {ids[0]})
        assert "har allerede fået en mail om evalueringen i dag" in refused.value.words
        for person in ids[1:5]:
            evaluations.answer("demo", wave, person, Response(4, ("Alt", "", "", "")), today)
        evaluations.close("demo", wave, today)
        assert (await post.told(EVALUATION))["people"] == []

    run(story(), post)
    assert smtp.receivers == emails[:5]
    one, other = (text_of(smtp, email).partition("\n\n")[2] for email in emails[:2])
    assert one == other
    assert f"{post.house.settings.origin}/hold/demo/evaluering" in one


def move(post: Post, group: str, step: str, days: int) -> date:
    """A group moves a workshop to so many days from now."""
    day = post.house.today() + timedelta(days=days)
    post.house.store.progress.move_date("demo", group, step, day)
    return day


def events(smtp: Smtp, since: int) -> dict[str, tuple[str, Any]]:
    """The method and the event of each letter's calendar, by receiver; the ``ical`` library reads them."""
    found = {}
    for to, _ in smtp.letters[since:]:
        part = smtp.letter(to).get_body(("calendar",))
        assert part is not None
        assert (part.get_content_type(), part.get_content_charset()) == ("text/calendar", "utf-8")
        calendar = IcsCalendarStream.calendar_from_ics(str(part.get_content()))
        assert part.get_param("method") == calendar.method
        (event,) = calendar.events
        found[to] = (str(calendar.method), event)
    return found


def test_calendars_are_told_of_workshops_once_and_again_only_where_something_changed(post: Post, smtp: Smtp) -> None:
    group = "7"
    members = sorted(each.person.email for each in post.house.store.people.members("demo") if each.group == group)
    ids = {each: person for each, person in post.leaders().items() if each in members}
    for other in {each.group for each in post.house.store.people.members("demo")} - {group, ""}:
        for step in ("workshop-1", "workshop-2", "workshop-3", *SEMINARS):
            move(post, other, step, -5)
    for step in ("workshop-1", "workshop-2", *SEMINARS):
        move(post, group, step, -5)
    day = move(post, group, "workshop-3", 10)

    async def send(expected: int) -> dict[str, tuple[str, Any]]:
        since = len(smtp.letters)
        if expected:
            await post.start(CALENDAR, {each["person"] for each in (await post.told(CALENDAR))["people"]})
            await post.done(CALENDAR)
        else:
            assert (await post.told(CALENDAR))["people"] == []
        assert len(smtp.letters) - since == expected
        return events(smtp, since)

    async def story() -> None:
        first = await send(len(members))
        assert sorted(first) == members
        for method, event in first.values():
            assert (method, event.sequence, event.summary) == ("REQUEST", 0, "Workshop 3: Sig det højt")
            assert str(event.dtstart)[:10] == day.isoformat()
            assert event.location == step_of(post, "workshop-3").place
            assert sorted(str(each.uri).removeprefix("mailto:") for each in event.attendees) == members
            assert str(event.organizer.uri) == "mailto:vibeke.stroem@strandby.example"
        uid = next(iter(first.values()))[1].uid
        await send(0)
        assert sorted(off_without(post, "workshop-3")) == members
        later = move(post, group, "workshop-3", 12)
        for method, event in (await send(len(members))).values():
            assert (method, event.sequence, event.uid, str(event.dtstart)[:10]) == ("REQUEST", 1, uid, later.isoformat())
        assert "Ændret: Workshop 3" in smtp.letter(members[0])["Subject"]
        await send(0)
        leave(post, members[0])
        ((who, (method, event)),) = (await send(1)).items()
        assert (who, method, event.sequence, event.uid) == (members[0], "CANCEL", 2, uid)
        assert [str(each.uri) for each in event.attendees] == [f"mailto:{members[0]}"]
        await send(0)
        post.house.store.people.adopt(post.cohort.manifest, post.cohort.roster)
        ((who, (method, event)),) = (await send(1)).items()
        assert (who, method) == (members[0], "REQUEST")
        assert event.sequence > 2
        await send(0)

    run(story(), post)
    assert set(ids) == set(members)


def off_without(post: Post, step: str) -> list[str]:
    """Whose calendar would be told that a meeting is off if the step were dropped."""
    manifest = post.cohort.manifest
    left = tuple(each for each in manifest.steps if each.name != step)
    dropped = replace(post.cohort, manifest=replace(manifest, steps=left))
    found = causes(post.house, dropped, CALENDAR)
    assert all(each.mark is not None and each.mark.cancelled and each.steps == (step,) for each in found)
    return [each.person.email for each in found]


def step_of(post: Post, name: str) -> Step:
    step = post.cohort.manifest.step(name)
    assert step is not None
    return step


def leave(post: Post, email: str) -> None:
    """Someone is taken off the list of participants."""
    roster = post.cohort.roster
    left = tuple(each for each in roster.participants if each.email != email)
    post.house.store.people.adopt(post.cohort.manifest, type(roster)(roster.gathering, left))


def test_an_uncertain_calendar_is_offered_but_not_chosen(post: Post, smtp: Smtp) -> None:
    group = "7"
    members = [each for each in post.house.store.people.members("demo") if each.group == group]
    move(post, group, "workshop-3", 10)
    smtp.silent = {members[0].person.email}

    async def story() -> None:
        await post.start(CALENDAR, {each.person.id for each in members})
        await post.done(CALENDAR)
        entries = {each["email"]: each for each in (await post.told(CALENDAR))["people"]}
        assert not entries[members[0].person.email]["chosen"]
        assert not any(each.person.email in entries for each in members[1:])

    run(story(), post)


def test_a_disk_that_is_full_loses_nothing_and_sends_nothing_twice(post: Post, smtp: Smtp) -> None:
    """The files of this process may not grow for a while: SQLite then answers as it does on a full disk."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    async def story() -> None:
        smtp.gate.clear()
        await post.start()
        assert await asyncio.to_thread(smtp.held.wait, PATIENCE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, limit[1]))
        smtp.gate.set()
        standing = await post.paused()
        assert "Serveren kan ikke skrive i sin database" in standing["words"]
        with pytest.raises(Refused) as refused:
            await post.steer("resume")
        assert refused.value.code == "store"
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        await post.steer("resume")
        assert (await post.done())["counts"]["sent"] == 38

    try:
        run(story(), post)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    assert sorted(smtp.receivers) == sorted(post.leaders())


def test_a_stop_lets_the_mail_under_way_be_the_last_and_the_next_start_finds_the_rest(post: Post, smtp: Smtp) -> None:
    async def story() -> None:
        await post.start()
        await post.until(lambda standing: standing["counts"]["sent"] > 3)

    run(story(), post)
    assert set(post.states().values()) == {LineState.SENT, LineState.WAITING}
    post.house.store.mailings.recover()

    async def next_day() -> None:
        assert (await post.told())["mailing"]["words"].startswith("Serveren blev startet igen")
        await post.steer("resume")
        await post.done()

    post.house.sending = mailing.Sending()
    run(next_day(), post)
    assert sorted(smtp.receivers) == sorted(post.leaders())


def test_a_mail_server_that_says_nothing_holds_no_stop_up(post: Post, smtp: Smtp) -> None:
    async def story() -> None:
        smtp.gate.clear()
        await post.start()
        assert await asyncio.to_thread(smtp.held.wait, PATIENCE)
        begun = clock_time.monotonic()
        await post.house.finish(0.2)
        assert clock_time.monotonic() - begun < 2
        smtp.gate.set()

    run(story(), post)
    assert sorted(set(post.states().values())) == [LineState.UNCERTAIN, LineState.WAITING]


def test_mailings_are_for_facilitators_alone(server: Server, signed_in: Callable[[Someone], Client]) -> None:
    anna, vibeke, gerda = (signed_in(who) for who in (ANNA, VIBEKE, GERDA))
    person = next(each["person"] for each in vibeke.get("/api/demo/mailings").json()["invitation"]["people"])
    for route, body in (
        ("mailings/start", {"kind": "invitation", "people": [person]}),
        ("mailings/resume", {"kind": "invitation"}),
        ("mailings/again", {"mailing": "0" * 32, "number": 0}),
        ("cards", {"people": [person]}),
    ):
        assert anna.post(f"/api/demo/{route}", json=body).status_code == 403
        assert gerda.post(f"/api/demo/{route}", json=body).status_code == 404
    for route in ("mailings", "mailings/letters?slags=reminder"):
        assert [who.get(f"/api/demo/{route}").status_code for who in (anna, vibeke, gerda)] == [403, 200, 404]
    assert vibeke.get("/api/demo/mailings/letters?slags=andet").status_code == 400
    assert vibeke.post("/api/demo/mailings/again", json={"mailing": "0" * 32, "number": 0}).status_code == 404


def test_without_a_mail_server_the_mails_lie_in_the_outbox(tmp_path: Path, all_open: Path) -> None:
    post = Post(open_here(tmp_path / "data", all_open, None))

    async def story() -> None:
        await post.start()
        await post.done()
        assert (await post.told())["outbox"]

    run(story(), post)
    assert len(list((tmp_path / "data/udbakke").glob("*.eml"))) == 38
    post.house.close()


def test_printed_cards_have_new_links_for_those_who_have_not_begun(post: Post) -> None:
    (_, one), (_, other), *_ = sorted(post.leaders().items())
    token = post.house.store.invitations.invite(one, "demo")

    async def story() -> None:
        with pytest.raises(Refused, match="409"):
            await mailing_api.printed(post.house, post.cohort, {one, other}, False, "en")
        made = await mailing_api.printed(post.house, post.cohort, {one, other}, True, "en")
        assert (made.pdf[:5], sorted(made.people), made.mail_only) == (b"%PDF-", sorted([one, other]), [])

    run(story(), post)
    assert post.house.store.invitations.find(token) is None


def test_nobody_sees_a_link_of_someone_who_is_in_another_gathering_too(post: Post) -> None:
    """Not even whoever puts a stranger's address in a list of their own. The link that was mailed stays good."""
    (email, one), (_, other), *_ = sorted(post.leaders().items())
    person = post.house.store.people.person(one)
    assert person is not None
    mailed = post.house.store.invitations.invite(one, "demo")
    theirs = Roster("andet", (Participant(email, person.name, Role.LEADER),))
    post.house.store.people.adopt(replace(post.cohort.manifest, gathering="andet", safe_key=None), theirs)

    async def story() -> None:
        entries = {each["person"]: each["mail_only"] for each in (await post.told())["people"]}
        assert [entries[one], entries[other]] == [True, False]
        for people in ({one}, {one, other}):
            with pytest.raises(Refused, match="409") as refused:
                await mailing_api.printed(post.house, post.cohort, people, True, "en")
            assert refused.value.words.startswith(f"{person.name} er eller har været med på et andet hold")
        made = await mailing_api.printed(post.house, post.cohort, None, True, "en")
        assert (len(made.people), one in made.people, made.mail_only) == (39, False, [person.name])

    run(story(), post)
    assert post.house.store.invitations.find(mailed) is not None


def test_kill_in_the_midst_and_resume_sends_nobody_two(launch: Callable[[], Server], smtp: Smtp) -> None:
    server = launch()
    began = operation.mailing(server.settings, "demo", "invitation", "start")
    assert began["mailing"]["total"] == 40  # 38 leaders and two facilitators
    wait_for(lambda: len(smtp.letters) >= 12)
    smtp.gate.clear()
    assert smtp.held.wait(PATIENCE)
    server.kill()
    smtp.gate.set()

    server = launch()
    told = operation.mailing(server.settings, "demo", "invitation", "told")
    assert told["mailing"]["state"] == "paused"
    assert told["mailing"]["words"].startswith("Serveren blev startet igen")
    assert told["mailing"]["counts"]["uncertain"] == 1
    (uncertain,) = [each["email"] for each in told["record"] if each["state"] == "uncertain"]
    operation.mailing(server.settings, "demo", "invitation", "resume")
    wait_for(lambda: operation.mailing(server.settings, "demo", "invitation", "told")["mailing"]["state"] == "done")
    assert len(smtp.receivers) == len(set(smtp.receivers))
    assert set(smtp.receivers) | {uncertain} == {each["email"] for each in told["record"]}


def test_the_command_line_shows_sends_asks_and_prints(
    tmp_path: Path, launch: Callable[[], Server], smtp: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = launch()
    monkeypatch.setenv("FAELLESLEDELSE_DATA", str(server.settings.data))
    monkeypatch.setenv("FAELLESLEDELSE_PORT", str(server.settings.port))

    def run(*words: str, answer: str = "") -> str:
        done = CliRunner().invoke(cli.app, list(words), input=answer)
        return f"{done.output}{done.exception or ''}"

    henrik = "henrik.damsgaard@strandby.example"
    shown = run("inviter", "demo", "--prøv", "--email", henrik)
    assert f"Til: Henrik Damsgaard <{henrik}>\nEmne: Din invitation til Fælles om ledelse\n" in shown
    assert "1 mail ville blive sendt. Intet er sendt." in shown
    assert smtp.letters == []
    for nobody in (run("mind", "demo", "--prøv"), run("mind", "demo")):
        assert "Ingen er kommet ind endnu. Invitér dem: faellesledelse inviter demo" in nobody
        assert "0 mails" not in nobody
    smtp.refused = {"lone.vestergaard@strandby.example": "550 5.1.1 no such user"}
    sent = run("inviter", "demo")
    assert "Sender 40 mails." in sent
    assert "Afvist: Lone Vestergaard <lone.vestergaard@strandby.example>. Adressen findes ikke hos modtageren." in sent
    assert "39 mails er sendt." in sent
    for answer, letters in (("nej\n", 39), ("ja\n", 40)):
        asked = run("inviter", "demo", "--email", henrik, answer=answer)
        assert "Henrik Damsgaard har allerede fået et link i dag." in asked
        assert len(smtp.letters) == letters
    cards = tmp_path / "kort.pdf"
    assert "kort.pdf er skrevet med 1 kort." in run(
        "inviter", "demo", "--email", henrik, "--kort", str(cards), answer="ja\n"
    )
    assert (cards.read_bytes()[:5], cards.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
    assert "findes allerede" in run("inviter", "demo", "--kort", str(cards))
    links = run("inviter", "demo", "--email", henrik, "--vis-links")
    assert "Enhver, der ser et link, kan bruge det i lederens navn." in links
    server.client().post("/api/enrol", json={"token": link_in(links), "pass_phrase": PHRASE}).raise_for_status()
    assert "har allerede adgang og har fået et nyt adgangslink" in run("inviter", "demo", "--email", henrik)
    assert "/ny-adgang#" in text_of(smtp, henrik)
    assert "har allerede adgang. Uden --prøv bliver der sendt" in run("inviter", "demo", "--prøv", "--email", henrik)
    assert "Forberedelse 1: Hvor kommer din ledelse fra?" in run("mind", "demo", "--prøv")
    assert "1 mail er sendt." in run("mind", "demo")
    assert "Vælg kun én" in run("inviter", "demo", "--prøv", "--vis-links")
    assert "intet hold" in run("inviter", "findes-ikke")


def test_the_command_line_tells_of_a_mail_server_that_does_not_answer(
    launch: Callable[[], Server], smtp: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, with when it is tried again; whoever stops the command stops nothing, and can follow it again."""
    server = launch()
    environment = os.environ | {
        "FAELLESLEDELSE_DATA": str(server.settings.data),
        "FAELLESLEDELSE_PORT": str(server.settings.port),
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-m", "fællesledelse", "inviter", "demo", "--email", "henrik.damsgaard@strandby.example"]
    smtp.busy = True
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # the tests may themselves run in the background
    ) as inviting:
        assert inviting.stdout is not None
        bound = Timer(60, inviting.kill)
        bound.start()
        lines = []
        for line in inviting.stdout:
            lines.append(line)
            if "stadig" in line:
                inviting.send_signal(signal.SIGINT)
        bound.cancel()
    assert lines[0] == "Sender 1 mail.\n"
    assert re.fullmatch(r"Mailserveren svarer ikke. Intet er tabt, .* prøver igen kl. \d\d.\d\d.\d\d.\n", lines[1])
    assert "også hvis du stopper kommandoen med Ctrl-C" in lines[2]
    assert sum("Mailserveren svarer ikke." in line for line in lines) == 1
    assert lines[-1].startswith("Serveren sender videre.")
    smtp.busy = False
    followed = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert "1 mail er sendt." in followed.stdout
    assert smtp.receivers == ["henrik.damsgaard@strandby.example"]


def test_where_no_bar_is_seen_a_line_comes_for_each_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    stands = [{"over": over, "total": 12, "state": "under-way", "next_try": None} for over in range(12)]
    stands[7]["next_try"] = "10.00.00"
    stands[9]["next_try"] = "10.00.09"  # something has gone in between
    counts = {"sent": 12, "refused": 0, "uncertain": 0}
    stands.append({"id": "a", "over": 12, "total": 12, "state": "done", "next_try": None, "counts": counts})
    answers = iter(stands)
    told = {"people": [], "record": [], "outbox": False, "begun": [], "leaders": 12}
    monkeypatch.setattr(operation, "mailing", lambda *_, **__: told | {"mailing": next(answers)})
    monkeypatch.setattr(mail_commands.time, "sleep", lambda _: None)
    lines = CliRunner().invoke(cli.app, ["mind", "demo"]).output.splitlines()
    assert lines[0] == "Der er en udsendelse i gang, og der begynder ingen ny. Her kan du følge den."
    assert [line for line in lines if "Sender" in line or "klaret" in line] == [
        "Sender 12 mails.",
        "3 af 12 mails er klaret.",
        "6 af 12 mails er klaret.",
        "9 af 12 mails er klaret.",
    ]
    assert len([line for line in lines if "Mailserveren svarer" in line]) == 1
    assert lines[-1] == "12 mails er sendt."


@pytest.mark.parametrize(
    ("leaders", "begun", "why", "not_there"),
    [
        (0, 0, "Der er ingen ledere på holdet endnu.", "inviter"),
        (3, 0, "Ingen er kommet ind endnu. Invitér dem: faellesledelse inviter demo", "bagud"),
        (3, 2, "2 af 3 ledere er kommet ind. De andre får ingen påmindelse", "Ingen er kommet"),
        (3, 3, "Ingen er bagud", "inviter"),
    ],
)
@pytest.mark.parametrize("dry", [["--prøv"], []])
def test_where_nobody_can_be_reminded_the_command_says_why(
    monkeypatch: pytest.MonkeyPatch, leaders: int, begun: int, why: str, not_there: str, dry: list[str]
) -> None:
    told = {"letters": [], "people": [], "mailing": None, "begun": [{}] * begun, "leaders": leaders}
    monkeypatch.setattr(operation, "mailing", lambda *_, **__: told)
    output = CliRunner().invoke(cli.app, ["mind", "demo", *dry]).output
    assert why in output
    assert not_there not in output


def test_the_letters_of_a_cohort_that_is_not_filled_in_have_no_holes(post: Post) -> None:
    """As ``hold ny MAPPE --facilitator`` makes it: one facilitator, no organisation, and the folder's name."""
    vibeke = Participant(VIBEKE.email, VIBEKE.name, Role.FACILITATOR)
    manifest = replace(post.cohort.manifest, name="foraar-2026", organisation="")
    person = Person("p", VIBEKE.email, VIBEKE.name)
    for roster, role, words in (
        (Roster("demo", (vibeke,)), Role.FACILITATOR, "Du er facilitator på foraar-2026. Her er"),
        (Roster("demo", ()), Role.LEADER, "Du er med i foraar-2026. Her er"),
    ):
        writer = Writer(replace(post.cohort, manifest=manifest, roster=roster), "https://a.example", NOW)
        wave = Wave("w", "Midtvejs", NOW.date(), NOW.date(), False, 1, None, None)
        invited = writer.invite(person, role, "LINK")
        assert words in invited.text
        due = Due("Et trin", NOW.date(), "https://a.example/trin")
        for letter in (invited, writer.remind(person, [due]), writer.ask(person, wave)):
            assert letter.text.endswith("Venlig hilsen\nforaar-2026\n")
            assert not re.search(r"  | \.|\n\n\n", letter.text), letter.text


def test_an_invitation_tells_what_one_is_invited_to(post: Post) -> None:
    for kind, words in ((GatheringKind.SALON, "intet at forberede"), (GatheringKind.NETWORK, "dele en sag med de andre")):
        manifest = replace(post.cohort.manifest, kind=kind)
        writer = Writer(replace(post.cohort, manifest=manifest), "https://a.example", NOW)
        text = writer.invite(Person("p", VIBEKE.email, VIBEKE.name), Role.LEADER, "LINK").text
        assert words in text
        assert "ledelsesgrundlag" not in text
        assert not re.search(r"  | \.|\n\n\n", text), text


def test_letters_leave_as_they_are_and_addresses_as_mail_servers_write_them(tmp_path: Path, smtp: Smtp) -> None:
    mailer = Mailer(Settings(tmp_path, "", smtp=smtp.address, sender="ledelse@strandby.example"))
    text = ".\n..to\n" + "Blåbærgrød " * 200 + "\n.\n"
    letter = Letter("Åse Ørsted-Æbelø", "aase@grønby.example", "Sjælden » æøå", text, NOW, (("Øjvind", "oe@blåby.example"),))
    post = mailer.open()
    post.deliver(letter.email, lambda: mailer.message(letter, "k"))
    with pytest.raises(MailRefused, match="553"):
        post.deliver("søren@strandby.example", lambda: mailer.message(letter, "k"))
    post.deliver("bo@strandby.example", lambda: mailer.message(letter, "k"))
    post.close()
    assert smtp.receivers == ["aase@xn--grnby-wua.example", "bo@strandby.example"]
    found = smtp.letter("bo@strandby.example")
    assert text_of(smtp, "bo@strandby.example") == text
    assert (found["Subject"], found["To"].addresses[0].display_name) == (letter.subject, letter.name)
    assert found["Message-ID"] == "<k@strandby.example>"
