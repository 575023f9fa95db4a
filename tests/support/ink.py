"""Where ink lies."""

import numpy as np
from numpy.typing import NDArray


def center(weights: NDArray[np.float32]) -> float:
    """Return the mean index of some weights."""
    return float(np.average(np.arange(len(weights)), weights=weights))


def inked_spans(ink: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the widths of what stands apart in ink (height, width), from left to right."""
    changes = np.flatnonzero(np.diff(np.pad(ink.any(axis=0), 1).astype(int)))
    return np.diff(changes)[::2]


def slant_of(ink: NDArray[np.float32]) -> float:
    """Return by how many columns the bottom is to the right of the top, for each row between."""
    quarter = len(ink) // 4
    upper, lower = ink[:quarter].sum(axis=0), ink[-quarter:].sum(axis=0)
    return (center(lower) - center(upper)) / (len(ink) - quarter)
