"""Signs among digits: brackets around them, arithmetic between, what else is written beside."""

from collections.abc import Sequence

import numpy as np

from training.finder.pens import Hands
from training.finder.stage import Glyph, Stage
from training.finder.writing import (
    digits_of_one_writer,
    moved,
    normalized,
    place_rows,
    rewritten,
)

SIZES = {
    **dict.fromkeys("()[]{}", (1.3, 0.5)),
    **dict.fromkeys("+<>", (0.6, 0.45)),
    **dict.fromkeys("=~", (0.35, 0.45)),
    **dict.fromkeys('*"', (0.35, 0.85)),
    **dict.fromkeys(":;", (0.6, 0.3)),
    **dict.fromkeys("%$#&@?", (1.0, 0.5)),
    "-": (0.25, 0.45),
    ".": (0.1, 0.05),
}
"""Height of each sign, and how high its middle is, beside digits 1 high."""

HEIGHT_SPREAD, MIDDLE_SPREAD = 0.12, 0.05
"""Deviation of the logarithm of the height, and of how high the middle is."""

PLACES, PLACE_PROBS = (
    ("around", "before", "between", "after", "bars"),
    (0.3, 0.2, 0.1, 0.3, 0.1),
)
"""Where signs stand, and how often."""

PAIRS = ("()", "()", "()", "[]", "[]", "{}", "<>", '""')
"""What stands around digits, each as often as it is listed."""

BEFORE, BETWEEN, AFTER = "+-=$#(~*<>@&", "+-=*:.<>", "))]}%%.:;?*=+-"
"""What stands elsewhere."""

BAR_HEIGHT, BAR_TILT = (1.3, 3.0), 0.03
"""Least and greatest height of a bar, and the deviation of its slope."""


def digits_and_signs(stage: Stage) -> None:
    """Write a number with signs around, before, between or after its digits."""
    hands, rng = stage.hands, stage.rng
    digits = digits_of_one_writer(hands, rng, int(rng.integers(1, 5)))
    place_rows(stage, [among_signs(digits, hands, rng)], gap=rng.uniform(0.05, 0.4))


def among_signs(digits: Sequence[Glyph], hands: Hands, rng: np.random.Generator) -> list[Glyph]:
    """Return digits, at least one, with signs around, before, between or after them."""

    def sign(names: str) -> Glyph:
        return random_sign(names, hands, rng)

    row = list(digits)
    place = rng.choice(PLACES, p=PLACE_PROBS)
    if place == "around":
        pair = PAIRS[rng.integers(len(PAIRS))]
        return [sign(pair[0]), *row, sign(pair[1])]
    if place == "before":
        return [sign(BEFORE), *row]
    if place == "after":
        return [*row, sign(AFTER)]
    if place == "bars":
        return [[bar(rng), *row], [*row, bar(rng)], [bar(rng), *row, bar(rng)]][rng.integers(3)]
    row.insert(int(rng.integers(1, len(row) + 1)), sign(BETWEEN))
    return row


def random_sign(names: str, hands: Hands, rng: np.random.Generator) -> Glyph:
    """Return one of some signs as somebody wrote it, in its place beside digits 1 high."""
    known = [name for name in names if name in hands.signs]
    name = known[rng.integers(len(known))]
    height, middle = SIZES[name]
    (glyph,) = rewritten(hands.signs[name].choose(rng, 1), rng)
    strokes = normalized(glyph.strokes, height * np.exp(rng.normal(0, HEIGHT_SPREAD)))
    sign = Glyph(strokes, None)
    _, top, _, bottom = sign.box
    return moved(sign, 1, 0, (bottom - top) / 2 - rng.normal(middle, MIDDLE_SPREAD))


def bar(rng: np.random.Generator) -> Glyph:
    """Return an upright line that is longer than digits are high, about in the middle of them."""
    height, middle = rng.uniform(*BAR_HEIGHT), rng.normal(0.5, 0.15)
    ends = np.array([(0, -middle - height / 2), (rng.normal(0, BAR_TILT), height / 2 - middle)])
    return Glyph([ends], None)
