"""The manifest and the roster as JSON."""

from dataclasses import replace
from datetime import date, time

import pytest

from fællesledelse.errors import CohortError, FællesledelseError
from fællesledelse.manifest import dump, dump_roster, load, load_roster
from fællesledelse.model import Field, FieldKind, Manifest, Participant, PrivacyNotice, Readers, Role, Roster, Step, StepKind
from fællesledelse.share import share

FIELD = Field("draft.task", FieldKind.TEXT, "Min opgave – og dens virkning", 1500, Readers.COHORT, True, "cell-03")
STEP = Step("workshop-1", "Første workshop", StepKind.WORKSHOP, 150, date(2026, 8, 20), (FIELD,), ("episodes",))
MANIFEST = Manifest(
    gathering="demo",
    name="Fælles om ledelse",
    organisation="Strandby Kommune",
    starts=date(2026, 6, 15),
    ends=None,
    steps=(replace(STEP, name="velkomst", kind=StepKind.WELCOME, opens=None), STEP),
    privacy=PrivacyNotice(controller="Strandby Kommune"),
    safe_key="ab" * 32,
)
ROSTER = Roster("demo", (Participant("åse@strandby.example", "Åse Ø", Role.LEADER, group="1"),))


def test_a_manifest_comes_back_as_it_was_written() -> None:
    assert load(dump(MANIFEST)) == MANIFEST


def test_a_workshop_s_time_and_place_come_back_and_a_manifest_from_before_them_is_read() -> None:
    timed = replace(MANIFEST, steps=(replace(STEP, starts=time(9, 30), place="Mødelokale 2"),))
    text = dump(timed)
    assert load(text) == timed
    older = text.replace(',\n   "starts": "09:30:00"', "").replace('   "place": "Mødelokale 2",\n', "")
    assert 'starts": "09' not in older
    assert load(older) == replace(timed, steps=(STEP,))


def test_a_roster_comes_back_as_it_was_written() -> None:
    assert load_roster(dump_roster(ROSTER)) == ROSTER


def test_the_json_is_readable_sorted_and_ends_with_a_newline() -> None:
    text = dump(MANIFEST)
    assert text.startswith('{\n "chairs_in_turn": true,\n "compass": [],\n "ends": null,\n "format": 1,')
    assert '"opens": "2026-08-20"' in text
    assert "Første" in text
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format": 2}',
        '{"format": 1}',
        "[" * 100_000,
        dump_roster(ROSTER),
        dump(MANIFEST).replace("text", "x"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(CohortError, match="hold byg"):
        load(text)


def test_shared_files_are_found_in_a_working_copy() -> None:
    assert (share("templates") / "cohort").is_dir()


def test_a_missing_shared_file_says_what_to_do() -> None:
    with pytest.raises(FællesledelseError, match="Installér"):
        share("nothing-of-that-name")


def test_no_file_can_give_the_private_annex_other_readers() -> None:
    """Private is in the field's own name: a manifest that says otherwise is refused, whoever wrote it."""
    field = Field("private.limits", FieldKind.TEXT, "Mine grænser", 100)
    annex = Step("privat-tillaeg", "Privat tillæg", StepKind.ANNEX, 10, None, (field,))
    text = dump(replace(MANIFEST, steps=(annex,)))
    assert load(text).steps[0].fields[0].private
    for readers in ("group", "cohort", "published"):
        with pytest.raises(CohortError):
            load(text.replace('"readers": "self"', f'"readers": "{readers}"'))
