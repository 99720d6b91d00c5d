"""What happens to a leader's words when something breaks, in a real browser on a real server."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from leader import DESKTOP, Leader
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.browser.interception import intercept
from tests.live import Live, serving
from tests.server.serving import children

KEY = "doubt"
STEP = "forberedelse-1"
DRAFTING, TASK = "forberedelse-2", "draft.task"
OTHER = "henrik.damsgaard@strandby.example"
EMAILS = (
    f"{name}@strandby.example"
    for name in (
        "lone.vestergaard", "mikkel.ravn", "anne.boegelund", "soeren.klit", "fatima.yildirim", "peter.lundager",
        "mette.solgaard", "pernille.aagaard",
    )
)  # fmt: skip


def at_the_step(chromium: Browser, live: Live, email: str) -> Leader:
    """Someone who has just opened the step."""
    person = Leader(chromium, live, DESKTOP)
    client = live.enrol(email)
    person.come_back(client)
    client.close()
    person.open(STEP)
    return person


@pytest.fixture
def own_server(all_open: Path, tmp_path: Path) -> Iterator[Live]:
    """A server of this test's own, since it will be hurt."""
    with serving([all_open], tmp_path / "data") as server:
        yield server


@pytest.fixture
def leader(chromium: Browser, live: Live) -> Iterator[Leader]:
    """A leader whom no other test knows, at the step."""
    person = at_the_step(chromium, live, next(EMAILS))
    yield person
    person.page.context.close()


def expect_state(person: Leader, wanted: str, seconds: float) -> None:
    expect(person.page.locator(f'[data-field="{KEY}"]')).to_have_attribute("data-state", wanted, timeout=1000 * seconds)


def stored(person: Leader, key: str = KEY, step: str = STEP) -> str:
    """What the server has, asked without the page."""
    answer = person.page.context.request.get(f"{person.live.url}/api/demo/steps/{step}")
    return str(answer.json()["answers"][key]["text"])


def wait_for(page: Page, so: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def kernels(live: Live) -> list[int]:
    """The process ids of the server's kernels. What they are forked from has one thread."""
    return [pid for pid in children(live.process.pid) if len(list(Path(f"/proc/{pid}/task").glob("*"))) > 3]


def kill_kernels(live: Live) -> list[int]:
    """Kill all kernels there are; which they were."""
    found = kernels(live)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return found


def test_a_page_that_only_saves_has_no_kernel(leader: Leader, live: Live) -> None:
    before = kernels(live)
    leader.write(KEY, "Ingen kerne regner på det her")
    leader.wait_until_saved()
    leader.page.wait_for_timeout(1000)
    assert set(kernels(live)) <= set(before)


def test_what_is_saved_while_a_page_is_on_its_way_stands_on_it(leader: Leader) -> None:
    address = f"{leader.live.url}/hold/demo/{STEP}"

    def save_meanwhile(route: Route) -> None:
        made = route.fetch()
        save = {"text": "Den forrige sides sidste ord", "base": 0, "save_id": str(uuid.uuid4())}
        path = f"{leader.live.url}/api/demo/answers/{KEY}?step={STEP}"
        assert leader.page.context.request.put(path, data=save, headers={"Origin": leader.live.url}).ok
        route.fulfill(response=made)

    leader.page.route(address, save_meanwhile)
    leader.open(STEP)
    leader.wait_for_text(KEY, "Den forrige sides sidste ord")


def test_the_mirrors_words_outlive_its_kernel_and_grow_old_with_the_text(leader: Leader, live: Live) -> None:
    leader.open(DRAFTING)
    leader.write(TASK, "Vi skal skabe synergi og løfte i flok.")
    leader.wait_until_saved()
    mirror = leader.page.locator(".fl-mirror")
    mirror.get_by_role("button").click()
    expect(mirror.locator(".fl-mirror-told")).to_be_focused()
    told = mirror.inner_text()
    killed = kill_kernels(live)
    assert killed
    leader.write(TASK, "Jeg taler med alle, før jeg beslutter.")
    expect(mirror.locator(".fl-mirror-age")).to_contain_text("Du har rettet i udkastet siden")
    assert told.splitlines()[-1] in mirror.inner_text()
    mirror.get_by_role("button").click()
    expect(mirror.locator(".fl-mirror-age")).to_have_count(0)
    assert set(kernels(live)) - set(killed)
    assert stored(leader, TASK, DRAFTING) == "Jeg taler med alle, før jeg beslutter."
    assert leader.page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"


def test_a_laptop_asleep_over_night_wakes_with_every_word(chromium: Browser, own_server: Live) -> None:
    """Asleep, a page runs nothing; meanwhile the server has been started anew."""
    leader = at_the_step(chromium, own_server, OTHER)
    leader.write(KEY, "Skrevet sidst på aftenen")
    lid = leader.page.context.new_cdp_session(leader.page)
    leader.page.wait_for_timeout(1000)  # the promise is for what was typed more than a second ago
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    own_server.stop()
    own_server.start()
    lid.send("Page.setWebLifecycleState", {"state": "active"})
    leader.wait_for_text(KEY, "Skrevet sidst på aftenen")
    leader.write(KEY, "Skrevet sidst på aftenen, og videre om morgenen")
    leader.wait_until_saved()
    assert stored(leader) == "Skrevet sidst på aftenen, og videre om morgenen"
    leader.page.context.close()


def test_two_tabs_that_write_the_same_field_keep_both_texts(leader: Leader) -> None:
    first = leader.page
    second = leader.page = first.context.new_page()
    leader.open(STEP)
    first.context.set_offline(True)
    for tab, text in ((first, "Fra den ene fane"), (second, "Fra den anden fane")):
        tab.locator(f'textarea[data-key="{KEY}"]').fill(text)
        expect(tab.locator(f'[data-field="{KEY}"]')).to_have_attribute("data-state", "kept")
    first.context.set_offline(False)
    clash = ".fl-clash-panel"
    wait_for(first, lambda: first.locator(clash).count() + second.locator(clash).count() > 0)
    panel = (first if first.locator(clash).count() else second).locator(clash)
    expect(panel).to_contain_text("Fra den ene fane")
    expect(panel).to_contain_text("Fra den anden fane")


def test_the_next_leader_on_a_shared_tablet_neither_sees_nor_sends_what_the_first_left(
    chromium: Browser, live: Live
) -> None:
    email = next(EMAILS)
    leader = at_the_step(chromium, live, email)
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
    leader.sign_in(email)
    leader.open(STEP)
    leader.wait_for_text(KEY, "Kun til mig selv")
    leader.wait_until_saved()
    assert stored(leader) == "Kun til mig selv"
    leader.page.context.close()


def test_a_mark_stands_though_something_computed_before_it_arrives_after(leader: Leader) -> None:
    page, late = leader.page, list[tuple[Route, APIResponse]]()
    leader.open(DRAFTING)
    intercept(page, "**/computed", lambda route: late.append((route, route.fetch())))
    page.locator(f'[data-key="{TASK}"]').fill("Et ord, der skal regnes på.")
    leader.wait_until_saved()
    wait_for(page, lambda: len(late) == 1)
    mark = page.locator("[data-finish]")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "true")
    route, answer = late[0]
    route.fulfill(response=answer)
    expect(page.locator(".fl-draft-length")).to_contain_text("Læst højt")
    expect(mark).to_have_attribute("aria-pressed", "true")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "false")
