"""Drawing on the page with the mouse."""

from itertools import pairwise
from math import hypot

from playwright.sync_api import Page

from support.drawings import MIDDLE, Box, Point, Stroke, rasterize
from support.images import encode, paint

MOUSE_STEP = 12.0
"""CSS pixels between two mouse events, as in a quick stroke."""


def draw(page: Page, strokes: list[Stroke], box: Box = MIDDLE) -> None:
    """Draw strokes into a box of the drawing area, with the mouse."""
    for stroke in strokes:
        (x, y), *rest = on_screen(page, stroke, box)
        page.mouse.move(x, y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(x, y)
        page.mouse.up()


def on_screen(page: Page, stroke: Stroke, box: Box) -> list[Point]:
    """Return a stroke's path in the window, with a point every few CSS pixels."""
    area = page.get_by_test_id("sketchpad").bounding_box()
    assert area is not None
    corners = [
        (
            area["x"] + area["width"] * (box.left + box.width * x),
            area["y"] + area["height"] * (box.top + box.height * y),
        )
        for x, y in stroke
    ]
    points = corners[:1]
    for (x0, y0), (x1, y1) in pairwise(corners):
        steps = max(1, round(hypot(x1 - x0, y1 - y0) / MOUSE_STEP))
        points += [
            (x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(1, steps + 1)
        ]
    return points


def photo(strokes: list[Stroke], box: Box = MIDDLE) -> bytes:
    """Return strokes of a felt pen on gray paper as a PNG of 400×400 pixels."""
    return encode(paint(rasterize(strokes, (400, 400), box, pen=0.055), "L", ink=50, paper=225))
