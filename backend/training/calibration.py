"""Chooses, on validation digits, how logits become confidence, and what is refused or unsure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import OTHER

TEMPERATURES = np.geomspace(0.2, 5.0, 400)

REFUSED_SHARE = 0.001
"""Share of validation digits that may be refused: those that look least like a digit."""

UNSURE_SHARE = 0.01
"""Share of the others that may be answered with `unsure`: the least confident ones."""


@dataclass(frozen=True)
class Calibration:
    """What the model's file says of its logits, beside the weights."""

    temperature: float
    """Logits are divided by it before the softmax (Guo et al., 2017, arXiv:1706.04599)."""

    refuse_above: float
    """Share of the class "no digit" above which the verdict is `not_a_digit`."""

    unsure_below: float
    """Share of the likeliest digit, among all eleven classes, below which it is `unsure`."""


def choose_calibration(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> Calibration:
    """Fit to logits (n, 11) and labels (n,) that the network was not trained on.

    Only the digits among them count: confidence is what it is worth if a digit was drawn.
    """
    logits, labels = logits[labels < OTHER], labels[labels < OTHER]
    losses = [negative_log_likelihood(logits[:, :OTHER] / t, labels) for t in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    shares = np.exp(log_softmax(logits / temperature))
    refuse_above = float(np.quantile(shares[:, OTHER], 1 - REFUSED_SHARE))
    best = shares[shares[:, OTHER] <= refuse_above, :OTHER].max(axis=1)
    return Calibration(temperature, refuse_above, float(np.quantile(best, UNSURE_SHARE)))


def negative_log_likelihood(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean negative log-likelihood, in nats."""
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the probabilities, (n, classes)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    normalised: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised
