"""One leader's whole way, from the invitation to a draft ready to come out, on a phone and on a desktop."""

import pytest
from leader import DESKTOP, PHONE, TEXTS, Leader
from playwright.sync_api import Browser, ViewportSize, expect

from fællesledelse.vocabulary import DRAFT
from tests.live import Live

FIRST = ("forberedelse-1", "workshop-1", "forberedelse-2")
THEN = ("workshop-2", "forberedelse-3", "workshop-3", "udgivelse")


@pytest.mark.parametrize(
    ("viewport", "email"),
    [(PHONE, "amir.hosseini@strandby.example"), (DESKTOP, "anders.dam@strandby.example")],
    ids=["phone", "desktop"],
)
def test_a_leader_walks_the_whole_way_and_resumes_in_another_browser(
    chromium: Browser, live: Live, viewport: ViewportSize, email: str
) -> None:
    leader = Leader(chromium, live, viewport)
    leader.enrol(email)
    written: dict[str, str] = {}
    for step in FIRST:
        leader.open(step)
        written |= leader.write_everything()
        leader.finish()
    leader.close()

    elsewhere = Leader(chromium, live, DESKTOP if viewport is PHONE else PHONE)
    elsewhere.sign_in(email)
    for step in FIRST:
        elsewhere.open(step)
        on_page = elsewhere.texts()
        assert on_page == {key: written.get(key, "") for key in on_page}
    for step in THEN:
        elsewhere.open(step)
        written |= elsewhere.write_everything()
        elsewhere.finish()
    elsewhere.open("udgivelse")
    draft = elsewhere.page.locator(".publish-sheet")
    for key in DRAFT:
        expect(draft).to_contain_text(TEXTS[key].splitlines()[0])
    elsewhere.close()
