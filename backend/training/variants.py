"""The ways in which the world writes its digits that MNIST's American writers rarely use.

Each function draws one digit's strokes in a box of height 1, y down, its shape varied at random.
"""

from collections.abc import Callable

import numpy as np

from training.strokes import Random, Stroke, stroke


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


def two_ring_eight(random: Random) -> list[Stroke]:
    """An eight of two rings, one upon the other."""
    share = random.uniform(0.42, 0.5)
    turn = np.linspace(0, 2 * np.pi * random.uniform(0.98, 1.06), 9)
    upper = np.stack([0.5 - 0.2 * np.sin(turn), share / 2 + share / 2 * np.cos(turn)], axis=1)
    lower = np.stack(
        [0.5 + 0.27 * np.sin(turn), (1 + share) / 2 - (1 - share) / 2 * np.cos(turn)], axis=1
    )
    return [upper, lower]


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
    (1, 5, one_with_upstroke),
    (2, 1, looped_two),
    (3, 1, flat_topped_three),
    (4, 1, open_four),
    (4, 1, closed_four),
    (5, 1, five_in_two_strokes),
    (6, 1, straight_six),
    (7, 4, seven),
    (7, 4, hooked_seven),
    (8, 1, two_ring_eight),
    (9, 2, curled_nine),
]
"""Digit, how often it is drawn beside the others, and how."""


def draw_variants(count: int, seed: int) -> tuple[list[list[Stroke]], list[int]]:
    """Strokes and labels of `count` digits; the same for the same seed."""
    random = np.random.default_rng(seed)
    weights = np.array([weight for _, weight, _ in VARIANTS])
    chosen = random.choice(len(VARIANTS), count, p=weights / weights.sum())
    drawings = [VARIANTS[number][2](random) for number in chosen]
    return drawings, [VARIANTS[number][0] for number in chosen]
