"""Whose turn it is: fairly over time, kept in the file's own columns."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from fællesledelse.cohort import changes, excel
from fællesledelse.cohort.build import prepare
from fællesledelse.cohort.duties import Turn, columns, of, reminders, turns
from fællesledelse.errors import CohortError
from fællesledelse.model import DUTIES, GatheringKind, Manifest, Meeting, Participant, PrivacyNotice, Role, Roster, Step
from fællesledelse.model import StepKind as Kind

from .test_together import TODAY, gathering


def year(meetings: int, kind: GatheringKind = GatheringKind.NETWORK) -> Manifest:
    """A network with a meeting every six weeks from today."""
    steps = [
        Step(f"moede-{at}", f"Møde {at}", Kind.MEETING, 120, TODAY + timedelta(weeks=6 * at), (), meeting=Meeting(""))
        for at in range(meetings)
    ]
    notice = PrivacyNotice()
    return Manifest("net", "Net", "Strandby", TODAY, None, tuple(steps), notice, None, kind=kind)


def roster(*sizes: int) -> Roster:
    """Leaders in groups of those sizes."""
    people = [
        Participant(f"p{group}-{at}@strandby.example", f"Leder {group}-{at}", Role.LEADER, group=str(group))
        for group, size in enumerate(sizes, start=1)
        for at in range(size)
    ]
    return Roster("net", tuple(people))


def kept(before: Roster, found: list[Turn], manifest: Manifest) -> Roster:
    """The roster when what was proposed stands in it."""
    texts = columns(found, manifest)
    held = {
        part: {who: tuple(text.split("; ")) for who, text in texts.get(duty, {}).items()} for duty, part in DUTIES.items()
    }
    people = [
        replace(one, **{part: held[part].get(one.email, getattr(one, part)) for part in held}) for one in before.participants
    ]
    return replace(before, participants=tuple(people))


def counts(found: list[Turn], duty: str, group: str) -> list[int]:
    times = Counter(turn.person.email for turn in found if (turn.duty, turn.group) == (duty, group))
    return sorted(times.values())


@pytest.mark.parametrize("size", [3, 4, 5, 6, 7, 8, 10, 12])
@pytest.mark.parametrize("meetings", [6, 8, 24])
def test_everyone_has_each_duty_as_often_as_the_others_within_one(size: int, meetings: int) -> None:
    found = turns(year(meetings), roster(size), TODAY)
    assert len(found) == 3 * meetings
    for duty in DUTIES:
        times = Counter({f"p1-{at}@strandby.example": 0 for at in range(size)})
        times.update(turn.person.email for turn in found if turn.duty == duty)
        assert max(times.values()) - min(times.values()) <= 1, (duty, times)


@pytest.mark.parametrize("size", [3, 4, 5, 6, 7, 8, 10, 12])
def test_nobody_has_two_at_one_meeting_or_the_same_twice_in_a_row(size: int) -> None:
    found = turns(year(16), roster(size), TODAY)
    for meeting in {turn.step.name for turn in found}:
        assert len({turn.person.email for turn in found if turn.step.name == meeting}) == 3
    for duty in DUTIES:
        order = [turn.person.email for turn in found if turn.duty == duty]
        assert all(one != other for one, other in pairwise(order))


def test_two_share_what_three_would_and_one_has_it_all() -> None:
    pair = turns(year(4), roster(2), TODAY)
    assert [counts(pair, duty, "1") for duty in DUTIES] == [[2, 2]] * 3
    assert len(turns(year(2), roster(1), TODAY)) == 6


def test_each_group_has_its_own_and_the_same_roster_gives_the_same() -> None:
    manifest, people = year(8), roster(8, 8, 8)
    found = turns(manifest, people, TODAY)
    assert found == turns(manifest, people, TODAY)
    assert [counts(found, duty, group) for duty in DUTIES for group in "123"] == [[1] * 8] * 9
    assert all(turn.person.group == turn.group for turn in found)


def test_what_stands_in_the_file_stands_and_is_the_history() -> None:
    """Who has been host comes last, and a past meeting is not given out again."""
    manifest, people = year(3), roster(4)
    first, *rest = people.participants
    people = replace(people, participants=(replace(first, hosts=("moede-0", "moede-2")), *rest))
    found = turns(manifest, people, TODAY + timedelta(days=1))
    assert {turn.step.name for turn in found} == {"moede-1", "moede-2"}
    [host] = [turn for turn in found if (turn.step.name, turn.duty) == ("moede-1", "vært")]
    assert host.new
    assert host.person.email != first.email
    [stands] = [turn for turn in found if (turn.step.name, turn.duty) == ("moede-2", "vært")]
    assert (stands.person.email, stands.new) == (first.email, False)


def test_given_out_a_few_at_a_time_it_is_as_fair_as_all_at_once() -> None:
    people = roster(5)
    for meetings in (2, 5, 7, 10):
        manifest = year(meetings)
        people = kept(people, turns(manifest, people, TODAY), manifest)
    for part in DUTIES.values():
        assert [len(getattr(one, part)) for one in people.participants] == [2] * 5


def test_a_host_who_left_leaves_a_meeting_that_is_named_with_who_could_be_host() -> None:
    manifest, people = year(6), roster(6)
    people = kept(people, turns(manifest, people, TODAY), manifest)
    assert reminders(turns(manifest, people, TODAY), manifest, people) == []
    gone = next(one for one in people.participants if "moede-3" in one.hosts)
    left = replace(people, participants=tuple(one for one in people.participants if one != gone))
    found = turns(manifest, left, TODAY)
    [host] = [turn for turn in found if (turn.step.name, turn.duty) == ("moede-3", "vært")]
    assert host.new
    told = reminders(found, manifest, left)
    assert f"Møde 3 den 29. marts mangler en vært i gruppe 1. Det kunne være {host.person.name}." in told
    assert len(told) == 3  # each of the three duties once


def test_before_anything_is_given_out_one_sentence_says_so() -> None:
    manifest, people = year(8), roster(8, 8, 8)
    assert reminders(turns(manifest, people, TODAY), manifest, people) == ["Tjanserne er ikke fordelt endnu."]


def test_the_next_meeting_that_lacks_somebody_is_named_and_the_later_are_not() -> None:
    """In salons there is one duty: who would have kept the time at the next one has left, and the rest are not planned."""
    manifest, people = year(4, GatheringKind.SALON), roster(5)
    first, *rest = people.participants
    people = replace(people, participants=(replace(first, chairs=("moede-0",)), *rest))
    found = turns(manifest, people, TODAY + timedelta(days=1))
    name = found[0].person.name
    assert reminders(found, manifest, people) == [
        f"Møde 1 den 4. januar mangler en ordstyrer i salon 1. Det kunne være {name}.",
        "Resten af tjanserne er ikke fordelt endnu.",
    ]


@pytest.mark.parametrize(
    ("kind", "in_turn", "duties"),
    [
        (GatheringKind.NETWORK, True, ("vært", "ordstyrer", "sag")),
        (GatheringKind.NETWORK, False, ("vært", "sag")),
        (GatheringKind.SALON, True, ("ordstyrer",)),
        (GatheringKind.SALON, False, ()),
        (GatheringKind.PROGRAMME, True, ()),
    ],
)
def test_which_duties_there_are(kind: GatheringKind, in_turn: bool, duties: tuple[str, ...]) -> None:
    assert of(replace(year(1, kind), chairs_in_turn=in_turn)) == duties


def test_duties_are_written_into_the_file_and_nothing_else_and_can_be_undone(tmp_path: Path) -> None:
    folder = gathering(tmp_path, "netvaerk", ["3;1"] * 8)
    changes.take(folder)
    before = prepare(folder)
    found = turns(before.manifest, before.roster, TODAY)
    drafted = changes.with_columns(folder, columns(found, before.manifest))
    assert drafted.roster == kept(before.roster, found, before.manifest)
    assert prepare(folder).roster == before.roster
    assert not any(turn.new for turn in turns(drafted.manifest, drafted.roster, TODAY))
    changes.take(folder)
    assert prepare(folder).roster == drafted.roster
    changes.undo(folder, changes.changes(folder))
    assert prepare(folder).roster == before.roster


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("moede-4", "'moede-4' er ikke et møde. Mente du 'moede-3'? Skriv navnet fra kolonnen trin."),
        ("Første møde", "'Første møde' er ikke et møde. Mente du 'moede-1'?"),
        ("velkomst", "'velkomst' er ikke et møde. Møderne hedder: moede-1, moede-2, moede-3."),
    ],
)
def test_a_meeting_that_is_not_there_is_told_with_row_and_column(tmp_path: Path, written: str, said: str) -> None:
    rows = ["3;1;moede-1;", f'3;1;;"moede-2; {written}"']
    folder = gathering(tmp_path, "netvaerk", rows, heading="niveau;gruppe;vært;ordstyrer")
    with pytest.raises(CohortError) as caught:
        prepare(folder)
    [told] = [str(each) for each in caught.value.findings]
    assert told.startswith("deltagere.csv, linje 3, kolonne 7: ")
    assert said in told


def salons(folder: Path, chair: str) -> Path:
    """Salons whose file says who keeps the time."""
    made = gathering(folder, "salon", ["3;1"] * 5)
    text = (made / "hold.yaml").read_text(encoding="utf-8")
    told = re.sub("ordstyrer: .*", f"ordstyrer: {chair}", text)
    (made / "hold.yaml").write_text(told, encoding="utf-8")
    return made


@pytest.mark.parametrize(("chair", "in_turn"), [("HR", False), ("hr", False), ("på skift", True), ("", True)])
def test_who_keeps_the_time_is_told_in_the_file_and_goes_through_excel(tmp_path: Path, chair: str, in_turn: bool) -> None:
    folder = salons(tmp_path, chair)
    assert prepare(folder).manifest.chairs_in_turn is in_turn
    book = changes.file(folder)
    for name in ("hold.yaml", "deltagere.csv"):
        (folder / name).unlink()
    (folder / excel.NAME).write_bytes(book)
    assert prepare(folder).manifest.chairs_in_turn is in_turn


def test_who_keeps_the_time_is_hr_or_the_leaders(tmp_path: Path) -> None:
    with pytest.raises(CohortError) as caught:
        prepare(salons(tmp_path, "Mette"))
    [told] = [str(each) for each in caught.value.findings]
    assert "linje 3" in told
    assert "ordstyrer: 'Mette' kan ikke læses. Skriv HR eller på skift." in told
