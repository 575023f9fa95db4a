"""Chooses, on validation digits, how logits become confidence and when an answer is unsure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TEMPERATURES = np.geomspace(0.2, 5.0, 400)

UNSURE_SHARE = 0.01
"""Share of validation digits that may be answered with `unsure`: the least confident ones."""


@dataclass(frozen=True)
class Calibration:
    """What the model's file says of its logits, beside the weights."""

    temperature: float
    """Logits are divided by it before the softmax (Guo et al., 2017, arXiv:1706.04599)."""

    unsure_below: float
    """Confidence below which the verdict is `unsure`."""


def choose_calibration(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> Calibration:
    """Fit to logits (n, 10) and true digits (n,) that the network was not trained on."""
    losses = [negative_log_likelihood(logits / t, labels) for t in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    confidence = np.exp(log_softmax(logits / temperature)).max(axis=1)
    return Calibration(temperature, float(np.quantile(confidence, UNSURE_SHARE)))


def negative_log_likelihood(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean negative log-likelihood, in nats."""
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the probabilities, (n, 10)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    normalised: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised
