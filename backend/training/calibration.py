"""Calibration on validation sets: the temperature and the two thresholds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import NON_DIGIT

TEMPERATURES = np.geomspace(0.2, 5.0, 400)

MAX_FALSE_REJECTION_RATE = 0.002
"""Fraction of validation digits that may be rejected: those that look least like a digit."""

UNSURE_RATE = 0.015
"""Fraction of the remaining digits whose verdict may be `unsure`: the least confident ones."""


@dataclass(frozen=True)
class Calibration:
    """How logits become a verdict; stored in the model file beside the weights."""

    temperature: float
    """Logits are divided by it before the softmax (Guo et al., 2017, arXiv:1706.04599)."""

    reject_threshold: float
    """Probability of the class NON_DIGIT above which the verdict is `not_a_digit`."""

    unsure_threshold: float
    """Probability of the likeliest digit, among all eleven classes, below which it is `unsure`."""


def calibrate(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> Calibration:
    """Fit a calibration to logits (n, 11) and labels (n,) that were not trained on.

    Non-digits among them are ignored, because confidence is conditional on a digit being drawn.
    """
    logits, labels = logits[labels < NON_DIGIT], labels[labels < NON_DIGIT]
    losses = [negative_log_likelihood(logits[:, :NON_DIGIT] / t, labels) for t in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    probabilities = np.exp(log_softmax(logits / temperature))
    non_digit = probabilities[:, NON_DIGIT]
    reject_threshold = float(np.quantile(non_digit, 1 - MAX_FALSE_REJECTION_RATE))
    likeliest = probabilities[non_digit <= reject_threshold, :NON_DIGIT].max(axis=1)
    return Calibration(temperature, reject_threshold, float(np.quantile(likeliest, UNSURE_RATE)))


def negative_log_likelihood(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the mean negative log-likelihood, in nats."""
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithms of the probabilities, (n, classes)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    normalized: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalized
