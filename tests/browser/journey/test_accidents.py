"""What happens to a leader's words when something breaks, in a real browser on a real server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from leader import DESKTOP, Leader
from playwright.sync_api import Browser, expect

from tests.live import PHRASE, Live, serving

KEY = "doubt"
STEP = "forberedelse-1"
EMAIL = "amir.hosseini@strandby.example"
OTHER = "anders.dam@strandby.example"


@pytest.fixture
def live(demo_folder: Path, tmp_path: Path) -> Iterator[Live]:
    """A server of this test's own, since it will be hurt."""
    with serving([demo_folder], tmp_path / "data") as server:
        yield server


@pytest.fixture
def leader(chromium: Browser, live: Live) -> Iterator[Leader]:
    live.enrol(EMAIL).close()
    person = Leader(chromium, live, DESKTOP)
    person.sign_in(EMAIL)
    person.open(STEP)
    yield person
    person.page.context.close()


def state(person: Leader) -> str | None:
    return person.page.locator(f'[data-field="{KEY}"]').get_attribute("data-state")


def expect_state(person: Leader, wanted: str, seconds: float) -> None:
    expect(person.page.locator(f'[data-field="{KEY}"]')).to_have_attribute("data-state", wanted, timeout=1000 * seconds)


def stored(live: Live) -> str:
    """What the server has, read from another device."""
    with httpx.Client(base_url=live.url, headers={"Origin": live.url}, timeout=30) as client:
        client.post("/api/log-in", json={"email": EMAIL, "pass_phrase": PHRASE}).raise_for_status()
        answers = client.get(f"/api/demo/steps/{STEP}").raise_for_status().json()["answers"]
        return str(answers[KEY]["text"])


def kernels(live: Live) -> list[int]:
    """The process ids of the server's kernels."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == live.process.pid and b"ipykernel" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def test_a_killed_kernel_costs_no_word_and_the_page_renews_itself(leader: Leader, live: Live) -> None:
    leader.write(KEY, "Før kernen døde")
    leader.wait_until_saved()
    before = kernels(live)
    for kernel in before:
        os.kill(kernel, signal.SIGKILL)
    leader.write(KEY, "Skrevet uden kerne")
    leader.wait_until_saved()
    leader.until("performance.getEntriesByType('navigation')[0].type === 'reload'", seconds=60)
    leader.wait_until_live()
    assert leader.text(KEY) == "Skrevet uden kerne" == stored(live)
    assert kernels(live) not in ([], before)


def test_a_killed_server_costs_no_word(leader: Leader, live: Live) -> None:
    leader.write(KEY, "Før serveren døde")
    leader.wait_until_saved()
    live.stop(signal.SIGKILL)
    leader.write(KEY, "Skrevet mens serveren var væk")
    expect_state(leader, "kept", 10)
    live.start()
    leader.until("document.querySelector('[data-field=\"doubt\"]')?.dataset.state === 'saved'", seconds=60)
    assert stored(live) == "Skrevet mens serveren var væk"
    leader.until("performance.getEntriesByType('navigation')[0].type === 'reload'", seconds=60)
    leader.wait_until_live()
    assert leader.text(KEY) == "Skrevet mens serveren var væk"


def test_a_lost_network_is_told_within_three_seconds_and_mended_alone(leader: Leader, live: Live) -> None:
    leader.page.context.set_offline(True)
    leader.write(KEY, "I en tunnel på vej til Strandby")
    expect_state(leader, "kept", 3)
    leader.page.context.set_offline(False)
    expect_state(leader, "saved", 15)
    assert stored(live) == "I en tunnel på vej til Strandby"


def test_a_tab_closed_while_offline_costs_no_word(leader: Leader, live: Live) -> None:
    leader.page.context.set_offline(True)
    leader.write(KEY, "Lukket for hurtigt")
    expect_state(leader, "kept", 5)
    leader.page.close()
    leader.page.context.set_offline(False)
    leader.page = leader.page.context.new_page()
    leader.open(STEP)
    assert leader.text(KEY) == "Lukket for hurtigt"
    leader.wait_until_saved()
    assert stored(live) == "Lukket for hurtigt"


def test_two_tabs_that_write_the_same_field_keep_both_texts(leader: Leader, live: Live) -> None:
    first = leader.page
    second = leader.page = first.context.new_page()
    leader.open(STEP)
    first.context.set_offline(True)
    first.locator(f'textarea[data-key="{KEY}"]').fill("Fra den ene fane")
    second.locator(f'textarea[data-key="{KEY}"]').fill("Fra den anden fane")
    first.wait_for_timeout(1500)
    first.context.set_offline(False)
    leader.until("document.querySelector('.fl-clash-panel') !== null || faellesledelse.unsent.length === 0")
    shown = first if first.locator(".fl-clash-panel").count() else second
    panel = shown.locator(".fl-clash-panel")
    expect(panel).to_contain_text("Fra den ene fane")
    expect(panel).to_contain_text("Fra den anden fane")


def test_the_next_leader_on_a_shared_tablet_neither_sees_nor_sends_what_the_first_left(leader: Leader, live: Live) -> None:
    live.enrol(OTHER).close()
    leader.page.context.set_offline(True)
    leader.write(KEY, "Kun til mig selv")
    expect_state(leader, "kept", 5)
    leader.page.close()
    leader.page.context.set_offline(False)
    leader.page = leader.page.context.new_page()
    leader.page.context.clear_cookies()
    leader.sign_in(OTHER)
    leader.open(STEP)
    assert leader.text(KEY) == ""
    leader.wait_until_saved()
    leader.page.context.clear_cookies()
    leader.sign_in(EMAIL)
    leader.open(STEP)
    assert leader.text(KEY) == "Kun til mig selv"
    leader.wait_until_saved()
    assert stored(live) == "Kun til mig selv"
