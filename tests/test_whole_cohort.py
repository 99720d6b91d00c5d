"""All 38 leaders of the demo: enrolled by their own invitations, every field written by a third of them, and read back."""

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fællesledelse.manifest import load, load_roster
from fællesledelse.model import Field, FieldKind, Manifest, Participant, Role, StepKind

from .live import PHRASE, Live, constructed_texts, serving

AT_ONCE = 3  # leaders who write at the same time: enough to keep the server busy
NEWCOMERS = 4  # leaders who read back on another device, which costs them a sign-in


@dataclass(frozen=True)
class Leader:
    """Someone who has enrolled. ``words`` are what they write, by field; what they leave empty too."""

    person: Participant
    client: httpx.Client
    words: dict[str, str]


def words_of(person: Participant, seat: int, manifest: Manifest) -> dict[str, str]:
    """The constructed leader's words made this person's own; where she has none, a sentence with æ, ø and å.

    Each writes in every third field, and whoever sits beside them in the next.
    """
    texts = constructed_texts()

    def word(field: Field) -> str:
        if field.kind is FieldKind.DATE:
            return f"2026-12-{1 + len(person.name) % 28:02}"
        told = texts.get(field.key) or f"På {field.key} svarer jeg: Vi nåede længere, da jeg spurgte først."
        lines = told.splitlines()
        return "\n".join([f"{lines[0]} ({person.name}, {person.title})", *lines[1:]])[: field.limit]

    fields = [field for step in manifest.steps for field in step.fields]
    return {field.key: "" if (number + seat) % 3 else word(field) for number, field in enumerate(fields)}


@pytest.fixture(scope="module")
def manifest(all_open: Path) -> Manifest:
    return load((all_open / "bygget/manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def people(all_open: Path) -> list[Participant]:
    everyone = load_roster((all_open / "bygget/roster.json").read_text(encoding="utf-8")).participants
    return [person for person in everyone if person.role is Role.LEADER]


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory, uncounted: None) -> Iterator[Live]:
    with serving([all_open], tmp_path_factory.mktemp("cohort") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def leaders(live: Live, manifest: Manifest, people: list[Participant]) -> Iterator[list[Leader]]:
    """Everyone, when they have written theirs and marked every step as done."""

    def arrive(seat: int) -> Leader:
        person = people[seat]
        leader = Leader(person, live.enrol(person.email), words_of(person, seat, manifest))
        write_all(leader, manifest)
        return leader

    with ThreadPoolExecutor(AT_ONCE) as threads:
        everyone = list(threads.map(arrive, range(len(people))))
    yield everyone
    for leader in everyone:
        leader.client.close()


def write_all(leader: Leader, manifest: Manifest) -> None:
    for number, (key, text) in enumerate((key, text) for key, text in leader.words.items() if text):
        body = {"text": text, "base": 0, "save_id": f"save-{number:08}"}
        answer = leader.client.put(f"/api/demo/answers/{key}", json=body)
        assert answer.json().get("version") == 1, (leader.person.name, key, answer.text)
    for step in manifest.steps:
        if step.kind is not StepKind.WELCOME:
            leader.client.put(f"/api/demo/steps/{step.name}/done", json={"done": True}).raise_for_status()


def read_everything(client: httpx.Client, manifest: Manifest) -> dict[str, str]:
    """What the server has of all steps, each as its page asks for it."""
    found: dict[str, str] = {}
    for step in manifest.steps:
        page = client.get(f"/api/demo/steps/{step.name}").raise_for_status().json()
        found |= {key: answer["text"] for key, answer in page["answers"].items()}
    return found


def test_the_whole_cohort_reads_back_every_word_of_their_own(leaders: list[Leader], manifest: Manifest) -> None:
    assert len(leaders) == 38
    assert len(leaders[0].words) > 150
    for leader in leaders:
        assert read_everything(leader.client, manifest) == leader.words


def test_on_another_device_every_word_is_there_too(live: Live, leaders: list[Leader], manifest: Manifest) -> None:
    for leader in leaders[:: len(leaders) // NEWCOMERS]:
        with httpx.Client(base_url=live.url, headers={"Origin": live.url}, timeout=30) as elsewhere:
            body = {"email": leader.person.email, "pass_phrase": PHRASE}
            elsewhere.post("/api/log-in", json=body).raise_for_status()
            assert read_everything(elsewhere, manifest) == leader.words


def test_the_facilitator_sees_that_all_have_done_everything_and_not_a_word_of_it(
    live: Live, leaders: list[Leader], manifest: Manifest
) -> None:
    facilitator = live.enrol("vibeke.stroem@strandby.example")
    page = html.unescape(facilitator.get("/hold/demo/overblik").raise_for_status().text)
    facilitator.close()
    for leader in leaders:
        assert leader.person.name in page
        assert not [key for key, text in leader.words.items() if len(text) > 12 and text in page]
    totals = re.findall(r"(\d+) af 38", page)
    steps = [step for step in manifest.steps if step.kind not in (StepKind.WELCOME, StepKind.ANNEX)]
    assert totals == ["38"] * len(steps)
