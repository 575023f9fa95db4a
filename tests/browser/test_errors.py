"""The page while the API is down, slow or on another origin."""

from browser.mouse import draw
from browser.older_browser import REMOVE_NEWER_FEATURES
from browser.page_objects import (
    NOTHING_DRAWN,
    OFFLINE,
    UNREACHABLE,
    button,
    predicted_digit,
    record_predict_requests,
    status_message,
    submit_feedback,
)
from browser.uploads import photo, png_file, upload
from playwright.sync_api import Page, Route, expect

from support.drawings import DIGITS
from support.server import Server

NINE = {
    "digit": 9,
    "verdict": "digit",
    "confidence": 0.91,
    "probabilities": [0.01] * 9 + [0.91],
    "model": "another",
    "id": "another-9",
}

HIDE_CANVAS = """
  const { convertToBlob } = OffscreenCanvas.prototype;
  OffscreenCanvas.prototype.convertToBlob = function (options) {
    const blank = new OffscreenCanvas(this.width, this.height);
    const context = blank.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, this.width, this.height);
    return convertToBlob.call(blank, options);
  };
"""
"""As browsers do that resist fingerprinting: a canvas gives back white."""

WAIT_FOR_HEALTH = "fetch('/health').then((response) => response.json())"
"""A round trip to the server: an earlier response has been handled once it ends."""


def test_outage_is_reported_and_the_page_recovers_without_reload(
    blank_page: Page, own_site: Server
) -> None:
    page = blank_page
    page.goto(own_site.url)
    expect(button(page, "Upload an image")).to_be_visible()
    page.evaluate("window.notReloaded = true")
    own_site.stop()
    draw(page, DIGITS[4])
    expect(status_message(page)).to_have_text(UNREACHABLE)
    expect(button(page, "Try again")).to_be_visible()
    own_site.start()
    expect(predicted_digit(page)).to_have_text("4", timeout=40_000)
    expect(button(page, "Try again")).to_have_count(0)
    assert page.evaluate("window.notReloaded")


def test_missing_network_is_reported_and_recognition_resumes(page: Page) -> None:
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)
    page.context.set_offline(True)
    draw(page, DIGITS[4])
    expect(status_message(page)).to_have_text(OFFLINE)
    expect(predicted_digit(page)).to_have_text("")
    page.context.set_offline(False)
    expect(predicted_digit(page)).to_have_text("4")


def test_rendering_error_shows_a_message_and_a_reload_button(
    blank_page: Page, site: Server
) -> None:
    page = blank_page
    page.add_init_script("sessionStorage.fixed ?? delete window.ResizeObserver")
    page.goto(site.url)
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    page.evaluate("sessionStorage.fixed = true")
    button(page, "Reload the page").click()
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")


def test_browser_of_2023_draws_uploads_copies_and_sends_feedback(
    blank_page: Page, site: Server
) -> None:
    page = blank_page
    page.context.grant_permissions(["clipboard-write"])
    page.add_init_script(REMOVE_NEWER_FEATURES)
    page.goto(site.url)
    assert page.evaluate("AbortSignal.any") is None
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    submit_feedback(page, "Yes")
    button(page, "Copy as curl").click()
    expect(page.get_by_text("Command copied.")).to_be_visible()
    upload(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")


def test_programming_error_is_not_blamed_on_the_network(blank_page: Page, site: Server) -> None:
    page = blank_page
    logged: list[str] = []
    page.on("console", lambda message: logged.append(message.text))
    page.add_init_script("OffscreenCanvas.prototype.convertToBlob = () => { throw Error('slip') }")
    page.goto(site.url)
    draw(page, DIGITS[4])
    expect(status_message(page)).to_have_text(
        "Something went wrong in this page. Reload it and try again."
    )
    assert any("slip" in message for message in logged)


def test_browser_that_hides_the_canvas_is_named(blank_page: Page, site: Server) -> None:
    page = blank_page
    page.add_init_script(HIDE_CANVAS)
    page.goto(site.url)
    draw(page, DIGITS[4])
    expect(status_message(page)).to_contain_text("Your browser hides your drawing")
    expect(page.get_by_test_id("probability-4")).to_have_text("")


def test_seconds_until_the_next_try_are_counted_down(page: Page) -> None:
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.route("**/predict*", lambda route: route.abort())
    draw(page, DIGITS[1])
    expect(button(page, "Try again")).to_have_text("Try again in 1 s")
    page.clock.run_for(1000)
    expect(button(page, "Try again")).to_have_text("Try again in 2 s")
    page.clock.run_for(1000)
    expect(button(page, "Try again")).to_have_text("Try again in 1 s")
    page.unroute("**/predict*")
    page.clock.run_for(1000)
    expect(predicted_digit(page)).to_have_text("1")


def test_try_again_sends_the_drawing_immediately(page: Page) -> None:
    requests = record_predict_requests(page)
    # The page's clock stands still, so that only the button can cause a retry.
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.route("**/predict*", lambda route: route.abort())
    draw(page, DIGITS[1])
    expect(status_message(page)).to_have_text(UNREACHABLE)
    page.unroute("**/predict*")
    button(page, "Try again").click()
    expect(predicted_digit(page)).to_have_text("1")
    assert len(requests) == 2


def test_late_response_does_not_replace_a_newer_prediction(page: Page) -> None:
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/predict*", hold_first)
    angle, upright = DIGITS[4]
    with page.expect_request("**/predict*"):
        draw(page, [upright])
    draw(page, [angle])
    expect(predicted_digit(page)).to_have_text("4")
    (late,) = held
    late.fulfill(json=NINE)
    page.evaluate(WAIT_FOR_HEALTH)
    expect(predicted_digit(page)).to_have_text("4")


def test_late_response_is_not_shown_after_clear(page: Page) -> None:
    held: list[Route] = []
    page.route("**/predict*", lambda route: held.append(route))
    with page.expect_request("**/predict*"):
        draw(page, DIGITS[1])
    button(page, "Clear").click()
    for late in held:
        late.fulfill(json=NINE)
    page.evaluate(WAIT_FOR_HEALTH)
    expect(predicted_digit(page)).to_have_text("")
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)
