"""What two networks make of a found digit → how sure it is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import DigitPrediction, Verdict

MIN_CLASS, MIN_ODDS = 0.02, 1e-3
"""Neither network is ever taken to be surer than that something is not so."""

USUAL_HEIGHT = 40.0
"""Height of a digit in pixels of the finder, at which its size says nothing."""

MIN_CONFIDENCE = 0.3
"""Confidence of a found digit below which it is none."""

SURE_CONFIDENCE = 0.8
"""Confidence of a found digit, and of a number as a whole, from which it is reliable."""


class Evidence(NamedTuple):
    """What the two networks make of a found digit."""

    digits: NDArray[np.float64]
    """(10,), sums to 1: probabilities of the ten digits, by both networks."""
    heat: float
    """Probability that there is a digit's center, by the finder."""
    ink: float
    """Probability that its ink is a digit's, by the finder, on average."""
    height: float
    """In pixels of the finder."""


def combine(read: NDArray[np.float64], classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities (10,) of digits by both networks; that of the finder counts half."""
    both = read * np.sqrt(classes + MIN_CLASS)
    digits: NDArray[np.float64] = both / both.sum()
    return digits


class Confidence(NamedTuple):
    """How a found digit's confidence follows from the evidence.

    Its log-odds are a weighted sum: logistic regression on validation scenes.
    """

    digit: float
    """Weight of the log-odds of the likeliest digit."""
    heat: float
    """Weight of the log-odds that there is a center."""
    ink: float
    """Weight of the log-odds of the ink."""
    height: float
    """Weight of the logarithm of the height."""
    bias: float

    def of(self, evidence: Evidence) -> float:
        """Return the probability that there is a digit, the likeliest one."""
        odds = float(np.dot(self[:-1], log_odds(evidence))) + self.bias
        return float(1 / (1 + np.exp(-odds)))

    def predict(self, evidence: Evidence) -> DigitPrediction:
        """Return the prediction for a found digit."""
        digit, confidence = int(evidence.digits.argmax()), self.of(evidence)
        if confidence < MIN_CONFIDENCE:
            return DigitPrediction(None, "not_a_digit", evidence.digits)
        # The rest is shared as the networks have it, unless another digit became the likeliest.
        shares = np.delete(evidence.digits, digit) + 1e-12
        rest = (1 - confidence) * shares / shares.sum()
        if rest.max() >= confidence:
            rest[:] = (1 - confidence) / len(rest)
        probabilities = np.insert(rest, digit, confidence)
        verdict: Verdict = "digit" if confidence >= SURE_CONFIDENCE else "unsure"
        return DigitPrediction(digit, verdict, probabilities)


def log_odds(evidence: Evidence) -> NDArray[np.float64]:
    """Return the log-odds of the evidence (4,), and for the height its logarithm."""
    probabilities = [evidence.digits.max(), evidence.heat, evidence.ink]
    kept = np.clip(probabilities, MIN_ODDS, 1 - MIN_ODDS)
    return np.append(np.log(kept / (1 - kept)), np.log(evidence.height / USUAL_HEIGHT))
