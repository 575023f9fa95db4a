"""Lines and frames that are printed or drawn around and through the writing."""

from collections.abc import Callable

import numpy as np

from training.data.rasterize import Stroke, perturb, smooth
from training.finder.canvas import Box, bounds, corners, overlap
from training.finder.stage import Color, Stage, luminance, tinted

Marks = Callable[[Stage], None]
"""Draws on a stage on which the glyphs have their places."""


def no_marks(_: Stage) -> None:
    """Draw nothing."""


def ruled(stage: Stage) -> None:
    """Draw the pale rules of a notebook."""
    horizontal_lines(stage, line_color(stage, 0.1, 0.35), thin(stage))


def dark_rules(stage: Stage) -> None:
    """Draw rules about as dark as ink."""
    horizontal_lines(stage, line_color(stage, 0.45, 0.9), thin(stage))


def margin_line(stage: Stage) -> None:
    """Draw rules, and one or two vertical lines at the side."""
    ruled(stage)
    left, _, right, _ = stage.region
    red = np.array([0.85, 0.3, 0.35], dtype=np.float32)
    place = stage.rng.choice([0.08, 0.15, 0.9])
    for shift in (0.0, 0.02)[: stage.rng.integers(1, 3)]:
        at = left + (right - left) * (place + shift)
        line = np.array([(at, stage.sheet[1]), (at, stage.sheet[3])])
        stage.draw([line], thin(stage), red, stage.rng.uniform(0.5, 1))


def squared(stage: Stage) -> None:
    """Draw squared paper."""
    squares(stage, stage.rng.uniform(10, 28), line_color(stage, 0.08, 0.35))


def dark_squares(stage: Stage) -> None:
    """Draw squared paper with lines as dark as ink."""
    squares(stage, stage.rng.uniform(14, 30), line_color(stage, 0.4, 0.85))


def small_squares(stage: Stage) -> None:
    """Draw squared paper with squares of a few pixels."""
    squares(stage, stage.rng.uniform(4.5, 9), line_color(stage, 0.1, 0.4))


def dot_grid(stage: Stage) -> None:
    """Draw a grid of dots."""
    spacing = stage.rng.uniform(8, 20)
    left, top, right, bottom = stage.sheet
    color, size = line_color(stage, 0.25, 0.7), stage.rng.uniform(0.8, 1.8)
    xs, ys = np.arange(left, right, spacing), np.arange(top, bottom, spacing)
    dots = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 1, 2)
    stage.draw([dot + np.array([(0, 0), (size / 3, 0)]) for dot in dots], size, color)


def music_staves(stage: Stage) -> None:
    """Draw groups of five lines."""
    rng = stage.rng
    spacing = rng.uniform(4, 9)
    left, top, right, bottom = stage.sheet
    color = line_color(stage, 0.3, 0.8)
    starts = np.arange(top + rng.uniform(0, 10) * spacing, bottom, spacing * rng.uniform(8, 14))
    lines = [
        np.array([(left, start + number * spacing), (right, start + number * spacing)])
        for start in starts
        for number in range(5)
    ]
    stage.draw(lines, thin(stage), color)


def underline(stage: Stage) -> None:
    """Draw a line below the writing, by the same pen."""
    for left, _, right, bottom in group_boxes(stage):
        reach = stage.rng.uniform(-0.05, 0.3) * stage.height
        y = bottom + stage.rng.uniform(0.12, 0.35) * stage.height
        by_hand(stage, [np.array([(left - reach, y), ((left + right) / 2, y), (right + reach, y)])])


def double_underline(stage: Stage) -> None:
    """Draw two lines below the writing, by the same pen."""
    for left, _, right, bottom in group_boxes(stage):
        reach = stage.rng.uniform(0, 0.3) * stage.height
        for gap in (0.15, 0.15 + stage.rng.uniform(0.12, 0.25)):
            y = bottom + gap * stage.height
            by_hand(stage, [np.array([(left - reach, y), (right + reach, y)])])


def ring(stage: Stage) -> None:
    """Draw a ring around the writing, by the same pen."""
    for box in group_boxes(stage):
        turn = np.linspace(0, 2 * np.pi * stage.rng.uniform(0.93, 1.1), 26) + stage.rng.uniform(
            0, 6
        )
        circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        left, top, right, bottom = padded(box, stage.rng.uniform(0.2, 0.5) * stage.height)
        radii = np.array([right - left, bottom - top]) / 2 * stage.rng.uniform(1.05, 1.25)
        if stage.rng.random() < 0.4:
            radii[:] = radii.max()
        by_hand(stage, [circle * radii + ((left + right) / 2, (top + bottom) / 2)])


def hand_drawn_box(stage: Stage) -> None:
    """Draw a box around the writing, by the same pen."""
    for box in group_boxes(stage):
        outline = corners(padded(box, stage.rng.uniform(0.15, 0.5) * stage.height))
        by_hand(stage, [outline[[0, 1, 2, 3, 0]]])


def brackets(stage: Stage) -> None:
    """Draw brackets or bars on both sides of the writing, by the same pen."""
    for box in group_boxes(stage):
        left, top, right, bottom = padded(box, stage.rng.uniform(0.15, 0.4) * stage.height)
        bow = stage.rng.choice([0, 0.15, 0.3]) * stage.height
        middle = (top + bottom) / 2
        for x, way in ((left, -1), (right, 1)):
            path = np.array([(x, top), (x + way * bow, middle), (x, bottom)])
            by_hand(stage, [smooth(path)])


def form_box(stage: Stage) -> None:
    """Print a box around each group of glyphs, or around each glyph."""
    each = stage.rng.random() < 0.5
    boxes = [glyph.box for glyph in stage.glyphs] if each else group_boxes(stage)
    color = line_color(stage, 0.3, 0.95)
    pad = stage.rng.uniform(0.08 if each else 0.15, 0.4) * stage.height
    width = thin(stage) * stage.rng.uniform(1, 2)
    stage.draw([corners(padded(box, pad))[[0, 1, 2, 3, 0]] for box in boxes], width, color)


def comb(stage: Stage) -> None:
    """Print a comb: a line below the glyphs with short teeth between them."""
    color, width = line_color(stage, 0.3, 0.95), thin(stage) * stage.rng.uniform(1, 2)
    tooth = stage.rng.uniform(0.15, 0.7) * stage.height
    for left, _, right, bottom in group_boxes(stage):
        y = bottom + stage.rng.uniform(0.05, 0.25) * stage.height
        pitch = stage.rng.uniform(0.8, 1.3) * stage.height
        start = left - stage.rng.uniform(0.1, 0.6) * pitch
        xs = np.arange(start, right + pitch, pitch)
        teeth = [np.array([(x, y), (x, y - tooth)]) for x in xs]
        stage.draw([np.array([(xs[0], y), (xs[-1], y)]), *teeth], width, color)


def sudoku_cell(stage: Stage) -> None:
    """Print a grid of cells, one of which the writing is in, cut off by the picture's edges."""
    rng = stage.rng
    color, width = line_color(stage, 0.4, 0.95), thin(stage)
    left, top, right, bottom = padded(
        bounds([stroke for glyph in stage.glyphs for stroke in glyph.strokes])
        if stage.glyphs
        else stage.region,
        rng.uniform(0.15, 0.45) * stage.height,
    )
    wide, high = right - left, bottom - top
    for number in range(-3, 5):
        thick = width * (rng.uniform(2, 3) if number % 3 == rng.integers(3) else 1)
        x, y = left + number * wide, top + number * high
        stage.draw([np.array([(x, top - 3 * high), (x, bottom + 3 * high)])], thick, color)
        stage.draw([np.array([(left - 3 * wide, y), (right + 3 * wide, y)])], thick, color)


def table(stage: Stage) -> None:
    """Print rows and columns of a table, most of them clear of the glyphs."""
    rng = stage.rng
    color, width = line_color(stage, 0.2, 0.9), thin(stage)
    left, top, right, bottom = stage.sheet
    boxes = group_boxes(stage)
    for _ in range(int(rng.integers(3, 9))):
        vertical = rng.random() < 0.5
        low, high = (stage.region[0], stage.region[2]) if vertical else stage.region[1::2]
        at = rng.uniform(low, high)
        spans = [(box[0], box[2]) if vertical else (box[1], box[3]) for box in boxes]
        if any(start < at < end for start, end in spans):
            continue
        ends = [(at, top), (at, bottom)] if vertical else [(left, at), (right, at)]
        stage.draw([np.array(ends)], width, color)


def frame(stage: Stage) -> None:
    """Print a frame near the edges of the picture."""
    inset = stage.rng.uniform(0.005, 0.07) * min(stage.size)
    thickness = stage.rng.uniform(0.8, 5)
    outline(stage, inset + thickness / 2, thickness)


def edge_frame(stage: Stage) -> None:
    """Draw a frame, one or two pixels wide, at the very edge of the picture."""
    thickness = int(stage.rng.choice([1, 1, 2]))
    color = line_color(stage, 0.3, 1)
    stage.picture[:thickness] = stage.picture[-thickness:] = color
    stage.picture[:, :thickness] = stage.picture[:, -thickness:] = color


def bars(stage: Stage) -> None:
    """Fill bars above and below, as around a video."""
    depth = int(stage.rng.uniform(0.03, 0.12) * stage.size[1]) + 1
    stage.picture[:depth] = stage.picture[-depth:] = line_color(stage, 0.5, 1)


def axes(stage: Stage) -> None:
    """Draw the axes of a plot with ticks, at the left and below."""
    rng = stage.rng
    left, top, right, bottom = stage.region
    inset = rng.uniform(-0.1, 0.02) * min(stage.size)
    x, y = left + inset, bottom - inset
    color, width = line_color(stage, 0.4, 1), thin(stage)
    tick = rng.uniform(0.015, 0.04) * max(stage.size)
    lines = [np.array([(x, top + inset), (x, y)]), np.array([(x, y), (right - inset, y)])]
    for at in np.linspace(0.05, 0.95, int(rng.integers(4, 9))):
        along, up = x + at * (right - inset - x), y + at * (top + inset - y)
        lines.append(np.array([(along, y), (along, y + tick)]))
        lines.append(np.array([(x, up), (x - tick, up)]))
    if rng.random() < 0.4:  # a box around the plot
        far = (right - inset, top + inset)
        lines.append(np.array([(x, far[1]), far, (far[0], y)]))
    stage.draw(lines, width, color)


def crossed_out_words(stage: Stage) -> None:
    """Scribble thickly over a place beside the writing."""
    rng = stage.rng
    for _ in range(12):
        wide, high = np.array([rng.uniform(1, 3), rng.uniform(0.5, 1)]) * stage.height
        corner = rng.uniform(stage.region[:2], stage.region[2:])
        box = (corner[0], corner[1], corner[0] + wide, corner[1] + high)
        if not any(overlap(box, glyph.box) for glyph in stage.glyphs):
            count = int(rng.integers(8, 24))
            x = corner[0] + np.linspace(0, wide, count)
            y = corner[1] + high * (np.arange(count) % 2) + rng.normal(0, 0.1 * high, count)
            by_hand(stage, [np.stack([x, y], axis=1)])
            return


def horizontal_lines(stage: Stage, color: Color, width: float) -> None:
    """Draw rules over the whole sheet; their distance fits the writing or is random."""
    rng = stage.rng
    left, top, right, bottom = stage.sheet
    fits = stage.glyphs and rng.random() < 0.5
    spacing = stage.height * rng.uniform(1.1, 2.2) if fits else rng.uniform(8, 40)
    spacing = max(spacing, 5.0)
    baseline = stage.glyphs[0].box[3] if fits else rng.uniform(0, spacing)
    start = top + (baseline - top) % spacing
    lines = [np.array([(left, y), (right, y)]) for y in np.arange(start, bottom, spacing)]
    if lines:
        stage.draw(lines, width, color)


def squares(stage: Stage, side: float, color: Color) -> None:
    """Draw squares over the whole sheet."""
    left, top, right, bottom = stage.sheet
    width = thin(stage)
    shift = stage.rng.uniform(0, side, 2)
    down = [np.array([(x, top), (x, bottom)]) for x in np.arange(left + shift[0], right, side)]
    across = [np.array([(left, y), (right, y)]) for y in np.arange(top + shift[1], bottom, side)]
    stage.draw(down + across, width, color)


def outline(stage: Stage, inset: float, thickness: float) -> None:
    """Draw a frame at a distance from the sheet's visible edges."""
    width, height = stage.size
    box = stage.sheet if stage.sheet[0] == 0 else (0.0, 0.0, float(width), float(height))
    path = corners(padded(box, -inset))
    stage.draw([path[[0, 1, 2, 3, 0]]], thickness, line_color(stage, 0.3, 1))


def by_hand(stage: Stage, strokes: list[Stroke]) -> None:
    """Draw strokes by the pen that wrote the glyphs, a little bent."""
    bent = [smooth(each) for each in perturb(strokes, stage.rng, max_rotation=0.01)]
    shift = np.array(bounds(strokes)) - np.array(bounds(bent))  # bending moves them too
    middle = (shift[:2] + shift[2:]) / 2
    width = max(0.8, stage.pen.width * stage.height * stage.rng.uniform(0.7, 1.2))
    stage.draw([stroke + middle for stroke in bent], width, stage.ink, stage.pen.opacity)


def group_boxes(stage: Stage) -> list[Box]:
    """Return a box around each row of glyphs that lie beside one another."""
    groups: list[Box] = []
    for glyph in sorted(stage.glyphs, key=lambda each: each.box[0]):
        box = glyph.box
        for number, group in enumerate(groups):
            beside = box[1] < group[3] and group[1] < box[3]
            if beside and box[0] - group[2] < 1.0 * stage.height:
                groups[number] = (
                    min(group[0], box[0]), min(group[1], box[1]),
                    max(group[2], box[2]), max(group[3], box[3]),
                )  # fmt: skip
                break
        else:
            groups.append(box)
    return groups


def line_color(stage: Stage, weakest: float, strongest: float) -> Color:
    """Return the paper's color, changed towards black or white by a fraction of the way."""
    level = luminance(stage.paper)
    strength = stage.rng.uniform(weakest, strongest)
    target = 0.0 if level > 0.5 else 1.0
    return tinted(stage.rng, level + (target - level) * strength, stage.rng.choice([0.01, 0.1]))


def thin(stage: Stage) -> float:
    """Return the width of a printed line, in the sheet's units."""
    return float(stage.rng.uniform(0.35, 1.0)) * max(stage.size) / 160


def padded(box: Box, margin: float) -> Box:
    """Return a box that reaches farther by a margin on each side."""
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
