"""On a phone: a finger draws on the paper, and moves the page only beside it."""

import re
from collections.abc import Callable

import pytest
from browser.drawing import Strokes, draw, on_screen
from browser.page_objects import answer, overflow, verdict
from browser.pixels import is_inked
from playwright.sync_api import BrowserContext, Page, expect

from support.drawings import DIGITS, MIDDLE, Stroke
from support.server import Server

VIEW = """() => [
  scrollX, scrollY, visualViewport.scale,
  visualViewport.width, visualViewport.height, visualViewport.pageLeft, visualViewport.pageTop,
]"""

TALL = "document.body.style.paddingBlockEnd = '1000px'"


def test_a_digit_drawn_with_a_finger_is_read(phone: Page) -> None:
    view = phone.evaluate(VIEW)
    touch(phone, DIGITS[4])
    expect(answer(phone)).to_have_text("4")
    assert phone.evaluate(VIEW) == view
    assert phone.evaluate("scrollY") == 0


def test_a_finger_scrolls_the_page_beside_the_paper_but_not_on_it(phone: Page) -> None:
    phone.evaluate(TALL)
    phone.evaluate("scrollTo(0, 40)")
    up_and_down: Strokes = [[(0.5, 1.0), (0.5, 0.0)], [(0.5, 0.0), (0.5, 1.0)]]
    view = phone.evaluate(VIEW)
    touch(phone, up_and_down)
    expect(verdict(phone)).to_have_text(re.compile("^(That|Not sure)"))
    assert phone.evaluate(VIEW) == view
    swipe(phone, [(20.0, 700.0 - 20 * step) for step in range(20)])
    phone.wait_for_function("scrollY > 100")


def test_a_digit_drawn_with_a_stylus_is_read(page: Page) -> None:
    browser = page.context.new_cdp_session(page)
    for stroke in DIGITS[4]:
        points = on_screen(page, stroke, MIDDLE)
        kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 1), "mouseReleased"]
        for kind, (x, y) in zip(kinds, [*points, points[-1]], strict=True):
            pen = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
            browser.send("Input.dispatchMouseEvent", pen | {"pointerType": "pen"})
    expect(answer(page)).to_have_text("4")


def test_a_tap_leaves_a_dot_and_is_read(phone: Page) -> None:
    (place,) = on_screen(phone, [(0.5, 0.5)], MIDDLE)
    assert not is_inked(phone, place)
    with phone.expect_response("**/predict*") as read:
        phone.touchscreen.tap(*place)
    assert read.value.json()["verdict"] != "blank"
    expect(verdict(phone)).to_have_text(re.compile("^(That|Not sure)"))
    assert is_inked(phone, place)


@pytest.mark.parametrize("width", [360, 320])
def test_nothing_is_wider_than_the_screen(
    new_context: Callable[..., BrowserContext], site: Server, width: int
) -> None:
    viewport = {"width": width, "height": 740}
    page = new_context(viewport=viewport, has_touch=True, is_mobile=True).new_page()
    page.goto(site.url)
    expect(page.get_by_test_id("sketchpad")).to_be_visible()
    assert overflow(page) == 0
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    assert overflow(page) == 0
    assert page.evaluate("visualViewport.scale") == 1


def touch(page: Page, strokes: Strokes) -> None:
    """Draw strokes into the middle of the paper, with a finger."""
    for stroke in strokes:
        swipe(page, on_screen(page, stroke, MIDDLE))


def swipe(page: Page, points: Stroke) -> None:
    """Put a finger down, move it and lift it, as the browser hears of a real one."""
    browser = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        kind = "touchStart" if number == 0 else "touchMove"
        touched = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        browser.send("Input.dispatchTouchEvent", touched)
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    browser.detach()
