"""What lifting a line of ink from an image leaves on it, and what it takes away."""

from collections.abc import Callable

import numpy as np

from training.finder.canvas import Field, blur

Flaw = Callable[[Field, float, np.random.Generator], Field]
"""Returns ink with a flaw; the number is the height of a digit in pixels."""


def rule(ink: Field, height: float, rng: np.random.Generator) -> Field:
    """Add bits of a level line to the ink."""
    ink = ink.copy()
    thickness = max(1, int(rng.uniform(0.02, 0.06) * height))
    top, length = int(rng.integers(len(ink))), 4
    there = rng.random(ink.shape[1] // length + 1) < rng.uniform(0.05, 0.6)
    bits = np.repeat(there, length)[: ink.shape[1]] * rng.uniform(0.2, 1)
    ink[top : top + thickness] = np.maximum(ink[top : top + thickness], bits)
    return ink


def upright_line(ink: Field, height: float, rng: np.random.Generator) -> Field:
    """Add bits of an upright line to the ink, as of a box for each digit."""
    return rule(ink.T, height, rng).T


def gaps(ink: Field, height: float, rng: np.random.Generator) -> Field:
    """Take away some of the ink in a few small discs."""
    y, x = np.ogrid[: ink.shape[0], : ink.shape[1]]
    for _ in range(int(rng.integers(1, 5))):
        distance = np.hypot(y - rng.uniform(0, len(y)), x - rng.uniform(0, x.size))
        inside = distance < rng.uniform(0.03, 0.12) * height
        ink = np.where(inside, ink * rng.uniform(0, 0.5), ink)
    return ink


def specks(ink: Field, _: float, rng: np.random.Generator) -> Field:
    """Add a few specks of one or two pixels a side."""
    ink = ink.copy()
    for _ in range(int(rng.integers(1, 8))):
        (y, x), side = rng.integers(ink.shape), int(rng.integers(1, 3))
        part = ink[y : y + side, x : x + side]
        np.maximum(part, rng.uniform(0.1, 1), out=part)
    return ink


def blurred(ink: Field, _: float, rng: np.random.Generator) -> Field:
    """Blur the ink a little."""
    return blur(ink, rng.uniform(0, 0.9))


def noisy(ink: Field, _: float, rng: np.random.Generator) -> Field:
    """Add noise of a camera."""
    return ink + rng.normal(0, rng.uniform(0, 0.08), ink.shape)


FLAWS: tuple[tuple[Flaw, float], ...] = (
    (rule, 0.2),
    (upright_line, 0.1),
    (gaps, 0.25),
    (specks, 0.3),
    (blurred, 0.6),
    (noisy, 0.5),
)
"""What may be wrong with the ink, each with its probability, in this order."""


def contrasted(ink: Field, rng: np.random.Generator) -> Field:
    """Return ink in [0, 1] of which the faintest is gone and more is full."""
    faintest, full = rng.uniform(0, 0.2), rng.uniform(0.6, 1)
    return np.clip((ink - faintest) / (full - faintest), 0, 1).astype(np.float32)


def lifted(ink: Field, height: float, rng: np.random.Generator) -> Field:
    """Return the ink of a line as it may be after it was lifted from an image.

    A digit is `height` pixels high.
    """
    for flaw, probability in FLAWS:
        if rng.random() < probability:
            ink = flaw(ink, height, rng)
    return contrasted(ink, rng)
