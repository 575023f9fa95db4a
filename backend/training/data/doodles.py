"""Doodles: random drawings that are neither digits nor any particular shape.

A model trained on a dozen shapes takes the thirteenth for a digit. Doodles are all different;
narrow ones, which could be digits, are left out. Their bounding boxes are about 1 unit high, with
y pointing down.
"""

import numpy as np

from training.data.non_digits import polygon
from training.data.rasterize import Sampler, Stroke


def arc(rng: np.random.Generator, min_turns: float, max_turns: float) -> Stroke:
    """Return part of an ellipse around the origin, `min_turns` to `max_turns` turns long."""
    turns = rng.uniform(min_turns, max_turns)
    angle = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi * turns, 12)
    height = rng.uniform(0.6, 1.4)
    return np.stack([np.cos(angle) / 2, np.sin(angle) * height / 2], axis=1)


def line(rng: np.random.Generator) -> Stroke:
    """Return a line through the origin, about as long as an arc is wide."""
    angle = rng.uniform(0, np.pi)
    half = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.25, 0.6)
    return np.stack([-half, half])


def lobed_outline(rng: np.random.Generator) -> list[Stroke]:
    """Return a closed line of four to eight bulges that differ in width and depth."""
    ends = np.cumsum(rng.uniform(0.5, 1.5, int(rng.integers(4, 9))))
    turn = np.linspace(0, 1, 5 * len(ends) + 1)
    bulge = np.minimum(np.searchsorted(ends / ends[-1], turn), len(ends) - 1)
    starts = np.concatenate([[0], ends[:-1]])
    within = (turn * ends[-1] - starts[bulge]) / (ends - starts)[bulge]
    depth = rng.uniform(0.25, 0.7, len(ends))[bulge]
    radius = 1 + depth * np.sin(np.pi * within)
    width = rng.uniform(1, 1.8)
    angle = 2 * np.pi * turn
    return [np.stack([width * radius * np.cos(angle), radius * np.sin(angle)], axis=1) / 3]


def silhouette(rng: np.random.Generator) -> list[Stroke]:
    """Return a symmetric outline with a slim part above or below a wide one."""
    slim, wide = int(rng.integers(1, 3)), int(rng.integers(2, 4))
    across = np.concatenate([[0], rng.uniform(0.04, 0.15, slim), rng.uniform(0.35, 0.7, wide), [0]])
    down = np.linspace(0, 1, len(across)) + rng.uniform(-0.05, 0.05, len(across))
    right = np.stack([across, down], axis=1)
    if rng.random() < 0.5:
        right = right * [1, -1] + [0, 1]
    return [np.concatenate([right, (right * [-1, 1])[-2::-1]])]


def body_with_lines(rng: np.random.Generator) -> list[Stroke]:
    """Return a ring or polygon with two to six lines going out, and maybe one across it."""
    body = 2 * polygon(rng, rng.choice([3, 4, 5, 24]))
    shape = np.array([rng.uniform(0.7, 1.6), 1.0])
    strokes = [body * shape]
    for angle in rng.uniform(0, 2 * np.pi, int(rng.integers(2, 7))):
        direction = np.array([np.cos(angle), np.sin(angle)]) * shape
        bend = rng.normal(0, 0.15, 2)
        reach = rng.uniform(1.3, 2.2)
        middle = (0.95 + reach) / 2 * direction + bend
        strokes.append(np.stack([0.95 * direction, middle, reach * direction]))
    if rng.random() < 0.4:
        strokes.append(line(rng) * 1.5)
    return strokes


def pieces(rng: np.random.Generator) -> list[Stroke]:
    """Return three to six rings, arcs and lines of any size at random places."""
    strokes = []
    for _ in range(int(rng.integers(3, 7))):
        kind = rng.random()
        if kind < 0.25:
            piece = arc(rng, 1, 1.05)
        elif kind < 0.6:
            piece = arc(rng, 0.2, 0.7)
        else:
            piece = line(rng)
        strokes.append(piece * rng.uniform(0.5, 1.2) + rng.uniform(-0.6, 0.6, 2))
    return strokes


def outline_with_pieces(rng: np.random.Generator) -> list[Stroke]:
    """Return a lobed outline or a silhouette with one or two arcs or lines on it."""
    outline = lobed_outline(rng) if rng.random() < 0.5 else silhouette(rng)
    middle = outline[0].mean(axis=0)
    for _ in range(int(rng.integers(1, 3))):
        piece = arc(rng, 0.2, 1) if rng.random() < 0.5 else line(rng)
        outline.append(piece * rng.uniform(0.3, 0.9) + middle + rng.uniform(-0.4, 0.4, 2))
    return outline


def crossed_lines(rng: np.random.Generator) -> list[Stroke]:
    """Return four to eight lines that cross at about the same place."""
    return [line(rng) + rng.normal(0, 0.1, 2) for _ in range(int(rng.integers(4, 9)))]


def dented_outline(rng: np.random.Generator) -> list[Stroke]:
    """Return a closed line of six to ten corners, every third of them pushed in."""
    count = int(rng.integers(6, 11))
    turn = np.sort(rng.uniform(0, 2 * np.pi, count))
    radius = np.resize([0.9, 0.35, 0.9], count) + rng.uniform(-0.15, 0.15, count)
    corners = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    return [np.concatenate([corners, corners[:1]])]


DOODLES: list[Sampler] = [
    lobed_outline, silhouette, body_with_lines, pieces, outline_with_pieces, crossed_lines,
    dented_outline,
]  # fmt: skip


def doodle(rng: np.random.Generator) -> list[Stroke]:
    """Return a random doodle that is neither narrow nor flat."""
    while True:
        drawing = DOODLES[rng.integers(len(DOODLES))](rng)
        width, height = np.ptp(np.concatenate(drawing), axis=0)
        if 0.6 < width / height < 2.5:
            return drawing
