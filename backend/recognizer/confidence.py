"""What three networks make of a found digit → how sure it is."""

from collections.abc import Sequence
from math import exp, log, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import DigitPrediction, Verdict

MIN_CLASS, MIN_ODDS = 0.02, 1e-3
"""No network is ever taken to be surer than that something is not so."""

USUAL_HEIGHT = 40.0
"""Height of a digit in pixels of the finder, at which its size says nothing."""

MIN_CONFIDENCE = 0.15
"""Confidence of a found digit below which it is none."""

SURE_CONFIDENCE = 0.85
"""Confidence of a found digit, and of a number as a whole, from which it is reliable."""


class Evidence(NamedTuple):
    """What the networks make of a found digit."""

    digits: NDArray[np.float64]
    """(10,), sums to 1: probabilities of the ten digits, by all networks."""
    shape: float
    """Probability that its ink has the shape of any digit, by the classifier."""
    heat: float
    """Probability that there is a digit's center, by the finder."""
    ink: float
    """Probability that its ink is a digit's, by the finder, on average."""
    line: float
    """Probability that its row has the digits that are read there, by the line reader."""
    height: float
    """In pixels of the finder."""
    row: int
    """Digits that are read in its row."""


def combine(
    read: NDArray[np.float64], classes: NDArray[np.float64], line: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probabilities (10,) of digits by classifier, finder and line reader.

    The finder's count half, the line reader's half as much again as the classifier's.
    """
    together = read * (classes + MIN_CLASS) ** 0.5 * (line + MIN_CLASS) ** 1.5
    digits: NDArray[np.float64] = together / together.sum()
    return digits


class Confidence(NamedTuple):
    """How the confidence of found digits, and of numbers, follows from the evidence.

    Log-odds are weighted sums: logistic regressions on validation scenes.
    """

    digit: float
    """Weight of the log-odds of the likeliest digit."""
    shape: float
    """Weight of the log-odds of the shape."""
    heat: float
    """Weight of the log-odds that there is a center."""
    ink: float
    """Weight of the log-odds of the ink."""
    line: float
    """Weight of the log-odds of the row."""
    height: float
    """Weight of the logarithm of the height."""
    row: float
    """Weight of the logarithm of the row's digits: what stands alone is a digit less often."""
    bias: float
    number: float
    """Weight of the log-odds that all digits of a number are right."""
    number_bias: float
    """Negative, because digits may be missing."""
    whole: float
    """Weight of the log-odds of all ink of even paper, read as one number."""
    whole_bias: float
    """Negative, because the ink may be something else."""
    agreed: float
    """Weight of the same log-odds, where the same digits are found among everything else."""
    agreed_bias: float
    """Positive, because two ways to read a number seldom make the same mistake."""

    def of(self, evidence: Evidence) -> float:
        """Return the probability that there is a digit, the likeliest one."""
        weights = self[: len(Evidence._fields)]
        return logistic(float(np.dot(weights, log_odds(evidence))) + self.bias)

    def of_number(self, digits: Sequence[float]) -> float:
        """Return the probability that several digits, of some confidence, are all of a number."""
        return logistic(self.number * log_odds_of(prod(digits)) + self.number_bias)

    def of_whole(self, line: float) -> float:
        """Return the probability that all ink of even paper is a number that is read right.

        `line` is what the line reader takes it to be.
        """
        return logistic(self.whole * log_odds_of(line) + self.whole_bias)

    def of_agreed(self, line: float) -> float:
        """Return the same probability, where the same digits are found among everything else."""
        return logistic(self.agreed * log_odds_of(line) + self.agreed_bias)

    def of_row(self, row: Sequence[Evidence]) -> list[float]:
        """Return the confidence of each digit of a row.

        The product over those that are digits is that of the number.
        """
        confidences = [self.of(evidence) for evidence in row]
        digits = [each for each in confidences if each >= MIN_CONFIDENCE]
        if len(digits) < 2:
            return confidences
        shares = iter(shared_out(self.of_number(digits), digits))
        return [
            max(MIN_CONFIDENCE, next(shares)) if each >= MIN_CONFIDENCE else each
            for each in confidences
        ]


def shared_out(number: float, digits: Sequence[float]) -> list[float]:
    """Return the confidence of digits, given that of their number: their product."""
    bounded = [min(each, 1 - MIN_ODDS) for each in digits]
    power = log(number) / log(prod(bounded))
    return [each**power for each in bounded]


def predict(digits: NDArray[np.float64], confidence: float) -> DigitPrediction:
    """Return the prediction that the likeliest of the digits (10,) is right, with some confidence.

    `digits` are their probabilities, which share what remains.
    """
    digit = int(digits.argmax())
    # The rest is shared as the networks have it, unless another digit became the likeliest.
    shares = np.delete(digits, digit) + 1e-12
    rest = (1 - confidence) * shares / shares.sum()
    if rest.max() >= confidence:
        rest[:] = (1 - confidence) / len(rest)
    verdict: Verdict = "digit" if confidence >= SURE_CONFIDENCE else "unsure"
    return DigitPrediction(digit, verdict, np.insert(rest, digit, confidence))


def log_odds(evidence: Evidence) -> NDArray[np.float64]:
    """Return the log-odds of the evidence (7,), and for height and row their logarithms."""
    likeliest = float(evidence.digits.max())
    probabilities = likeliest, evidence.shape, evidence.heat, evidence.ink, evidence.line
    sizes = evidence.height / USUAL_HEIGHT, evidence.row
    return np.array([*map(log_odds_of, probabilities), *map(log, sizes)])


def log_odds_of(probability: float) -> float:
    """Return the log-odds of a probability, which are bounded."""
    kept = min(max(probability, MIN_ODDS), 1 - MIN_ODDS)
    return log(kept / (1 - kept))


def logistic(odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + exp(-odds))
