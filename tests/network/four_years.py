"""Four years of a network of 24 leaders in three groups, with and without rotation: ``python -m tests.network.four_years``.

About a minute on one core. What is promised is asserted, and the figures are printed.
"""

import sys
import tempfile
from datetime import date
from itertools import combinations
from pathlib import Path

from fællesledelse.model import DecisionKind
from fællesledelse.server.evidence import read
from fællesledelse.server.life import Stage

from .years import FIRST, NAME, RESTARTED, Leader, Years, lived

UNTIL = date(2031, 1, 13)
"""Three days after the network's last."""

STORY = (
    (DecisionKind.EVALUATION, date(2027, 10, 11)),
    (DecisionKind.TRIAL, date(2028, 1, 11)),
    (DecisionKind.ROTATION, date(2028, 1, 11)),
    (DecisionKind.EVALUATION, date(2028, 10, 11)),
    (DecisionKind.ROTATION, date(2029, 1, 11)),
    (DecisionKind.EVALUATION, date(2029, 10, 11)),
    (DecisionKind.RESTART, date(2030, 1, 11)),
    (DecisionKind.EVALUATION, date(2030, 10, 11)),
    (DecisionKind.END, date(2031, 1, 10)),
)
"""What is to be decided when, counted by hand: the restart begins the count again, so nothing is rotated that day."""

SPREAD = {True: 2, False: 1}
"""How much the duties of two who were there all along may differ, with rotation and without: whom one sits with then, has
had other turns.
"""


def check(years: Years, rotate: bool = True) -> None:
    """Everything that is promised of a network that has lived so."""
    noted = years.noted
    story = [each for each in STORY if each[1] <= years.until]
    told = [(kind, first) for kind, first, _ in noted.told if kind is not DecisionKind.END or years.until == UNTIL]
    assert told == story, "each decision is told of on its day, once"
    assert all(first == kept for _, first, kept in noted.told), "what was talked over in time is kept on its day"
    assert noted.late == [], "each was near for long enough to be talked over at a meeting"
    assert noted.refused == len(noted.told), "none is kept without a dialogue"
    assert set(noted.waited.values()) == {0}, "who is new sits in a group at the next meeting"
    for duty in range(3):
        many = [len(leader.duties[duty]) for leader in stayed(years)]
        assert max(many) - min(many) <= SPREAD[rotate], many
    waves = {wave.title: wave for wave in years.house.store.evaluations.all(NAME, years.today)}
    for title, many in noted.answered.items():
        assert waves[title].answered == (many if many >= 5 else None), "a count under five is nobody's business"
        assert (waves[title].result is None) == (many < 5)
    assert min(noted.answered.values()) < 5
    seen = read(years.house, years.cohort)
    assert {each.step: each.came for each in seen.evidence.meetings} == {
        step: len(present) for step, present in noted.present.items()
    }, "the evidence counts those who were there"
    assert seen.evidence.left == len(noted.left)
    assert seen.evidence.joined == len(noted.waited)
    for one, email in zip(("who left", "who stayed"), years.shared, strict=True):
        own = years.shared[email].person.id
        assert years.readable(email) <= {own}, f"{one} reads no other's case when one of them has left"
    if years.until == UNTIL:
        assert (seen.stage, seen.due) == (Stage.OVER, ())
        network = years.cohort.manifest.network
        assert network is not None
        assert network.purpose == RESTARTED, "the evaluation said restart, and it was"


def stayed(years: Years) -> list[Leader]:
    """Those who have been there all along."""
    return [leader for leader in years.leaders if leader.came == FIRST]


def met(years: Years) -> float:
    """The share of pairs of those who stayed that were at a meeting in one group."""
    pairs = [frozenset(one.email for one in pair) for pair in combinations(stayed(years), 2)]
    return sum(pair in years.noted.together for pair in pairs) / len(pairs)


def main(seed: int = 7) -> None:
    """Both ways of living."""
    shares = {}
    for rotate in (True, False):
        with tempfile.TemporaryDirectory() as place, lived(Path(place), UNTIL, rotate, seed) as years:
            check(years, rotate)
            shares[rotate] = met(years)
            words = "with rotation" if rotate else "without"
            print(f"{words}: {len(years.noted.present)} meetings, {len(years.noted.left)} left and as many came,")
            for name, duty in zip(("host", "chair", "case"), range(3), strict=True):
                many = sorted(len(leader.duties[duty]) for leader in stayed(years))
                print(f"  {name}: {many[0]} to {many[-1]} times each of the {len(many)} who stayed")
            print(f"  {shares[rotate]:.0%} of their pairs have sat together")
    assert shares[True] > 2 * shares[False]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
