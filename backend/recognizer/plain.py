"""Whether all ink of an image is plainly one digit: no ring around one, and no row of them."""

from math import ceil

import numpy as np

from recognizer.classifier import DigitPrediction
from recognizer.preprocessing import Ink, ModelInput, Preprocessed

MIN_PLAIN = 0.97
"""Probability of a digit, rather than another or none, from which even paper is not searched."""

MIN_INK, MIN_GAP = 0.1, 2
"""Ink of the model input that is not paper, and columns or rows of paper that part digits."""

THUMBNAIL_SIDE = 64
"""Longer side, in pixels, at which rings around other ink are looked for."""

MAX_PIECES_OF_ONE = 3
"""Pieces of connected ink of a 1, at most: two that are written apart, and a serif."""


def is_plain(drawn: Preprocessed, single: DigitPrediction) -> bool:
    """Return whether ink, read as a single digit, is surely nothing but that."""
    probability = single.confidence * (1 - single.non_digit)
    is_sure = single.verdict == "digit" and probability >= MIN_PLAIN
    return (
        is_sure
        and drawn.patch.on_even_paper
        and not has_gap(drawn.model_input)
        and not is_ring(drawn, single)
        and not is_row(drawn, single)
    )


def has_gap(model_input: ModelInput) -> bool:
    """Return whether blank paper parts the ink on the left from the right, or top from bottom."""
    for axis in (0, 1):
        inked = np.flatnonzero(model_input.max(axis=axis) > MIN_INK)
        if len(inked) and int(inked[-1] - inked[0]) >= len(inked) + MIN_GAP - 1:
            return True
    return False


def is_ring(drawn: Preprocessed, single: DigitPrediction) -> bool:
    """Return whether what is read as a 0 is a ring around other ink: a ringed 1 looks like one."""
    if single.digit != 0:
        return False
    # Late, because most images need none of it.
    from recognizer.detection import connected_ink, encloses

    pieces = connected_ink(thumbnail_of(drawn.patch.ink))
    return any(encloses(outer, inner) for outer in pieces for inner in pieces)


def thumbnail_of(ink: Ink) -> Ink:
    """Return the most ink of each few pixels, so that thin lines last, and do not break either."""
    factor = ceil(max(ink.shape) / THUMBNAIL_SIDE)
    height, width = (ceil(side / factor) for side in ink.shape)
    padded = np.zeros((height * factor, width * factor), dtype=np.float32)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    most: Ink = padded.reshape(height, factor, width, factor).max(axis=(1, 3))
    return most


def is_row(drawn: Preprocessed, single: DigitPrediction) -> bool:
    """Return whether what is read as a 1 is a long row or column of digits: that looks like one."""
    if single.digit != 1:
        return False
    # Late, because most images need none of it.
    from recognizer.detection import connected_ink

    return len(connected_ink(drawn.patch.ink)) > MAX_PIECES_OF_ONE
