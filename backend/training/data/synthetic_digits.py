"""Synthetic digits: ways to write digits that are rare among MNIST's American writers.

Each function returns the strokes of one digit, its shape varied at random, in a bounding box about
1 unit high, with y pointing down.
"""

import numpy as np

from training.data.rasterize import Sampler, Stroke, stroke


def slashed_zero(rng: np.random.Generator) -> list[Stroke]:
    """Return an oval with a slash through it."""
    width, start = rng.uniform(0.25, 0.38), rng.uniform(-2.5, -0.6)
    turn = start - np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.05), 12)
    oval = np.stack([0.5 + width * np.cos(turn), 0.5 + 0.5 * np.sin(turn)], axis=1)
    reach = rng.uniform(0.7, 1.25)
    slash = stroke(
        (0.5 - width * reach, 0.5 + 0.4 * reach), (0.5 + width * reach, 0.5 - 0.4 * reach)
    )
    return [oval, slash]


def barred_zero(rng: np.random.Generator) -> list[Stroke]:
    """Return an oval with a level bar through it, or only within it."""
    width, start = rng.uniform(0.22, 0.38), rng.uniform(-2.5, -0.6)
    turn = start - np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.1), 12)
    oval = np.stack([0.5 + width * np.cos(turn), 0.5 + 0.5 * np.sin(turn)], axis=1)
    reach, level, rise = width * rng.uniform(0.7, 1.75), rng.uniform(0.4, 0.6), rng.normal(0, 0.06)
    return [oval, stroke((0.5 - reach, level + rise), (0.5 + reach, level - rise))]


def open_zero(rng: np.random.Generator) -> list[Stroke]:
    """Return a ring that is open at its top, or whose ends curl past each other."""
    width, direction = rng.uniform(0.22, 0.4), rng.choice([-1, 1])
    turn = rng.uniform(-0.7, 0.7) + np.linspace(0, 2 * np.pi * rng.uniform(0.88, 1.15), 12)
    # The end lies further inward than the start, or further outward.
    radius = np.linspace(1, rng.uniform(0.75, 1.1), 12) / 2
    across, down = direction * 2 * width * radius * np.sin(turn), -radius * np.cos(turn)
    return [np.stack([0.5 + across, 0.5 + down], axis=1)]


def one_with_upstroke(rng: np.random.Generator) -> list[Stroke]:
    """Return an upstroke of any length and steepness, a stem, and sometimes a foot."""
    left = rng.uniform(0.12, 0.45)
    # A flatter upstroke would make it look like a 7.
    down = max(rng.uniform(0.15, 0.6), 0.8 * left)
    top = 0.5 + rng.uniform(-0.05, 0.1)
    bend = rng.uniform(-0.04, 0.06)
    upstroke = stroke((top - left, down), (top - left / 2 + bend, down / 2 + bend), (top, 0.0))
    stem = stroke((top, 0.0), (top + rng.uniform(-0.05, 0.05), 0.5), (top, 1.0))
    strokes = [upstroke, stem]
    if rng.random() < 0.35:
        foot = rng.uniform(0.15, 0.35)
        strokes.append(stroke((top - foot, 1.0), (top + foot, 1.0 + rng.uniform(-0.04, 0.04))))
    return strokes


def bare_one(rng: np.random.Generator) -> list[Stroke]:
    """Return only a stem, leaning either way, straight or slightly bent."""
    lean, bend = rng.uniform(-0.15, 0.25), rng.uniform(-0.05, 0.05)
    return [stroke((0.5 + lean, 0.0), (0.5 + lean / 2 + bend, 0.5), (0.5, 1.0))]


def tent_shaped_one(rng: np.random.Generator) -> list[Stroke]:
    """Return an upstroke about as long as the stem and close to it."""
    left, down = rng.uniform(0.2, 0.42), rng.uniform(0.6, 1.0)
    top = 0.5 + rng.uniform(0.0, 0.15)
    return [stroke((top - left, down), (top, 0.0), (top + rng.uniform(-0.03, 0.12), 1.0))]


def one_on_a_foot(rng: np.random.Generator) -> list[Stroke]:
    """Return a stem on a wide foot, joined or not, with a short tick at its top."""
    tick, foot = rng.uniform(0.0, 0.2), rng.uniform(0.18, 0.4)
    top = stroke((0.5 - tick, rng.uniform(0.8, 1.2) * tick), (0.5, 0.0), (0.5, 1.0))
    rise = rng.uniform(-0.04, 0.04)
    base = stroke((0.5 - foot, 1.0), (0.5 + foot, 1.0 + rise))
    return [np.concatenate([top, base])] if rng.random() < 0.3 else [top, base]


def serifed_one(rng: np.random.Generator) -> list[Stroke]:
    """Return a stem with level strokes at its top and its foot, each to the left or both sides."""
    lean, bend = rng.uniform(-0.05, 0.15), rng.uniform(-0.03, 0.03)
    strokes = [stroke((0.5 + lean, 0.0), (0.5 + lean / 2 + bend, 0.5), (0.5, 1.0))]
    for x, y in ((0.5 + lean, 0.0), (0.5, 1.0)):
        left, right = rng.uniform(0.1, 0.3), rng.uniform(0.1, 0.3) * (rng.random() < 0.5)
        strokes.append(stroke((x - left, y + rng.normal(0, 0.04)), (x + right, y)))
    return strokes


def looped_two(rng: np.random.Generator) -> list[Stroke]:
    """Return a 2 whose foot starts with a loop."""
    loop = rng.uniform(0.06, 0.16)
    return [
        stroke(
            (0.2, rng.uniform(0.15, 0.3)),
            (0.45, 0.0),
            (0.75, 0.15),
            (0.68, 0.42),
            (0.35, 0.8),
            (0.2, 0.95),
            (0.2 - loop / 2, 0.95 - loop / 2),
            (0.2, 0.95 - 1.3 * loop),
            (0.35, 0.88),
            (0.6, 0.99),
            (0.85, rng.uniform(0.85, 0.97)),
        )
    ]


def angular_two(rng: np.random.Generator) -> list[Stroke]:
    """Return a 2 with a round top, a straight neck and a corner before its flat foot."""
    corner, foot = rng.uniform(0.1, 0.25), rng.uniform(0.94, 1.0)
    return [
        stroke(
            (0.18, rng.uniform(0.12, 0.3)),
            (0.4, 0.0),
            (0.75, rng.uniform(0.08, 0.2)),
            (0.66, 0.42),
        ),
        stroke((0.66, 0.42), (corner, 0.97)),
        stroke((corner, 0.97), (rng.uniform(0.7, 0.95), foot)),
    ]


def flat_topped_three(rng: np.random.Generator) -> list[Stroke]:
    """Return a 3 with a straight top, like a z above a bow."""
    waist = rng.uniform(0.38, 0.48)
    return [
        stroke((0.2, 0.03), (0.5, 0.0), (0.78, 0.02)),
        stroke(
            (0.78, 0.02),
            (0.45, waist),
            (0.75, 0.55),
            (0.8, 0.78),
            (0.55, 1.0),
            (0.18, rng.uniform(0.82, 0.95)),
        ),
    ]


def looped_three(rng: np.random.Generator) -> list[Stroke]:
    """Return a round 3 with a loop at its waist."""
    loop, waist = rng.uniform(0.05, 0.14), rng.uniform(0.4, 0.5)
    return [
        stroke(
            (0.2, rng.uniform(0.08, 0.2)),
            (0.5, 0.0),
            (0.76, 0.15),
            (0.62, waist - 0.05),
            (0.4, waist + loop / 3),
            (0.36, waist - loop / 2),
            (0.5, waist),
            (0.78, 0.65),
            (0.7, 0.92),
            (0.45, 1.0),
            (0.15, rng.uniform(0.82, 0.92)),
        )
    ]


def open_four(rng: np.random.Generator) -> list[Stroke]:
    """Return a 4 that is open at its top: an angle and a stem."""
    bar, stem = rng.uniform(0.5, 0.72), rng.uniform(0.55, 0.75)
    start = rng.uniform(0.2, 0.45)
    return [
        stroke((start, 0.0), (0.15, bar), (0.9, bar + rng.uniform(-0.06, 0.04))),
        stroke((stem, rng.uniform(0.1, 0.4)), (stem - 0.03, 0.6), (stem - 0.06, 1.0)),
    ]


def closed_four(rng: np.random.Generator) -> list[Stroke]:
    """Return a 4 that is closed at its top, as in print."""
    bar = rng.uniform(0.6, 0.75)
    stem = rng.uniform(0.6, 0.7)
    return [
        stroke((stem, 1.0), (stem, 0.5), (stem, 0.0)),
        stroke((stem, 0.0), (0.12, bar), (rng.uniform(0.8, 0.95), bar)),
    ]


def cupped_four(rng: np.random.Generator) -> list[Stroke]:
    """Return a 4 that is open at its top and whose bar is a round cup beside the stem."""
    low, stem = rng.uniform(0.45, 0.62), rng.uniform(0.68, 0.82)
    start = rng.uniform(0.15, 0.28)
    return [
        stroke(
            (start, rng.uniform(-0.02, 0.1)),
            (start - 0.04, 0.6 * low),
            (0.32, low),
            (0.55, low),
            (stem + rng.uniform(-0.04, 0.15), low - rng.uniform(0.02, 0.15)),
        ),
        stroke((stem, rng.uniform(0.0, 0.2)), (stem, 0.5), (stem - 0.04, 1.0)),
    ]


def four_in_one_stroke(rng: np.random.Generator) -> list[Stroke]:
    """Return a 4 whose stroke goes up again from the end of its bar to the stem."""
    bar, stem = rng.uniform(0.5, 0.7), rng.uniform(0.55, 0.7)
    return [
        stroke((rng.uniform(0.3, 0.5), 0.0), (0.15, bar)),
        stroke((0.15, bar), (rng.uniform(0.75, 0.92), bar)),
        stroke(
            (0.85, bar),
            (stem + 0.05, rng.uniform(0.15, 0.35)),
            (stem, 0.6),
            (stem - 0.05, 1.0),
        ),
    ]


def sloping_four(rng: np.random.Generator) -> list[Stroke]:
    """Return a 4 with a small closed top whose bar falls to the right, far beyond the stem."""
    left, top = rng.uniform(0.1, 0.3), rng.uniform(0.5, 0.65)
    bar, fall = rng.uniform(0.38, 0.55), rng.uniform(0.08, 0.3)
    foot = top - rng.uniform(0.0, 0.3)
    stem = stroke((foot, 1.0), ((foot + top) / 2 + rng.uniform(0.0, 0.1), 0.5), (top, 0.0))
    bent = stroke((top, 0.0), (left, bar), (rng.uniform(0.8, 1.0), bar + fall))
    return [np.concatenate([stem, bent[1:]])] if rng.random() < 0.5 else [bent, stem[::-1]]


def hanging_four(rng: np.random.Generator) -> list[Stroke]:
    """Return a 4 that is an L-like angle and a short stem, which crosses its bar or hangs on it."""
    bar, corner = rng.uniform(0.55, 0.75), rng.uniform(0.05, 0.2)
    stem, start = rng.uniform(0.5, 0.8), rng.uniform(0.1, 0.75)
    return [
        stroke((corner + rng.uniform(0.0, 0.3), 0.0), (corner, bar), (0.95, bar - 0.03)),
        stroke((stem, start * bar), (stem - rng.uniform(-0.02, 0.08), 1.0)),
    ]


def five_in_two_strokes(rng: np.random.Generator) -> list[Stroke]:
    """Return a 5 whose top is a separate stroke, touching or not."""
    gap = rng.uniform(-0.02, 0.06)
    return [
        stroke(
            (0.3, 0.05),
            (0.26, 0.42),
            (0.5, 0.36),
            (0.78, 0.5),
            (0.76, 0.8),
            (0.5, 1.0),
            (0.18, rng.uniform(0.82, 0.95)),
        ),
        stroke((0.3 + gap, 0.04), (0.55, 0.02), (rng.uniform(0.7, 0.95), 0.0)),
    ]


def five_in_one_stroke(rng: np.random.Generator) -> list[Stroke]:
    """Return a 5 that starts at the right end of its top, with soft or sharp corners."""
    left, waist = rng.uniform(0.22, 0.36), rng.uniform(0.38, 0.48)
    top = stroke((rng.uniform(0.7, 0.9), rng.uniform(0.0, 0.05)), (left + 0.08, 0.02))
    belly = stroke(
        (left, waist),
        (0.55, waist - 0.06),
        (0.78, 0.62),
        (0.68, 0.92),
        (0.42, 1.0),
        (0.15, rng.uniform(0.84, 0.97)),
    )
    if rng.random() < 0.5:
        return [np.concatenate([top, belly])]
    return [top, np.concatenate([top[-1:], belly[:1]]), belly]


def curled_five(rng: np.random.Generator) -> list[Stroke]:
    """Return a 5 in one stroke whose belly curls far up again, as if to become an 8 or an S."""
    waist, end = rng.uniform(0.38, 0.48), rng.uniform(0.68, 0.88)
    return [
        stroke(
            (rng.uniform(0.7, 0.9), rng.uniform(0.0, 0.12)),
            (0.45, 0.0),
            (rng.uniform(0.22, 0.34), waist / 2),
            (0.4, waist),
            (0.74, (1 + waist) / 2 - 0.05),
            (0.7, 0.9),
            (0.45, 1.0),
            (0.2, (1 + end) / 2),
            (rng.uniform(0.15, 0.3), end),
        )
    ]


def seven(rng: np.random.Generator) -> list[Stroke]:
    """Return a 7, with or without a bar and a hook at its start."""
    end = rng.uniform(0.25, 0.55)
    top = stroke((0.12, 0.02), (0.5, rng.uniform(-0.02, 0.04)), (0.88, 0.0))
    if rng.random() < 0.35:
        top = np.concatenate([stroke((0.1, rng.uniform(0.1, 0.22))), top])
    leg = stroke((0.88, 0.0), ((0.88 + end) / 2 + rng.uniform(-0.06, 0.02), 0.45), (end, 1.0))
    strokes = [top, leg]
    if rng.random() < 0.7:
        height = rng.uniform(0.4, 0.6)
        middle = 0.88 + (end - 0.88) * height
        half = rng.uniform(0.14, 0.3)
        tilt = rng.uniform(-0.08, 0.05)
        strokes.append(stroke((middle - half, height), (middle + half, height + tilt)))
    return strokes


def hooked_seven(rng: np.random.Generator) -> list[Stroke]:
    """Return a 7 in one stroke that starts with a tick, without a bar, as in East Asia."""
    tick, lean = rng.uniform(0.08, 0.35), rng.uniform(-0.06, 0.06)
    left, corner = rng.uniform(0.05, 0.2), rng.uniform(-0.06, 0.05)
    end, bend = rng.uniform(0.25, 0.7), rng.uniform(-0.08, 0.06)
    return [
        stroke(
            (left + lean, corner + tick),
            (left, corner + 0.02),
            (0.5, corner / 2),
            (0.88, 0.0),
            ((0.88 + end) / 2 + bend, 0.45),
            (end, 1.0),
        )
    ]


def bent_seven(rng: np.random.Generator) -> list[Stroke]:
    """Return a 7 in one stroke with a wavy top and a bent leg."""
    wave, end = rng.uniform(0.0, 0.08), rng.uniform(0.25, 0.5)
    bend = rng.uniform(-0.2, -0.05)
    return [
        stroke(
            (0.1, wave + 0.02),
            (0.3, rng.uniform(-0.02, 0.02)),
            (0.6, wave),
            (0.9, 0.0),
            ((0.9 + end) / 2 + bend, 0.4),
            (end + bend / 4, 0.7),
            (end, 1.0),
        )
    ]


def straight_six(rng: np.random.Generator) -> list[Stroke]:
    """Return a 6 with a nearly straight back."""
    return [
        stroke(
            (rng.uniform(0.5, 0.75), 0.0),
            (0.35, 0.4),
            (0.22, 0.75),
            (0.45, 1.0),
            (0.75, 0.85),
            (0.7, 0.6),
            (0.45, 0.55),
            (0.25, rng.uniform(0.68, 0.8)),
        )
    ]


def curled_six(rng: np.random.Generator) -> list[Stroke]:
    """Return a 6 with a round back, a hook at its top and a closed or open loop of any size."""
    loop, end = rng.uniform(0.4, 0.66), rng.uniform(0.2, 0.34)
    return [
        stroke(
            (rng.uniform(0.65, 0.85), rng.uniform(0.05, 0.22)),
            (0.55, 0.0),
            (0.28, 0.25),
            (0.18, 0.62),
            (0.3, 0.94),
            (0.55, 1.0),
            (0.8, (1 + loop) / 2),
            (0.58, loop),
            (end, (1 + loop) / 2 - 0.05),
        )
    ]


def two_ring_eight(rng: np.random.Generator) -> list[Stroke]:
    """Return an 8 of two rings, one on top of the other."""
    waist = rng.uniform(0.42, 0.5)
    turn = np.linspace(0, 2 * np.pi * rng.uniform(0.98, 1.06), 9)
    upper = np.stack([0.5 - 0.2 * np.sin(turn), waist / 2 + waist / 2 * np.cos(turn)], axis=1)
    lower = np.stack(
        [0.5 + 0.27 * np.sin(turn), (1 + waist) / 2 - (1 - waist) / 2 * np.cos(turn)], axis=1
    )
    return [upper, lower]


def eight_in_one_stroke(rng: np.random.Generator) -> list[Stroke]:
    """Return an 8 that starts at its top in either direction, its ends crossing or apart."""
    waist, gap = rng.uniform(0.4, 0.5), rng.uniform(-0.12, 0.15)
    path = stroke(
        (0.5 + gap, rng.uniform(0.0, 0.12)),
        (0.45, 0.0),
        (0.25, waist / 2),
        (0.5, waist),
        (0.76, (1 + waist) / 2 + 0.03),
        (0.5, 1.0),
        (0.22, (1 + waist) / 2 + 0.03),
        (0.5, waist),
        (0.74, waist / 2),
        (0.5 + 1.5 * gap, rng.uniform(-0.02, 0.08)),
    )
    return [path * [-1, 1] + [1, 0] if rng.random() < 0.4 else path]


def nine_with_a_stem(rng: np.random.Generator) -> list[Stroke]:
    """Return a 9 of a ring and a straight stem that touches it or nearly does."""
    width, height = rng.uniform(0.2, 0.28), rng.uniform(0.2, 0.28)
    turn = rng.uniform(-0.6, 0.6) - np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.05), 12)
    ring = np.stack([0.45 + width * np.sin(turn), height * (1 - np.cos(turn))], axis=1)
    top = 0.45 + width + rng.uniform(-0.03, 0.04)
    stem = stroke((top, rng.uniform(0.0, 0.2)), (top + rng.uniform(-0.2, 0.03), 1.0))
    return [ring, stem]


def open_nine(rng: np.random.Generator) -> list[Stroke]:
    """Return a 9 whose loop starts low on the right and is open or crosses the stem."""
    right, gap = rng.uniform(0.68, 0.78), rng.uniform(-0.15, 0.05)
    return [
        stroke(
            (right + gap, rng.uniform(0.05, 0.28)),
            (0.52, 0.0),
            (0.25, 0.12),
            (0.22, 0.36),
            (0.45, 0.46),
            (right, rng.uniform(0.15, 0.3)),
            (right, 0.6),
            (right - rng.uniform(0.0, 0.2), 1.0),
        )
    ]


def curled_nine(rng: np.random.Generator) -> list[Stroke]:
    """Return a 9 whose stem ends straight, in a curl, or in a line far below its loop."""
    curl, rise = rng.uniform(0, 0.6), rng.uniform(0, 0.35)
    return [
        stroke(
            (0.75, rng.uniform(0.12, 0.25)),
            (0.5, 0.0),
            (0.25, 0.2),
            (0.35, 0.45),
            (0.6, 0.42),
            (0.76, 0.2),
            (0.75, 0.6),
            (0.66, 0.92),
            (0.66 - curl / 2, 1.0),
            (0.66 - curl, 0.98 - curl * rise),
        )
    ]


VARIANTS: list[tuple[int, float, Sampler]] = [
    (0, 1, slashed_zero),
    (0, 1, barred_zero),
    (0, 2, open_zero),
    (1, 5, one_with_upstroke),
    (1, 2, bare_one),
    (1, 1, tent_shaped_one),
    (1, 2, one_on_a_foot),
    (1, 2, serifed_one),
    (2, 1, looped_two),
    (2, 1, angular_two),
    (3, 1, flat_topped_three),
    (3, 1, looped_three),
    (4, 1, open_four),
    (4, 1, closed_four),
    (4, 1, cupped_four),
    (4, 1, four_in_one_stroke),
    (4, 1, sloping_four),
    (4, 1, hanging_four),
    (5, 1, five_in_two_strokes),
    (5, 1, five_in_one_stroke),
    (5, 1, curled_five),
    (6, 1, straight_six),
    (6, 1, curled_six),
    (7, 4, seven),
    (7, 4, hooked_seven),
    (7, 1, bent_seven),
    (8, 1, two_ring_eight),
    (8, 1, eight_in_one_stroke),
    (9, 2, curled_nine),
    (9, 1, nine_with_a_stem),
    (9, 2, open_nine),
]
"""Each way to write a digit: the digit, its relative frequency, its sampler."""


def sample_synthetic_digits(count: int, seed: int) -> tuple[list[list[Stroke]], list[int]]:
    """Return `count` drawings and their labels; the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    weights = np.array([weight for _, weight, _ in VARIANTS])
    chosen = rng.choice(len(VARIANTS), count, p=weights / weights.sum())
    drawings = [VARIANTS[number][2](rng) for number in chosen]
    return drawings, [VARIANTS[number][0] for number in chosen]
