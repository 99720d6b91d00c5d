"""What the page does as a whole: where to go on, signing in and out, mending itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from .looking import box, entries, expect_all_sent, expect_kept, expect_saved, field, status, until


def loads(server, path: str = "GET /hold/demo/forberedelse-1") -> int:
    return server.state.requests.count(path)


def test_a_page_not_begun_stays_at_the_top_and_says_where_to_begin(opened):
    page = opened()
    expect(page.locator(".fl-resume")).to_contain_text("Her begynder du: Vendepunkter · ca. 10 min")
    assert page.evaluate("scrollY") == 0


def test_a_page_that_is_begun_opens_at_the_first_empty_place(opened, server, context):
    server.state.of("turning-points").save("Skrevet", 0, [])
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(server.url + "/hold/demo/forberedelse-1")
    expect(page.locator(".fl-resume")).to_contain_text("Du er nået hertil: Tre episoder · ca. 10 min")
    expect(page.get_by_role("heading", name="Tre episoder")).to_be_focused()
    expect(page.locator("#fortsaet-her")).to_be_in_viewport()


def test_a_card_that_is_left_blank_does_not_hold_the_leader_back(opened, server):
    for key in ("turning-points", "episodes.1.did", "episodes.1.effect", "draft.task"):
        server.state.of(key).save("Skrevet", 0, [])
    expect(opened().locator(".fl-resume")).to_contain_text("Sætninger, der skal med")


def test_the_bar_takes_the_keyboard_to_the_place(opened):
    page = opened()
    page.get_by_role("link", name="Begynd her").press("Enter")
    expect(page.get_by_role("heading", name="Vendepunkter")).to_be_focused()


def test_the_loading_line_goes_when_the_fields_have_come(opened):
    expect(opened().locator("#loading")).to_be_hidden()


def test_an_ended_session_keeps_the_text_and_goes_on_after_sign_in_elsewhere(opened, server):
    page = opened()
    server.state.person = None
    box(page).fill("Skrevet efter midnat")
    expect(status(page)).to_have_text("Gemt på denne computer – sendes, når du har logget ind igen")
    link = page.locator(".fl-notice").get_by_role("link", name="Log ind igen")
    expect(link).to_have_attribute("href", "/log-ind?next=%2Fhold%2Fdemo%2Fforberedelse-1")
    with page.context.expect_page() as opening:
        link.click()
    assert "/log-ind" in opening.value.url
    server.state.person = "p1"
    opening.value.goto(server.url + "/hold/demo/forberedelse-1")
    expect_saved(page)
    expect(page.locator(".fl-notice")).to_be_empty()
    expect_all_sent(page)
    assert server.state.of("turning-points").answer()["text"] == "Skrevet efter midnat"


def test_signing_out_with_everything_sent_asks_nothing(opened, server):
    page = opened()
    box(page).fill("Sendt")
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url(server.url + "/log-ind")
    assert server.state.texts("turning-points") == ["Sendt"]


def test_signing_out_asks_when_something_is_not_sent(opened, server):
    page = opened()
    server.state.faults.put_status = 403
    box(page).fill("Ikke sendt")
    page.get_by_role("button", name="Log ud").click()
    dialog = page.get_by_role("dialog", name="Vil du logge ud nu?")
    expect(dialog).to_contain_text("Et felt er ikke sendt endnu. Teksten bliver liggende på denne computer")
    dialog.get_by_role("button", name="Bliv her").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Log ud").click()
    dialog.get_by_role("button", name="Log ud alligevel").click()
    page.wait_for_url(server.url + "/log-ind")
    assert entries(page) == 1


def test_signing_out_in_one_tab_takes_the_texts_from_every_other(opened, server):
    page, other = opened(), opened()
    box(other).fill("Kun mit")
    expect_all_sent(other)
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url(server.url + "/log-ind")
    other.wait_for_url(server.url + "/")
    expect(other.get_by_role("heading", name="Forsiden")).to_be_visible()


def test_signing_out_without_a_server_says_that_it_did_not_happen(opened, context):
    page = opened()
    context.set_offline(True)
    page.get_by_role("button", name="Log ud").click()
    dialog = page.get_by_role("dialog", name="Du er ikke logget ud")
    expect(dialog).to_contain_text("Lås computeren, når du går fra den, og log ud, når forbindelsen er tilbage.")


def test_a_step_is_marked_as_done_and_unmarked(opened, server):
    page = opened()
    control = page.get_by_role("button", name="Marker trinet som gennemført")
    control.click()
    expect(control).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Du har markeret trinet som gennemført.")).to_be_visible()
    assert server.state.done is True
    control.click()
    expect(control).to_have_attribute("aria-pressed", "false")
    assert server.state.done is False


@pytest.fixture
def aged(opened) -> Page:
    """A page that writes in the middle of a card, far down."""
    page: Page = opened()
    box(page, "private.limits").press_sequentially("Grænsen går her")
    expect_saved(page, "private.limits")
    box(page, "private.limits").evaluate("area => area.setSelectionRange(7, 7)")
    return page


def build_anew(server, page: Page) -> None:
    """The facilitator builds the cohort again, and the page hears of it."""
    server.state.build = "ba9876543210"
    page.evaluate("faellesledelse.refresh(0)")


def test_a_page_of_an_earlier_build_mends_itself_and_puts_the_writer_back(aged, server):
    top = aged.evaluate("document.activeElement.getBoundingClientRect().top")
    build_anew(server, aged)
    until(lambda: loads(server) == 2, aged, within=15)
    expect(box(aged, "private.limits")).to_be_focused()
    expect(box(aged, "private.limits")).to_have_value("Grænsen går her")
    assert aged.evaluate("document.activeElement.selectionStart") == 7
    assert abs(aged.evaluate("document.activeElement.getBoundingClientRect().top") - top) < 40
    expect(aged.get_by_text("Siden er frisk igen")).to_be_visible()


def test_a_page_is_not_mended_while_someone_types(aged, server):
    build_anew(server, aged)
    for _ in range(30):  # typed in the page: a key that meets a reload would hold the browser's driver up for ever
        aged.evaluate("document.execCommand('insertText', false, 'x')")
        aged.wait_for_timeout(150)
    assert loads(server) == 1
    until(lambda: loads(server) == 2, aged, within=15)
    expect(box(aged, "private.limits")).to_have_value(re.compile("x{30}"))


def test_a_page_is_not_mended_while_the_server_is_away(aged, server):
    build_anew(server, aged)
    server.down()
    box(aged, "private.limits").press_sequentially(" – offline")
    expect_kept(aged, "private.limits")
    aged.wait_for_timeout(4000)
    assert loads(server) == 1
    server.up()
    until(lambda: loads(server) == 2, aged, within=30)
    expect(box(aged, "private.limits")).to_have_value(re.compile("offline"))
    expect_saved(aged, "private.limits")


def test_nothing_is_written_to_the_console(context, server):
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(server.url + "/hold/demo/forberedelse-1")
    box(page).fill("Stille")
    expect_saved(page)
    assert said == []


def test_nothing_is_asked_of_anyone_but_the_server(context, server):
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url + "/hold/demo/forberedelse-1")
    expect(field(page)).to_be_visible()
    assert [url for url in asked if not url.startswith((server.url, f"blob:{server.url}", "data:"))] == []
