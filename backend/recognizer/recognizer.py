"""The pipeline: image bytes → model input → prediction, with stage timings."""

from functools import cache
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from recognizer.classifier import MODEL_PATH, Classifier, Prediction
from recognizer.decoding import (
    MAX_BYTES,
    MAX_PIXELS,
    Header,
    decode_image,
    decode_later_frames,
)
from recognizer.preprocessing import ModelInput, preprocess


class StageTimings(NamedTuple):
    """Milliseconds that each stage of the pipeline took."""

    decode_ms: float
    preprocess_ms: float
    model_ms: float


class Recognition(NamedTuple):
    """A prediction with its model input and timings."""

    prediction: Prediction
    model_input: ModelInput | None
    """(28, 28): the digit as the model saw it; None for a blank image."""
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
        """Recognize the digit in an image file (PNG, JPEG, WebP, GIF or BMP).

        Of an animation, the first frame that is not blank is read. `header` is that of the file, if
        it has been read. Raises ImageError if the bytes are not an accepted image.
        """
        start = perf_counter()
        image = decode_image(content, self.max_bytes, self.max_pixels, header)
        decoded = perf_counter()
        model_input = preprocess(image)
        if model_input is None:
            for frame in decode_later_frames(content, self.max_pixels):
                model_input = preprocess(frame)
                if model_input is not None:
                    break
        preprocessed = perf_counter()
        prediction = self.classifier.predict(model_input)
        timings = StageTimings(
            decode_ms=1_000 * (decoded - start),
            preprocess_ms=1_000 * (preprocessed - decoded),
            model_ms=1_000 * (perf_counter() - preprocessed),
        )
        return Recognition(prediction, model_input, timings)


@cache
def default_recognizer() -> Recognizer:
    """Load the released model once per process."""
    return Recognizer()


def recognize(content: bytes) -> Prediction:
    """Recognize the digit in an image file with the released model.

    The default limits apply. Raises ImageError if the bytes are not an accepted image, ModelError
    if the model cannot be loaded.
    """
    return default_recognizer().recognize(content).prediction
