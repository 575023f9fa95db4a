"""The pipeline: image bytes → model input → prediction, with stage timings."""

from functools import cache, cached_property
from math import prod
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import (
    BLANK,
    MODEL_PATH,
    NON_DIGIT,
    Classifier,
    DigitPrediction,
    Verdict,
)
from recognizer.confidence import SURE_CONFIDENCE, Evidence, combine
from recognizer.decoding import (
    MAX_BYTES,
    MAX_PIXELS,
    DecodedImage,
    Header,
    decode_image,
    decode_later_frames,
)
from recognizer.detection import MIN_PIECE, classes_of, detect, heat_of, ink_of
from recognizer.finder import FINDER_PATH, Finder
from recognizer.layout import Number, PlacedDigit, lay_out
from recognizer.lifting import lift_ink
from recognizer.preprocessing import Box, ModelInput, Preprocessed, preprocess, size_normalize

MIN_FINDER_SIDE = 64
"""Longer side of an image, in pixels, from which the finder is asked; a smaller one is a scan."""

SAME_INK = 0.7
"""Overlap from which what was found is taken for all ink of the image."""

MIN_CONFIDENCE = 0.85
"""Confidence of what was found, as a geometric mean, from which the classifier is not believed."""

MAX_LEAST_INK, MIN_MOST_INK = 0.15, 0.2
"""How far ink extends beyond a digit on its two sides, in heights of it, if it is beside the digit
rather than around it or below."""

MIN_INK, MIN_GAP = 0.1, 2
"""Ink of the model input that is not paper, and columns of paper that part digits."""


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


class Candidate(NamedTuple):
    """Ink that may be a digit."""

    evidence: Evidence
    model_input: ModelInput
    """(28, 28): the ink as the classifier saw it."""
    box: Box
    """In pixels of the image as it was sent, upright."""


class Recognizer:
    """The pipeline with its models; any number of threads may share an instance.

    `model` is the classifier's file, `finder` the finder's, which is loaded when it is first
    needed. `max_bytes` and `max_pixels` limit the images that are accepted; `threads` is the number
    of threads that share the work of one prediction. Raises ModelError if a model cannot be loaded.
    """

    def __init__(
        self,
        model: Path = MODEL_PATH,
        finder: Path = FINDER_PATH,
        max_bytes: int = MAX_BYTES,
        max_pixels: int = MAX_PIXELS,
        threads: int = 1,
    ) -> None:
        self.classifier = Classifier(model, threads)
        self.finder_path = finder
        self.threads = threads
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels

    @cached_property
    def finder(self) -> Finder:
        """The finder, loaded when it is first needed; raises ModelError if it cannot be loaded."""
        return Finder(self.finder_path, self.threads)

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
        prediction, model_input = self.predict(image, drawn)
        timings = StageTimings(
            decode_ms=1_000 * (decoded - start),
            preprocess_ms=1_000 * (preprocessed - decoded),
            model_ms=1_000 * (perf_counter() - preprocessed),
        )
        return Recognition(prediction, model_input, timings)

    def predict(
        self, image: DecodedImage, drawn: Preprocessed | None
    ) -> tuple[Prediction, ModelInput | None]:
        """Return the prediction for an image, and the model input of its only digit.

        `drawn` is all ink of the image, None if it is blank. It is read as one digit; the finder is
        asked only if that does not settle it.
        """
        if drawn is None:
            return prediction_of(BLANK, ()), None
        single = self.classifier.predict(drawn.model_input)
        box = to_sent_pixels(drawn.box, image.scale)
        alone = PlacedDigit(single, drawn.model_input, box)
        is_easy = is_plain(drawn, single) or max(image.gray.shape) < MIN_FINDER_SIDE
        found = [] if is_easy else self.find_digits(image)
        if is_settled(drawn, alone, found):
            numbers = () if single.digit is None else lay_out([alone])
            return prediction_of(single, numbers), drawn.model_input
        if len(found) == 1:
            if drawn.on_even_paper and has_ink_beside(found[0].box, box):
                found = as_unsure(found)
            return prediction_of(found[0].prediction, lay_out(found)), found[0].model_input
        return prediction_of(None, lay_out(found)), None

    def find_digits(self, image: DecodedImage) -> list[PlacedDigit]:
        """Return the digits that the finder finds in an image, whatever else it shows.

        None of them is reliable if something else may well be a digit, too.
        """
        confidence = self.finder.confidence
        found, others_are_none = [], 1.0
        for candidate in self.find_candidates(image):
            prediction = confidence.predict(candidate.evidence)
            if prediction.digit is None:
                others_are_none *= 1 - confidence.of(candidate.evidence)
            else:
                found.append(PlacedDigit(prediction, candidate.model_input, candidate.box))
        return found if others_are_none >= SURE_CONFIDENCE else as_unsure(found)

    def find_candidates(self, image: DecodedImage) -> list[Candidate]:
        """Return what may be the digits of an image."""
        sight = self.finder.find(image.colors)
        candidates = []
        for digit in detect(sight.found, self.classifier.class_probabilities):
            ink, place = lift_ink(sight.part, sight.found.mask, digit)
            if ink.sum() < MIN_PIECE:
                continue  # the finder saw ink where the colors show none
            model_input, box = size_normalize(ink)
            read = self.classifier.class_probabilities(model_input)
            evidence = Evidence(
                combine(read[:NON_DIGIT], classes_of(sight.found, digit)),
                heat_of(sight.found, digit),
                ink_of(digit),
                digit.bottom - digit.top,
            )
            in_image = box._replace(
                left=sight.left + place.left + box.left, top=sight.top + place.top + box.top
            )
            placed = to_sent_pixels(in_image, image.scale)
            candidates.append(Candidate(evidence, model_input, placed))
        return candidates


def is_plain(drawn: Preprocessed, single: DigitPrediction) -> bool:
    """Return whether ink, read as a single digit, is surely nothing but that."""
    return drawn.on_even_paper and single.verdict == "digit" and not has_gap(drawn.model_input)


def is_settled(drawn: Preprocessed, alone: PlacedDigit, found: list[PlacedDigit]) -> bool:
    """Return whether all ink, read as one digit, is to be believed rather than what was found.

    It is if that is nothing or the same ink; on even paper, also if it is doubtful as a whole.
    """
    together = prod(digit.prediction.confidence for digit in found)
    if drawn.on_even_paper and together < MIN_CONFIDENCE ** len(found):
        return True
    return not found or (len(found) == 1 and overlap(found[0].box, alone.box) >= SAME_INK)


def has_gap(model_input: ModelInput) -> bool:
    """Return whether there is blank paper between the ink on the left and that on the right."""
    columns = np.flatnonzero(model_input.max(axis=0) > MIN_INK)
    return len(columns) > 0 and int(columns[-1] - columns[0]) >= len(columns) + MIN_GAP - 1


def has_ink_beside(digit: Box, ink: Box) -> bool:
    """Return whether much of the ink lies beside a digit, on one side: another digit perhaps."""
    left = digit.left - ink.left
    right = ink.right - digit.right
    least, most = sorted((left / digit.height, right / digit.height))
    return least < MAX_LEAST_INK and most > MIN_MOST_INK


def as_unsure(digits: list[PlacedDigit]) -> list[PlacedDigit]:
    """Return digits, none of them reliable."""
    return [
        placed._replace(prediction=placed.prediction._replace(verdict="unsure"))
        for placed in digits
    ]


def prediction_of(single: DigitPrediction | None, numbers: tuple[Number, ...]) -> Prediction:
    """Return the prediction for an image with a single digit or none, or with these numbers."""
    if single is not None:
        return Prediction(
            single.digit, single.verdict, single.confidence, single.probabilities, numbers
        )
    is_sure = all(number.verdict != "unsure" for number in numbers)
    confidence = prod(number.confidence for number in numbers)
    return Prediction(None, "number" if is_sure else "unsure", confidence, None, numbers)


def to_sent_pixels(box: Box, scale: tuple[float, float]) -> Box:
    """Return a box of a decoded image in pixels of the file."""
    x, y = scale
    return Box(x * box.left, y * box.top, x * box.width, y * box.height)


def overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share, as a fraction of the area that they cover together."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(0.0, width) * max(0.0, height)
    return shared / (one.width * one.height + other.width * other.height - shared)


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
