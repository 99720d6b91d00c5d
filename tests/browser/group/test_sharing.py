"""Three leaders at three browsers: one shares a draft, two read it in silence and say what they think of it."""

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from tests.browser.interception import intercept
from tests.browser.journey.leader import TEXTS
from tests.live import Live, serving

from .member import Member

WIDTHS = (320, 768, 1280)
SHOTS = os.environ.get("SHARING_PICTURES")
DRAFT = {key: text for key, text in TEXTS.items() if key.startswith("draft.")}
SLOW = 15_000  # milliseconds that a change may take from one page to another when the machine is busy


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving([all_open], tmp_path_factory.mktemp("sharing") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def groups(all_open: Path) -> Iterator[list[str]]:
    """The e-mail addresses of one group of three after another."""
    rows = [row.split(";") for row in (all_open / "deltagere.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row[6], []).append(row[1])
    return iter([members for _, members in sorted(found.items()) if len(members) == 3])


@pytest.fixture
def three(chromium: Browser, live: Live, groups: Iterator[list[str]]) -> Iterator[tuple[Member, Member, Member]]:
    """Three leaders whom no other test knows, with a contract; the first has written her draft."""
    anna, bent, carla = (Member(chromium, live, email) for email in next(groups))
    points = anna.api("GET", "contract")["points"]
    texts = {point["part"]: point["text"] for point in points}
    switches = dict.fromkeys(("harvest", "feedback", "export", "fades"), True)
    anna.api("PUT", "contract", base=0, texts=texts, switches=switches)
    for other in (bent, carla):
        other.api("POST", "contract/accept", number=1)
    for key, text in DRAFT.items():
        anna.save(key, text)
    yield anna, bent, carla
    for each in (anna, bent, carla):
        each.client.close()
    for each in (anna, bent, carla):
        each.close()


def look(page: Page, name: str) -> None:
    """Nothing is wrong for people with other eyes and hands, at three widths; pictures where they are asked for."""
    for width in WIDTHS:
        page.set_viewport_size(ViewportSize(width=width, height=900))
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        if width != 768:
            found = Axe().run(page).response["violations"]
            assert [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]] == []
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


def asked(member: Member, question: str) -> Locator:
    """The field of a question about the draft."""
    return member.part("readings").get_by_role("textbox", name=question, exact=True)


def give(member: Member) -> None:
    """Give the feedback, after a last look."""
    member.part("readings").get_by_role("button", name="Giv din feedback").click()
    member.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Giv det til")).click()
    expect(member.part("readings").locator(".share-state").first).to_have_text("Du har givet feedback")


def test_a_draft_goes_round_the_group_and_comes_back_better(three: tuple[Member, Member, Member]) -> None:
    anna, bent, carla = three
    for each in three:
        each.visit("workshop-2")
    expect(bent.part("readings")).to_contain_text("Der er ikke delt noget med dig endnu")
    share = anna.part("share")
    expect(share).to_contain_text(DRAFT["draft.task"].split(".")[0])
    expect(share).to_contain_text("Om to måneder slettes det igen, som I har aftalt.")
    look(anna.page, "share")
    share.get_by_role("button", name="Del mit udkast").click()
    expect(share).to_contain_text("Version 1")
    expect(share).to_contain_text(re.compile(r"Udkastet og feedbacken på det slettes \S+ den .*, som I har aftalt\."))

    bent_writes_on_a_line_and_comes_back(bent)
    carla_loses_the_network_while_she_types(carla)
    expect(bent.part("readings")).to_contain_text("Udkastet og feedbacken på det slettes")
    look(bent.page, "readings")
    give(bent)
    look(bent.page, "given")
    expect(anna.part("feedback")).to_contain_text(f"{bent.name} har givet dig feedback", timeout=SLOW)
    expect(anna.part("feedback")).not_to_contain_text("Linjen om naboen")
    give(carla)
    anna_picks_two(anna, bent, carla)

    anna.visit("forberedelse-3")
    anna_shares_what_she_has_changed(anna)
    reading = bent.part("readings").locator(".share-reading").first
    expect(reading).to_contain_text("Version 2", timeout=SLOW)
    reading.locator("summary").first.click()
    expect(reading).to_contain_text(f"{anna.name} svarer på et af sine to punkter")
    reading.get_by_text("Se, hvad der er nyt i version 2").click()
    expect(reading.locator("ins")).to_contain_text("Og naboen ringer jeg selv til.")
    expect(bent.part("readings")).to_contain_text("Du har givet feedback")


def test_what_is_being_written_about_a_draft_that_is_deleted_stands_there_and_is_kept_nowhere(
    three: tuple[Member, Member, Member],
) -> None:
    anna, bent, _ = three
    draft = uuid.uuid4().hex
    anna.api("POST", "drafts", draft_id=draft)
    bent.visit("workshop-2")
    asked(bent, "Hvad kunne der være mere af?").fill("Mere om naboen")
    bent.until("faellesledelse.unsent.length === 0")

    def without_it(route: Route) -> None:
        told = route.fetch()
        route.fulfill(response=told, json={**told.json(), "theirs": []})

    refused = {"error": "unknown-field", "message": "Det felt findes ikke her."}
    intercept(bent.page, "**/api/demo/drafts", without_it)
    intercept(bent.page, f"**/answers/given.{draft}.*", lambda route: route.fulfill(status=404, json=refused))
    asked(bent, "Hvad kunne der være mere af?").press_sequentially(", og om kommunen")
    anna.api("POST", "drafts", draft_id=uuid.uuid4().hex)  # wakes the group
    readings = bent.part("readings")
    expect(readings).to_contain_text(
        "Udkastet er slettet. Det, du var i gang med at skrive, bliver ikke gemt.", timeout=SLOW
    )
    expect(readings).to_contain_text("Mere om naboen, og om kommunen")
    expect(readings.locator(".share-state")).to_have_text("Slettet")
    bent.until("faellesledelse.unsent.length === 0")
    bent.trouble[:] = [each for each in bent.trouble if "404" not in each]  # which the browser itself says


def bent_writes_on_a_line_and_comes_back(bent: Member) -> None:
    readings = bent.part("readings")
    readings.locator(".share-text").nth(1).click(timeout=SLOW)
    remark = readings.get_by_label("Din bemærkning til linje 2", exact=True)
    expect(remark).to_be_focused()
    bent.page.keyboard.type("Linjen om naboen")
    remark.press("Escape")
    bent.page.keyboard.press("ArrowDown")
    bent.page.keyboard.press("Enter")
    expect(readings.get_by_label("Din bemærkning til linje 3", exact=True)).to_be_focused()
    bent.page.keyboard.type("Hvem er vi?")
    asked(bent, "Hvad virker godt?").fill("At det er til at se for sig.")
    bent.page.reload()
    bent.until("document.querySelector('.share-readings') && !document.querySelector('.share[aria-busy]')")
    expect(readings.locator(".share-state").first).to_have_text("Du er i gang")
    expect(readings.get_by_label("Din bemærkning til linje 2", exact=True)).to_have_value("Linjen om naboen")
    expect(readings.get_by_label("Din bemærkning til linje 3", exact=True)).to_have_value("Hvem er vi?")
    expect(asked(bent, "Hvad virker godt?")).to_have_value("At det er til at se for sig.")
    bent.wait_until_saved()


def carla_loses_the_network_while_she_types(carla: Member) -> None:
    field = asked(carla, "Hvad kunne der være mere af?")
    field.fill("Mere om", timeout=SLOW)
    carla.wait_until_saved()
    carla.page.context.set_offline(True)
    field.fill("Mere om det, du holder op med.")
    carla.part("readings").locator(".share-text").nth(1).click()
    carla.page.keyboard.type("Den ville jeg stryge under.")
    frame = carla.part("readings").locator(
        ".fl-field", has=carla.page.get_by_role("textbox", name="Hvad kunne der være mere af?")
    )
    expect(frame).to_have_attribute("data-state", "kept")
    carla.part("readings").get_by_role("button", name="Giv din feedback").click()
    expect(carla.page.get_by_text("er ikke nået frem endnu")).to_be_visible()
    carla.page.context.set_offline(False)
    carla.wait_until_saved()
    carla.forget_the_network()
    expect(field).to_have_value("Mere om det, du holder op med.")


def anna_picks_two(anna: Member, bent: Member, carla: Member) -> None:
    feedback = anna.part("feedback")
    expect(feedback).to_contain_text("Mere om det, du holder op med.", timeout=SLOW)
    expect(feedback.locator(".share-about")).to_have_count(2)
    expect(feedback.locator(".share-about").first).to_contain_text("Linjen om naboen")
    expect(feedback.locator(".share-about").first).to_contain_text("Den ville jeg stryge under.")
    item = feedback.locator(".share-item")
    for text in ("At det er til at se for sig.", "Linjen om naboen"):
        item.filter(has_text=text).get_by_role("button").click()
    expect(item.filter(has_text=carla.name).first).to_contain_text("Hviler")
    third = item.filter(has_text="Mere om det").get_by_role("button")
    expect(third).to_have_attribute("aria-disabled", "true")
    third.press("Enter")
    expect(anna.page.get_by_text("Fravælg en af dem")).to_be_visible()
    expect(anna.page.locator('textarea[data-key="points.2.heard"]')).to_have_value("Linjen om naboen")
    look(anna.page, "feedback")
    anna.wait_until_saved()
    anna.page.reload()
    expect(item.filter(has_text="Linjen om naboen").get_by_role("button")).to_have_attribute(
        "aria-pressed", "true", timeout=SLOW
    )
    expect(anna.page.locator('textarea[data-key="points.1.heard"]')).to_have_value("At det er til at se for sig.")


def anna_shares_what_she_has_changed(anna: Member) -> None:
    revision = anna.part("revision")
    expect(revision).to_contain_text("Der er ikke ændret noget siden version 1")
    anna.write("draft.task", f"{DRAFT['draft.task']} Og naboen ringer jeg selv til.")
    expect(revision.locator("ins")).to_contain_text("Og naboen ringer jeg selv til.", timeout=SLOW)
    expect(anna.part("share").locator(".share-choices button")).to_have_count(0)  # shared from one place only
    revision.get_by_label("Hvor svarer du på punkt 2?").select_option("draft.task")
    look(anna.page, "revision")
    revision.get_by_role("button", name="Del den nye version").click()
    expect(revision).to_contain_text("Der er ikke ændret noget siden version 2")


def test_a_draft_taken_back_leaves_its_readers_what_they_wrote(three: tuple[Member, Member, Member]) -> None:
    anna, bent, _ = three
    draft = anna.api("POST", "drafts", draft_id=uuid.uuid4().hex)["id"]
    anna.visit("workshop-2")
    bent.visit("workshop-2")
    asked(bent, "Hvad kan blive bedre?").fill("Skrevet, mens det blev trukket tilbage")
    anna.part("share").get_by_role("button", name="Træk tilbage: version 1").click()
    anna.page.get_by_role("dialog").get_by_role("button", name="Lad den blive").click()
    expect(anna.part("share").get_by_role("button", name="Træk tilbage: version 1")).to_be_focused()
    anna.page.keyboard.press("Enter")
    anna.page.get_by_role("dialog").get_by_role("button", name="Træk den tilbage").click()
    expect(anna.part("share")).to_contain_text("Trukket tilbage")
    readings = bent.part("readings")
    expect(readings).to_contain_text("Det, du har skrevet, ligger stadig hos dig", timeout=SLOW)
    expect(readings).to_contain_text("Skrevet, mens det blev trukket tilbage")
    expect(readings).not_to_contain_text(DRAFT["draft.task"].split(".")[0])
    look(bent.page, "withdrawn")
    bent.wait_until_saved()
    assert bent.api("GET", "drafts")["theirs"][0]["notes"][f"given.{draft}.improve"]["text"].startswith("Skrevet, mens")


def test_remarks_from_two_devices_are_both_kept(three: tuple[Member, Member, Member]) -> None:
    anna, bent, _ = three
    anna.api("POST", "drafts", draft_id=uuid.uuid4().hex)
    bent.visit("workshop-2")
    phone = bent.page.context.new_page()
    phone.goto(bent.page.url)
    first, second = (page.locator(".share-readings") for page in (bent.page, phone))
    expect(second.locator(".share-text").first).to_be_visible(timeout=SLOW)
    bent.page.context.set_offline(True)
    for readings, line, text in ((first, 0, "Fra computeren"), (second, 1, "Fra telefonen")):
        readings.locator(".share-text").nth(line).click()
        readings.get_by_label(f"Din bemærkning til linje {line + 1}", exact=True).fill(text)
    bent.page.context.set_offline(False)
    for readings in (first, second):
        expect(readings.get_by_label("Din bemærkning til linje 1", exact=True)).to_have_value("Fra computeren", timeout=SLOW)
        expect(readings.get_by_label("Din bemærkning til linje 2", exact=True)).to_have_value("Fra telefonen", timeout=SLOW)
    expect(bent.page.locator(".fl-clash-panel")).to_have_count(0)
    bent.forget_the_network()


def test_a_sentence_heard_is_given_and_written_in_where_it_belongs(three: tuple[Member, Member, Member]) -> None:
    anna, bent, _ = three
    for each in (anna, bent):
        each.visit("workshop-1")
    gift = "Jeg hørte dig sige »a & b <c>« med 'egne' ord."
    field = bent.part("give").get_by_role("textbox", name=f"Til {anna.name}", exact=True)
    field.fill(gift)
    look(bent.page, "give")
    bent.part("give").get_by_role("button", name=f"Giv det til {anna.name}").click()
    received = anna.part("received")
    expect(received).to_contain_text(gift, timeout=SLOW)
    received.get_by_role("button", name="Skriv ind hos mig").click()
    expect(anna.page.locator('textarea[data-key="harvest"]')).to_have_value(gift)
    expect(received.get_by_role("button", name="Står hos dig")).to_have_attribute("aria-disabled", "true")
    look(anna.page, "received")
    bent.part("give").get_by_role("button", name="Tag det tilbage").click()
    expect(received).not_to_contain_text(gift, timeout=SLOW)
    expect(field).to_have_value(gift)
    expect(anna.page.locator('textarea[data-key="harvest"]')).to_have_value(gift)


def test_a_promise_is_held_beside_what_was_meant(three: tuple[Member, Member, Member]) -> None:
    anna, bent, _ = three
    anna.save("promise", "Jeg ringer samme dag.")
    for each in (anna, bent):
        each.visit("workshop-3")
    promise = bent.page.locator('[data-part="give"][data-kind="promise"]')
    promise.get_by_role("textbox", name=f"{anna.name} lovede, at …").first.fill("Du ringer, før der er gået en dag.")
    promise.get_by_role("button", name=f"Giv det til {anna.name}").first.click()
    beside = anna.page.locator('[data-part="received"][data-kind="promise"]')
    expect(beside).to_contain_text("Du ringer, før der er gået en dag.", timeout=SLOW)
    expect(beside).to_contain_text("Jeg ringer samme dag.")
    look(anna.page, "promise")


def test_without_a_contract_a_page_says_who_is_missing(chromium: Browser, live: Live, groups: Iterator[list[str]]) -> None:
    anna = Member(chromium, live, next(groups)[0])
    anna.save("draft.task", "Et udkast.")
    anna.visit("workshop-2")
    share = anna.part("share")
    expect(share).to_contain_text("Før I deler noget")
    expect(share.get_by_role("button", name=re.compile("^Del"))).to_have_count(0)
    look(anna.page, "without")
    anna.client.close()
    anna.close()
