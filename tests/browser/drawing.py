"""Digits as a hand writes them, and the hand: mouse strokes on the page's paper."""

from io import BytesIO
from itertools import pairwise
from math import hypot
from typing import NamedTuple

from support.drawings import Stroke, arc
from PIL import Image, ImageDraw
from playwright.sync_api import Page

Strokes = list[Stroke]


class Box(NamedTuple):
    """Where on the paper a digit is drawn, in parts of the paper's side."""

    left: float
    top: float
    width: float
    height: float


MIDDLE = Box(0.31, 0.2, 0.38, 0.6)
LARGE = Box(0.16, 0.06, 0.68, 0.88)
TOP_LEFT = Box(0.05, 0.05, 0.19, 0.28)
BOTTOM_RIGHT = Box(0.76, 0.67, 0.19, 0.28)

MOUSE_STEP = 12.0
"""CSS pixels between two places at which the page hears of the mouse, as in a quick stroke."""


# In a box from (0, 0) at its top left to (1, 1).
DIGITS: dict[int, Strokes] = {
    0: [arc(0.5, 0.5, 0.46, 0.5, -80, -445)],
    1: [[(0.58, 0.0), (0.53, 0.35), (0.48, 0.7), (0.44, 1.0)]],
    2: [[*arc(0.47, 0.27, 0.38, 0.27, -165, 35), (0.5, 0.7), (0.08, 0.98), (0.5, 0.96), (0.95, 1)]],
    3: [[*arc(0.42, 0.25, 0.4, 0.25, -150, 80), *arc(0.42, 0.73, 0.46, 0.27, -85, 150)]],
    4: [
        [(0.35, 0.0), (0.22, 0.3), (0.05, 0.62), (0.5, 0.62), (0.95, 0.58)],
        [(0.68, 0.25), (0.66, 0.6), (0.62, 1.0)],
    ],
    5: [
        [(0.2, 0.02), (0.17, 0.22), (0.14, 0.45), *arc(0.44, 0.69, 0.44, 0.3, -120, 140)],
        [(0.2, 0.02), (0.88, 0.0)],
    ],
    6: [[(0.72, 0.0), (0.42, 0.2), (0.2, 0.48), *arc(0.5, 0.72, 0.38, 0.27, 180, -190)]],
    7: [
        [(0.06, 0.06), (0.45, 0.04), (0.92, 0.02), *arc(1.4, 1, 1.02, 1.11, -118, -180)],
        [(0.3, 0.5), (0.85, 0.47)],
    ],
    8: [
        [
            *arc(0.5, 0.25, 0.33, 0.25, -50, -270),
            *arc(0.5, 0.75, 0.42, 0.25, -90, 270),
            *arc(0.5, 0.25, 0.33, 0.25, 90, -50),
        ]
    ],
    9: [[*arc(0.45, 0.28, 0.37, 0.27, -20, -370), (0.78, 0.5), (0.68, 0.75), (0.55, 1.0)]],
}


NO_DIGITS: dict[str, Strokes] = {
    "A": [[(0.1, 1.0), (0.5, 0.0), (0.9, 1.0)], [(0.3, 0.6), (0.7, 0.6)]],
    "a scribble": [[(step % 3 / 2, step / 24 * (0.4 + step % 2)) for step in range(24)]],
    "a smile": [
        arc(0.5, 0.5, 0.5, 0.5, 0, 360),
        arc(0.33, 0.35, 0.04, 0.04, 0, 360),
        arc(0.67, 0.35, 0.04, 0.04, 0, 360),
        arc(0.5, 0.55, 0.28, 0.25, 20, 160),
    ],
}


def draw(page: Page, strokes: Strokes, box: Box = MIDDLE) -> None:
    """Draw strokes into a box on the paper, with the mouse."""
    for stroke in strokes:
        (x, y), *rest = on_screen(page, stroke, box)
        page.mouse.move(x, y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(x, y)
        page.mouse.up()


def on_screen(page: Page, stroke: Stroke, box: Box) -> Stroke:
    """Where in the window a stroke in a box of the paper runs: a point every few CSS pixels."""
    paper = page.get_by_test_id("sketchpad").bounding_box()
    assert paper is not None
    corners = [
        (
            paper["x"] + paper["width"] * (box.left + box.width * x),
            paper["y"] + paper["height"] * (box.top + box.height * y),
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


def picture_of(strokes: Strokes, box: Box = MIDDLE) -> bytes:
    """The strokes with a felt pen on grey paper, as a PNG of 400×400 pixels."""
    side, radius, ink = 400, 11, 50
    image = Image.new("L", (side, side), 225)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [
            (side * (box.left + box.width * x), side * (box.top + box.height * y))
            for x, y in stroke
        ]
        for line in pairwise(points):
            pen.line(line, fill=ink, width=2 * radius)
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    buffer = BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
