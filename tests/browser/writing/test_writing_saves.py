"""A field saves by itself, and never says more than is true."""

import re
import time

import pytest
from playwright.sync_api import expect

from .looking import KEPT, box, entries, expect_all_sent, expect_kept, expect_saved, field, status


def test_what_is_typed_reaches_the_server_and_is_then_said_to_be_saved(opened, server):
    page = opened()
    box(page).press_sequentially("Jeg lærte at spørge", delay=10)
    expect(status(page)).to_have_text("Gemmer …")
    expect_saved(page)
    expect(status(page)).to_have_text(re.compile(r"^Gemt kl\. \d\d\.\d\d$"))
    assert server.state.of("turning-points").answer()["text"] == "Jeg lærte at spørge"
    page.reload()
    expect(box(page)).to_have_value("Jeg lærte at spørge")


def test_the_journal_is_empty_once_everything_is_acknowledged(opened):
    page = opened()
    box(page).fill("Kort")
    expect_saved(page)
    expect_all_sent(page)
    assert entries(page) == 0


def test_long_typing_is_saved_at_least_every_other_second(opened, server):
    page = opened()
    box(page).press_sequentially("a" * 50, delay=100)
    assert len(server.state.saves) >= 2


def test_typing_without_a_pause_is_never_said_to_be_saved(opened, server):
    page = opened()
    states = page.evaluate_handle(
        """() => { const seen = []; const watched = document.querySelector('[data-field="turning-points"]');
           new MutationObserver(() => {
             const text = watched.querySelector("textarea").value;
             if (watched.dataset.state === "saved") seen.push(text);
           }).observe(watched, {attributes: true}); return seen; }"""
    )
    box(page).press_sequentially("Det tager tid at lære at tie stille", delay=60)
    expect_saved(page)
    said_saved = states.json_value()
    assert set(said_saved) <= set(server.state.texts("turning-points"))


def test_writing_without_a_network_is_kept_here_and_sent_when_it_is_back(opened, server, context):
    page = opened()
    context.set_offline(True)
    box(page).press_sequentially("I toget", delay=10)
    expect_kept(page, within=3000)
    expect(page.locator(".fl-notice")).to_contain_text("Der er ingen forbindelse lige nu")
    assert server.state.saves == []
    context.set_offline(False)
    expect_saved(page)
    expect(page.locator(".fl-notice")).to_be_empty()
    assert server.state.texts("turning-points") == ["I toget"]


def test_a_broken_connection_is_visible_within_three_seconds_to_who_only_reads(opened, server):
    page = opened()
    server.state.faults.hold = server.state.faults.silent = True
    began = time.monotonic()
    expect(page.locator(".fl-notice")).to_contain_text("ingen forbindelse")
    assert time.monotonic() - began < 3


def test_a_lost_response_makes_one_version_since_the_retry_is_the_same_save(opened, server):
    page = opened()
    server.state.faults.cut = 2
    box(page).fill("Kun én gang")
    expect_saved(page, within=20_000)
    assert server.state.texts("turning-points") == ["Kun én gang"]
    attempts = server.state.saves
    assert len(attempts) >= 3
    assert len({(save["save_id"], save["text"], save["base"]) for save in attempts}) == 1


def test_text_written_after_a_lost_response_follows_as_the_next_version(opened, server):
    page = opened()
    server.state.faults.cut = 1
    box(page).fill("Først")
    page.wait_for_timeout(600)
    box(page).fill("Først, og så")
    expect_saved(page, within=20_000)
    assert server.state.texts("turning-points") == ["Først", "Først, og så"]


@pytest.mark.parametrize("status_code", [500, 503, 429])
def test_a_server_in_trouble_is_tried_again_and_nothing_is_called_saved(opened, server, status_code):
    page = opened()
    server.state.faults.put_status = status_code
    box(page).fill("Venter")
    expect_kept(page)
    server.state.faults.put_status = 0
    expect_saved(page, within=20_000)


def test_a_foreign_page_in_the_servers_place_is_no_acknowledgement(opened, server):
    page = opened()
    server.state.faults.foreign = True
    box(page).fill("Fra hotellet")
    expect_kept(page)
    server.state.faults.foreign = False
    expect_saved(page, within=20_000)


def test_a_refused_save_says_so_and_offers_a_copy(opened, server, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened()
    server.state.faults.put_status = 403
    box(page).fill("Det her må ikke gå tabt")
    expect(status(page)).to_contain_text("Ikke gemt – kopiér din tekst")
    field(page).get_by_role("button", name="Kopiér teksten").click()
    expect(field(page).get_by_role("button", name="Kopieret")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Det her må ikke gå tabt"


def test_a_text_over_the_limit_is_counted_kept_here_and_not_sent(opened, server):
    page = opened()
    box(page).fill("å" * 100_000)
    expect(status(page)).to_have_text(
        "Ikke gemt – teksten er 96.000 tegn for lang (100.000 af højst 4.000). Forkort den, eller kopiér den."
    )
    assert server.state.saves == []
    page.wait_for_timeout(500)
    page.reload()
    expect(box(page)).to_have_value("å" * 100_000)
    box(page).fill("å" * 4000)
    expect_saved(page)


def test_a_limit_that_only_the_server_knows_is_said_with_its_count(opened, server):
    page = opened()
    next(one for one in server.state.fields if one["key"] == "turning-points")["limit"] = 5
    box(page).fill("For langt")
    expect(status(page)).to_contain_text("4 tegn for lang (9 af højst 5)")


def test_the_counter_shows_itself_near_the_limit_only(opened):
    page = opened()
    box(page, "draft.task").fill("a" * 260)
    expect(field(page, "draft.task").locator(".fl-counter")).to_be_hidden()
    box(page, "draft.task").fill("a" * 280)
    expect(field(page, "draft.task").locator(".fl-counter")).to_have_text("20 tegn tilbage")


@pytest.mark.parametrize(
    "text",
    [
        "👩🏽‍💼 og 🇩🇰",
        "שלום עולם",
        "مرحبا\nog dansk",
        "linje 1\n\n\tindrykket",
        "Ω≈ç√ \u00ad\u200d",
        "<b>&amp;</b> {{ navn }}",
    ],
)
def test_every_script_and_sign_comes_back_as_it_was_written(opened, server, text):
    page = opened()
    box(page).fill(text)
    expect_saved(page)
    assert server.state.texts("turning-points") == [text]


def test_control_characters_from_the_clipboard_are_left_out_and_line_breaks_kept(opened, server):
    page = opened()
    box(page).fill("første\u000banden\u0000\u0007 linje\u2028tredje \ud83d")
    expect_saved(page)
    assert server.state.texts("turning-points") == ["første\nanden linje\ntredje \ufffd"]


def test_what_is_pasted_from_word_arrives_as_plain_text(opened, server, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened()
    page.evaluate(
        """() => navigator.clipboard.write([new ClipboardItem({
            "text/html": new Blob(["<p class=MsoNormal><b>Jeg</b> tør<o:p></o:p></p>"], {type: "text/html"}),
            "text/plain": new Blob(["Jeg tør"], {type: "text/plain"})})])"""
    )
    box(page).focus()
    page.keyboard.press("Control+v")
    expect_saved(page)
    assert server.state.texts("turning-points") == ["Jeg tør"]


def test_the_state_is_announced_when_it_turns_and_not_at_each_save(opened, context):
    page = opened()
    live = field(page).get_by_role("status")
    box(page).fill("Et")
    expect(live).to_contain_text("Gemt kl.")
    said = page.evaluate_handle(
        """() => { const said = []; const live = document.querySelector('[data-field="turning-points"] [aria-live]');
           new MutationObserver(() => said.push(live.textContent)).observe(live, {childList: true}); return said; }"""
    )
    box(page).fill("Et to")
    expect_saved(page)
    assert said.json_value() == []
    context.set_offline(True)
    box(page).fill("Et to tre")
    expect_kept(page)
    assert said.json_value() == [f"Vendepunkter (10 min): {KEPT}"]


def test_an_earlier_version_is_seen_and_brought_back_as_a_new_one(opened, server):
    page = opened()
    for text in ("Første udgave", "Anden udgave"):
        box(page).fill(text)
        expect_all_sent(page)
    field(page).get_by_role("button", name="Tidligere versioner").click()
    dialog = page.get_by_role("dialog", name="Tidligere versioner")
    expect(dialog.locator(".fl-version")).to_have_text(["Anden udgave"])
    dialog.get_by_role("button", name="Vis alle").click()
    expect(dialog.locator(".fl-version")).to_have_text(["Anden udgave", "Første udgave"])
    expect(dialog.get_by_role("button", name="Vis alle")).to_have_count(0)
    expect(dialog.locator(".fl-version").first).to_be_focused()
    dialog.get_by_role("button", name=re.compile("tilbage")).click()
    expect(dialog).to_have_count(0)
    expect(box(page)).to_have_value("Første udgave")
    expect_saved(page)
    expect_all_sent(page)
    assert server.state.texts("turning-points") == ["Første udgave", "Anden udgave", "Første udgave"]
    assert page.evaluate("document.activeElement.textContent") == "Tidligere versioner"
