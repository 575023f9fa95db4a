"""Model input → class probabilities → verdict.

Owns the first model, of every image.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.model_files import MODEL_PATH, open_session
from recognizer.preprocessing import ModelInput

NON_DIGIT = 10
"""Index of the class for everything that is not a digit, after the ten digits."""

Verdict = Literal["digit", "number", "unsure", "not_a_digit", "blank"]


class DigitPrediction(NamedTuple):
    """What the classifier makes of one model input."""

    digit: int | None
    """0 to 9; None if the verdict is `not_a_digit` or `blank`."""

    verdict: Verdict
    """All but `number`."""

    probabilities: NDArray[np.float64]
    """(10,), sums to 1: of each digit, given that the image shows one. Calibrated."""
    non_digit: float = 0.0
    """Probability that the image shows none, in [0, 1]; 0 for a digit that was found."""

    @property
    def confidence(self) -> float:
        """Probability of the most likely digit, in [0, 1]."""
        return float(self.probabilities.max())


BLANK = DigitPrediction(None, "blank", np.full(10, 0.1))
"""The prediction for an image without ink: every digit is equally likely."""


class Classifier:
    """The model, loaded once; any number of threads may call `predict`.

    `version` is the start of the file's SHA-256, `metadata` the strings stored in the file. Raises
    ModelError if the file is missing or does not match the SHA-256 in `<file>.sha256` beside it.
    """

    def __init__(self, path: Path = MODEL_PATH) -> None:
        # More threads do not make so small a network faster.
        self.session, digest = open_session(path, threads=1)
        self.version = digest[:12]
        self.input_name: str = self.session.get_inputs()[0].name
        self.metadata: Mapping[str, str] = self.session.get_modelmeta().custom_metadata_map
        self.temperature = float(self.metadata["temperature"])
        self.reject_threshold = self._threshold("reject_threshold", "refuse_above")
        self.unsure_threshold = self._threshold("unsure_threshold", "unsure_below")

    def predict(self, model_input: ModelInput | None) -> DigitPrediction:
        """Classify one (28, 28) model input; None is a blank image."""
        if model_input is None:
            return BLANK
        class_probabilities = self.class_probabilities(model_input)
        digits = class_probabilities[:NON_DIGIT]
        digit = int(digits.argmax())
        probabilities = digits / digits.sum()
        non_digit = float(class_probabilities[NON_DIGIT])
        if non_digit > self.reject_threshold:
            return DigitPrediction(None, "not_a_digit", probabilities, non_digit)
        verdict: Verdict = "digit" if digits[digit] >= self.unsure_threshold else "unsure"
        return DigitPrediction(digit, verdict, probabilities, non_digit)

    def class_probabilities(self, model_input: ModelInput) -> NDArray[np.float64]:
        """Return the probabilities (11,) of the ten digits and of NON_DIGIT."""
        (logits,) = self.session.run(["logits"], {self.input_name: model_input[None]})
        return softmax(logits[0].astype(np.float64) / self.temperature)

    def explain(self, model_input: ModelInput) -> NDArray[np.float64]:
        """Return how much each part of a (28, 28) model input speaks for each digit: (10, 7, 7).

        A part is a square of the input. Its value is positive if it speaks for the digit rather
        than for the others: a digit's values sum to its logit less the mean of the other nine,
        divided by the temperature. This is exact, since the network's last step is an average over
        the parts (Zhou et al., "Learning Deep Features for Discriminative Localization", 2016).
        """
        (evidence,) = self.session.run(["evidence"], {self.input_name: model_input[None]})
        digits = evidence[0, :NON_DIGIT].astype(np.float64) / self.temperature
        advantage = (digits - digits.mean(axis=0)) * NON_DIGIT / (NON_DIGIT - 1)
        parts: NDArray[np.float64] = advantage / advantage[0].size
        return parts

    def _threshold(self, name: str, name_before_0_2: str) -> float:
        """Return a threshold; models released before 0.2.0 have another name for it."""
        return float(self.metadata.get(name) or self.metadata[name_before_0_2])


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities (n,) of logits (n,)."""
    exponentials = np.exp(logits - logits.max())
    result: NDArray[np.float64] = exponentials / exponentials.sum()
    return result
