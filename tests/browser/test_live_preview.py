"""The prediction follows the pen, with at most one request in flight."""

import re

from browser.mouse import draw, to_window
from browser.page_objects import (
    NOTHING_DRAWN,
    QUESTION,
    button,
    feedback_prompt,
    predicted_digit,
    status_message,
)
from playwright.sync_api import Page, Request, Route, expect

from support.drawings import DIGITS, LARGE, MIDDLE
from support.server import Server


def test_prediction_appears_while_the_pen_is_down(page: Page) -> None:
    (stroke,) = DIGITS[3]
    (x, y), *rest = to_window(page, stroke, MIDDLE)
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y)
    expect(predicted_digit(page)).to_have_text("3")
    expect(button(page, "Yes")).to_have_count(0)  # no feedback on an unfinished stroke
    page.mouse.up()
    expect(button(page, "Yes")).to_be_visible()
    expect(predicted_digit(page)).to_have_text("3")


def test_at_most_one_request_is_in_flight(page: Page) -> None:
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)
    in_flight: set[Request] = set()
    max_in_flight = 0

    def record_start(request: Request) -> None:
        nonlocal max_in_flight
        in_flight.add(request)
        max_in_flight = max(max_in_flight, len(in_flight))

    page.on("request", record_start)
    page.on("requestfinished", lambda request: in_flight.discard(request))
    page.on("requestfailed", lambda request: in_flight.discard(request))
    for digit in (8, 5, 4):
        draw(page, DIGITS[digit], LARGE)
        expect(predicted_digit(page)).to_have_text(str(digit))
        button(page, "Clear").click()
    assert max_in_flight == 1


def test_duration_is_shown(page: Page) -> None:
    draw(page, DIGITS[3])
    duration = re.compile(r"^Took \d+ ms \(model: \d+\.\d ms\)$")
    expect(page.get_by_text(duration)).to_be_visible()


def test_cold_start_is_triggered_and_reported(blank_page: Page, site: Server) -> None:
    page = blank_page
    held: list[Route] = []
    page.route("**/health", lambda route: held.append(route))
    page.goto(site.url)
    expect(status_message(page)).to_have_text("Starting the recognizer…")
    draw(page, DIGITS[3])
    (health,) = held
    health.continue_()
    expect(predicted_digit(page)).to_have_text("3")
    expect(feedback_prompt(page)).to_have_text(re.compile(f"^{re.escape(QUESTION)}"))
