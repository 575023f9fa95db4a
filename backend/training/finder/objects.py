"""Things that lie on the paper or beside the writing on a screen: never on a digit."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.data.rasterize import OVERSAMPLING, Stroke, rotation
from training.finder.canvas import (
    Field,
    blur,
    draw_strokes,
    fill_ellipse,
    fill_polygon,
)
from training.finder.stage import Color, Stage, gray, luminance, tinted

Objects = Callable[[Stage], None]
"""Covers parts of a stage that is otherwise complete."""

PLACES = 8
"""Number of places that are tried for an object before it is left out."""

WORDS = (
    "Name", "Date", "Total", "Address", "Signature", "Save", "Cancel", "Edit", "Undo", "Clear",
    "Share", "Notes", "Draw", "Page", "Amount", "Account", "Phone", "Please write clearly", "Done",
    "File  Edit  View  Help", "Untitled", "Answer", "Test", "Form", "Class", "Teacher", "Exercise",
)  # fmt: skip
"""Printed beside the writing; without digits, whose printed forms are neither ink nor paper."""


def no_objects(_: Stage) -> None:
    """Lay nothing on the paper."""


def finger(stage: Stage) -> None:
    """Lay one or two fingers on the paper, from an edge."""
    rng = stage.rng
    for _ in range(int(rng.integers(1, 3))):
        skin = np.array([0.9, 0.68, 0.55], dtype=np.float32) * rng.uniform(0.35, 1.1)
        width = rng.uniform(0.1, 0.24) * min(stage.size)
        for _ in range(PLACES):
            base, direction = from_edge(stage)
            tip = base + direction * rng.uniform(0.4, 1.8) * width
            outside = base - direction * width
            patch = draw_strokes([np.stack([outside, tip])], width, stage.size)
            if patch is None:
                continue
            coverage = patch.spread(stage.size)
            if stage.is_free(coverage):
                shaded(stage, coverage, skin, width / 5)
                nail = fill_ellipse(
                    tip + direction * width * 0.1, np.array([0.36, 0.27]) * width,
                    float(np.arctan2(direction[1], direction[0])), stage.size,
                )  # fmt: skip
                if rng.random() < 0.5:
                    stage.cover(nail * np.float32(0.6), np.clip(skin * 1.15, 0, 1))
                break


def pen_on_paper(stage: Stage) -> None:
    """Lay a pen or pencil on the paper."""
    rng = stage.rng
    for _ in range(PLACES * 2):
        length = rng.uniform(0.4, 1.2) * max(stage.size)
        width = rng.uniform(0.03, 0.07) * max(stage.size)
        direction = rotation(rng.uniform(0, 2 * np.pi))
        place = rng.uniform(-0.1, 1.1, 2) * stage.size
        barrel = np.array([(0, -1), (0, 1), (length / width, 0.9), (length / width, -0.9)])
        tip = np.array([(0, -1), (0, 1), (-3, 0.15), (-3, -0.15)])
        pieces = [
            fill_polygon(part * width / 2 @ direction + place, stage.size) for part in (barrel, tip)
        ]
        if stage.is_free(np.maximum(*pieces)):
            shaded(stage, pieces[0], tinted(rng, rng.uniform(0.05, 0.8), 0.25), width / 2)
            stage.cover(pieces[1], tinted(rng, rng.uniform(0.1, 0.8), 0.1))
            return


def punch_holes(stage: Stage) -> None:
    """Punch two to four holes near an edge, through which the dark table is seen."""
    rng = stage.rng
    width, height = stage.size
    radius = rng.uniform(0.02, 0.05) * max(stage.size)
    level = gray(rng.uniform(0, 0.5))
    upright, near = rng.random() < 0.7, rng.uniform(1.3, 2.6) * radius
    for along in np.linspace(0.12, 0.88, int(rng.integers(2, 5))):
        center = (near, along * height) if upright else (along * width, near)
        hole = fill_ellipse(np.array(center), np.full(2, radius), 0, stage.size)
        if stage.is_free(hole):
            stage.cover(hole, level)


def tape(stage: Stage) -> None:
    """Stick one or two translucent strips over a corner or an edge."""
    rng = stage.rng
    for _ in range(int(rng.integers(1, 3))):
        for _ in range(PLACES):
            base, direction = from_edge(stage)
            long, wide = rng.uniform(0.15, 0.4, 2) * min(stage.size) * (1, 0.5)
            across = np.array([-direction[1], direction[0]])
            outline = base + np.array(
                [
                    a * long * direction + b * wide * across
                    for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
                ]
            )
            strip = fill_polygon(outline, stage.size)
            if stage.is_free(strip):
                stage.picture += (tinted(rng, 0.85, 0.06) - stage.picture) * (
                    strip * np.float32(rng.uniform(0.3, 0.8))
                )[..., None]
                break


def paper_clip(stage: Stage) -> None:
    """Clip the sheet at an edge."""
    rng = stage.rng
    unit = rng.uniform(0.05, 0.1) * min(stage.size)
    wire = np.array(
        [(1.0, 3.2), (1, 0.4), (0.7, 0), (0.3, 0), (0, 0.4), (0, 4), (0.4, 4.4), (0.9, 4.4),
         (1.3, 4), (1.3, 1)]
    )  # fmt: skip
    for _ in range(PLACES):
        base, direction = from_edge(stage)
        angle = np.arctan2(direction[1], direction[0]) - np.pi / 2
        path = (wire - (0.6, 1)) * unit @ rotation(angle) + base
        patch = draw_strokes([path], max(1.0, unit / 4), stage.size)
        if patch is None:
            continue
        coverage = patch.spread(stage.size)
        if stage.is_free(coverage):
            stage.cover(coverage, tinted(rng, rng.uniform(0.3, 0.75), 0.1))
            return


def coffee_stain(stage: Stage) -> None:
    """Leave a brown ring, which may go through the writing."""
    rng = stage.rng
    center = rng.uniform(0, 1, 2) * stage.size
    radius = rng.uniform(0.15, 0.4) * max(stage.size)
    thickness = rng.uniform(0.02, 0.08) * radius + 1
    outer = fill_ellipse(center, np.array([radius, radius]), 0, stage.size)
    inner = fill_ellipse(
        center + rng.normal(0, 0.4, 2), np.full(2, radius - thickness), 0, stage.size
    )
    stain = blur(np.clip(outer - inner * 0.9, 0, 1), 0.6) * np.float32(rng.uniform(0.2, 0.6))
    brown = np.array([0.55, 0.38, 0.22], dtype=np.float32)
    stage.picture *= 1 - stain[..., None] * (1 - brown)


def printed_words(stage: Stage) -> None:
    """Print labels beside the writing, as on a form."""
    for _ in range(int(stage.rng.integers(1, 5))):
        height = stage.rng.uniform(0.05, 0.13) * min(stage.size)
        print_word(stage, height, ink_beside(stage))


def screenshot(stage: Stage) -> None:
    """Draw a bar with buttons, above, below or both."""
    rng = stage.rng
    width, height = stage.size
    places = [("top",), ("bottom",), ("top", "bottom")][rng.integers(3)]
    for place in places:
        depth = rng.uniform(0.07, 0.16) * height
        top = 0.0 if place == "top" else height - depth
        strip = rectangle(0, top, width, top + depth, 0, stage)
        if not stage.is_free(strip):
            continue
        color = tinted(rng, rng.uniform(0, 1), 0.1)
        if rng.random() < 0.7:
            stage.cover(strip, color)
        x = rng.uniform(0.02, 0.2) * width
        while x < 0.95 * width and rng.random() < 0.85:
            wide = depth * rng.choice([0.6, 1.5, 2.5])
            button = rectangle(
                x,
                top + 0.2 * depth,
                x + wide,
                top + 0.8 * depth,
                rng.uniform(0, 0.3) * depth,
                stage,
            )
            face = tinted(rng, rng.uniform(0, 1), 0.2)
            stage.cover(button, face)
            if wide > depth:
                name = WORDS[rng.integers(len(WORDS))].split()[0]
                word = print_coverage(name, depth * 0.4)
                if word.shape[1] < wide * 0.9:
                    paste(
                        stage,
                        word,
                        x + (wide - word.shape[1]) / 2,
                        top + 0.3 * depth,
                        opposite(face),
                    )
            x += wide + depth * rng.uniform(0.2, 0.8)


def phone_screen(stage: Stage) -> None:
    """Draw what a phone shows around an app: a status line, round buttons, a home line."""
    rng = stage.rng
    width, height = stage.size
    color = opposite(stage.paper)
    for x in np.arange(0.82, 0.97, 0.05) * width:
        icon = rectangle(x, 0.012 * height, x + 0.03 * width, 0.035 * height, 1, stage)
        if stage.is_free(icon):
            stage.cover(icon, color)
    line = rectangle(0.33 * width, 0.97 * height, 0.67 * width, 0.983 * height, 1, stage)
    if stage.is_free(line):
        stage.cover(line, color)
    radius = rng.uniform(0.04, 0.07) * max(stage.size)
    count = int(rng.integers(1, 5))
    accent = tinted(rng, rng.uniform(0.2, 0.8), 0.3)
    for x in np.linspace(0.15, 0.85, count) * width if count > 1 else [0.87 * width]:
        button = fill_ellipse(
            np.array([x, height - 2.1 * radius]), np.array([radius, radius]), 0, stage.size
        )
        if stage.is_free(button):
            stage.cover(button, accent)
            plus = np.array([(-0.4, 0), (0.4, 0), (0, 0), (0, -0.4), (0, 0.4)])
            place = np.array([x, height - 2.1 * radius])
            patch = draw_strokes([plus * radius + place], 1.2, stage.size)
            if patch:
                stage.blend(patch, opposite(accent))


def color_swatches(stage: Stage) -> None:
    """Draw a row or column of colored squares, as a drawing program's palette."""
    rng = stage.rng
    width, height = stage.size
    side = rng.uniform(0.05, 0.1) * max(stage.size)
    upright = rng.random() < 0.5
    near = rng.choice([0.02, 0.98])
    for number in range(int(rng.integers(3, 9))):
        along = side * (0.5 + 1.2 * number)
        x = near * width - (side if near > 0.5 else 0) if upright else along
        y = along if upright else near * height - (side if near > 0.5 else 0)
        swatch = rectangle(x, y, x + side, y + side, 0, stage)
        if stage.is_free(swatch):
            stage.cover(swatch, tinted(rng, rng.uniform(0, 1), 0.4))


def from_edge(stage: Stage) -> tuple[Stroke, Stroke]:
    """Return a point on an edge of the picture and a direction into it, a unit vector."""
    rng = stage.rng
    size = np.array(stage.size, dtype=np.float64)
    side = rng.integers(4)
    base = rng.uniform(0.1, 0.9, 2) * size
    base[side % 2] = 0 if side < 2 else size[side % 2]
    angle = {0: 0.0, 1: np.pi / 2, 2: np.pi, 3: -np.pi / 2}[int(side)] + rng.normal(0, 0.35)
    return base, np.array([np.cos(angle), np.sin(angle)])


def shaded(stage: Stage, coverage: Field, color: Color, depth: float) -> None:
    """Cover with a color, darker towards the edges, and cast a soft shadow around."""
    shadow = blur(coverage, max(1.0, depth))
    stage.picture *= 1 - 0.35 * (shadow * (1 - coverage))[..., None]
    body = 0.75 + 0.25 * shadow[..., None]
    stage.cover(coverage, color * body)


def rectangle(
    left: float, top: float, right: float, bottom: float, radius: float, stage: Stage
) -> Field:
    """Return the coverage of a rectangle with round corners."""
    width, height = stage.size
    image = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING), 0)
    edges = [
        OVERSAMPLING * edge for edge in (left, top, max(right, left + 1), max(bottom, top + 1))
    ]
    ImageDraw.Draw(image).rounded_rectangle(edges, radius * OVERSAMPLING, fill=255)
    return np.asarray(image.reduce(OVERSAMPLING), dtype=np.float32) / 255


def print_word(stage: Stage, height: float, color: Color) -> None:
    """Print a word where no digit is, if a few tries find such a place."""
    rng = stage.rng
    word = print_coverage(WORDS[rng.integers(len(WORDS))], height)
    room = np.array(stage.size) - word.shape[::-1]
    if (room <= 0).any():
        return
    for _ in range(PLACES):
        x, y = (rng.uniform(0, 1, 2) * room).astype(int)
        coverage = np.zeros(stage.hidden.shape, dtype=np.float32)
        coverage[y : y + word.shape[0], x : x + word.shape[1]] = 1
        if stage.is_free(coverage):
            paste(stage, word, x, y, color)
            return


def print_coverage(word: str, height: float) -> Field:
    """Return the coverage of a printed word, as large as the word."""
    font = ImageFont.load_default(max(6.0, height))
    left, top, right, bottom = (int(edge) for edge in font.getbbox(word))
    image = Image.new("L", (max(1, right - left + 1), max(1, bottom - top + 1)), 0)
    ImageDraw.Draw(image).text((-left, -top), word, fill=255, font=font)
    return np.asarray(image, dtype=np.float32) / 255


def paste(stage: Stage, word: Field, x: float, y: float, color: Color) -> None:
    """Print a coverage at a place, as far as the picture reaches."""
    part = stage.picture[int(y) : int(y) + word.shape[0], int(x) : int(x) + word.shape[1]]
    part += (color - part) * word[: part.shape[0], : part.shape[1], None]


def ink_beside(stage: Stage) -> Color:
    """Return a color that shows on the paper."""
    return stage.ink if stage.rng.random() < 0.3 else opposite(stage.paper)


def opposite(color: Color) -> Color:
    """Return black or white, whichever is farther from a color."""
    return gray(0.1 if luminance(color) > 0.5 else 0.9)
