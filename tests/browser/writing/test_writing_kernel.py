"""A kernel is awake only while the page asks something of it; who writes never notices whether there is one."""

from playwright.sync_api import Locator, Page, expect

from .looking import box, expect_all_sent, expect_saved, status, until

DRAFT = "draft.task"


def computed(page: Page) -> Locator:
    return page.locator("[data-kind=computed]")


def write(page: Page, text: str, key: str = DRAFT) -> None:
    box(page, key).fill(text)
    expect_saved(page, key)
    expect_all_sent(page)


def awake(server) -> int:
    """How many kernels have a page now."""
    return sum(kernel.ws_connection is not None for kernel in server.state.kernels)


def end(server) -> None:
    """All kernels die."""
    for kernel in server.state.kernels:
        server._call(kernel.close)


def test_a_page_that_asks_nothing_of_a_kernel_wakes_none(opened, server):
    page = opened()
    write(page, "Ingen regner på det her", "turning-points")
    assert server.state.kernels == []


def test_what_is_computed_from_earlier_texts_stands_on_the_page_without_a_kernel(opened, server):
    server.state.of(DRAFT).save("Fra i går", 0, [])
    expect(computed(opened())).to_have_text("Fra i går")
    assert server.state.kernels == []


def test_what_is_computed_follows_each_save_with_one_kernel(opened, server):
    page = opened()
    for text in ("Først", "Så"):
        write(page, text)
        expect(computed(page)).to_have_text(text)
    assert len(server.state.kernels) == 1


def test_the_kernel_hears_of_field_and_version_and_never_of_the_text(opened, server):
    page = opened()
    write(page, "Kun mellem mig og serveren")
    expect(computed(page)).to_have_text("Kun mellem mig og serveren")
    assert server.state.kernels[0].told == [{"saved": {"key": DRAFT, "version": 1}}]


def test_a_part_that_comes_out_the_same_is_not_drawn_again(opened, server):
    page = opened()
    write(page, "Det samme & det samme")
    expect(computed(page)).to_have_text("Det samme & det samme")
    page.evaluate("globalThis.stands = document.querySelector('[data-kind=computed] p')")
    write(page, "En anden tekst", "turning-points")
    until(lambda: len(server.state.kernels[0].told) == 2, page)
    write(page, "Og en til", "turning-points")
    until(lambda: len(server.state.kernels[0].told) == 3, page)
    assert page.evaluate("stands.isConnected")


def test_a_kernel_nobody_talks_to_is_let_go_and_woken_again_when_it_is_needed(opened, server):
    page = opened()
    page.clock.install()
    write(page, "Før frokost")
    expect(computed(page)).to_have_text("Før frokost")
    page.clock.fast_forward(61_000)
    until(lambda: awake(server) == 0, page)
    write(page, "Efter frokost")
    expect(computed(page)).to_have_text("Efter frokost")
    assert len(server.state.kernels) == 2


def test_a_kernel_that_died_is_woken_anew_and_the_page_stays(opened, server):
    page = opened()
    write(page, "Før kernen døde")
    expect(computed(page)).to_have_text("Før kernen døde")
    end(server)
    write(page, "Skrevet uden kerne")
    expect(computed(page)).to_have_text("Skrevet uden kerne")
    assert server.state.requests.count("GET /hold/demo/forberedelse-1") == 1


def test_a_kernel_that_dies_with_work_undone_is_followed_by_one_that_does_it(opened, server):
    page = opened()
    server.state.faults.kernel_deaf = True
    write(page, "Hører nogen det?")
    until(lambda: server.state.kernels and server.state.kernels[0].told, page)
    server.state.faults.kernel_deaf = False
    end(server)
    expect(computed(page)).to_have_text("Hører nogen det?")
    until(lambda: len(server.state.kernels) == 2 and server.state.kernels[1].told, page)


def test_a_message_that_kills_every_kernel_is_given_up(opened, server):
    page = opened()
    server.state.faults.kernel_deaf = True
    write(page, "Dræber kerner")
    for number in range(1, 4):
        until(lambda count=number: [bool(kernel.told) for kernel in server.state.kernels] == [True] * count, page, within=20)
        end(server)
    until(lambda: len(server.state.kernels) == 4, page, within=20)
    page.wait_for_timeout(500)
    assert server.state.kernels[3].told == []


def test_a_kernel_that_never_finishes_is_replaced(opened, server):
    page = opened()
    page.clock.install()
    server.state.faults.kernel_deaf = True
    write(page, "Er der nogen?")
    until(lambda: server.state.kernels and server.state.kernels[0].told, page)
    server.state.faults.kernel_deaf = False
    page.clock.fast_forward(61_000)
    page.clock.fast_forward(2_000)
    until(lambda: len(server.state.kernels) == 2 and server.state.kernels[1].told, page)


def test_while_no_kernel_can_be_had_everything_is_saved_and_computed_afterwards(opened, server):
    page = opened()
    server.state.faults.kernel_refused = True
    write(page, "Uden kerne")
    page.wait_for_timeout(1500)
    expect(computed(page)).to_be_empty()
    server.state.faults.kernel_refused = False
    expect(computed(page)).to_have_text("Uden kerne", timeout=15_000)


def test_a_page_whose_build_has_no_kernels_any_more_mends_itself(opened, server):
    page = opened()
    server.state.build = "ba9876543210"
    write(page, "Skrevet på den gamle side")
    until(lambda: server.state.requests.count("GET /hold/demo/forberedelse-1") == 2, page, within=20)
    expect(computed(page)).to_have_text("Skrevet på den gamle side")


def test_a_kernel_refused_since_the_session_ended_is_told_as_that(opened, server):
    page = opened()
    server.state.faults.kernel_refused = True
    write(page, "Lige før jeg blev logget ud")
    server.state.person = None
    expect(page.locator(".fl-notice")).to_contain_text("Du er blevet logget ud", timeout=15_000)
    expect(status(page, DRAFT)).to_contain_text("Gemt kl.")
