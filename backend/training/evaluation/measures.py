"""Measures of results: confidence intervals and calibration."""

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Number of confidence bins, of equal width, for the expected calibration error."""

Reliability = list[tuple[float, float, int]]
"""Mean confidence, accuracy and number of predictions of each nonempty bin."""


def wilson_interval(successes: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the confidence interval of a fraction (Wilson, 1927); z = 1.96 gives 95%."""
    fraction = successes / count
    middle = fraction + z * z / (2 * count)
    margin = z * (fraction * (1 - fraction) / count + z * z / (4 * count * count)) ** 0.5
    scale = 1 + z * z / count
    return (middle - margin) / scale, (middle + margin) / scale


def reliability_bins(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> Reliability:
    """Return mean confidence, accuracy and number of predictions of each nonempty bin.

    `confidence` (n,) is in [0, 1].
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[bins == number].mean()), float(correct[bins == number].mean()), count)
        for number in range(BINS)
        if (count := int((bins == number).sum()))
    ]


def expected_calibration_error(reliability: Reliability) -> float:
    """Return the mean gap between confidence and accuracy over the bins; 0 without predictions.

    Guo et al., "On Calibration of Modern Neural Networks" (2017), arXiv:1706.04599.
    """
    gaps = (abs(confidence - accuracy) * count for confidence, accuracy, count in reliability)
    return sum(gaps) / max(1, sum(count for _, _, count in reliability))
