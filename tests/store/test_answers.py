"""What leaders write: versions, conflicts, and saves sent twice."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest

from fællesledelse.errors import AccessError, AnswerError, SealError, StoreError
from fællesledelse.store import Answer, Conflict, Saved, Store, Unlocked
from fællesledelse.store.answers import LARGEST

from .conftest import ANNA, BENT, CARLA, Clock, House

KEY = "draft.task"
Save = Callable[..., Saved | Conflict]


@pytest.fixture
def save(store: Store, anna: Unlocked) -> Save:
    """Save Anna's text, each time with a number of its own."""
    count = iter(range(1000))

    def verb(text: str, base: int, resolves: tuple[int, ...] = (), key: str = KEY) -> Saved | Conflict:
        return store.answers.save(anna, "demo", key, text, base, f"save-{next(count)}", resolves)

    return verb


def head(store: Store, unlocked: Unlocked, key: str = KEY) -> Answer:
    return store.answers.read(unlocked, "demo", [key])[key]


def test_a_field_never_saved_is_empty_and_has_version_0(store: Store, anna: Unlocked) -> None:
    assert store.answers.read(anna, "demo", [KEY]) == {KEY: Answer(0, "", None)}
    assert store.answers.read(anna, "demo", None) == {}
    assert store.answers.versions(anna, "demo", KEY) == []


def test_texts_are_saved_one_after_the_other(store: Store, anna: Unlocked, save: Save, clock: Clock) -> None:
    first = clock.now
    assert save("Et", 0) == Saved(1, first)
    clock.forward(seconds=1)
    assert save("To", 1) == Saved(2, clock.now)
    assert head(store, anna) == Answer(2, "To", clock.now)
    versions = store.answers.versions(anna, "demo", KEY)
    assert [(version.version, version.text, version.aside) for version in versions] == [(2, "To", False), (1, "Et", False)]
    assert versions[1].saved_at == first


@pytest.mark.parametrize(
    "text",
    [
        "🙂👩🏽‍⚕️",
        "שלום עולם",
        "tegn \x00 og \x07",
        "\ud800 halvt tegn",
        "“Word” –\u00a0indsat\r\n\tlinje",
        "e\u0301 og é",
        " \n",
        "æ" * (LARGEST // 2),
    ],
    ids=["emoji", "right to left", "control", "half a surrogate", "Word", "decomposed", "blank", "200 kB"],
)
def test_every_text_comes_back_as_it_was(store: Store, anna: Unlocked, save: Save, text: str) -> None:
    save(text, 0)
    assert head(store, anna).text == text


def test_a_text_over_200_kb_is_refused_and_nothing_is_stored(store: Store, anna: Unlocked, save: Save) -> None:
    with pytest.raises(AnswerError, match="200001 byte"):
        save("æ" * (LARGEST // 2) + "x", 0)
    assert store.answers.read(anna, "demo", None) == {}


@pytest.mark.parametrize("key", ["", "UPPER", "a b", "a'b", "ø", "x" * 101, "a\x00", "a\n"])
def test_a_key_that_no_field_can_have_is_refused(store: Store, anna: Unlocked, save: Save, key: str) -> None:
    with pytest.raises(AnswerError, match="findes ikke"):
        save("x", 0, key=key)
    assert store.answers.read(anna, "demo", [key]) == {key: Answer(0, "", None)}
    assert store.answers.versions(anna, "demo", key) == []


def test_a_text_made_from_an_older_version_is_kept_aside(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    save("To", 1)
    conflict = save("Også to", 1)
    assert isinstance(conflict, Conflict)
    assert (conflict.head.version, conflict.head.text, conflict.aside) == (2, "To", 3)
    answer = head(store, anna)
    assert answer == conflict.head
    assert [(aside.version, aside.text) for aside in answer.asides] == [(3, "Også to")]
    assert [version.text for version in store.answers.versions(anna, "demo", KEY)] == ["Også to", "To", "Et"]


@pytest.mark.parametrize("base", [-1, 2, 10**30])
def test_a_base_that_never_was_loses_nothing(store: Store, anna: Unlocked, save: Save, base: int) -> None:
    save("Et", 0)
    assert isinstance(save("To", base), Conflict)
    assert {version.text for version in store.answers.versions(anna, "demo", KEY)} == {"Et", "To"}


def test_a_field_can_have_an_aside_before_it_has_a_text(store: Store, anna: Unlocked, save: Save) -> None:
    conflict = save("Fra en gammel fane", 7)
    assert isinstance(conflict, Conflict)
    assert (conflict.head.version, conflict.head.text, conflict.head.saved_at, conflict.aside) == (0, "", None, 1)
    assert store.answers.filled(anna.person.id, "demo") == set()
    save("Samlet", 0, (1,))
    assert head(store, anna).text == "Samlet"


def test_a_save_that_resolves_an_aside_ends_its_listing_and_keeps_its_text(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    save("To", 0)
    save("Tre", 0)
    assert [aside.version for aside in head(store, anna).asides] == [2, 3]
    save("Et og to", 1, (2, 99, 10**30, -1))
    assert [aside.version for aside in head(store, anna).asides] == [3]
    assert len(store.answers.versions(anna, "demo", KEY)) == 4


def test_keeping_the_text_as_it_is_resolves_an_aside_without_a_new_version(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    save("To", 0)
    assert save("Et", 1, (2,)) == Saved(1, head(store, anna).saved_at)  # type: ignore[arg-type]
    assert head(store, anna).asides == ()


def test_a_stale_tab_replaces_its_own_aside(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    save("Fanens", 0)
    conflict = save("Fanens tekst", 0, (2,))
    assert isinstance(conflict, Conflict)
    assert [(aside.version, aside.text) for aside in conflict.head.asides] == [(3, "Fanens tekst")]


def test_the_same_text_is_kept_aside_once(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    assert save("To", 0) == save("To", 0)
    assert len(store.answers.versions(anna, "demo", KEY)) == 2


def test_an_unchanged_text_makes_no_version_from_whatever_base(store: Store, anna: Unlocked, save: Save) -> None:
    first = save("Et", 0)
    assert save("Et", 1) == save("Et", 0) == first
    assert len(store.answers.versions(anna, "demo", KEY)) == 1


def test_an_empty_text_in_an_empty_field_makes_no_version(store: Store, anna: Unlocked, save: Save, clock: Clock) -> None:
    assert save("", 0) == Saved(0, clock.now)
    assert store.answers.read(anna, "demo", None) == {}


def test_a_text_can_be_deleted_and_brought_back(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    save("", 1)
    assert head(store, anna).text == ""
    save("Et", 2)
    assert head(store, anna).version == 3


def test_a_save_sent_twice_stores_once_and_tells_the_same(store: Store, anna: Unlocked, clock: Clock) -> None:
    first = store.answers.save(anna, "demo", KEY, "Et", 0, "a")
    clock.forward(minutes=1)
    store.answers.save(anna, "demo", KEY, "To", 1, "b")
    conflict = store.answers.save(anna, "demo", KEY, "Tre", 1, "c")
    assert store.answers.save(anna, "demo", KEY, "Et", 0, "a") == first
    assert store.answers.save(anna, "demo", KEY, "Tre", 1, "c") == conflict
    assert len(store.answers.versions(anna, "demo", KEY)) == 3


def test_a_conflict_sent_again_shows_the_text_as_it_is_by_then(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    store.answers.save(anna, "demo", KEY, "To", 0, "x")
    save("Tre", 1)
    again = store.answers.save(anna, "demo", KEY, "To", 0, "x")
    assert isinstance(again, Conflict)
    assert (again.head.text, again.aside) == ("Tre", 2)


def test_the_same_number_for_another_text_or_field_is_refused(store: Store, anna: Unlocked) -> None:
    store.answers.save(anna, "demo", KEY, "Et", 0, "a")
    for key, text in [(KEY, "To"), ("draft.why", "Et")]:
        with pytest.raises(AnswerError, match="anden tekst"):
            store.answers.save(anna, "demo", key, text, 0, "a")


@pytest.mark.parametrize("save_id", ["", "x" * 65, "a b", "a\x00", "æ"])
def test_a_save_needs_a_proper_number(store: Store, anna: Unlocked, save_id: str) -> None:
    with pytest.raises(AnswerError, match="ikke forstår"):
        store.answers.save(anna, "demo", KEY, "Et", 0, save_id)


def test_the_same_number_may_be_used_by_two_people(house: House, anna: Unlocked) -> None:
    bent = house.enrol(BENT).unlocked
    for unlocked, text in ((anna, "Annas"), (bent, "Bents")):
        house.store.answers.save(unlocked, "demo", KEY, text, 0, "a")
    assert head(house.store, anna).text == "Annas"
    assert head(house.store, bent).text == "Bents"


def test_only_the_fields_asked_for_are_read(store: Store, anna: Unlocked, save: Save) -> None:
    for key in ("draft.why", "draft.offer", "private.limits"):
        save(f"om {key}", 0, key=key)
    assert set(store.answers.read(anna, "demo", ["draft.why", "draft.task"])) == {"draft.why", "draft.task"}
    assert set(store.answers.read(anna, "demo", None)) == {"draft.why", "draft.offer", "private.limits"}
    assert store.answers.read(anna, "demo", []) == {}


def test_fields_count_as_filled_without_being_opened(store: Store, anna: Unlocked, save: Save) -> None:
    save("Et", 0)
    save("  \n", 0, key="draft.why")
    save("Noget", 0, key="draft.offer")
    save("", 1, key="draft.offer")
    assert store.answers.filled(anna.person.id, "demo") == {KEY}


def test_nobody_writes_in_a_gathering_they_are_not_in(house: House, anna: Unlocked) -> None:
    house.store.answers.save(anna, "demo", KEY, "Før", 0, "a")
    house.adopt(CARLA)
    for gathering in ("demo", "andet", "../ude"):
        with pytest.raises(AccessError, match="ikke med på det hold"):
            house.store.answers.save(anna, gathering, KEY, "Efter", 1, "b")
    assert head(house.store, anna).text == "Før"


def test_gatherings_are_apart(house: House, anna: Unlocked) -> None:
    house.adopt(ANNA, gathering="netvaerk")
    house.store.answers.save(anna, "demo", KEY, "På holdet", 0, "a")
    house.store.answers.save(anna, "netvaerk", KEY, "I netværket", 0, "a")
    assert head(house.store, anna).text == "På holdet"
    assert house.store.answers.read(anna, "netvaerk", [KEY])[KEY].text == "I netværket"


def test_texts_survive_a_new_phrase(house: House) -> None:
    enrolled = house.enrol(ANNA)
    house.store.answers.save(enrolled.unlocked, "demo", KEY, "Et", 0, "a")
    recovered = house.store.access.recover(ANNA.email, enrolled.recovery_code, "en anden lang sætning")
    assert head(house.store, recovered.unlocked).text == "Et"


def test_without_the_key_file_nothing_is_read_or_written_and_no_new_key_is_made(
    house: House, anna: Unlocked, save: Save, keys: Path
) -> None:
    """Deleting the folder of a gathering is the deletion of its texts, also where somebody still has the database."""
    save("Et", 0)
    rmtree(keys / "demo")
    with pytest.raises(StoreError, match=r"content\.key"):
        head(house.store, anna)
    with pytest.raises(StoreError, match=r"content\.key"):
        save("To", 1)
    with pytest.raises(StoreError, match=r"content\.key"):
        house.adopt()
    assert not (keys / "demo").exists()


def test_a_key_file_whose_gathering_the_database_never_saw_is_used(house: House, keys: Path) -> None:
    """The server went down after the key was written and before the database was."""
    (keys / "netvaerk").mkdir()
    (keys / "netvaerk" / "content.key").write_bytes(bytes(range(32)))
    house.adopt(ANNA, gathering="netvaerk")
    anna = house.enrol(ANNA).unlocked
    house.store.answers.save(anna, "netvaerk", KEY, "Et", 0, "a")
    assert (keys / "netvaerk" / "content.key").read_bytes() == bytes(range(32))


def test_a_damaged_or_foreign_key_file_is_reported(house: House, anna: Unlocked, save: Save, keys: Path) -> None:
    save("Et", 0)
    file = keys / "demo" / "content.key"
    file.write_bytes(b"for kort")
    with pytest.raises(StoreError, match="8 bytes instead of 32"):
        head(house.store, anna)
    file.write_bytes(bytes(32))
    with pytest.raises(SealError, match="content key"):
        head(house.store, anna)
