"""A page without a server."""

import json
from pathlib import Path

import pytest

from fællesledelse import workbook
from fællesledelse.vocabulary import GIFTS
from fællesledelse.workbook import Page
from fællesledelse.workbook.fields import Field
from fællesledelse.workbook.sandbox import Sandbox


def test_the_sandbox_shows_the_constructed_leader(sandbox: Page) -> None:
    assert "Jeg er til for familien" in sandbox.draft().value
    assert "Havnegade" in sandbox.earlier("episodes").value
    assert 'aria-current="step"' in sandbox.path().value


def test_a_field_of_the_sandbox_holds_its_text_and_its_sources(sandbox: Page) -> None:
    values = sandbox.text("draft.task", sources=["chosen.task"]).values
    assert set(values) == {"draft.task", "chosen.task"}


def test_what_is_typed_in_the_sandbox_is_seen_in_what_is_computed(sandbox: Page) -> None:
    field, draft = sandbox.text("draft.task"), sandbox.draft()
    field.values = {"draft.task": "Noget helt andet"}
    assert "Noget helt andet" in draft.value


def test_one_sandbox_does_not_show_what_was_typed_in_another() -> None:
    Sandbox().keep({"doubt": "min egen"})
    assert Sandbox().answers(("doubt",)).texts["doubt"] != "min egen"


def test_the_draft_of_the_constructed_leader_can_be_read_aloud_in_three_minutes(sandbox: Page) -> None:
    assert "Der er plads til" in sandbox.draft().value
    assert "Endnu uden ord" not in sandbox.draft().value


@pytest.mark.parametrize("key", ["chosen.task", "chosen.values", "chosen.practising"])
def test_the_constructed_leader_has_chosen_sentences_of_her_own(key: str) -> None:
    file = Path(workbook.__file__).with_name("constructed.json")
    answers = json.loads(file.read_text(encoding="utf-8"))["answers"]
    written = " ".join(text for other, text in answers.items() if not other.startswith(("chosen", "draft", "private")))
    assert all(line in written for line in answers[key].splitlines())


@pytest.mark.parametrize("call", ["room", "share", "readings", "feedback", "revision", "publish"])
def test_what_a_group_shares_is_shown_with_constructed_people(sandbox: Page, call: str) -> None:
    shown = getattr(sandbox, call)().value
    assert "Et eksempel med opdigtede personer" in shown
    assert "fl-part" not in shown


@pytest.mark.parametrize("kind", GIFTS)
def test_what_leaders_give_one_another_is_shown_with_constructed_people(sandbox: Page, kind: str) -> None:
    assert "trykker Giv" in sandbox.give(kind).value
    assert "Farah Malik" in sandbox.received(kind).value


def test_what_was_heard_stands_beside_what_was_meant(sandbox: Page) -> None:
    shown = sandbox.received("promise", beside=["promise"]).value
    assert shown.index("At borgeren får svar til tiden.") < shown.index("Fra på mandag får alle, der ringer til mig")


def test_the_sandbox_draws_the_contract_as_fields_where_it_is_proposed_and_as_text_where_it_is_read(sandbox: Page) -> None:
    proposed = sandbox.contract(parts=["purpose", "trust"])
    assert isinstance(proposed, Field)
    assert [field["key"] for field in proposed.spec] == ["contract.1.purpose", "contract.1.trust"]
    read = sandbox.contract(parts=[])
    assert not isinstance(read, Field)
    assert "Vi nævner heller ikke afdelinger" in read.value
