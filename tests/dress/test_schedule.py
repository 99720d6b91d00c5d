"""The programme's days against the calendar, and where it gets tight."""

from dataclasses import replace
from datetime import date

from fællesledelse.dress.copy import Copy
from fællesledelse.dress.schedule import concerns, working_days
from fællesledelse.model import Participant, Role, Roster


def moved(copy: Copy, **days: date) -> Copy:
    """The copy with steps on other days; ``workshop_2`` is the step workshop-2."""
    steps = tuple(replace(step, opens=days.get(step.name.replace("-", "_"), step.opens)) for step in copy.manifest.steps)
    return replace(copy, manifest=replace(copy.manifest, steps=steps))


def shaped(copy: Copy, *sizes: int, facilitators: int = 2) -> Copy:
    """The copy with groups of those sizes."""
    leaders = [
        Participant(f"{group}-{number}@x.example", "Navn", Role.LEADER, group=str(group))
        for group, size in enumerate(sizes, 1)
        for number in range(size)
    ]
    staff = [Participant(f"f{number}@x.example", "F", Role.FACILITATOR) for number in range(facilitators)]
    return replace(copy, roster=Roster(copy.roster.gathering, (*leaders, *staff)))


def told(copy: Copy, urgent: bool) -> list[str]:
    return [each.text for each in concerns(copy) if each.urgent is urgent]


def test_working_days_are_counted_without_weekends_and_holidays() -> None:
    assert working_days(date(2026, 3, 30), date(2026, 4, 7)) == 3  # the week of Easter, and the Monday after
    assert working_days(date(2026, 9, 7), date(2026, 9, 14)) == 5
    assert working_days(date(2026, 9, 7), date(2026, 9, 7)) == 0


def test_a_programme_on_good_days_with_groups_of_three_gives_no_concern(copy: Copy) -> None:
    assert concerns(copy) == []


def test_a_meeting_on_a_holiday_or_in_a_weekend_must_be_moved(copy: Copy) -> None:
    found = told(moved(copy, workshop_2=date(2027, 3, 29), workshop_3=date(2027, 4, 10)), urgent=True)
    assert found == [
        "»Workshop 2: Læs hinanden« ligger mandag den 29. marts 2027, og det er anden påskedag. Flyt den.",
        "»Workshop 3: Sig det højt« ligger lørdag den 10. april 2027, og det er weekend. Flyt den.",
    ]


def test_a_page_may_open_on_a_sunday(copy: Copy) -> None:
    assert told(moved(copy, forberedelse_2=date(2027, 2, 7)), urgent=True) == []


def test_a_day_that_many_have_off_is_worth_a_look(copy: Copy) -> None:
    later = told(moved(copy, periode_c=date(2028, 5, 1)), urgent=False)
    why = "Det er arbejdernes kampdag, og mange holder fri."
    assert later == [f"»Periode C: Velfærd i fællesskab« ligger mandag den 1. maj 2028. {why}"]


def test_two_workshops_on_one_day_are_too_many(copy: Copy) -> None:
    found = told(moved(copy, workshop_2=date(2027, 4, 8), forberedelse_3=date(2027, 4, 8)), urgent=True)
    assert found == [
        "»Workshop 2: Læs hinanden« og »Workshop 3: Sig det højt« ligger begge torsdag den 8. april 2027. "
        "Lad der gå tid imellem, så noget kan nå at blive prøvet."
    ]


def test_less_than_five_working_days_for_a_page_is_told_but_a_page_may_follow_a_workshop_the_next_day(copy: Copy) -> None:
    assert told(moved(copy, forberedelse_3=date(2027, 4, 1)), urgent=False) == []
    (found,) = told(moved(copy, forberedelse_3=date(2027, 4, 6)), urgent=False)
    assert found == (
        "Fra »Forberedelse 3: Fra tekst til tale« til »Workshop 3: Sig det højt« er der kun 2 arbejdsdage. "
        "Travle ledere har brug for mindst 5."
    )


def test_a_run_sheet_that_lasts_longer_than_the_meeting_is_told_for_the_sizes_there_are(copy: Copy) -> None:
    assert told(shaped(copy, 3, 3), urgent=True) == []
    short = replace(
        copy.manifest, steps=tuple(replace(s, minutes=60) if s.name == "workshop-1" else s for s in copy.manifest.steps)
    )
    (found,) = told(replace(shaped(copy, 3, 3), manifest=short), urgent=True)
    assert found.startswith(
        "»Workshop 1: Fortæl, spørg, lyt« er sat til 60 minutter, men drejebogen for en gruppe på 3 tager"
    )


def test_a_group_of_two_is_told_because_one_absence_leaves_the_other_alone(copy: Copy) -> None:
    (found,) = told(shaped(copy, 2, 3), urgent=False)
    assert found == "Gruppe 1 er på to. Melder den ene afbud, er den anden alene. Aftal på forhånd, hvem de så går med."


def test_a_workshop_without_a_run_sheet_for_two_fails_groups_of_three_when_one_is_absent(copy: Copy) -> None:
    steps = tuple(
        replace(step, run_sheets=step.run_sheets[1:]) if step.name == "workshop-2" else step for step in copy.manifest.steps
    )
    (found,) = told(replace(copy, manifest=replace(copy.manifest, steps=steps)), urgent=True)
    assert found.startswith("2 grupper er på tre. Melder én afbud, er de to, og »Workshop 2: Læs hinanden« har ingen")


def test_more_groups_than_the_facilitators_can_look_after_are_told(copy: Copy) -> None:
    assert told(shaped(copy, *[3] * 12), urgent=False) == []
    (found,) = told(shaped(copy, *[3] * 12, facilitators=1), urgent=False)
    assert "mødes 12 grupper samme dag, og I er én facilitator" in found
