"""The pipeline: image bytes → model input → prediction, with stage timings."""

from functools import cache, cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from recognizer.answer import Prediction, answer, answer_alone, answer_unseen, is_likelier
from recognizer.classifier import Classifier
from recognizer.decoding import (
    MAX_BYTES,
    MAX_PIXELS,
    DecodedImage,
    Header,
    decode_image,
    decode_later_frames,
    may_be_animation,
)
from recognizer.layout import PlacedDigit
from recognizer.model_files import FINDER_PATH, LINE_READER_PATH, MODEL_PATH, version_of
from recognizer.plain import is_plain
from recognizer.preprocessing import (
    MIN_CONTRAST,
    Ink,
    ModelInput,
    Preprocessed,
    preprocess,
    to_sent_pixels,
)

if TYPE_CHECKING:
    from recognizer.search import Search

MAX_SCAN_SIDE = 63
"""Longer side, in pixels, of an image that is taken for the scan of a digit: it is searched only if
it shows no digit."""

MIN_TILTED_DIGITS, MIN_TURNED_DIGITS = 2, 3
"""Digits of a row that is read once an image is turned: a little, and by about a quarter, where an
8 on its side is two."""


class StageTimings(NamedTuple):
    """Milliseconds that each stage of the pipeline took."""

    decode_ms: float
    preprocess_ms: float
    model_ms: float


class Recognition(NamedTuple):
    """A prediction with its model input and timings."""

    prediction: Prediction
    model_input: ModelInput | None
    """(28, 28): the ink as the model saw it; None for a blank image or several digits."""
    timings: StageTimings


class Glance(NamedTuple):
    """What an image shows if all of its ink is one digit."""

    image: DecodedImage
    drawn: Preprocessed | None
    """All ink of the image; None if none is seen."""
    alone: PlacedDigit | None
    """That ink, read as one digit."""
    is_settled: bool
    """Whether that is all there is to see, so that the image need not be searched."""
    animation: bytes = b""
    """The file, if the first frame is blank and there may be others."""
    timings: StageTimings = StageTimings(0, 0, 0)


class Answer(NamedTuple):
    """What an image shows, read from left to right."""

    prediction: Prediction
    model_input: ModelInput | None
    """(28, 28): that of the only digit."""
    inks: tuple[Ink, ...] = ()
    """Where there may be a row that rises or falls, the clearest ink first."""


class Recognizer:
    """The pipeline with its models; any number of threads may share an instance.

    `model` is the classifier's file; those of the finder and the line reader are loaded when they
    are first needed. `max_bytes` and `max_pixels` limit the images that are accepted; `threads` is
    the number of threads that share the work of one search. `version` is that of all models
    together. Raises ModelError if a model cannot be loaded.
    """

    def __init__(
        self,
        model: Path = MODEL_PATH,
        finder: Path = FINDER_PATH,
        line_reader: Path = LINE_READER_PATH,
        max_bytes: int = MAX_BYTES,
        max_pixels: int = MAX_PIXELS,
        threads: int = 1,
    ) -> None:
        self.classifier = Classifier(model)
        self.finder_path = finder
        self.line_reader_path = line_reader
        self.version = version_of((model, finder, line_reader))
        self.threads = threads
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels

    @cached_property
    def search(self) -> "Search":
        """The other models, loaded when they are first needed.

        Raises ModelError if one cannot be loaded.
        """
        # Late, because a digit on even paper needs none of it.
        from recognizer.search import Search

        return Search(self.classifier, self.finder_path, self.line_reader_path, self.threads)

    def recognize(self, content: bytes, header: Header | None = None) -> Recognition:
        """Recognize the digits in an image file (PNG, JPEG, WebP, GIF or BMP).

        Of an animation, the first frame that is not blank is read. `header` is that of the file, if
        it has been read. Raises ImageError if the bytes are not an accepted image.
        """
        return self.finish(self.begin(content, header))

    def begin(self, content: bytes, header: Header | None = None) -> Glance:
        """Do what `recognize` does first, which takes a few milliseconds for a small image."""
        start = perf_counter()
        image = decode_image(content, self.max_bytes, self.max_pixels, header)
        decoded = perf_counter()
        drawn = preprocess(image.gray)
        preprocessed = perf_counter()
        glance = self.glance(image, drawn)
        if drawn is None and may_be_animation(content):
            glance = glance._replace(is_settled=False, animation=content)
        timings = StageTimings(
            decode_ms=1_000 * (decoded - start),
            preprocess_ms=1_000 * (preprocessed - decoded),
            model_ms=1_000 * (perf_counter() - preprocessed),
        )
        return glance._replace(timings=timings)

    def finish(self, glance: Glance) -> Recognition:
        """Do the rest of what `recognize` does: nothing is left if the glance settled it."""
        start = perf_counter()
        prediction, model_input = self.predict(self.later_glance(glance))
        took = glance.timings.model_ms + 1_000 * (perf_counter() - start)
        return Recognition(prediction, model_input, glance.timings._replace(model_ms=took))

    def later_glance(self, glance: Glance) -> Glance:
        """Return what the first frame of an animation shows that is not blank, if there is one."""
        if not glance.animation:
            return glance
        for image in decode_later_frames(glance.animation, self.max_pixels):
            drawn = preprocess(image.gray)
            if drawn is not None:
                return self.glance(image, drawn)
        return self.glance(glance.image, None)

    def predict(self, glance: Glance) -> tuple[Prediction, ModelInput | None]:
        """Return the prediction for an image, and the model input of its only digit.

        If it shows no digit but a row that rises or falls, it is also read once it is turned, and
        the likelier number counts.
        """
        as_sent = self.read(glance)
        likeliest = as_sent[:2]
        if as_sent.prediction.verdict == "digit" or not as_sent.inks:
            return likeliest
        # Late, because most images need none of it.
        from recognizer.tilt import STEEP, level, tilts_of

        for tilt in next(filter(None, map(tilts_of, as_sent.inks)), ()):
            is_steep = abs(tilt) >= STEEP
            if is_steep and as_sent.prediction.verdict == "number":
                continue
            leveled = level(glance.image, tilt)
            drawn = preprocess(leveled.image.gray)
            turned = self.read(self.glance(leveled.image, drawn)).prediction
            least = MIN_TURNED_DIGITS if is_steep else MIN_TILTED_DIGITS
            if is_likelier(turned, likeliest[0], least):
                likeliest = turned._replace(numbers=leveled.as_sent(turned.numbers)), None
        return likeliest

    def glance(self, image: DecodedImage, drawn: Preprocessed | None) -> Glance:
        """Read all ink of an image as one digit. `drawn` is None if no ink is seen."""
        is_scan = max(image.gray.shape) <= MAX_SCAN_SIDE
        if drawn is None:
            return Glance(image, None, None, is_scan or bool(np.ptp(image.gray) < MIN_CONTRAST))
        single = self.classifier.predict(drawn.model_input)
        alone = PlacedDigit(single, drawn.model_input, to_sent_pixels(drawn.box, image.scale))
        is_digit = is_scan and single.verdict != "not_a_digit"
        return Glance(image, drawn, alone, is_digit or is_plain(drawn, single))

    def read(self, glance: Glance) -> Answer:
        """Return what an image shows, read from left to right.

        It is searched only if the glance did not settle it.
        """
        image, drawn, alone, is_settled = glance[:4]
        if drawn is None or alone is None:
            found, inks = ([], ()) if is_settled else self.search.find_digits(image, None)
            return Answer(*answer_unseen(found), inks)
        if is_settled:
            return Answer(*answer_alone(alone))
        found, inks = self.search.find_digits(image, drawn.patch)
        return Answer(*answer(drawn, alone, found), inks)


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
