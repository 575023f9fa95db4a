"""How well a network finds the digits of validation scenes, for each kind of scene."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from recognizer.detection import STRIDE
from training.finder.batches import Batch, load_batch
from training.finder.losses import truth_of
from training.finder.network import Found, find
from training.finder.scenes import Kind

MIN_FOUND = 0.75
"""Fraction of a digit's ink in the mask from which the digit is found."""

MAX_STRAY = 12
"""Pixels of the mask away from all digits up to which nothing else is found."""

NEAR = 2
"""Distance from a digit's ink, in pixels, that still counts as its own."""

FULL_INK = 128
"""Coverage, of 255, from which a pixel counts as ink."""


def found_by_kind(network: nn.Module, batches: Sequence[tuple[Kind, Path]]) -> dict[str, float]:
    """Return the fraction of each kind's scenes of which exactly the digits are found.

    That is: most ink of each digit is in the mask, the classes of its cells are mostly its own, and
    hardly anything else is in the mask. Of a scene without digits, the last is enough.
    """
    network.eval()
    return {kind.name: float(is_found(network, load_batch(path)).mean()) for kind, path in batches}


def is_found(network: nn.Module, batch: Batch) -> NDArray[np.bool_]:
    """Return for each scene (n,) whether exactly its digits are found."""
    found = find(network, torch.from_numpy(batch.pictures))
    in_mask = (found.mask > 0).numpy()
    ink = torch.from_numpy(batch.mask > 0).float()
    near_digits = F.max_pool2d(ink, 2 * NEAR + 1, stride=1, padding=NEAR).numpy() > 0
    few_strays = (in_mask & ~near_digits).sum(axis=(1, 2)) <= MAX_STRAY
    classified = are_classified(found, batch)
    results = []
    for number, few in enumerate(few_strays):
        right = [
            bool(classified[number, digit]) and is_covered(in_mask[number], batch, number, digit)
            for digit in range(int((batch.labels[number] >= 0).sum()))
        ]
        results.append(bool(few) and all(right))
    return np.array(results)


def is_covered(in_mask: NDArray[np.bool_], batch: Batch, number: int, digit: int) -> bool:
    """Return whether most of a digit's ink is in a scene's mask (height, width)."""
    of_digit = batch.instances[number] == digit + 1
    full = of_digit & (batch.mask[number] >= FULL_INK)
    ink = full if full.any() else of_digit
    return bool(in_mask[ink].mean() >= MIN_FOUND)


def are_classified(found: Found, batch: Batch) -> NDArray[np.bool_]:
    """Return for each digit (n, digits) whether the classes of its cells are its label."""
    truth = truth_of(*(torch.from_numpy(array) for array in batch[1:]))
    probabilities = found.classes.softmax(dim=1)
    votes = torch.einsum("ndyx,ncyx->ndc", truth.owners, probabilities)
    agree: NDArray[np.bool_] = (votes.argmax(dim=2) == truth.labels).numpy()
    return agree


def overlay(pictures: NDArray[np.uint8], found: Found) -> NDArray[np.uint8]:
    """Return pictures (n, height, width, 3) with the mask in red and centers in green."""
    mask = found.mask.sigmoid().numpy()[..., None]
    heat = found.heat.sigmoid().numpy().repeat(STRIDE, axis=1).repeat(STRIDE, axis=2)[..., None]
    red, green = np.array([230, 0, 60]), np.array([0, 200, 80])
    painted = pictures + (red - pictures) * mask * 0.8
    painted += (green - painted) * heat * 0.6
    return np.asarray(painted.round(), dtype=np.uint8)
