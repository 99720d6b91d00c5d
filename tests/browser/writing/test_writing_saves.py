from typing import Any

from playwright.sync_api import Page, expect


def field(page: Page, key: str = "turning-points") -> Any:
    return page.locator(f'[data-field="{key}"]')


def box(page: Page, key: str = "turning-points") -> Any:
    return page.locator(f'[data-key="{key}"]')


def test_what_is_typed_reaches_the_server_and_is_then_said_to_be_saved(opened, server):
    page = opened()
    box(page).press_sequentially("Jeg lærte at spørge", delay=10)
    expect(field(page).locator(".fl-status")).to_have_text("Gemmer …")
    expect(field(page)).to_have_attribute("data-state", "saved")
    assert server.state.of("turning-points").answer()["text"] == "Jeg lærte at spørge"
    page.reload()
    expect(box(page)).to_have_value("Jeg lærte at spørge")
