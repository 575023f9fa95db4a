"""Drawing on the sketchpad with the mouse."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from playwright.sync_api import Page

from support.drawings import MIDDLE, Box, Point, Stroke

MOUSE_STEP = 12.0
"""CSS pixels between two mouse events, as in a fast stroke."""


def draw(page: Page, strokes: Sequence[Stroke], box: Box = MIDDLE) -> None:
    """Draw strokes into a box of the sketchpad with the mouse."""
    for stroke in strokes:
        (x, y), *rest = to_window(page, stroke, box)
        page.mouse.move(x, y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(x, y)
        page.mouse.up()


def to_window(page: Page, stroke: Stroke, box: Box) -> list[Point]:
    """Return a stroke's path in CSS pixels of the window, with a point every MOUSE_STEP."""
    sketchpad = page.get_by_test_id("sketchpad").bounding_box()
    assert sketchpad is not None
    corners = [
        (
            sketchpad["x"] + sketchpad["width"] * (box.left + box.width * x),
            sketchpad["y"] + sketchpad["height"] * (box.top + box.height * y),
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
