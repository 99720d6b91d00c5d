"""What is computed follows each save without a kernel; one is awake only while a widget asks something of it."""

from playwright.sync_api import Locator, Page, expect

from .looking import box, expect_all_sent, expect_saved, status, until

DRAFT = "draft.task"
CLICK = {"event": "click"}


def computed(page: Page) -> Locator:
    return page.locator("[data-kind=computed]")


def told(page: Page) -> Locator:
    """How often the page's present kernel was told something, as it says itself."""
    return page.locator("[data-kind=widget] output")


def write(page: Page, text: str, key: str = DRAFT) -> None:
    box(page, key).fill(text)
    expect_saved(page, key)
    expect_all_sent(page)


def ask(page: Page) -> None:
    page.get_by_role("button", name="Spørg kernen").click()


def awake(server) -> int:
    """How many kernels have a page now."""
    return sum(kernel.ws_connection is not None for kernel in server.state.kernels)


def end(server) -> None:
    """All kernels die."""
    for kernel in server.state.kernels:
        server._call(kernel.close)


def asked_to_compute(server) -> int:
    return server.state.requests.count("GET /api/demo/steps/forberedelse-1/computed")


def test_what_is_computed_stands_on_the_page_when_it_comes(opened, server):
    server.state.of(DRAFT).save("Fra i går", 0, [])
    expect(computed(opened())).to_have_text("Fra i går")
    assert asked_to_compute(server) == 0


def test_what_is_computed_follows_each_save_without_a_kernel(opened, server):
    page = opened()
    for text in ("Først", "Så"):
        write(page, text)
        expect(computed(page)).to_have_text(text)
    assert server.state.kernels == []


def test_a_save_that_nothing_is_computed_from_asks_nobody(opened, server):
    page = opened()
    write(page, "Ingen regner på det her", "turning-points")
    page.wait_for_timeout(500)
    assert asked_to_compute(server) == 0
    assert server.state.kernels == []


def test_a_part_that_comes_out_the_same_is_not_drawn_again(opened, server):
    page = opened()
    write(page, "Det samme & det samme")
    expect(computed(page)).to_have_text("Det samme & det samme")
    page.evaluate("globalThis.stands = document.querySelector('[data-kind=computed] p')")
    server._call(lambda: server.state.of(DRAFT).save("Det samme & det samme", 1, []))
    page.evaluate("faellesledelse.refresh(0)")
    until(lambda: asked_to_compute(server) == 2, page)
    page.wait_for_timeout(300)
    assert page.evaluate("stands.isConnected")
    expect(page.locator("[data-kind=computed] .widget-html-content > p")).to_have_count(1)


def test_what_is_saved_elsewhere_is_computed_here_too(opened, server):
    page = opened()
    server._call(lambda: server.state.of(DRAFT).save("Fra telefonen", 0, []))
    page.evaluate("faellesledelse.refresh(0)")
    expect(computed(page)).to_have_text("Fra telefonen")


def test_while_nothing_can_be_computed_everything_is_saved_and_computed_afterwards(opened, server):
    page = opened()
    server.state.faults.not_computed = 503
    write(page, "Mens serveren har travlt")
    page.wait_for_timeout(1500)
    expect(computed(page)).to_be_empty()
    server.state.faults.not_computed = 0
    expect(computed(page)).to_have_text("Mens serveren har travlt")


def test_a_page_that_is_not_open_any_more_asks_once_and_keeps_what_stands_there(opened, server):
    server.state.of(DRAFT).save("Fra i går", 0, [])
    page = opened()
    server.state.faults.not_computed = 403
    write(page, "Skrevet til sidst")
    page.wait_for_timeout(2500)
    assert asked_to_compute(server) == 1
    expect(computed(page)).to_have_text("Fra i går")


def test_a_page_of_an_earlier_build_mends_itself(opened, server):
    page = opened()
    server.state.build = "ba9876543210"
    write(page, "Skrevet på den gamle side")
    until(lambda: server.state.requests.count("GET /hold/demo/forberedelse-1") == 2, page, within=20)
    expect(computed(page)).to_have_text("Skrevet på den gamle side")


def test_a_kernel_that_was_asked_hears_of_field_and_version_and_never_of_the_text(opened, server):
    page = opened()
    ask(page)
    expect(told(page)).to_have_text("1")
    write(page, "Kun mellem mig og serveren")
    expect(told(page)).to_have_text("2")
    assert server.state.kernels[0].told == [CLICK, {"saved": {"key": DRAFT, "version": 1}}]


def test_a_kernel_nobody_talks_to_is_let_go_and_woken_again_when_it_is_needed(opened, server):
    page = opened()
    page.clock.install()
    ask(page)
    expect(told(page)).to_have_text("1")
    page.clock.fast_forward(61_000)
    until(lambda: awake(server) == 0, page)
    ask(page)
    until(lambda: len(server.state.kernels) == 2 and server.state.kernels[1].told == [CLICK], page)


def test_a_kernel_that_died_is_woken_anew_and_the_page_stays(opened, server):
    page = opened()
    ask(page)
    expect(told(page)).to_have_text("1")
    end(server)
    write(page, "Skrevet uden kerne")
    until(lambda: len(server.state.kernels) == 2 and server.state.kernels[1].told, page)
    assert server.state.requests.count("GET /hold/demo/forberedelse-1") == 1


def test_a_kernel_that_dies_with_work_undone_is_followed_by_one_that_does_it(opened, server):
    page = opened()
    server.state.faults.kernel_deaf = True
    ask(page)
    until(lambda: server.state.kernels and server.state.kernels[0].told, page)
    server.state.faults.kernel_deaf = False
    end(server)
    expect(told(page)).to_have_text("1")
    assert [kernel.told for kernel in server.state.kernels] == [[CLICK], [CLICK]]


def test_a_message_that_kills_every_kernel_is_given_up(opened, server):
    page = opened()
    server.state.faults.kernel_deaf = True
    ask(page)
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
    ask(page)
    until(lambda: server.state.kernels and server.state.kernels[0].told, page)
    server.state.faults.kernel_deaf = False
    page.clock.fast_forward(61_000)
    page.clock.fast_forward(2_000)
    until(lambda: len(server.state.kernels) == 2 and server.state.kernels[1].told, page)


def test_what_was_asked_while_no_kernel_could_be_had_is_answered_afterwards(opened, server):
    page = opened()
    server.state.faults.kernel_refused = True
    ask(page)
    write(page, "Uden kerne")
    page.wait_for_timeout(1500)
    expect(told(page)).to_be_empty()
    server.state.faults.kernel_refused = False
    expect(told(page)).to_have_text("2", timeout=15_000)


def test_a_kernel_refused_since_the_session_ended_is_told_as_that(opened, server):
    page = opened()
    server.state.faults.kernel_refused = True
    ask(page)
    server.state.person = None
    expect(page.locator(".fl-notice")).to_contain_text("Du er blevet logget ud", timeout=15_000)


def test_a_session_that_ended_before_anything_was_computed_is_told_as_that(opened, server):
    page = opened()
    server.state.faults.not_computed = 503
    write(page, "Lige før jeg blev logget ud")
    server.state.person = None
    expect(page.locator(".fl-notice")).to_contain_text("Du er blevet logget ud", timeout=15_000)
    expect(status(page, DRAFT)).to_contain_text("Gemt kl.")
