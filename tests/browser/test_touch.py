"""On a phone, a finger draws on the sketchpad and scrolls the page only outside it."""

import re
from collections.abc import Callable, Sequence

import pytest
from browser.mouse import draw, to_window
from browser.page_objects import (
    TOO_SHORT,
    button,
    horizontal_overflow,
    predicted_digit,
    status_message,
)
from browser.screen import is_inked
from playwright.sync_api import BrowserContext, Page, expect

from support.drawings import DIGITS, MIDDLE, Stroke
from support.server import Server

VIEW = """() => [
  scrollX, scrollY, visualViewport.scale,
  visualViewport.width, visualViewport.height, visualViewport.pageLeft, visualViewport.pageTop,
]"""

MAKE_SCROLLABLE = "document.body.style.paddingBlockEnd = '1000px'"


def test_digit_drawn_with_a_finger_is_recognized(phone: Page) -> None:
    view = phone.evaluate(VIEW)
    draw_with_finger(phone, DIGITS[4])
    expect(predicted_digit(phone)).to_have_text("4")
    assert phone.evaluate(VIEW) == view
    assert phone.evaluate("scrollY") == 0


def test_answer_is_beside_the_sketchpad_on_a_phone_that_lies(
    new_context: Callable[..., BrowserContext], site: Server
) -> None:
    viewport = {"width": 667, "height": 375}
    page = new_context(viewport=viewport, has_touch=True, is_mobile=True).new_page()
    page.goto(site.url)
    draw_with_finger(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    for part in (page.get_by_test_id("sketchpad"), predicted_digit(page), status_message(page)):
        expect(part).to_be_in_viewport(ratio=1)
    assert horizontal_overflow(page) == 0


@pytest.mark.parametrize(("width", "height"), [(320, 640), (667, 375), (844, 390), (1280, 800)])
def test_digits_and_examples_are_large_enough_to_touch(
    new_context: Callable[..., BrowserContext], site: Server, width: int, height: int
) -> None:
    page = new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(site.url)
    draw(page, DIGITS[4])
    button(page, "It was …").click()
    sizes = "(buttons) => buttons.flatMap((button) => [button.offsetWidth, button.offsetHeight])"
    for buttons, count in ((".digits button", 12), (".example", 12)):
        expect(page.locator(buttons)).to_have_count(count)
        assert min(page.locator(buttons).evaluate_all(sizes)) >= 24


def test_finger_scrolls_the_page_only_outside_the_sketchpad(phone: Page) -> None:
    phone.evaluate(MAKE_SCROLLABLE)
    phone.evaluate("scrollTo(0, 40)")
    view = phone.evaluate(VIEW)
    draw_with_finger(phone, [[(0.5, 1.0), (0.5, 0.0)], [(0.5, 0.0), (0.5, 1.0)]])
    expect(status_message(phone)).to_have_text(re.compile("^(It's|That|Not sure)"))
    assert phone.evaluate(VIEW) == view
    swipe(phone, [(20.0, 700.0 - 20 * step) for step in range(20)])
    expect(phone.get_by_test_id("sketchpad")).not_to_be_in_viewport(ratio=0.8)


def test_digit_drawn_with_a_stylus_is_recognized(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    for stroke in DIGITS[4]:
        points = to_window(page, stroke, MIDDLE)
        kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 1), "mouseReleased"]
        for kind, (x, y) in zip(kinds, [*points, points[-1]], strict=True):
            pen = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
            devtools.send("Input.dispatchMouseEvent", pen | {"pointerType": "pen"})
    expect(predicted_digit(page)).to_have_text("4")


def test_tap_leaves_a_dot(phone: Page) -> None:
    (point,) = to_window(phone, [(0.5, 0.5)], MIDDLE)
    assert not is_inked(phone, point)
    phone.touchscreen.tap(*point)
    expect(status_message(phone)).to_have_text(TOO_SHORT)
    assert is_inked(phone, point)


@pytest.mark.parametrize("width", [360, 320])
def test_page_fits_the_width_of_the_screen(
    new_context: Callable[..., BrowserContext], site: Server, width: int
) -> None:
    viewport = {"width": width, "height": 740}
    page = new_context(viewport=viewport, has_touch=True, is_mobile=True).new_page()
    page.goto(site.url)
    expect(page.get_by_test_id("sketchpad")).to_be_visible()
    assert horizontal_overflow(page) == 0
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    assert horizontal_overflow(page) == 0
    assert page.evaluate("visualViewport.scale") == 1


def draw_with_finger(page: Page, strokes: Sequence[Stroke]) -> None:
    """Draw strokes into the middle of the sketchpad with a finger."""
    for stroke in strokes:
        swipe(page, to_window(page, stroke, MIDDLE))


def swipe(page: Page, points: Stroke) -> None:
    """Put a finger down, move it and lift it, with the touch events of a real one."""
    devtools = page.context.new_cdp_session(page)
    for index, (x, y) in enumerate(points):
        kind = "touchStart" if index == 0 else "touchMove"
        touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        devtools.send("Input.dispatchTouchEvent", touch)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    devtools.detach()
