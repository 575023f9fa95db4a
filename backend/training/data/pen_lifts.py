"""Reconstructs pen lifts: pen digits are recorded as one joined path each.

The path of a 7 goes on from the end of its leg to its bar, which makes it look like a looped 2;
that of a 5 goes on from the end of its belly to its top, which makes it look like a 6. Real
drawings have no such lines. In the other digits the joined ends lie close together, or eight
points do not show the joint.
"""

import numpy as np

from training.data.datasets import PenDigits
from training.data.rasterize import Stroke, stroke

TOP_FRACTION = 0.4
"""Fraction of the height of a 5 that its top lies in."""

MIN_RISE = 0.25
"""Fraction of its height by which the path of a 5 rises, between two points, to its top."""


def joined_strokes(digits: PenDigits) -> list[list[Stroke]]:
    """Return pen digits as recorded: one stroke each, y down, without pen lifts."""
    return [[path * np.array([1.0, -1.0])] for path in digits.paths]


def split_strokes(digits: PenDigits) -> list[list[Stroke]]:
    """Return pen digits split at the pen lifts that can be reconstructed, y down."""
    labels = digits.labels.tolist()
    return [
        split_at_pen_lifts(path, digit)
        for (path,), digit in zip(joined_strokes(digits), labels, strict=True)
    ]


def split_at_pen_lifts(path: Stroke, digit: int) -> list[Stroke]:
    """Return the strokes of a joined path (k, 2) of the given digit, y down."""
    if digit == 5:
        return split_before_top(path)
    if digit == 7:
        return split_before_bar(path)
    return [path]


def split_before_bar(path: Stroke) -> list[Stroke]:
    """Split a 7: the path after its lowest point is the bar, from left to right."""
    lowest = int(path[:, 1].argmax())
    leg, bar = path[: lowest + 1], path[lowest + 1 :]
    if len(bar) == 0:
        return [path]
    bar = bar[bar[:, 0].argmin() :]
    if len(bar) == 1:  # its other end is placed as far beyond the leg
        end = bar[0]
        crossed = leg[np.abs(leg[:, 1] - end[1]).argmin()]
        bar = stroke((2 * crossed[0] - end[0], end[1]), (end[0], end[1]))
    return [leg, bar]


def split_before_top(path: Stroke) -> list[Stroke]:
    """Split a 5 that ends high: its top follows the steep rise from the end of its belly."""
    height = np.ptp(path[:, 1])
    high = path[:, 1] < path[:, 1].min() + TOP_FRACTION * height
    middle = len(path) // 2
    steep = np.flatnonzero(np.diff(path[middle:, 1]) < -MIN_RISE * height)
    if not high[-1] or len(steep) == 0:
        return [path]
    last = middle + int(steep[0])
    top = path[last + 1 :][high[last + 1 :]]
    # If only one point of the top is known, the top starts where the 5 does.
    return [path[: last + 1], top if len(top) > 1 else path[[0, -1]]]
