"""Of several pointers at once, only the one that writes leaves ink."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from browser.mouse import draw, to_window
from browser.page_objects import predicted_digit
from browser.screen import is_inked
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from support.drawings import DIGITS, MIDDLE, Point, Stroke
from support.server import Server

CORNER = (1.6, 1.2)
"""Where the palm rests, in the box of the digit: the lower right corner of the sketchpad."""

FINGER, PALM = 0, 1


class Hand:
    """A hand on a touch screen: fingers, a palm and a stylus, with the events of real ones."""

    def __init__(self, page: Page, devtools: CDPSession) -> None:
        self.page = page
        self.devtools = devtools
        self.touches: dict[int, Point] = {}

    def path(self, stroke: Stroke) -> list[Point]:
        """Return a stroke's points in CSS pixels of the window."""
        return to_window(self.page, stroke, MIDDLE)

    def touch(self, touch: int, point: Point) -> None:
        """Put a finger or the palm down."""
        self.touches[touch] = point
        self._send("touchStart")

    def move(self, touch: int, point: Point) -> None:
        self.touches[touch] = point
        self._send("touchMove")

    def lift(self, touch: int) -> None:
        del self.touches[touch]
        self._send("touchEnd")

    def swipe(self, strokes: Sequence[Stroke]) -> None:
        """Draw strokes with a finger."""
        for stroke in strokes:
            first, *rest = self.path(stroke)
            self.touch(FINGER, first)
            for point in rest:
                self.move(FINGER, point)
            self.lift(FINGER)

    def write(self, strokes: Sequence[Stroke], pressure: float = 0.5) -> None:
        """Draw strokes with a stylus."""
        for stroke in strokes:
            points = self.path(stroke)
            kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 1), "mouseReleased"]
            for kind, (x, y) in zip(kinds, [*points, points[-1]], strict=True):
                pen = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
                event = {"type": kind, "x": x, "y": y, "force": pressure} | pen
                self.devtools.send("Input.dispatchMouseEvent", event)

    def _send(self, kind: str) -> None:
        touches = [{"x": x, "y": y, "id": touch} for touch, (x, y) in self.touches.items()]
        self.devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


@pytest.fixture
def tablet(new_context: Callable[..., BrowserContext], site: Server) -> Page:
    """The frontend on a touch screen that is wide enough for the widest test."""
    page = new_context(viewport={"width": 820, "height": 1180}, has_touch=True).new_page()
    page.goto(site.url)
    return page


@pytest.fixture
def hand(tablet: Page) -> Iterator[Hand]:
    """A hand on the tablet."""
    devtools = tablet.context.new_cdp_session(tablet)
    yield Hand(tablet, devtools)
    devtools.detach()


def test_second_finger_does_not_end_the_stroke(tablet: Page, hand: Hand) -> None:
    (stroke,) = DIGITS[3]
    first, *rest = hand.path(stroke)
    (corner,) = hand.path([CORNER])
    hand.touch(FINGER, first)
    for index, point in enumerate(rest):
        if index == len(rest) // 3:
            hand.touch(PALM, corner)
        hand.move(FINGER, point)
    hand.lift(PALM)
    hand.lift(FINGER)
    expect(predicted_digit(tablet)).to_have_text("3")
    assert is_inked(tablet, rest[-1])
    assert not is_inked(tablet, corner)


def test_palm_that_rests_first_leaves_no_dot(tablet: Page, hand: Hand) -> None:
    (corner,) = hand.path([CORNER])
    hand.touch(PALM, corner)
    hand.swipe(DIGITS[4])
    hand.lift(PALM)
    expect(predicted_digit(tablet)).to_have_text("4")
    assert not is_inked(tablet, corner)


def test_stylus_replaces_the_stroke_of_the_palm(tablet: Page, hand: Hand) -> None:
    corner, beside = hand.path([CORNER])[0], hand.path([(1.2, 1.2)])[0]
    hand.touch(PALM, corner)
    hand.move(PALM, beside)
    assert is_inked(tablet, beside)
    hand.write(DIGITS[4])
    hand.move(PALM, corner)
    hand.lift(PALM)
    expect(predicted_digit(tablet)).to_have_text("4")
    assert not is_inked(tablet, beside)


def test_fingers_draw_beside_a_stylus_only_if_switched_on(tablet: Page, hand: Hand) -> None:
    (upright,) = DIGITS[1]
    switch = tablet.get_by_label("Fingers draw")
    expect(switch).to_have_count(0)
    hand.write([upright])
    expect(predicted_digit(tablet)).to_have_text("1")
    expect(switch).not_to_be_checked()
    crossing = [(0.0, 1.15), (1.0, 1.15)]
    middle = hand.path(crossing)[3]
    hand.swipe([crossing])
    assert not is_inked(tablet, middle)
    draw(tablet, [crossing])
    assert is_inked(tablet, middle), "a mouse is no palm"
    tablet.keyboard.press("Control+z")
    assert not is_inked(tablet, middle)
    switch.check()
    hand.swipe([crossing])
    assert is_inked(tablet, middle)


def test_line_is_as_wide_as_the_stylus_is_pressed(tablet: Page, hand: Hand) -> None:
    hand.write([[(0.2, 0.0), (0.2, 1.0)]], pressure=0.1)
    hand.write([[(0.8, 0.0), (0.8, 1.0)]], pressure=1)
    light, heavy = (width_at(tablet, hand.path([(x, 0.5)])[0]) for x in (0.2, 0.8))
    assert heavy > 2 * light > 0


def width_at(page: Page, point: Point) -> int:
    """Return how many CSS pixels of the row around a point are ink."""
    x, y = point
    return sum(is_inked(page, (x + dx, y)) for dx in range(-40, 41, 2))
