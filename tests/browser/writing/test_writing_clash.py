"""Two tabs or devices never overwrite each other silently."""

import pytest
from playwright.sync_api import Page, expect

from .looking import box, expect_all_sent, expect_kept, expect_saved, field, status, until


@pytest.fixture
def clashing(opened, server) -> Page:
    """A page whose text was made from a version that another device has replaced meanwhile."""
    server.state.of("turning-points").save("Fælles begyndelse", 0, [])
    page: Page = opened()
    expect(box(page)).to_have_value("Fælles begyndelse")
    server.state.of("turning-points").save("Skrevet på telefonen", 1, [])
    box(page).fill("Skrevet i toget")
    expect(field(page).locator(".fl-clash-panel")).to_be_visible()
    return page


def test_who_goes_on_at_the_end_does_so_too_when_the_text_grows_from_elsewhere(opened, server):
    server.state.of("turning-points").save("Skrevet hjemme", 0, [])
    page: Page = opened()
    expect(box(page)).to_have_value("Skrevet hjemme")
    box(page).press("Control+End")
    server.state.of("turning-points").save("Skrevet hjemme, og videre i toget", 1, [])
    page.evaluate("faellesledelse.refresh(0)")
    expect(box(page)).to_have_value("Skrevet hjemme, og videre i toget")
    page.keyboard.type(". Slut")
    expect(box(page)).to_have_value("Skrevet hjemme, og videre i toget. Slut")
    expect_saved(page)


def panel(page: Page):
    return field(page).locator(".fl-clash-panel")


def test_both_versions_are_shown_and_both_are_said_to_be_saved(clashing):
    expect(panel(clashing).locator(".fl-own")).to_have_text("Skrevet i toget")
    expect(panel(clashing).locator(".fl-other")).to_have_text("Skrevet på telefonen")
    expect(panel(clashing)).to_contain_text("Din tekst her")
    expect(panel(clashing)).to_contain_text("Teksten fra den anden fane eller enhed")
    expect(status(clashing)).to_have_text("Begge udgaver er gemt – vælg, hvad der skal stå")


@pytest.mark.parametrize(
    ("choice", "result"),
    [
        ("Behold min", "Skrevet i toget"),
        ("Brug den anden", "Skrevet på telefonen"),
        ("Behold begge", "Skrevet i toget\n\nSkrevet på telefonen"),
    ],
)
def test_the_leaders_choice_becomes_the_text_and_settles_the_matter(clashing, server, choice, result):
    panel(clashing).get_by_role("button", name=choice).click()
    expect(box(clashing)).to_have_value(result)
    expect(panel(clashing)).to_have_count(0)
    expect_saved(clashing)
    expect_all_sent(clashing)
    held = server.state.of("turning-points")
    assert held.answer()["text"] == result
    assert held.answer()["asides"] == []
    assert {"Skrevet i toget", "Skrevet på telefonen"} <= set(server.state.texts("turning-points"))
    assert clashing.evaluate("document.activeElement.dataset.key") == "turning-points"


@pytest.mark.parametrize(
    ("choice", "result"), [("Behold min", "Skrevet i toget, og videre"), ("Brug den anden", "Skrevet på telefonen")]
)
def test_what_is_written_before_the_choice_is_kept_here_and_a_version_whatever_is_chosen(clashing, server, choice, result):
    box(clashing).fill("Skrevet i toget, og videre")
    expect(status(clashing)).to_have_text("Gemt på denne computer – vælg mellem de to udgaver, så sendes den")
    expect(panel(clashing).locator(".fl-own")).to_have_text("Skrevet i toget, og videre")
    clashing.wait_for_timeout(500)
    clashing.reload()
    expect(box(clashing)).to_have_value("Skrevet i toget, og videre")
    expect(panel(clashing).locator(".fl-other")).to_have_text("Skrevet på telefonen")
    panel(clashing).get_by_role("button", name=choice).click()
    expect_all_sent(clashing)
    assert server.state.of("turning-points").answer()["text"] == result
    assert "Skrevet i toget, og videre" in server.state.texts("turning-points")
    assert server.state.of("turning-points").answer()["asides"] == []


def test_an_open_choice_waits_on_every_device(clashing, opened, server, browser):
    with browser.new_context() as elsewhere:
        page = opened(within=elsewhere)
        expect(box(page)).to_have_value("Skrevet på telefonen")
        expect(panel(page).locator(".fl-other")).to_have_text("Skrevet i toget")
        panel(page).get_by_role("button", name="Behold min").click()
        expect_saved(page)
        expect_all_sent(page)
    assert server.state.of("turning-points").answer()["asides"] == []


def test_a_tab_that_is_not_edited_takes_over_what_the_other_saved(opened):
    first, second = opened(), opened()
    box(first).fill("Fra den første fane")
    expect_saved(first)
    expect(box(second)).to_have_value("Fra den første fane")
    box(second).fill("Fra den første fane og den anden")
    expect_saved(second)
    expect(box(first)).to_have_value("Fra den første fane og den anden")
    expect(panel(first)).to_have_count(0)


def test_two_tabs_that_write_without_a_network_both_reach_the_server(opened, context, server):
    first, second = opened(), opened()
    context.set_offline(True)
    box(first).fill("Første fane")
    box(second).fill("Anden fane")
    expect_kept(first)
    expect_kept(second)
    context.set_offline(False)
    until(lambda: len(server.state.texts("turning-points")) == 2, first)
    expect(panel(first)).to_be_visible()
    expect(panel(second)).to_be_visible()
    assert sorted(server.state.texts("turning-points")) == ["Anden fane", "Første fane"]


def test_an_older_answer_that_comes_late_hides_no_text_that_waits(opened, server):
    page = opened()
    held = server.state.of("turning-points")
    held.save("Fra telefonen", 0, [])
    earlier = held.answer()
    box(page).fill("Fra computeren")
    expect(panel(page)).to_be_visible()
    page.evaluate("answer => faellesledelse.field('turning-points').take(answer)", earlier)
    page.wait_for_timeout(200)
    expect(panel(page)).to_be_visible()
    expect(box(page)).to_have_value("Fra computeren")


def test_two_tabs_that_are_closed_offline_leave_both_texts(opened, context, server):
    first, second = opened(), opened()
    server.state.faults.hold = True
    box(first).fill("Første fane")
    box(second).fill("Anden fane")
    first.wait_for_timeout(500)
    first.close()
    second.close()
    server.state.faults.hold = False
    page = opened()
    expect(field(page).locator(".fl-clash-panel")).to_be_visible()
    assert sorted(server.state.texts("turning-points")) == ["Anden fane", "Første fane"]


def test_the_same_text_from_two_sides_is_no_conflict(opened, server):
    page = opened()
    server.state.of("turning-points").save("Det samme", 0, [])
    box(page).fill("Det samme")
    expect_saved(page)
    expect_all_sent(page)
    expect(panel(page)).to_have_count(0)
    assert server.state.of("turning-points").answer()["asides"] == []


def test_several_waiting_texts_are_settled_one_at_a_time(opened, server):
    held = server.state.of("turning-points")
    for text in ("Stående", "Ude i regnen", "Ude i solen"):
        held.save(text, 0, [])
    page = opened()
    expect(panel(page)).to_contain_text("Der venter 1 mere bagefter")
    panel(page).get_by_role("button", name="Behold begge").click()
    expect(panel(page).locator(".fl-other")).to_have_text("Ude i solen")
    panel(page).get_by_role("button", name="Behold min").click()
    expect_all_sent(page)
    assert held.answer()["text"] == "Stående\n\nUde i regnen"
    assert held.answer()["asides"] == []


def test_what_is_written_before_another_tab_chooses_reaches_the_server_by_itself(opened, context, server):
    first, second = opened(), opened()
    context.set_offline(True)
    box(first).fill("Første fane")
    box(second).fill("Anden fane")
    expect_kept(first)
    expect_kept(second)
    context.set_offline(False)
    expect(panel(first)).to_be_visible()
    expect(panel(second)).to_be_visible()
    stands = server.state.of("turning-points").answer()["text"]
    choosing, waiting = (first, second) if box(first).input_value() == stands else (second, first)
    box(waiting).press_sequentially(" og mere")
    written = box(waiting).input_value()
    panel(choosing).get_by_role("button", name="Behold begge").click()
    until(lambda: written in server.state.texts("turning-points"), waiting)
    expect(panel(waiting).locator(".fl-own")).to_have_text(written)
    panel(waiting).get_by_role("button", name="Behold min").click()
    expect_all_sent(waiting)
    assert server.state.of("turning-points").answer()["text"] == written
