"""The page beside an API that is down, slow or elsewhere."""

from collections.abc import Callable

from browser.drawing import draw
from browser.page_objects import (
    NOTHING_DRAWN,
    UNREACHABLE,
    answer,
    button,
    record_predictions,
    verdict,
)
from playwright.sync_api import BrowserContext, Page, Route, expect

from support.drawings import DIGITS
from support.server import Server


def test_the_page_says_that_the_api_is_down_and_recovers_by_itself(
    blank_page: Page, own_site: Server
) -> None:
    page = blank_page
    page.goto(own_site.url)
    expect(button(page, "Upload a picture")).to_be_visible()
    page.evaluate("window.notReloaded = true")
    own_site.stop()
    draw(page, DIGITS[4])
    expect(verdict(page)).to_have_text(UNREACHABLE)
    expect(button(page, "Try again")).to_be_visible()
    own_site.start()
    expect(answer(page)).to_have_text("4", timeout=40_000)
    expect(button(page, "Try again")).to_have_count(0)
    assert page.evaluate("window.notReloaded")


def test_without_a_network_the_page_says_so_and_reads_once_it_is_back(page: Page) -> None:
    expect(verdict(page)).to_have_text(NOTHING_DRAWN)
    page.context.set_offline(True)
    draw(page, DIGITS[4])
    expect(verdict(page)).to_have_text("You are offline; the answer comes when you are back")
    expect(answer(page)).to_have_text("")
    page.context.set_offline(False)
    expect(answer(page)).to_have_text("4")


def test_a_fault_in_the_page_leaves_a_sentence_and_a_way_on(blank_page: Page, site: Server) -> None:
    page = blank_page
    page.add_init_script("sessionStorage.fine ?? delete window.ResizeObserver")
    page.goto(site.url)
    expect(page.get_by_role("alert")).to_contain_text("This page has stumbled")
    page.evaluate("sessionStorage.fine = true")
    button(page, "Start afresh").click()
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")


def test_try_again_asks_at_once(page: Page) -> None:
    sent = record_predictions(page)
    # The page's clock stands still, so that nothing is retried but by the button.
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.route("**/predict*", lambda route: route.abort())
    draw(page, DIGITS[1])
    expect(verdict(page)).to_have_text(UNREACHABLE)
    page.unroute("**/predict*")
    button(page, "Try again").click()
    expect(answer(page)).to_have_text("1")
    assert len(sent) == 2


def test_an_answer_that_comes_late_does_not_replace_the_one_to_the_last_drawing(
    page: Page,
) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/predict*", hold_the_first)
    angle, upright = DIGITS[4]
    with page.expect_request("**/predict*"):
        draw(page, [upright])
    draw(page, [angle])
    expect(answer(page)).to_have_text("4")
    (late,) = held
    late.fulfill(json=LATE_ANSWER)
    # Once this has made its way, the late answer would have.
    page.evaluate("fetch('/health').then((response) => response.json())")
    expect(answer(page)).to_have_text("4")


def test_an_answer_that_comes_after_clear_is_not_shown(page: Page) -> None:
    held: list[Route] = []
    page.route("**/predict*", lambda route: held.append(route))
    with page.expect_request("**/predict*"):
        draw(page, DIGITS[1])
    button(page, "Clear").click()
    for late in held:
        late.fulfill(json=LATE_ANSWER)
    page.evaluate("fetch('/health').then((response) => response.json())")
    expect(answer(page)).to_have_text("")
    expect(verdict(page)).to_have_text(NOTHING_DRAWN)


def test_the_pictures_go_to_the_api_that_config_json_names(
    new_context: Callable[..., BrowserContext], site: Server
) -> None:
    elsewhere = "http://127.0.0.1:9"
    # This server's policy allows no API but its own; the page's other host sends another policy.
    page = new_context(bypass_csp=True).new_page()
    page.route("**/config.json", lambda route: route.fulfill(json={"api": elsewhere + "/"}))
    page.route(f"{elsewhere}/**", answer_from_elsewhere)
    page.goto(site.url)
    with page.expect_request("**/predict*") as sent:
        draw(page, DIGITS[1])
    assert sent.value.url.startswith(f"{elsewhere}/predict?")
    expect(answer(page)).to_have_text("9")


def answer_from_elsewhere(route: Route) -> None:
    allowed = {"access-control-allow-origin": "*"}
    healthy = route.request.url.endswith("/health")
    route.fulfill(json={"status": "ok"} if healthy else LATE_ANSWER, headers=allowed)


LATE_ANSWER = {
    "digit": 9,
    "verdict": "digit",
    "confidence": 0.91,
    "probabilities": [0.01] * 9 + [0.91],
    "model": "another",
    "id": "another-9",
}
