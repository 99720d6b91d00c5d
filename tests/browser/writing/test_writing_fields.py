"""Each kind of field, by name, by keyboard, and for a screen reader."""

import re

import pytest
from playwright.sync_api import Page, expect

from fællesledelse import vocabulary

from .constructed import cell
from .looking import box, expect_all_sent, expect_saved, field


def named(page: Page, key: str) -> str:
    """The accessible name of a control as Chromium computes it."""
    session = page.context.new_cdp_session(page)
    node = session.send("DOM.describeNode", {"objectId": remote(session, f'[data-key="{key}"]')})["node"]
    tree = session.send("Accessibility.getPartialAXTree", {"backendNodeId": node["backendNodeId"], "fetchRelatives": False})
    return str(tree["nodes"][0]["name"]["value"])


def remote(session, selector: str) -> str:
    found = session.send("Runtime.evaluate", {"expression": f"document.querySelector({selector!r})"})
    return str(found["result"]["objectId"])


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("turning-points", "Vendepunkter (10 min)"),
        ("episodes.1.did", "Hvad gjorde jeg?"),
        ("talk", "Din dato"),
        ("private.limits", "Kun for dig"),
    ],
)
def test_every_control_is_named_by_the_prose_above_it(opened, key, name):
    assert named(opened(), key) == name


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("turning-points", "Læses af: Kun du – til du selv deler med din gruppe"),
        ("draft.task", "Læses af: Kun du – til du selv udgiver"),
        ("private.limits", "Læses af: Kun du"),
        ("chosen", "Læses af: Kun du"),
    ],
)
def test_every_field_says_who_reads_it(opened, key, words):
    expect(field(opened(), key).locator(".fl-readers")).to_have_text(words)


def test_a_field_is_described_by_its_help_its_readers_and_its_state(opened):
    page = opened()
    box(page).fill("Noget")
    expect_saved(page)
    described = page.evaluate(
        """() => document.querySelector('[data-key="turning-points"]').getAttribute("aria-describedby").split(" ")
             .map((id) => document.getElementById(id).textContent).join(" | ")"""
    )
    assert re.fullmatch(r"Tænk tilbage .* \| Læses af: .* \| Gemt kl\. \d\d\.\d\d \| ", described)


def test_cards_open_one_at_a_time_and_carry_the_bullets_as_labels(opened):
    page = opened()
    cards = page.locator(".fl-card:visible")
    expect(cards).to_have_count(1)
    expect(cards.locator("label").first).to_have_text("Hvad gjorde jeg?")
    expect(cards.locator(".form-hint").first).to_have_text("Så konkret, at en kollega kunne se det for sig.")
    expect(page.locator("main ul", has_text="Så konkret")).to_be_hidden()
    page.get_by_role("button", name="Tilføj en til").press("Enter")
    expect(cards).to_have_count(2)
    expect(box(page, "episodes.2.did")).to_be_focused()
    page.get_by_role("button", name="Tilføj en til").press("Enter")
    expect(page.get_by_role("button", name="Tilføj en til")).to_be_hidden()


def test_cards_that_are_filled_in_stand_open(opened, server):
    server.state.of("episodes.2.effect").save("De gik i stå", 0, [])
    page = opened()
    expect(page.locator(".fl-card:visible")).to_have_count(2)
    expect(box(page, "episodes.2.effect")).to_have_value("De gik i stå")


def test_own_sentences_are_chosen_up_to_the_number_and_carried_into_the_draft(opened, server):
    page = opened()
    options = field(page, "chosen").get_by_role("checkbox")
    expect(field(page, "chosen").locator("label")).to_have_text(
        ["Jeg ringer, før jeg skriver.", "Kl. 8 er min dør åben.", "Vi holder det, vi lover."]
    )
    options.nth(2).check()
    options.nth(0).check()
    expect(options.nth(1)).to_be_disabled()
    expect(field(page, "chosen")).to_contain_text("Du har valgt 2 af højst 2.")
    expect_saved(page, "chosen")
    assert server.state.of("chosen").answer()["text"] == "Jeg ringer, før jeg skriver.\nVi holder det, vi lover."
    box(page, "draft.task").fill("Mit udkast.")
    page.get_by_role("button", name="Sæt ind i teksten").click()
    expect(box(page, "draft.task")).to_have_value("Mit udkast.\nJeg ringer, før jeg skriver.\nVi holder det, vi lover.")
    expect(page.get_by_role("button", name="Sæt ind i teksten")).to_be_hidden()
    expect_saved(page, "draft.task")


def test_of_many_sentences_a_few_stand_there_and_the_chosen_and_the_rest_come_on_request(opened, server):
    server.state.sources["heard"] = " ".join(f"Sætning {number} er her." for number in range(1, 21))
    server.state.of("chosen").save("Sætning 15 er her.", 0, [])
    page = opened()
    shown = field(page, "chosen").locator(".fl-option:visible")
    expect(shown).to_have_count(9)
    expect(shown.last).to_contain_text("Sætning 15")
    field(page, "chosen").get_by_role("button", name="Vis alle 20 sætninger").click()
    expect(shown).to_have_count(20)
    expect(field(page, "chosen").get_by_role("checkbox").nth(8)).to_be_focused()
    expect(field(page, "chosen").get_by_role("button", name="Vis alle")).to_have_count(0)


def test_sentences_to_carry_in_lie_open_for_an_empty_text_and_folded_away_beside_a_written_one(opened, server):
    server.state.of("chosen").save("Jeg ringer, før jeg skriver.", 0, [])
    insert = opened().get_by_role("button", name="Sæt ind i teksten")
    expect(insert).to_be_visible()
    server.state.of("draft.task").save("Mit udkast.", 0, [])
    page = opened()
    expect(field(page, "draft.task").get_by_text("Det har du med (1)")).to_be_visible()
    expect(page.get_by_role("button", name="Sæt ind i teksten")).to_be_hidden()


def test_a_chosen_sentence_whose_source_has_changed_is_kept_and_shown_as_such(opened, server):
    server.state.of("chosen").save("Sådan sagde jeg det før.", 0, [])
    page = opened()
    option = field(page, "chosen").locator(".fl-option", has_text="Sådan sagde jeg det før.")
    expect(option.get_by_role("checkbox")).to_be_checked()
    expect(option).to_contain_text("Teksten, den kommer fra, er ændret siden.")
    field(page, "chosen").get_by_role("checkbox").first.check()
    expect_all_sent(page)
    assert server.state.of("chosen").answer()["text"] == "Jeg ringer, før jeg skriver.\nSådan sagde jeg det før."


def test_a_date_is_stored_as_a_day(opened, server):
    page = opened()
    box(page, "talk").fill("2026-09-01")
    expect_saved(page, "talk")
    assert server.state.texts("talk") == ["2026-09-01"]
    expect(field(page, "talk")).to_contain_text(re.compile("tirsdag.* 1. september 2026"))


def test_the_private_annex_is_set_apart_in_words_too(opened):
    expect(opened().locator(".fl-private")).to_contain_text("Privat tillæg – kun du")


def test_a_text_area_grows_with_its_text(opened):
    page = opened()
    before = box(page).bounding_box()["height"]
    box(page).fill("linje\n" * 20)
    assert box(page).bounding_box()["height"] > before + 200
    assert box(page).evaluate("area => area.scrollHeight <= area.clientHeight + 2")


def test_the_whole_text_is_printed(opened):
    page = opened()
    text = "\n".join(f"linje {number}" for number in range(150))
    box(page).fill(text)
    page.emulate_media(media="print")
    expect(box(page)).to_be_hidden()
    expect(field(page).locator(".fl-paper")).to_have_text(text, use_inner_text=True)


def test_markup_in_a_text_is_never_markup_on_the_page(opened, server):
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    server.state.sources["heard"] = hostile
    server.state.of("turning-points").save(hostile, 0, [])
    server.state.of("turning-points").save(f"{hostile}2", 0, [])
    page = opened()
    expect(field(page, "chosen").locator("label")).to_have_text([hostile])
    expect(field(page).locator(".fl-other")).to_have_text(f"{hostile}2")
    assert page.locator("main img, main script").count() == 0


def test_the_whole_page_is_written_by_keyboard_alone(opened, server):
    page = opened()
    box(page).focus()
    page.keyboard.type("Et")
    page.keyboard.press("Tab")
    page.keyboard.type("To")
    assert page.evaluate("document.activeElement.dataset.key") == "episodes.1.did"
    expect_saved(page, "episodes.1.did")
    assert server.state.texts("episodes.1.did") == ["To"]


@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (1280, 4)])
def test_nothing_must_be_scrolled_sideways_on_a_phone_or_at_four_hundred_per_cent(opened, width, zoom):
    page = opened()
    page.set_viewport_size({"width": width // zoom, "height": 800})
    box(page).fill("etmegetlangtordudenmellemrum" * 20)
    expect_saved(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_step_that_is_closed_can_be_read_and_not_written(opened, server, context):
    server.state.step["editable"] = False
    server.state.of("turning-points").save("Står fast", 0, [])
    page = context.new_page()
    page.goto(server.url + "/hold/demo/forberedelse-1")
    expect(box(page)).to_have_value("Står fast")
    expect(box(page)).not_to_be_editable()


def test_without_a_server_the_field_lives_in_the_widget_and_says_so(context, server):
    text = cell("<h2>Prøv</h2>", vocabulary.text("turning-points"))
    server.state.cells = [text]
    page = context.new_page()
    page.goto(server.url + "/proeve")
    expect(page.get_by_text("Prøvevisning – intet gemmes")).to_be_visible()
    page.get_by_role("textbox", name="Prøv").fill("Kun her")
    assert page.evaluate("models[0].get('values')") == {"turning-points": "Kun her"}
    assert not [request for request in server.state.requests if "/api/" in request]


def test_prose_without_a_heading_labels_with_its_first_sentence(context, server):
    server.state.cells = [cell("<p>Hvad tænkte du kl. 9? Skriv kort.</p>", vocabulary.text("turning-points"))]
    page = context.new_page()
    page.goto(server.url + "/hold/demo/forberedelse-1")
    expect(page.get_by_role("textbox", name="Hvad tænkte du kl. 9?", exact=True)).to_be_visible()


def test_earlier_versions_are_the_last_of_each_stretch_and_what_was_put_aside(opened, server):
    held = server.state.of("turning-points")
    written = {"Om": "00:00", "Om mandagen": "00:17", "Om aftenen": "01:40", "Om natten": "05:00", "Om natten igen": "05:17"}
    for text, moment in written.items():
        held.save(text, 0 if text == "Om aftenen" else held.answer()["version"], [])
        held.versions[-1].saved_at = f"2026-08-17T08:{moment}+00:00"
    page = opened()
    field(page).get_by_role("button", name="Tidligere versioner").click()
    shown = page.get_by_role("dialog").locator(".fl-version")
    expect(shown).to_have_text(["Om natten igen", "Om aftenen", "Om mandagen"])
    page.get_by_role("dialog").get_by_role("button", name="Vis alle").click()
    expect(shown).to_have_text(list(reversed(written)))
