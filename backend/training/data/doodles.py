"""Doodles of no kind in particular: what a pen draws that is neither a digit nor a known shape.

A network that knows a dozen shapes takes the thirteenth for a digit. These are put together at
random, so that no two are alike; narrow and round ones, which could be digits, do not come out.
Strokes are in a box of about height 1, y down.
"""

from collections.abc import Callable

import numpy as np

from training.data.non_digits import polygon
from training.data.rasterize import Random, Stroke


def arc(random: Random, least: float, most: float) -> Stroke:
    """A part of an ellipse about the origin, `least` to `most` of a turn."""
    turns = random.uniform(least, most)
    angle = random.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi * turns, 12)
    height = random.uniform(0.6, 1.4)
    return np.stack([np.cos(angle) / 2, np.sin(angle) * height / 2], axis=1)


def line(random: Random) -> Stroke:
    """A line through the origin, about as long as an arc is wide."""
    angle = random.uniform(0, np.pi)
    half = np.array([np.cos(angle), np.sin(angle)]) * random.uniform(0.25, 0.6)
    return np.stack([-half, half])


def lobed_outline(random: Random) -> list[Stroke]:
    """A closed line of four to eight bulges, each of another width and depth."""
    ends = np.cumsum(random.uniform(0.5, 1.5, int(random.integers(4, 9))))
    turn = np.linspace(0, 1, 5 * len(ends) + 1)
    bulge = np.minimum(np.searchsorted(ends / ends[-1], turn), len(ends) - 1)
    begins = np.concatenate([[0], ends[:-1]])
    within = (turn * ends[-1] - begins[bulge]) / (ends - begins)[bulge]
    depth = random.uniform(0.25, 0.7, len(ends))[bulge]
    radius = 1 + depth * np.sin(np.pi * within)
    width = random.uniform(1, 1.8)
    angle = 2 * np.pi * turn
    return [np.stack([width * radius * np.cos(angle), radius * np.sin(angle)], axis=1) / 3]


def silhouette(random: Random) -> list[Stroke]:
    """An outline the same on both sides: a slim part and a wide one, either above the other."""
    slim, wide = int(random.integers(1, 3)), int(random.integers(2, 4))
    across = np.concatenate(
        [[0], random.uniform(0.04, 0.15, slim), random.uniform(0.35, 0.7, wide), [0]]
    )
    down = np.linspace(0, 1, len(across)) + random.uniform(-0.05, 0.05, len(across))
    right = np.stack([across, down], axis=1)
    if random.random() < 0.5:
        right = right * [1, -1] + [0, 1]
    return [np.concatenate([right, (right * [-1, 1])[-2::-1]])]


def body_with_lines(random: Random) -> list[Stroke]:
    """A ring or a polygon from which two to six lines go out, and one may go across."""
    body = 2 * polygon(random, random.choice([3, 4, 5, 24]))
    shape = np.array([random.uniform(0.7, 1.6), 1.0])
    strokes = [body * shape]
    for angle in random.uniform(0, 2 * np.pi, int(random.integers(2, 7))):
        way = np.array([np.cos(angle), np.sin(angle)]) * shape
        bend = random.normal(0, 0.15, 2)
        reach = random.uniform(1.3, 2.2)
        strokes.append(np.stack([0.95 * way, (0.95 + reach) / 2 * way + bend, reach * way]))
    if random.random() < 0.4:
        strokes.append(line(random) * 1.5)
    return strokes


def pieces(random: Random) -> list[Stroke]:
    """Three to six rings, arcs and lines of any size, thrown together."""
    strokes = []
    for _ in range(int(random.integers(3, 7))):
        kind = random.random()
        if kind < 0.25:
            piece = arc(random, 1, 1.05)
        elif kind < 0.6:
            piece = arc(random, 0.2, 0.7)
        else:
            piece = line(random)
        strokes.append(piece * random.uniform(0.5, 1.2) + random.uniform(-0.6, 0.6, 2))
    return strokes


def outline_with_pieces(random: Random) -> list[Stroke]:
    """A lobed outline or a silhouette, and an arc or a line or two upon it."""
    outline = lobed_outline(random) if random.random() < 0.5 else silhouette(random)
    middle = outline[0].mean(axis=0)
    for _ in range(int(random.integers(1, 3))):
        piece = arc(random, 0.2, 1) if random.random() < 0.5 else line(random)
        outline.append(piece * random.uniform(0.3, 0.9) + middle + random.uniform(-0.4, 0.4, 2))
    return outline


def crossed_lines(random: Random) -> list[Stroke]:
    """Four to eight lines through about the same place."""
    return [line(random) + random.normal(0, 0.1, 2) for _ in range(int(random.integers(4, 9)))]


def dented_outline(random: Random) -> list[Stroke]:
    """A closed line of six to ten corners, every third of them pushed in."""
    count = int(random.integers(6, 11))
    turn = np.sort(random.uniform(0, 2 * np.pi, count))
    radius = np.resize([0.9, 0.35, 0.9], count) + random.uniform(-0.15, 0.15, count)
    corners = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    return [np.concatenate([corners, corners[:1]])]


DOODLES: list[Callable[[Random], list[Stroke]]] = [
    lobed_outline, silhouette, body_with_lines, pieces, outline_with_pieces, crossed_lines,
    dented_outline,
]  # fmt: skip


def doodle(random: Random) -> list[Stroke]:
    """A doodle that is neither narrow nor flat."""
    while True:
        drawing = DOODLES[random.integers(len(DOODLES))](random)
        width, height = np.ptp(np.concatenate(drawing), axis=0)
        if 0.6 < width / height < 2.5:
            return drawing
