"""No accessibility violations on any state of the fields."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .looking import box, expect_kept, expect_saved, field


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]


@pytest.fixture
def context(browser):
    """The checker is a script of its own, which the page's policy would refuse."""
    own = browser.new_context(locale="da-DK", bypass_csp=True, viewport={"width": 1024, "height": 800})
    yield own
    own.close()


def test_the_page_as_it_opens(opened):
    assert violations(opened()) == []


def test_the_page_when_written(opened):
    page = opened()
    page.get_by_role("button", name="Tilføj en til").click()
    box(page, "draft.task").fill("a" * 290)
    field(page, "chosen").get_by_role("checkbox").first.check()
    expect_saved(page, "draft.task")
    assert violations(page) == []


def test_the_page_without_a_network(opened, context):
    page = opened()
    context.set_offline(True)
    box(page).fill("Kun her")
    expect_kept(page)
    assert violations(page) == []


def test_a_text_that_is_not_saved(opened, server):
    page = opened()
    server.state.faults.put_status = 403
    box(page).fill("Afvist")
    expect(field(page)).to_have_attribute("data-state", "unsaved")
    assert violations(page) == []


def test_two_versions_side_by_side(opened, server):
    server.state.of("turning-points").save("Den ene", 0, [])
    server.state.of("turning-points").save("Den anden", 0, [])
    page = opened()
    expect(field(page).locator(".fl-clash-panel")).to_be_visible()
    assert violations(page) == []


def test_the_list_of_earlier_versions(opened):
    page = opened()
    box(page).fill("Første")
    expect_saved(page)
    field(page).get_by_role("button", name="Tidligere versioner").click()
    expect(page.get_by_role("dialog").locator("li")).to_have_count(1)
    assert violations(page) == []
