"""What the browser keeps: nothing typed more than a second ago is lost, and nobody else sees it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from .killable import Chromium
from .looking import KEPT, box, entries, expect_all_sent, expect_kept, expect_saved, field, status, until

BLOCKED = (
    "Object.defineProperty(globalThis, 'indexedDB', {value: {open() { throw new DOMException('no', 'SecurityError'); }}})"
)
FULL = """
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...all) {
        if (globalThis.full) throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, all);
    };
"""

SLOW_DISK = """
    const encrypt = SubtleCrypto.prototype.encrypt;
    SubtleCrypto.prototype.encrypt = async function (...all) {
        await new Promise((resolve) => setTimeout(resolve, 3000));
        return encrypt.apply(this, all);
    };
"""


@pytest.fixture
def chromium(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[[], Chromium]]:
    running: list[Chromium] = []

    def start() -> Chromium:
        running.append(Chromium(playwright, tmp_path / "profile"))
        return running[-1]

    (tmp_path / "profile").mkdir()
    yield start
    for one in running:
        one.kill()


def test_a_save_that_was_committed_before_the_browser_was_killed_is_not_made_twice(chromium, opened, server):
    first = chromium()
    page = opened(within=first.context)
    server.state.faults.cut = 100
    box(page).fill("Nåede frem")
    until(lambda: server.state.texts("turning-points") == ["Nåede frem"], page)
    box(page).fill("Nåede frem, og lidt til")
    until(lambda: not page.evaluate("faellesledelse.unsent.some((answer) => answer.fragile)"), page)
    first.kill()
    server.state.faults.cut = 0
    page = opened(within=chromium().context)
    expect(box(page)).to_have_value("Nåede frem, og lidt til")
    expect_all_sent(page)
    assert server.state.texts("turning-points") == ["Nåede frem", "Nåede frem, og lidt til"]
    assert server.state.of("turning-points").answer()["asides"] == []


def test_text_of_a_closed_tab_is_back_when_the_page_is_opened_again(opened, server, context):
    page = opened()
    server.state.faults.hold = True
    box(page).fill("Lukket for tidligt")
    page.wait_for_timeout(400)
    page.close()
    server.state.faults.hold = False
    page = opened()
    expect(box(page)).to_have_value("Lukket for tidligt")
    expect_saved(page)


def test_text_typed_a_moment_before_the_page_is_loaded_anew_is_back_at_once(opened, server):
    page = opened()
    server.state.faults.put_status = 503
    server.state.faults.page_takes = 0.1  # less than typing waits before it is journalled
    for number in range(5):
        page.evaluate("document.querySelector('[data-key=turning-points]').focus()")
        page.evaluate(f"document.execCommand('insertText', false, '{number}'); location.reload()")
        expect(box(page)).to_have_value("".join(str(each) for each in range(number + 1)))
    server.state.faults.put_status = 0
    expect_saved(page, within=20_000)


def test_a_page_that_is_left_sends_what_was_typed_without_waiting_for_the_disk(opened, context, server):
    context.add_init_script(SLOW_DISK)
    page = opened()
    box(page).fill("Sidste ord")
    page.reload()
    expect(box(page)).to_have_value("Sidste ord")
    assert server.state.of("turning-points").answer()["text"] == "Sidste ord"


def test_text_of_another_page_is_sent_from_whichever_page_is_opened_next(opened, server):
    page = opened()
    server.state.faults.hold = True
    box(page, "talk").fill("2026-09-01")
    page.wait_for_timeout(400)
    page.close()
    server.state.faults.hold = False
    limits = server.state.fields
    server.state.fields = [one for one in limits if one["key"] != "talk"]
    server.state.also = {"talk": 10}
    page = opened("/hold/demo/forberedelse-2")
    until(lambda: server.state.texts("talk") == ["2026-09-01"], page)
    until(lambda: entries(page) == 0, page)


def test_text_that_is_not_sent_is_unreadable_on_the_disk(chromium, opened, server, tmp_path):
    first = chromium()
    page = opened(within=first.context)
    server.state.faults.hold = True
    box(page).fill("Hemmelighedsfuldt")
    until(lambda: entries(page) == 1, page)
    page.wait_for_timeout(300)
    first.kill()
    files = [file.read_bytes() for file in (tmp_path / "profile").rglob("*") if file.is_file() and "IndexedDB" in str(file)]
    assert files
    for encoding in ("utf-8", "utf-16-le"):
        assert not any("Hemmelighedsfuldt".encode(encoding) in content for content in files)


def test_the_next_person_at_a_shared_tablet_neither_sees_nor_sends_the_text(opened, server):
    page = opened()
    server.state.faults.hold = True
    box(page).fill("Kun min")
    until(lambda: entries(page) == 1, page)
    page.close()
    server.state.faults.hold = False
    server.state.person = "p2"
    page = opened()
    expect(box(page)).to_have_value("")
    page.wait_for_timeout(1000)
    assert server.state.texts("turning-points", "p2") == []
    assert server.state.texts("turning-points", "p1") == []
    assert entries(page) == 1
    page.close()
    server.state.person = "p1"
    page = opened()
    expect(box(page)).to_have_value("Kun min")
    expect_saved(page)
    assert server.state.texts("turning-points", "p1") == ["Kun min"]


def test_a_page_left_open_closes_itself_when_someone_else_signs_in(opened, server, context):
    page = opened()
    box(page).fill("Min tekst")
    expect_saved(page)
    server.state.faults.hold = True
    box(page).fill("Min tekst, længere")
    page.wait_for_timeout(500)
    server.state.faults.hold = False
    server.state.person = "p2"
    opened()
    page.wait_for_url(server.url + "/")
    assert server.state.texts("turning-points", "p2") == []


def test_a_blocked_storage_is_said_at_once_and_online_text_is_saved_all_the_same(opened, context, server):
    context.add_init_script(BLOCKED)
    page = opened()
    expect(page.locator(".fl-notice")).to_contain_text("kan ikke opbevare tekst på denne computer")
    box(page).fill("Med forbindelse")
    expect_saved(page)


def test_without_storage_the_field_says_not_saved_until_the_server_has_the_text(opened, context, server):
    context.add_init_script(BLOCKED)
    page = opened()
    server.state.faults.hold = True
    box(page).fill("På vej")
    expect(status(page)).to_have_text("Ikke gemt endnu – sendes …")
    expect(status(page)).to_have_text("Ikke gemt – kopiér din tekst")
    server.state.faults.hold = False
    expect_saved(page)


def test_without_storage_and_network_the_field_says_not_saved(opened, context, server):
    context.add_init_script(BLOCKED)
    page = opened()
    context.set_offline(True)
    box(page).fill("Ingen steder")
    expect(status(page)).to_have_text("Ikke gemt – kopiér din tekst")
    expect(field(page).get_by_role("button", name="Kopiér teksten")).to_be_visible()
    context.set_offline(False)
    expect_saved(page)


def test_a_full_storage_is_never_called_kept(opened, context, server):
    context.add_init_script(FULL)
    page = opened()
    context.set_offline(True)
    box(page).fill("Der var plads")
    expect_kept(page)
    page.evaluate("globalThis.full = true")
    box(page).fill("Der var plads, men ikke mere")
    expect(status(page)).to_have_text("Ikke gemt – kopiér din tekst")
    page.evaluate("globalThis.full = false")
    box(page).fill("Der var plads, og der er igen")
    expect_kept(page)


@pytest.mark.parametrize("silent", [True, False])
def test_the_browser_asks_before_leaving_only_if_text_is_neither_sent_nor_kept(opened, context, server, silent):
    if not silent:
        context.add_init_script(BLOCKED)
    page = opened()
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    context.set_offline(True)
    box(page).click()
    box(page).press_sequentially("På vej ud")
    expect(status(page)).to_have_text(KEPT if silent else "Ikke gemt – kopiér din tekst")
    page.close(run_before_unload=True)
    other = context.new_page()
    until(lambda: page.is_closed(), other)
    assert asked == ([] if silent else ["beforeunload"])


def test_a_page_that_was_only_asleep_is_the_same_page(opened, server):
    page = opened()
    box(page).fill("Før søvnen")
    expect_saved(page)
    server.state.of("turning-points").save("Skrevet på telefonen imens", 1, [])
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate("faellesledelse.connection.suspect()")
    expect(box(page)).to_have_value("Skrevet på telefonen imens")
