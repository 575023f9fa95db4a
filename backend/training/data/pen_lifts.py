"""Puts back where the pen was lifted: pen digits come as one path each, their strokes joined.

A seven's path goes on from the end of its leg to its bar, which makes it look like a looped 2; a
five's from the end of its belly to its top, which makes it a 6. People's drawings have no such
lines. In the other digits what is joined lies close together, or eight points do not show it.
"""

import numpy as np

from training.data.rasterize import Stroke, stroke

TOP = 0.4
"""Share of its height that a five's top lies in."""

STEEP = 0.25
"""Share of its height that a five's path rises by, from one point to the next, to its top."""


def lift_pen(path: Stroke, digit: int) -> list[Stroke]:
    """The strokes of a joined path (k, 2), y down."""
    if digit == 5:
        return lift_before_top(path)
    if digit == 7:
        return lift_before_bar(path)
    return [path]


def lift_before_bar(path: Stroke) -> list[Stroke]:
    """A seven: what follows its lowest point is its bar, from the left to the right."""
    lowest = int(path[:, 1].argmax())
    leg, bar = path[: lowest + 1], path[lowest + 1 :]
    if len(bar) == 0:
        return [path]
    bar = bar[bar[:, 0].argmin() :]
    if len(bar) == 1:  # the other end is as far beyond the leg
        end = bar[0]
        crossed = leg[np.abs(leg[:, 1] - end[1]).argmin()]
        bar = stroke((2 * crossed[0] - end[0], end[1]), (end[0], end[1]))
    return [leg, bar]


def lift_before_top(path: Stroke) -> list[Stroke]:
    """A five that ends high: its top follows the steep rise from its belly's end."""
    height = np.ptp(path[:, 1])
    high = path[:, 1] < path[:, 1].min() + TOP * height
    middle = len(path) // 2
    steep = np.flatnonzero(np.diff(path[middle:, 1]) < -STEEP * height)
    if not high[-1] or len(steep) == 0:
        return [path]
    last = middle + int(steep[0])
    top = path[last + 1 :][high[last + 1 :]]
    # Where one point is all that is known of it, it begins where the five does.
    return [path[: last + 1], top if len(top) > 1 else path[[0, -1]]]
