"""Tabs that save, lose the answer, save again and resolve conflicts in any order, by any clock: no text is ever lost."""

from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from fællesledelse.store import Answer, Conflict, Saved, Store, Unlocked

from .conftest import Clock

TABS = st.integers(0, 2)
TEXTS = st.sampled_from(["", "a", "b", "æ 🙂", "\x00", " "]) | st.text(max_size=4)


@dataclass
class Field:
    """What a field must be, told in the fewest words: the model the store is compared with."""

    texts: list[str] = field(default_factory=lambda: [""])  # by version
    head: int = 0
    asides: list[int] = field(default_factory=list)

    def save(self, text: str, base: int, resolves: tuple[int, ...]) -> tuple[int, bool]:
        """The version the text stands as, and whether it is kept aside."""
        self.asides = [aside for aside in self.asides if aside not in resolves]
        if text == self.texts[self.head]:
            return self.head, False
        known = [aside for aside in self.asides if self.texts[aside] == text]
        if base != self.head and known:
            return known[0], True
        self.texts.append(text)
        version = len(self.texts) - 1
        if base == self.head:
            self.head = version
            return version, False
        self.asides.append(version)
        return version, True


@dataclass
class Tab:
    base: int = 0
    shown: tuple[int, ...] = ()
    last: tuple[str, str, int, tuple[int, ...]] | None = None
    outcome: tuple[int, bool] | None = None


def test_no_text_is_ever_lost(store: Store, anna: Unlocked, clock: Clock) -> None:
    fields, saves = count(), count()

    class Tabs(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.key = f"field.{next(fields)}"
            self.model, self.tabs, self.sent = Field(), [Tab(), Tab(), Tab()], {""}

        def read(self) -> Answer:
            return store.answers.read(anna, "demo", [self.key])[self.key]

        @rule(tab=TABS)
        def load(self, tab: int) -> None:
            answer = self.read()
            self.tabs[tab].base, self.tabs[tab].shown = answer.version, tuple(a.version for a in answer.asides)

        @rule(tab=TABS, text=TEXTS, resolves=st.booleans(), answered=st.booleans())
        def save(self, tab: int, text: str, resolves: bool, answered: bool) -> None:
            """Save; the answer may be lost on the way, and the tab then knows nothing of its new version."""
            here = self.tabs[tab]
            here.last = (text, f"s{next(saves)}", here.base, here.shown if resolves else ())
            here.outcome = self.model.save(text, here.last[2], here.last[3])
            self.sent.add(text)
            self.send(here, answered)

        @rule(days=st.sampled_from([-366, 366]))
        def set_the_clock_wrong(self, days: int) -> None:
            clock.forward(days=days)

        @rule(tab=TABS)
        def send_again(self, tab: int) -> None:
            if self.tabs[tab].last is not None:
                self.send(self.tabs[tab], True)

        def send(self, tab: Tab, answered: bool) -> None:
            assert tab.last is not None
            text, save_id, base, resolves = tab.last
            outcome = store.answers.save(anna, "demo", self.key, text, base, save_id, resolves)
            if isinstance(outcome, Saved):
                assert (outcome.version, False) == tab.outcome
            else:
                assert isinstance(outcome, Conflict)
                assert (outcome.aside, True) == tab.outcome
                assert outcome.head == self.read()
            if answered and isinstance(outcome, Saved):
                tab.base = outcome.version
            elif answered and isinstance(outcome, Conflict):
                tab.base, tab.shown = outcome.head.version, tuple(a.version for a in outcome.head.asides)

        def teardown(self) -> None:
            answer, versions = self.read(), store.answers.versions(anna, "demo", self.key)
            assert (answer.version, answer.text) == (self.model.head, self.model.texts[self.model.head])
            assert [aside.version for aside in answer.asides] == self.model.asides
            assert [version.text for version in reversed(versions)] == self.model.texts[1:]
            assert self.sent == set(self.model.texts)
            filled = store.answers.filled(anna.person.id, "demo")
            assert (self.key in filled) == bool(answer.text.strip())

    calm = settings(
        max_examples=40,
        stateful_step_count=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Tabs, settings=calm)
