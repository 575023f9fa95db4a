"""Handwriting without UNIPEN and MNIST: synthetic digits, and shapes instead of letters."""

import numpy as np

from training.data.datasets import Digits
from training.data.non_digits import SHAPES, sample_drawings
from training.data.pen_paths import LearnedPart, PenPaths
from training.data.rasterize import rasterize_to_fit
from training.data.synthetic_digits import sample_synthetic_digits
from training.finder.pens import Hand, Hands, hands_of
from training.line_reader.lines import Handwriting


def synthetic_hands(seed: int) -> Hands:
    """Return the hands of two writers of digits and of one of other characters."""
    drawings, labels = sample_synthetic_digits(60, seed)
    writers = np.array(["a", "b"] * 30)
    others = sample_drawings(SHAPES, 26, seed)
    names = np.array([*'KKKKKKKKK$+-=%:.()[]{}<>"*'])
    digits = PenPaths(drawings, np.array(labels).astype(str), writers)
    beside = [stroke + np.array([2, 0]) for stroke in drawings[1]]
    number = PenPaths([drawings[0], beside], digits.labels[:2], digits.writers[:2])
    return Hands(
        hands_of(digits),
        hands_of(PenPaths(others, names, np.full(26, "a"))),
        [Hand(number)],
    )


def synthetic_handwriting(seed: int, part: LearnedPart = "training") -> Handwriting:
    """Return these hands, with their number as a whole, and scans of as many digits.

    The first hand's digits are the pen digits, too.
    """
    hands = synthetic_hands(seed)
    digits = hands.numbers[0].paths
    strokes = [stroke for drawing in digits.drawings for stroke in drawing]
    number = PenPaths([strokes], np.array(["".join(digits.labels)]), digits.writers[:1])
    return Handwriting(hands, Hand(number), hands.digits[0], synthetic_scans(seed), part)


def synthetic_scans(seed: int) -> Digits:
    """Return images (28, 28) of synthetic digits, about 20 pixels high, as MNIST's are."""
    drawings, labels = sample_synthetic_digits(60, seed)
    images = [np.pad(rasterize_to_fit(drawing, 0.1, 24), 2) for drawing in drawings]
    return Digits(np.rint(255 * np.stack(images)).astype(np.uint8), np.array(labels))
