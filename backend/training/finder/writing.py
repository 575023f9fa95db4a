"""What is written: digits and numbers, and characters beside them, placed on the sheet.

A function writes on a stage by giving it glyphs, within its region.
"""

from collections.abc import Callable
from dataclasses import replace
from math import radians

import numpy as np
from numpy.typing import NDArray

from training.data.doodles import doodle
from training.data.non_digits import SCRIBBLES, SHAPES
from training.data.rasterize import Stroke, perturb, rotation, smooth
from training.finder.canvas import bounds, overlap
from training.finder.pens import Hands
from training.finder.stage import Glyph, Stage

MIN_DIGIT_HEIGHT = 9.0
"""In pixels of the sheet."""

MAX_IN_ROW = 8
"""Most digits of a row."""

SMALL = {**dict.fromkeys("aceimnorsuvwxz", 0.6), **dict.fromkeys(".,:;'\"`", 0.2), "-": 0.4}
"""Height of small letters and signs, as a fraction of a capital's."""


def one_digit(stage: Stage) -> None:
    """Write a digit anywhere, of any size."""
    hands, rng = stage.hands, stage.rng
    lines = [digits_of_one_writer(hands, rng, 1)]
    place_rows(stage, lines, largest=0.85)


def number(stage: Stage) -> None:
    """Write two to eight digits in a row."""
    hands, rng = stage.hands, stage.rng
    count = int(rng.integers(2, MAX_IN_ROW + 1))
    place_rows(stage, [digits_of_one_writer(hands, rng, count)], gap=rng.uniform(0.08, 0.5))


def tilted_number(stage: Stage) -> None:
    """Write two to eight digits in a row that rises or falls by 15 to 45 degrees."""
    hands, rng = stage.hands, stage.rng
    count = int(rng.integers(2, MAX_IN_ROW + 1))
    tilt = rng.choice([-1, 1]) * radians(rng.uniform(15, 45))
    digits = digits_of_one_writer(hands, rng, count)
    place_rows(stage, [digits], gap=rng.uniform(0.08, 0.5), tilt=tilt)


def real_number(stage: Stage) -> None:
    """Write a number as somebody wrote it, with its own gaps, sizes and baseline."""
    rng = stage.rng
    hands = [each for each in stage.hands.numbers if len(each.paths.labels) <= MAX_IN_ROW]
    number = hands[rng.integers(len(hands))]
    shared = shape(rng)
    glyphs = [
        Glyph([smooth(stroke @ shared, 3) for stroke in number.strokes(index)], int(label))
        for index, label in enumerate(number.paths.labels)
    ]
    fit(stage, turn(glyphs, rng.normal(0, 0.05)), 0.6)


def touching(stage: Stage) -> None:
    """Write two to four digits, some of which touch or overlap a little."""
    hands, rng = stage.hands, stage.rng
    count = int(rng.integers(2, 5))
    place_rows(stage, [digits_of_one_writer(hands, rng, count)], gap=rng.uniform(-0.16, 0.03))


def rows(stage: Stage) -> None:
    """Write two or three rows of digits, eight in all at most."""
    hands, rng = stage.hands, stage.rng
    count = int(rng.integers(2, 4))
    lengths = rng.integers(1, 8 // count + 1, count)
    lines = [digits_of_one_writer(hands, rng, int(length)) for length in lengths]
    place_rows(stage, lines, gap=rng.uniform(0.1, 0.6))


def full_sheet(stage: Stage) -> None:
    """Write three to eight rows of three to eight digits, close together or in columns."""
    hands, rng = stage.hands, stage.rng
    height, width = rng.integers(3, MAX_IN_ROW + 1, 2).tolist()
    lines = [digits_of_one_writer(hands, rng, width) for _ in range(height)]
    if rng.random() < 0.5:
        place_columns(stage, lines, gap=rng.uniform(0.1, 1.0), largest=0.95)
    else:
        place_rows(stage, lines, gap=rng.uniform(0.1, 0.6), largest=0.95)


def scattered(stage: Stage) -> None:
    """Write two to six digits of several sizes anywhere."""
    hands, rng = stage.hands, stage.rng
    for _ in range(int(rng.integers(2, 7))):
        place_apart(stage, digits_of_one_writer(hands, rng, 1), smallest=0.12, largest=0.45)


def amount(stage: Stage) -> None:
    """Write a number with a sign, stops, commas or dashes in it."""
    hands, rng = stage.hands, stage.rng
    line = digits_of_one_writer(hands, rng, int(rng.integers(2, 8)))
    for _ in range(int(rng.integers(1, 4))):
        mark = stop(rng) if rng.random() < 0.7 else dash(rng)
        line.insert(int(rng.integers(1, len(line) + 1)), mark)
    if rng.random() < 0.3:
        line.insert(0, letters_of_one_writer(hands, rng, 1)[0])
    place_rows(stage, [line], gap=rng.uniform(0.02, 0.35))


def labeled(stage: Stage) -> None:
    """Write a number, with letters or signs before it, after it, above or below."""
    hands, rng = stage.hands, stage.rng
    digits = digits_of_one_writer(hands, rng, int(rng.integers(1, 5)))
    letters = letters_of_one_writer(hands, rng, int(rng.integers(1, 5)))
    arranged = [[letters + digits], [digits + letters], [letters, digits], [digits, letters]]
    place_rows(stage, arranged[rng.integers(4)], gap=rng.uniform(0.1, 0.4))


def letters(stage: Stage) -> None:
    """Write one to eight letters or signs, and no digit."""
    hands, rng = stage.hands, stage.rng
    if rng.random() < 0.4:
        place_rows(stage, [letters_of_one_writer(hands, rng, 1)], largest=0.85)
    elif rng.random() < 0.5:
        lines = [
            letters_of_one_writer(hands, rng, int(rng.integers(2, 7)))
            for _ in range(rng.integers(1, 4))
        ]
        place_rows(stage, lines, gap=rng.uniform(-0.05, 0.4))
    else:
        for _ in range(int(rng.integers(1, 6))):
            place_apart(stage, letters_of_one_writer(hands, rng, 1), smallest=0.12, largest=0.6)


def drawings(stage: Stage) -> None:
    """Draw one to four shapes, scribbles or doodles, and no digit."""
    rng = stage.rng
    for _ in range(int(rng.integers(1, 5))):
        samplers = [*SHAPES, *SCRIBBLES]
        sampler = doodle if rng.random() < 0.4 else samplers[rng.integers(len(samplers))]
        drawing = normalized(perturb(sampler(rng), rng), 1)
        place_apart(stage, [Glyph(drawing, None)], smallest=0.15, largest=0.8)


def nothing(_: Stage) -> None:
    """Leave the sheet without writing."""


Writing = Callable[[Stage], None]


def digits_of_one_writer(hands: Hands, rng: np.random.Generator, count: int) -> list[Glyph]:
    """Return digits 1 high, each beginning at x = 0 and standing on y = 0."""
    return rewritten_digits(hands.digits[rng.integers(len(hands.digits))].choose(rng, count), rng)


def letters_of_one_writer(hands: Hands, rng: np.random.Generator, count: int) -> list[Glyph]:
    """Return letters and signs, as high as they are beside digits 1 high."""
    return rewritten(hands.letters[rng.integers(len(hands.letters))].choose(rng, count), rng)


def rewritten_digits(
    characters: list[tuple[str, list[Stroke]]], rng: np.random.Generator
) -> list[Glyph]:
    """Return digits as the same hand might write them again, with their labels."""
    return [
        replace(glyph, label=int(name))
        for glyph, (name, _) in zip(rewritten(characters, rng), characters, strict=True)
    ]


def rewritten(characters: list[tuple[str, list[Stroke]]], rng: np.random.Generator) -> list[Glyph]:
    """Return characters as the same hand might write them again: slanted alike, bent a little."""
    shared = shape(rng)
    glyphs = []
    for name, drawing in characters:
        bent = perturb([stroke @ shared for stroke in drawing], rng, max_rotation=0.08)
        height = SMALL.get(name, 1.0) * np.exp(rng.normal(0, 0.07))
        glyphs.append(Glyph(normalized([smooth(stroke, 3) for stroke in bent], height), None))
    return glyphs


def shape(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a matrix (2, 2) that slants and stretches all that a hand writes."""
    slant, stretch = rng.normal(0, 0.12), np.exp(rng.normal(0, 0.12))
    return np.array([[stretch, 0], [slant, 1]])


def normalized(strokes: list[Stroke], height: float) -> list[Stroke]:
    """Return strokes of a height or, if they are wide, less: from x = 0 on, standing on y = 0."""
    left, top, right, bottom = bounds(strokes)
    scale = height / max(bottom - top, (right - left) / (1.6 if height > 0.5 else 2.5), 1e-6)
    return [(stroke - (left, bottom)) * scale for stroke in strokes]


def stop(rng: np.random.Generator) -> Glyph:
    """Return a full stop or a comma."""
    size = rng.uniform(0.02, 0.1)
    end = rng.normal(0, 1, 2) * size if rng.random() < 0.5 else np.array([-0.6, 2]) * size
    return Glyph([np.array([(size, 0.0), (size + end[0], end[1])])], None)


def dash(rng: np.random.Generator) -> Glyph:
    """Return a dash at half the height of a digit."""
    ends = np.array([(0, -0.45), (rng.uniform(0.2, 0.6), -0.45)])
    return Glyph([ends + rng.normal(0, 0.04, (2, 2))], None)


def place_rows(
    stage: Stage,
    lines: list[list[Glyph]],
    gap: float = 0.2,
    largest: float = 0.6,
    tilt: float = 0.0,
) -> None:
    """Place lines of glyphs below one another, together as large as `largest` of the region.

    They fall to the right by about `tilt` radians. `gap` between neighbors is a fraction of a
    digit's height, as are all lengths before placing.
    """
    rng = stage.rng
    spacing = rng.uniform(1.25, 1.9)
    placed = []
    for row, line in enumerate(lines):
        x = rng.uniform(0, 0.4) if row else 0.0
        for glyph in line:
            baseline = row * spacing + rng.normal(0, 0.03)
            placed.append(moved(glyph, 1.0, x, baseline))
            x += glyph.box[2] + gap + rng.normal(0, 0.03)
    turned = turn(placed, tilt + rng.normal(0, 0.05))
    fit(stage, turned, largest)


def place_columns(stage: Stage, lines: list[list[Glyph]], gap: float, largest: float) -> None:
    """Place lines of glyphs like `place_rows`, but each glyph in the middle of its column.

    `gap` is between columns.
    """
    rng = stage.rng
    across = gap + max(glyph.box[2] for line in lines for glyph in line)
    down = rng.uniform(1.25, 1.9)
    placed = []
    for row, line in enumerate(lines):
        for column, glyph in enumerate(line):
            dx, dy = rng.normal(0, 0.05, 2)
            x = column * across - glyph.box[2] / 2 + dx
            placed.append(moved(glyph, 1.0, x, row * down + dy))
    fit(stage, turn(placed, rng.normal(0, 0.05)), largest)


def fit(stage: Stage, glyphs: list[Glyph], largest: float) -> None:
    """Place glyphs as a whole anywhere in the region, at a random scale that fits into it."""
    rng = stage.rng
    left, top, right, bottom = bounds([stroke for glyph in glyphs for stroke in glyph.strokes])
    wide, high = stage.region[2] - stage.region[0], stage.region[3] - stage.region[1]
    pen = stage.pen.width
    most = min(wide / (right - left + pen), high / (bottom - top + pen))
    scale = max(min(MIN_DIGIT_HEIGHT, most), most * largest * rng.uniform(0.2, 1.0) ** 0.7)
    if rng.random() < 0.4:  # about as large as it goes
        scale = most * rng.uniform(0.8, 1)
    room = np.array([wide - (right - left + pen) * scale, high - (bottom - top + pen) * scale])
    corner = np.array(stage.region[:2]) + rng.uniform(0, 1, 2) * room.clip(0)
    x, y = corner + scale * (pen / 2 - np.array([left, top]))
    stage.glyphs += [moved(glyph, scale, x, y) for glyph in glyphs]


def place_apart(stage: Stage, glyphs: list[Glyph], smallest: float, largest: float) -> None:
    """Place glyphs at a random scale where the region is free, if a few tries find such a place.

    `smallest` and `largest` are fractions of the region's shorter side.
    """
    rng = stage.rng
    (glyph,) = turn(glyphs, rng.normal(0, 0.1))
    wide, high = stage.region[2] - stage.region[0], stage.region[3] - stage.region[1]
    for _ in range(8):
        scale = max(MIN_DIGIT_HEIGHT, min(wide, high) * rng.uniform(smallest, largest))
        left, top, right, bottom = glyph.box
        room = np.array([wide - (right - left) * scale, high - (bottom - top) * scale])
        if (room < 0).any():
            continue
        x, y = (
            np.array(stage.region[:2]) + rng.uniform(0, 1, 2) * room - scale * np.array([left, top])
        )
        candidate = moved(glyph, scale, x, y)
        if not any(overlap(candidate.box, other.box, 0.2 * scale) for other in stage.glyphs):
            stage.glyphs.append(candidate)
            return


def moved(glyph: Glyph, scale: float, x: float, y: float) -> Glyph:
    """Return a glyph scaled, then shifted."""
    return replace(glyph, strokes=[stroke * scale + (x, y) for stroke in glyph.strokes])


def turn(glyphs: list[Glyph], angle: float) -> list[Glyph]:
    """Return glyphs turned as a whole, by an angle in radians."""
    return [
        replace(each, strokes=[stroke @ rotation(angle) for stroke in each.strokes])
        for each in glyphs
    ]
