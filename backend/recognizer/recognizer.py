"""The pipeline: image bytes → model input → prediction, with stage timings."""

from functools import cache
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import MODEL_PATH, Classifier, Verdict
from recognizer.decoding import (
    MAX_BYTES,
    MAX_PIXELS,
    Header,
    decode_image,
    decode_later_frames,
)
from recognizer.layout import Number, PlacedDigit
from recognizer.preprocessing import Box, ModelInput, preprocess


class StageTimings(NamedTuple):
    """Milliseconds that each stage of the pipeline took."""

    decode_ms: float
    preprocess_ms: float
    model_ms: float


class Prediction(NamedTuple):
    """What the models make of an image."""

    digit: int | None
    """0 to 9; None unless the image shows a single digit."""
    verdict: Verdict
    confidence: float
    """Probability that the digit, or that all numbers are right, in [0, 1]. Calibrated."""
    probabilities: NDArray[np.float64] | None
    """(10,), sums to 1: of each digit, given that the image shows one; None for several digits."""
    numbers: tuple[Number, ...]
    """In reading order; empty if the verdict is `not_a_digit` or `blank`."""


class Recognition(NamedTuple):
    """A prediction with its model input and timings."""

    prediction: Prediction
    model_input: ModelInput | None
    """(28, 28): the ink as the model saw it; None for a blank image or several digits."""
    timings: StageTimings


class Recognizer:
    """The pipeline with its model; any number of threads may share an instance.

    `max_bytes` and `max_pixels` limit the images that are accepted; `threads` is the number of
    threads that share the work of one prediction. Raises ModelError if the model cannot be loaded.
    """

    def __init__(
        self,
        model: Path = MODEL_PATH,
        max_bytes: int = MAX_BYTES,
        max_pixels: int = MAX_PIXELS,
        threads: int = 1,
    ) -> None:
        self.classifier = Classifier(model, threads)
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels

    @property
    def version(self) -> str:
        """The model's version."""
        return self.classifier.version

    def recognize(self, content: bytes, header: Header | None = None) -> Recognition:
        """Recognize the digits in an image file (PNG, JPEG, WebP, GIF or BMP).

        Of an animation, the first frame that is not blank is read. `header` is that of the file, if
        it has been read. Raises ImageError if the bytes are not an accepted image.
        """
        start = perf_counter()
        image = decode_image(content, self.max_bytes, self.max_pixels, header)
        decoded = perf_counter()
        drawn = preprocess(image.gray)
        if drawn is None:
            for image in decode_later_frames(content, self.max_pixels):
                drawn = preprocess(image.gray)
                if drawn is not None:
                    break
        preprocessed = perf_counter()
        model_input = None if drawn is None else drawn.model_input
        single = self.classifier.predict(model_input)
        numbers: tuple[Number, ...] = ()
        if drawn is not None and single.digit is not None:
            box = to_sent_pixels(drawn.box, image.scale)
            numbers = (Number((PlacedDigit(single, drawn.model_input, box),)),)
        timings = StageTimings(
            decode_ms=1_000 * (decoded - start),
            preprocess_ms=1_000 * (preprocessed - decoded),
            model_ms=1_000 * (perf_counter() - preprocessed),
        )
        prediction = Prediction(
            single.digit, single.verdict, single.confidence, single.probabilities, numbers
        )
        return Recognition(prediction, model_input, timings)


def to_sent_pixels(box: Box, scale: tuple[float, float]) -> Box:
    """Return a box of a decoded image in pixels of the file."""
    x, y = scale
    return Box(x * box.left, y * box.top, x * box.width, y * box.height)


@cache
def default_recognizer() -> Recognizer:
    """Load the released model once per process."""
    return Recognizer()


def recognize(content: bytes) -> Prediction:
    """Recognize the digits in an image file with the released model.

    The default limits apply. Raises ImageError if the bytes are not an accepted image, ModelError
    if the model cannot be loaded.
    """
    return default_recognizer().recognize(content).prediction
