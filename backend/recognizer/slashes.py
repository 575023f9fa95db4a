"""Digits that were read → those that are no slashes, as in dates and fractions.

By itself a slash is a 1. Between two digits its reach tells it: it rises from below both of them to
above both.
"""

from collections.abc import Sequence
from math import inf

import numpy as np

from recognizer.layout import PlacedDigit, as_unsure, split_numbers
from recognizer.preprocessing import ModelInput

MIN_REACH, MIN_DOUBTFUL_REACH = 0.06, 0.02
"""How far a slash ends above and below its neighbors, at least, as a fraction of their height; and
from where on a 1 may be one. Of 422 ones between digits of validation writers, one leans and
reaches farther than the first, and 13 reach farther than the second."""

MIN_LEAN = 0.25
"""How far a slash leans to the right, at least, as a fraction of its height."""


def without_slashes(digits: Sequence[PlacedDigit]) -> list[PlacedDigit]:
    """Return digits without ones that are slashes. Those that may be slashes are not reliable."""
    kept = []
    for number in split_numbers(digits):
        for index, digit in enumerate(number):
            neighbors = number[index - 1 : index + 2 : 2] if index else []
            reach = reach_beyond(neighbors, digit)
            if reach < MIN_REACH:
                kept += [digit] if reach < MIN_DOUBTFUL_REACH else as_unsure([digit])
    return kept


def reach_beyond(neighbors: Sequence[PlacedDigit], digit: PlacedDigit) -> float:
    """Return how far a leaning 1 ends above and below its two neighbors, whichever is less.

    That is a fraction of their height; -inf if the digit is nothing like it.
    """
    leans = digit.prediction.digit == 1 and lean_of(digit.model_input) >= MIN_LEAN
    if len(neighbors) < 2 or not leans:
        return -inf
    top, bottom, height = np.mean(
        [(each.box.top, each.box.bottom, each.box.height) for each in neighbors], axis=0
    ).tolist()
    reach: float = min(top - digit.box.top, digit.box.bottom - bottom) / height
    return reach


def lean_of(model_input: ModelInput) -> float:
    """Return by how many columns ink (28, 28) is farther right on each row farther up, on average.

    It is the slope of a regression, which does not depend on the pen's width; 0 for a single row.
    """
    rows, columns = np.nonzero(model_input)
    (_, both), (_, up) = np.cov(columns, -rows, aweights=model_input[rows, columns])
    return float(both / up) if up > 0 else 0.0
