"""The ways in which the world writes its digits that MNIST's American writers rarely use.

Each function draws one digit's strokes in a box of height 1, y down, its shape varied at random.
"""

from collections.abc import Callable

import numpy as np

from training.data.rasterize import Random, Stroke, stroke


def slashed_zero(random: Random) -> list[Stroke]:
    """An oval with a stroke through it."""
    width, begin = random.uniform(0.25, 0.38), random.uniform(-2.5, -0.6)
    turn = begin - np.linspace(0, 2 * np.pi * random.uniform(0.95, 1.05), 12)
    oval = np.stack([0.5 + width * np.cos(turn), 0.5 + 0.5 * np.sin(turn)], axis=1)
    reach = random.uniform(0.7, 1.25)
    slash = stroke(
        (0.5 - width * reach, 0.5 + 0.4 * reach), (0.5 + width * reach, 0.5 - 0.4 * reach)
    )
    return [oval, slash]


def open_zero(random: Random) -> list[Stroke]:
    """A ring whose ends miss each other: open at its top, or one curled past the other."""
    width, way = random.uniform(0.22, 0.4), random.choice([-1, 1])
    turn = random.uniform(-0.7, 0.7) + np.linspace(0, 2 * np.pi * random.uniform(0.88, 1.15), 12)
    # The end lies further in than the beginning, or further out.
    radius = np.linspace(1, random.uniform(0.75, 1.1), 12) / 2
    across, down = way * 2 * width * radius * np.sin(turn), -radius * np.cos(turn)
    return [np.stack([0.5 + across, 0.5 + down], axis=1)]


def one_with_upstroke(random: Random) -> list[Stroke]:
    """An upstroke of any length and steepness, a stem, sometimes a foot."""
    left = random.uniform(0.12, 0.45)
    # A flatter upstroke would make it a 7.
    down = max(random.uniform(0.15, 0.6), 0.8 * left)
    top = 0.5 + random.uniform(-0.05, 0.1)
    bend = random.uniform(-0.04, 0.06)
    upstroke = stroke((top - left, down), (top - left / 2 + bend, down / 2 + bend), (top, 0.0))
    stem = stroke((top, 0.0), (top + random.uniform(-0.05, 0.05), 0.5), (top, 1.0))
    strokes = [upstroke, stem]
    if random.random() < 0.35:
        foot = random.uniform(0.15, 0.35)
        strokes.append(stroke((top - foot, 1.0), (top + foot, 1.0 + random.uniform(-0.04, 0.04))))
    return strokes


def bare_one(random: Random) -> list[Stroke]:
    """A stem alone, leaning either way, straight or a little bent."""
    lean, bend = random.uniform(-0.15, 0.25), random.uniform(-0.05, 0.05)
    return [stroke((0.5 + lean, 0.0), (0.5 + lean / 2 + bend, 0.5), (0.5, 1.0))]


def one_like_a_tent(random: Random) -> list[Stroke]:
    """An upstroke about as long as the stem, close to it."""
    left, down = random.uniform(0.2, 0.42), random.uniform(0.6, 1.0)
    top = 0.5 + random.uniform(0.0, 0.15)
    return [stroke((top - left, down), (top, 0.0), (top + random.uniform(-0.03, 0.12), 1.0))]


def one_on_a_foot(random: Random) -> list[Stroke]:
    """A stem with a short tick at its top on a wide foot, which may hang on the stem."""
    tick, foot = random.uniform(0.0, 0.2), random.uniform(0.18, 0.4)
    top = stroke((0.5 - tick, random.uniform(0.8, 1.2) * tick), (0.5, 0.0), (0.5, 1.0))
    rise = random.uniform(-0.04, 0.04)
    base = stroke((0.5 - foot, 1.0), (0.5 + foot, 1.0 + rise))
    return [np.concatenate([top, base])] if random.random() < 0.3 else [top, base]


def looped_two(random: Random) -> list[Stroke]:
    """A two whose foot begins with a loop."""
    loop = random.uniform(0.06, 0.16)
    return [
        stroke(
            (0.2, random.uniform(0.15, 0.3)),
            (0.45, 0.0),
            (0.75, 0.15),
            (0.68, 0.42),
            (0.35, 0.8),
            (0.2, 0.95),
            (0.2 - loop / 2, 0.95 - loop / 2),
            (0.2, 0.95 - 1.3 * loop),
            (0.35, 0.88),
            (0.6, 0.99),
            (0.85, random.uniform(0.85, 0.97)),
        )
    ]


def angular_two(random: Random) -> list[Stroke]:
    """A two with a round top, a straight neck and a corner before its level foot."""
    corner, foot = random.uniform(0.1, 0.25), random.uniform(0.94, 1.0)
    return [
        stroke(
            (0.18, random.uniform(0.12, 0.3)),
            (0.4, 0.0),
            (0.75, random.uniform(0.08, 0.2)),
            (0.66, 0.42),
        ),
        stroke((0.66, 0.42), (corner, 0.97)),
        stroke((corner, 0.97), (random.uniform(0.7, 0.95), foot)),
    ]


def flat_topped_three(random: Random) -> list[Stroke]:
    """A three with a straight top, like a z above a bow."""
    waist = random.uniform(0.38, 0.48)
    return [
        stroke((0.2, 0.03), (0.5, 0.0), (0.78, 0.02)),
        stroke(
            (0.78, 0.02),
            (0.45, waist),
            (0.75, 0.55),
            (0.8, 0.78),
            (0.55, 1.0),
            (0.18, random.uniform(0.82, 0.95)),
        ),
    ]


def looped_three(random: Random) -> list[Stroke]:
    """A round three with a loop at its waist."""
    loop, waist = random.uniform(0.05, 0.14), random.uniform(0.4, 0.5)
    return [
        stroke(
            (0.2, random.uniform(0.08, 0.2)),
            (0.5, 0.0),
            (0.76, 0.15),
            (0.62, waist - 0.05),
            (0.4, waist + loop / 3),
            (0.36, waist - loop / 2),
            (0.5, waist),
            (0.78, 0.65),
            (0.7, 0.92),
            (0.45, 1.0),
            (0.15, random.uniform(0.82, 0.92)),
        )
    ]


def open_four(random: Random) -> list[Stroke]:
    """A four open at its top: an angle and a stem."""
    bar, stem = random.uniform(0.5, 0.72), random.uniform(0.55, 0.75)
    start = random.uniform(0.2, 0.45)
    return [
        stroke((start, 0.0), (0.15, bar), (0.9, bar + random.uniform(-0.06, 0.04))),
        stroke((stem, random.uniform(0.1, 0.4)), (stem - 0.03, 0.6), (stem - 0.06, 1.0)),
    ]


def closed_four(random: Random) -> list[Stroke]:
    """A four closed at its top, as printed."""
    bar = random.uniform(0.6, 0.75)
    stem = random.uniform(0.6, 0.7)
    return [
        stroke((stem, 1.0), (stem, 0.5), (stem, 0.0)),
        stroke((stem, 0.0), (0.12, bar), (random.uniform(0.8, 0.95), bar)),
    ]


def cupped_four(random: Random) -> list[Stroke]:
    """A four open at its top whose bar is a round cup beside the stem."""
    low, stem = random.uniform(0.45, 0.62), random.uniform(0.68, 0.82)
    begin = random.uniform(0.15, 0.28)
    return [
        stroke(
            (begin, random.uniform(-0.02, 0.1)),
            (begin - 0.04, 0.6 * low),
            (0.32, low),
            (0.55, low),
            (stem + random.uniform(-0.04, 0.15), low - random.uniform(0.02, 0.15)),
        ),
        stroke((stem, random.uniform(0.0, 0.2)), (stem, 0.5), (stem - 0.04, 1.0)),
    ]


def four_in_one_stroke(random: Random) -> list[Stroke]:
    """A four whose pen goes up again from the end of its bar to the stem."""
    bar, stem = random.uniform(0.5, 0.7), random.uniform(0.55, 0.7)
    return [
        stroke((random.uniform(0.3, 0.5), 0.0), (0.15, bar)),
        stroke((0.15, bar), (random.uniform(0.75, 0.92), bar)),
        stroke(
            (0.85, bar),
            (stem + 0.05, random.uniform(0.15, 0.35)),
            (stem, 0.6),
            (stem - 0.05, 1.0),
        ),
    ]


def five_in_two_strokes(random: Random) -> list[Stroke]:
    """A five whose top is a stroke of its own, joined or not."""
    gap = random.uniform(-0.02, 0.06)
    return [
        stroke(
            (0.3, 0.05),
            (0.26, 0.42),
            (0.5, 0.36),
            (0.78, 0.5),
            (0.76, 0.8),
            (0.5, 1.0),
            (0.18, random.uniform(0.82, 0.95)),
        ),
        stroke((0.3 + gap, 0.04), (0.55, 0.02), (random.uniform(0.7, 0.95), 0.0)),
    ]


def five_in_one_stroke(random: Random) -> list[Stroke]:
    """A five begun at the right of its top, its corners more or less sharp."""
    left, waist = random.uniform(0.22, 0.36), random.uniform(0.38, 0.48)
    top = stroke((random.uniform(0.7, 0.9), random.uniform(0.0, 0.05)), (left + 0.08, 0.02))
    belly = stroke(
        (left, waist),
        (0.55, waist - 0.06),
        (0.78, 0.62),
        (0.68, 0.92),
        (0.42, 1.0),
        (0.15, random.uniform(0.84, 0.97)),
    )
    if random.random() < 0.5:
        return [np.concatenate([top, belly])]
    return [top, np.concatenate([top[-1:], belly[:1]]), belly]


def seven(random: Random) -> list[Stroke]:
    """A seven, with or without a bar and a hook at its beginning."""
    end = random.uniform(0.25, 0.55)
    top = stroke((0.12, 0.02), (0.5, random.uniform(-0.02, 0.04)), (0.88, 0.0))
    if random.random() < 0.35:
        top = np.concatenate([stroke((0.1, random.uniform(0.1, 0.22))), top])
    leg = stroke((0.88, 0.0), ((0.88 + end) / 2 + random.uniform(-0.06, 0.02), 0.45), (end, 1.0))
    strokes = [top, leg]
    if random.random() < 0.7:
        height = random.uniform(0.4, 0.6)
        middle = 0.88 + (end - 0.88) * height
        half = random.uniform(0.14, 0.3)
        tilt = random.uniform(-0.08, 0.05)
        strokes.append(stroke((middle - half, height), (middle + half, height + tilt)))
    return strokes


def hooked_seven(random: Random) -> list[Stroke]:
    """A seven that begins with a tick and has no bar, in one stroke, as East Asia writes it."""
    tick, lean = random.uniform(0.08, 0.35), random.uniform(-0.06, 0.06)
    left, corner = random.uniform(0.05, 0.2), random.uniform(-0.06, 0.05)
    end, bend = random.uniform(0.25, 0.7), random.uniform(-0.08, 0.06)
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


def bent_seven(random: Random) -> list[Stroke]:
    """A seven in one stroke with a wavy top and a leg that is bent."""
    wave, end = random.uniform(0.0, 0.08), random.uniform(0.25, 0.5)
    bend = random.uniform(-0.2, -0.05)
    return [
        stroke(
            (0.1, wave + 0.02),
            (0.3, random.uniform(-0.02, 0.02)),
            (0.6, wave),
            (0.9, 0.0),
            ((0.9 + end) / 2 + bend, 0.4),
            (end + bend / 4, 0.7),
            (end, 1.0),
        )
    ]


def straight_six(random: Random) -> list[Stroke]:
    """A six with a nearly straight back."""
    return [
        stroke(
            (random.uniform(0.5, 0.75), 0.0),
            (0.35, 0.4),
            (0.22, 0.75),
            (0.45, 1.0),
            (0.75, 0.85),
            (0.7, 0.6),
            (0.45, 0.55),
            (0.25, random.uniform(0.68, 0.8)),
        )
    ]


def curled_six(random: Random) -> list[Stroke]:
    """A six with a round back, hooked at its top, its loop of any size, closed or not quite."""
    loop, end = random.uniform(0.4, 0.66), random.uniform(0.2, 0.34)
    return [
        stroke(
            (random.uniform(0.65, 0.85), random.uniform(0.05, 0.22)),
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


def two_ring_eight(random: Random) -> list[Stroke]:
    """An eight of two rings, one upon the other."""
    share = random.uniform(0.42, 0.5)
    turn = np.linspace(0, 2 * np.pi * random.uniform(0.98, 1.06), 9)
    upper = np.stack([0.5 - 0.2 * np.sin(turn), share / 2 + share / 2 * np.cos(turn)], axis=1)
    lower = np.stack(
        [0.5 + 0.27 * np.sin(turn), (1 + share) / 2 - (1 - share) / 2 * np.cos(turn)], axis=1
    )
    return [upper, lower]


def eight_in_one_stroke(random: Random) -> list[Stroke]:
    """An eight begun at its top, either way round, its ends crossing or apart."""
    waist, gap = random.uniform(0.4, 0.5), random.uniform(-0.12, 0.15)
    path = stroke(
        (0.5 + gap, random.uniform(0.0, 0.12)),
        (0.45, 0.0),
        (0.25, waist / 2),
        (0.5, waist),
        (0.76, (1 + waist) / 2 + 0.03),
        (0.5, 1.0),
        (0.22, (1 + waist) / 2 + 0.03),
        (0.5, waist),
        (0.74, waist / 2),
        (0.5 + 1.5 * gap, random.uniform(-0.02, 0.08)),
    )
    return [path * [-1, 1] + [1, 0] if random.random() < 0.4 else path]


def nine_with_a_stem(random: Random) -> list[Stroke]:
    """A nine of a ring and a straight stem that touches it, or nearly."""
    width, height = random.uniform(0.2, 0.28), random.uniform(0.2, 0.28)
    turn = random.uniform(-0.6, 0.6) - np.linspace(0, 2 * np.pi * random.uniform(0.95, 1.05), 12)
    ring = np.stack([0.45 + width * np.sin(turn), height * (1 - np.cos(turn))], axis=1)
    top = 0.45 + width + random.uniform(-0.03, 0.04)
    stem = stroke((top, random.uniform(0.0, 0.2)), (top + random.uniform(-0.2, 0.03), 1.0))
    return [ring, stem]


def open_nine(random: Random) -> list[Stroke]:
    """A nine whose loop begins low on the right and is not closed, or crosses the stem."""
    right, gap = random.uniform(0.68, 0.78), random.uniform(-0.15, 0.05)
    return [
        stroke(
            (right + gap, random.uniform(0.05, 0.28)),
            (0.52, 0.0),
            (0.25, 0.12),
            (0.22, 0.36),
            (0.45, 0.46),
            (right, random.uniform(0.15, 0.3)),
            (right, 0.6),
            (right - random.uniform(0.0, 0.2), 1.0),
        )
    ]


def curled_nine(random: Random) -> list[Stroke]:
    """A nine whose stem ends straight, in a curl to the left, or in a line far below its loop."""
    curl, rise = random.uniform(0, 0.6), random.uniform(0, 0.35)
    return [
        stroke(
            (0.75, random.uniform(0.12, 0.25)),
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


VARIANTS: list[tuple[int, float, Callable[[Random], list[Stroke]]]] = [
    (0, 1, slashed_zero),
    (0, 2, open_zero),
    (1, 5, one_with_upstroke),
    (1, 2, bare_one),
    (1, 1, one_like_a_tent),
    (1, 2, one_on_a_foot),
    (2, 1, looped_two),
    (2, 1, angular_two),
    (3, 1, flat_topped_three),
    (3, 1, looped_three),
    (4, 1, open_four),
    (4, 1, closed_four),
    (4, 1, cupped_four),
    (4, 1, four_in_one_stroke),
    (5, 1, five_in_two_strokes),
    (5, 1, five_in_one_stroke),
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
"""Digit, how often it is drawn beside the others, and how."""


def draw_variants(count: int, seed: int) -> tuple[list[list[Stroke]], list[int]]:
    """Strokes and labels of `count` digits; the same for the same seed."""
    random = np.random.default_rng(seed)
    weights = np.array([weight for _, weight, _ in VARIANTS])
    chosen = random.choice(len(VARIANTS), count, p=weights / weights.sum())
    drawings = [VARIANTS[number][2](random) for number in chosen]
    return drawings, [VARIANTS[number][0] for number in chosen]
