"""A network lives for years on the real builder, shelf and store, with a clock that is moved one day at a time.

Leaders join and leave, meetings are held, evaluations answered, and every decision is taken when the software tells of it:
talked over at a meeting first, kept on its day. What happened is noted, for tests to look at.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from fællesledelse.cohort import days
from fællesledelse.cohort.build import build, prepare
from fællesledelse.cohort.folder import check
from fællesledelse.cohort.groups import propose
from fællesledelse.cohort.skeleton import lay
from fællesledelse.errors import AnswerError
from fællesledelse.model import Choice, DecisionKind, Network
from fællesledelse.server.attendance import attended
from fællesledelse.server.evaluation_api import told
from fællesledelse.server.evidence import read
from fællesledelse.server.house import House
from fællesledelse.server.life import due
from fællesledelse.server.life_api import check_open
from fællesledelse.server.run import open_house
from fællesledelse.server.shelf import Cohort
from fællesledelse.settings import read as settings
from fællesledelse.store import Decision, Response, Room, Unlocked
from fællesledelse.store.people import CASE
from tests.live import PHRASE

from .rota import in_turn, placed

NAME = "netvaerk"
FIRST = date(2027, 1, 11)
MONTHS = (1, 2, 4, 5, 9, 10, 11)
"""The months of a year in which the network meets: seven times, and not in the summer."""

DEPARTMENTS = ("Børn og Unge", "Teknik og Miljø", "Social og Sundhed", "Kultur og Fritid", "Beskæftigelse", "Stab")
COMES, IN_THE_ROOM = 0.85, 0.7  # how likely a leader is there, and in the group's room rather than marking it afterwards
RESTARTED = "At bære en reform sammen"  # what the network is for from then on
FEW = 4  # answers to the first evaluation: one too few

CHOICES = {
    DecisionKind.EVALUATION: Choice.CHANGE,
    DecisionKind.TRIAL: Choice.CONTINUE,
    DecisionKind.ROTATION: Choice.ROTATE,
    DecisionKind.RESTART: Choice.RESTART,
    DecisionKind.END: Choice.STOP,
}


@dataclass
class Leader:
    """A line of the roster."""

    email: str
    department: str
    group: str = ""
    earlier: list[str] = field(default_factory=list)
    duties: tuple[list[str], list[str], list[str]] = field(default_factory=lambda: ([], [], []))
    came: date = FIRST


@dataclass
class Noted:
    """What happened. ``told``: each decision, the day it was told of as due first, and the day it was kept.

    ``together``: how many meetings each pair was at in one group. ``waited``: at how many meetings who is new had no group.
    ``late``: what was due before it had been talked over. ``answered``: how many answered each evaluation.
    """

    told: list[tuple[DecisionKind, date, date]] = field(default_factory=list)
    refused: int = 0
    together: dict[frozenset[str], int] = field(default_factory=dict)
    waited: dict[str, int] = field(default_factory=dict)
    present: dict[str, set[str]] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    left: list[Leader] = field(default_factory=list)
    late: list[tuple[DecisionKind, date]] = field(default_factory=list)


class Years:
    """The network, from its first day to ``until``. ``rotate``: its groups are mixed anew when that is to be decided."""

    def __init__(self, place: Path, until: date, rotate: bool, seed: int, seconds: float) -> None:
        self.folder, self.until, self.rotate, self.seconds = place / "hold", until, rotate, seconds
        self.random, self.today, self.noted = random.Random(seed), FIRST, Noted()
        self.leaders = [Leader(f"leder-{n:02}@by.example", DEPARTMENTS[n % 6]) for n in range(24)]
        self.meetings: list[tuple[str, date]] = []
        self.purpose = "At lære af hinanden"
        self.talked: dict[DecisionKind, date] = {}
        self.firsts: dict[DecisionKind, date] = {}
        self.changed = False
        self.shared: dict[str, Unlocked] = {}
        self._year(FIRST.year)
        self._lay()
        self._group(rotate=False)
        self._plan()
        build(self.folder)
        environment = {"FAELLESLEDELSE_DATA": str(place / "data")}
        self.house: House = open_house(settings(environment), [self.folder], lambda: self.now)
        self.cohort = self._served()

    @property
    def now(self) -> datetime:
        """Noon."""
        return datetime.combine(self.today, time(11), UTC)

    @property
    def kept(self) -> list[Decision]:
        """Every decision so far."""
        return self.house.store.decisions.all(NAME)

    def live(self) -> None:
        """All the days."""
        while self.today <= self.until:
            self._day()
            self.today += timedelta(days=1)

    def _day(self) -> None:
        if self.today.month == 1 and self.today.day == 2:
            self._year(self.today.year)
            self._plan()
            self._rebuild()
        if self.today.day == 28 and self.today.month in (3, 6, 12):
            self._people()
        for name, day in self.meetings:
            if day == self.today + timedelta(days=1):
                self._place()
            if day == self.today:
                self._meet(name)
        self._evaluate()
        self._decide()

    def _year(self, year: int) -> None:
        """Seven Tuesdays."""
        found = [date(year, month, 12) for month in MONTHS]
        tuesdays = [day + timedelta(days=(1 - day.weekday()) % 7) for day in found]
        self.meetings += [(f"moede-{year}-{n}", day) for n, day in enumerate(tuesdays, 1) if day <= self.until]

    def _people(self) -> None:
        """One leaves, and one who is new comes, without a group yet."""
        gone = self.leaders.pop(self.random.randrange(len(self.leaders)))
        self._share(gone)
        self.noted.left.append(gone)
        new = Leader(f"ny-{self.today}@by.example", gone.department, came=self.today)
        self.leaders.append(new)
        self.noted.waited[new.email] = 0
        self.changed = True
        self._rebuild()

    def _share(self, gone: Leader) -> None:
        """Whoever leaves first has shared a case, and another of the group has read it, and shared one too."""
        if self.noted.left or not gone.group:
            return
        stays = next(leader for leader in self.leaders if leader.group == gone.group)
        self.shared = {one.email: self._enrolled(one.email) for one in (gone, stays)}
        post, ids = self.house.store.parcels.post, {email: one.person.id for email, one in self.shared.items()}
        for unlocked in self.shared.values():
            post(unlocked, NAME, CASE, {"parts": []}, ids.values(), subject="meeting.moede-2027-1.case")
        assert [self.readable(email) for email in self.shared] == [{*ids.values()}] * 2

    def readable(self, email: str) -> set[str]:
        """The ids of those whose cases somebody can read."""
        found = self.house.store.parcels.opened(self.shared[email], NAME, CASE)
        return {each.author.id for each in found if each.content is not None}

    def _enrolled(self, email: str) -> Unlocked:
        person = self.house.store.people.find(email)
        assert person is not None
        return self.house.store.access.enrol(self.house.store.invitations.invite(person.id, NAME), PHRASE).unlocked

    def _place(self) -> None:
        """The day before a meeting who is new gets a group, and the duties of those who have left are given to others."""
        if not self.changed:
            return
        if not all(leader.group for leader in self.leaders):  # else the groups have been mixed since
            new = placed(check(self.folder))
            for leader in self.leaders:
                leader.group = new.get(leader.email, leader.group)
        self.changed = False
        self._plan()
        self._rebuild()

    def _plan(self) -> None:
        """Give out the duties that nobody has."""
        self._lay()
        built = prepare(self.folder)
        found = in_turn(built.manifest, built.roster, self.today)
        for leader in self.leaders:
            leader.duties = found[leader.email]
        self._lay()

    def _group(self, rotate: bool) -> None:
        """The groups as the composer proposes them."""
        found = propose(check(self.folder), 7, 9, rotate, self.seconds, number=3)
        now = {email: name for name, members in found.groups for email in members}
        for leader in self.leaders:
            if rotate:
                leader.earlier.append(leader.group or "-")
            leader.group = now[leader.email]
        self._lay()

    def _meet(self, meeting: str) -> None:
        """Those who come are in the room of their group, or mark the meeting themselves."""
        ids = {each.person.email: each.person.id for each in self.house.store.people.members(NAME)}
        groups: dict[str, list[Leader]] = {}
        for leader in self.leaders:
            if not leader.group:
                self.noted.waited[leader.email] += 1
            elif self.random.random() < COMES:
                groups.setdefault(leader.group, []).append(leader)
        self.noted.present[meeting] = {ids[one.email] for members in groups.values() for one in members}
        for group, members in groups.items():
            seated = [one for one in members if self.random.random() < IN_THE_ROOM]
            room = Room(1, 0, self.now, None, 0, tuple(ids[one.email] for one in seated), "")
            assert self.house.store.rooms.set(NAME, group, meeting, 0, room)
            for one in members:
                if one not in seated:
                    self.house.store.progress.mark(ids[one.email], NAME, meeting, True)
            for pair in combinations(sorted(one.email for one in members), 2):
                self.noted.together[frozenset(pair)] = self.noted.together.get(frozenset(pair), 0) + 1
        assert attended(self.house, self.cohort)[meeting] == self.noted.present[meeting]

    def _evaluate(self) -> None:
        """What the software proposes is opened on its day, and answered the next."""
        evaluations = self.house.store.evaluations
        if self.today.weekday() == 0:
            for offer in asyncio.run(told(self.house, self.cohort))["proposals"]:
                opens, closes = (date.fromisoformat(offer[key]) for key in ("opens", "closes"))
                if opens <= self.today + timedelta(days=6):
                    evaluations.plan(NAME, f"{offer['title']} {opens.year}", opens, closes, self.today)
        for wave in evaluations.all(NAME, self.today):
            if not wave.closed and wave.opens + timedelta(days=1) == self.today:
                self._answer(wave.id, wave.title)

    def _answer(self, wave: str, title: str) -> None:
        people = [each.person.id for each in self.house.store.people.members(NAME) if each.role.value == "leader"]
        many = FEW if not self.noted.answered else round(0.8 * len(people))
        tired = len(self.noted.answered) >= 2
        restart = "Fortroligheden", "Nye ansigter", "Vi gentager os selv", "Begynd forfra"
        texts = restart if tired else ("Roen", "Sager", "", "")
        for person in self.random.sample(people, many):
            response = Response(self.random.choice((1, 2, 3) if tired else (4, 5)), texts)
            self.house.store.evaluations.answer(NAME, wave, person, response, self.today)
        self.noted.answered[title] = many

    def _decide(self) -> None:
        """What is near is talked over at the next meeting; what is due then is decided, the restart before all else."""
        manifest = self.cohort.manifest
        found = due(manifest.network or Network(), manifest.starts, manifest.ends, self.today, self.kept, 3)
        if any(day == self.today for _, day in self.meetings):
            self.talked |= {each.kind: self.today for each in found if each.is_near(self.today)}
        ripe = [each for each in found if each.is_due(self.today)]
        for each in ripe:
            self.firsts.setdefault(each.kind, self.today)
            if each.kind not in self.talked and (each.kind, each.day) not in self.noted.late:
                self.noted.late.append((each.kind, each.day))
        ready = [each.kind for each in ripe if each.kind in self.talked]
        if ready:
            self._keep(DecisionKind.RESTART if DecisionKind.RESTART in ready else ready[0])
            self._decide()

    def _keep(self, kind: DecisionKind) -> None:
        """Without the dialogue it is refused; then with it."""
        choice = CHOICES[kind] if self._is_wanted(kind) else Choice.CONTINUE
        bare = Decision(0, kind, choice, self.today, "Jonas Enggaard", "Sådan vil vi det.")
        with pytest.raises(AnswerError, match="Dialogen mangler"):
            self.house.store.decisions.keep(NAME, bare)
        self.noted.refused += 1
        decision = Decision(0, kind, choice, self.today, bare.by, bare.reason, self.talked.pop(kind), "En runde på mødet")
        check_open(self.cohort.manifest, read(self.house, self.cohort), decision, self.today)
        self.house.store.decisions.keep(NAME, decision)
        self.noted.told.append((kind, self.firsts.pop(kind), self.today))
        self._follow(choice)

    def _is_wanted(self, kind: DecisionKind) -> bool:
        """Whether things change: the restart only where the last evaluation says that it is not worth the time."""
        if kind is not DecisionKind.RESTART:
            return self.rotate or kind is not DecisionKind.ROTATION
        waves = self.house.store.evaluations.all(NAME, self.today)
        worth = next(wave.result.worth for wave in waves if wave.result)
        return worth[1] + worth[2] > worth[4] + worth[5]

    def _follow(self, choice: Choice) -> None:
        """What the facilitator does then: nothing is done by itself."""
        if choice is Choice.RESTART:
            self.purpose = RESTARTED
            self.talked, self.firsts = {}, {}
        if choice in (Choice.ROTATE, Choice.RESTART) and self.rotate:
            self._group(rotate=True)
            over = {name for name, day in self.meetings if day <= self.today}
            for leader in self.leaders:
                leader.duties = tuple([name for name in each if name in over] for each in leader.duties)  # type: ignore[assignment]
            self._plan()
        if choice in (Choice.ROTATE, Choice.RESTART):
            self._rebuild()

    def _rebuild(self) -> None:
        self._lay()
        build(self.folder)
        self.cohort = self._served()

    def _served(self) -> Cohort:
        """The network as the server has it, which looks whether it was built anew."""
        found = asyncio.run(self.house.cohort(NAME))
        assert found is not None
        return found

    def _lay(self) -> None:
        """Write the folder's two files; its pages are there from the first time on."""
        steps = "".join(
            f"  - trin: {name}\n    titel: Møde {name[6:]}\n    dato: {days.written(day)}\n    minutter: 120\n"
            for name, day in self.meetings
        )
        text = _HOLD.format(
            starts=days.written(FIRST), ends=days.written(self.until - timedelta(days=3)), purpose=self.purpose, steps=steps
        )
        lines = ["navn;email;afdeling;niveau;gruppe;vært;ordstyrer;sag;tidligere grupper"]
        many = max(len(leader.earlier) for leader in self.leaders)
        for leader in self.leaders:
            duties = ";".join(f'"{"; ".join(each)}"' for each in leader.duties)
            earlier = [*["-"] * (many - len(leader.earlier)), *leader.earlier]
            name = leader.email.partition("@")[0].replace("-", " ").title()
            lines.append(f'{name};{leader.email};{leader.department};3;{leader.group};{duties};"{"; ".join(earlier)}"')
        people = "\n".join(lines) + "\n"
        if not self.folder.exists():
            lay(self.folder, text, people)
        (self.folder / "hold.yaml").write_text(text, encoding="utf-8")
        (self.folder / "deltagere.csv").write_text(people, encoding="utf-8")


_HOLD = """\
slags: netværk
hold: netvaerk
navn: Netværk for ledere
organisation: Strandby Kommune
starter: {starts}
slutter: {ends}
formål: {purpose}
facilitatorer:
  - navn: Jonas Enggaard
    email: jonas@by.example
trin:
  - trin: velkomst
    titel: Velkommen
    minutter: 3
{steps}privatliv:
  dataansvarlig: Strandby Kommune
nøgle_i_pengeskab: nej
"""


@contextmanager
def lived(place: Path, until: date, rotate: bool = True, seed: int = 7, seconds: float = 3.0) -> Iterator[Years]:
    """A network that has lived until that day; its house is open."""
    place.mkdir(parents=True, exist_ok=True)
    years = Years(place, until, rotate, seed, seconds)
    try:
        years.live()
        yield years
    finally:
        years.house.close()
