"""The pipeline: image bytes → model input → prediction, with stage timings."""

from functools import cache, cached_property
from math import ceil, floor, prod
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import BLANK, Classifier, DigitPrediction, Verdict
from recognizer.decoding import (
    MAX_BYTES,
    MAX_PIXELS,
    DecodedImage,
    Header,
    decode_image,
    decode_later_frames,
    may_be_animation,
)
from recognizer.layout import Number, PlacedDigit, as_unsure, lay_out
from recognizer.model_files import FINDER_PATH, LINE_READER_PATH, MODEL_PATH, version_of
from recognizer.preprocessing import (
    MIN_CONTRAST,
    Box,
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

MIN_PLAIN = 0.97
"""Probability of a digit, rather than another or none, from which even paper is not searched."""

SAME_INK = 0.7
"""Overlap from which what was found is taken for all ink of the image."""

MIN_TRUSTED, MIN_DOUBTFUL = 0.5, 0.3
"""Confidence of what was found, as a geometric mean, from which the classifier is not believed; and
from which one network's digits are an answer, though unsure, where the others see none."""

MAX_LEAST_INK, MIN_MOST_INK = 0.15, 0.2
"""How far ink extends beyond a digit on its two sides, in heights of it, if it is beside the digit
rather than around it or below."""

MIN_CLEAR, MIN_TALL = 0.98, 0.5
"""Confidence from which a digit is reliable although there is ink beside it; and how many rows that
ink has, in heights of the digit, if it is not: no network sees a hair-thin 1."""

MIN_INK, MIN_GAP = 0.1, 2
"""Ink of the model input that is not paper, and columns or rows of paper that part digits."""

THUMBNAIL_SIDE = 64
"""Longer side, in pixels, at which rings around other ink are looked for."""

MAX_PIECES_OF_ONE = 3
"""Pieces of connected ink of a 1, at most: two that are written apart, and a serif."""

MIN_TILTED_DIGITS, MIN_TURNED_DIGITS, MIN_TURNED = 2, 3, 0.75
"""Digits of a row that is read once an image is turned: a little, and by about a quarter, where an
8 on its side is two; and as a fraction of those that are read as it was sent."""


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


def is_likelier(turned: Prediction, other: Prediction, least: int) -> bool:
    """Return whether what is read once an image is turned is believed, rather than another reading.

    It must be at least that many digits, and not many fewer than in the other reading: of many, all
    are seldom right, and what is read across a column are few. Where the other reading saw none, it
    must be sure.
    """
    count, other_count = (
        sum(len(number.digits) for number in each.numbers) for each in (turned, other)
    )
    if count < max(least, MIN_TURNED * other_count):
        return False
    if not other.numbers:
        return turned.verdict == "number"
    return turned.confidence > other.confidence


def is_plain(drawn: Preprocessed, single: DigitPrediction) -> bool:
    """Return whether ink, read as a single digit, is surely nothing but that."""
    probability = single.confidence * (1 - single.non_digit)
    is_sure = single.verdict == "digit" and probability >= MIN_PLAIN
    return (
        is_sure
        and drawn.patch.on_even_paper
        and not has_gap(drawn.model_input)
        and not is_ring(drawn, single)
        and not is_row(drawn, single)
    )


def is_ring(drawn: Preprocessed, single: DigitPrediction) -> bool:
    """Return whether what is read as a 0 is a ring around other ink: a ringed 1 looks like one."""
    if single.digit != 0:
        return False
    # Late, because most images need none of it.
    from recognizer.detection import connected_ink, encloses

    pieces = connected_ink(thumbnail_of(drawn.patch.ink))
    return any(encloses(outer, inner) for outer in pieces for inner in pieces)


def thumbnail_of(ink: Ink) -> Ink:
    """Return the most ink of each few pixels, so that thin lines last, and do not break either."""
    factor = ceil(max(ink.shape) / THUMBNAIL_SIDE)
    height, width = (ceil(side / factor) for side in ink.shape)
    padded = np.zeros((height * factor, width * factor), dtype=np.float32)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    most: Ink = padded.reshape(height, factor, width, factor).max(axis=(1, 3))
    return most


def is_row(drawn: Preprocessed, single: DigitPrediction) -> bool:
    """Return whether what is read as a 1 is a long row or column of digits: that looks like one."""
    if single.digit != 1:
        return False
    # Late, because most images need none of it.
    from recognizer.detection import connected_ink

    return len(connected_ink(drawn.patch.ink)) > MAX_PIECES_OF_ONE


def answer(
    drawn: Preprocessed, alone: PlacedDigit, found: list[PlacedDigit]
) -> tuple[Prediction, ModelInput | None]:
    """Return the prediction for an image that was searched, and the model input of its only digit.

    `drawn` is all ink of the image, `alone` that ink read as one digit, `found` what the search
    found.
    """
    if not found:
        is_one = drawn.patch.on_even_paper and not is_row(drawn, alone.prediction)
        return answer_alone(doubted(alone, is_one))
    if is_settled(drawn, alone, found):
        return answer_alone(alone)
    verdict = alone.prediction.verdict
    if len(found) == 1 and drawn.patch.on_even_paper and verdict != "digit":
        is_rejected = verdict == "not_a_digit" and is_same(found[0].box, alone.box)
        if is_rejected or may_have_neighbor(found[0], alone.box, drawn):
            found = as_unsure(found)
    return answer_found(found)


def answer_found(found: list[PlacedDigit]) -> tuple[Prediction, ModelInput | None]:
    """Return the prediction that an image shows these digits, and the model input of its only one.

    There is at least one.
    """
    if len(found) == 1:
        return prediction_of(found[0].prediction, lay_out(found)), found[0].model_input
    return prediction_of(None, lay_out(found)), None


def answer_unseen(found: list[PlacedDigit]) -> tuple[Prediction, ModelInput | None]:
    """Return the prediction for an image without ink, and the model input of its only digit.

    `found` is what the search found there, paler than the paper is uneven: an answer, unless it is
    very doubtful.
    """
    if not found or mean_confidence(found) < MIN_DOUBTFUL:
        return prediction_of(BLANK, ()), None
    return answer_found(found)


def answer_alone(alone: PlacedDigit) -> tuple[Prediction, ModelInput]:
    """Return the prediction that all ink of an image is one digit or none, and its model input."""
    numbers = () if alone.prediction.digit is None else lay_out([alone])
    return prediction_of(alone.prediction, numbers), alone.model_input


def doubted(alone: PlacedDigit, is_one: bool) -> PlacedDigit:
    """Return what all ink is, read as one digit, where the search found none.

    If that is very doubtful, it is none either. It is reliable only if the ink `is_one` thing: on
    uneven paper, shadows and textures are taken for ink.
    """
    prediction = alone.prediction
    if prediction.verdict == "unsure" and prediction.confidence < MIN_DOUBTFUL:
        return alone._replace(prediction=prediction._replace(digit=None, verdict="not_a_digit"))
    if prediction.verdict == "digit" and not is_one:
        return as_unsure([alone])[0]
    return alone


def is_settled(drawn: Preprocessed, alone: PlacedDigit, found: list[PlacedDigit]) -> bool:
    """Return whether all ink, read as one digit, is to be believed rather than what was found.

    It is if a single digit was found in the same ink that is no likelier. On uneven paper, which
    takes shadows for ink, it must surely be a digit; if it is one on even paper, what was found may
    be a part of it, unless it is a ring or a row. On even paper it also is if what was found is
    doubtful as a whole, unless that is several digits and the ink together is none. It is in any
    case if that is very doubtful and the ink together none.
    """
    is_whole = len(found) == 1 and is_same(found[0].box, alone.box)
    if is_ring(drawn, alone.prediction) or is_row(drawn, alone.prediction):
        return is_whole
    verdict, confidence = alone.prediction.verdict, mean_confidence(found)
    if verdict == "not_a_digit" and confidence < MIN_DOUBTFUL:
        return True
    if drawn.patch.on_even_paper and confidence < MIN_TRUSTED:
        return verdict != "not_a_digit" or len(found) == 1
    if len(found) > 1 or alone.prediction.confidence < confidence:
        return False
    if verdict == "digit":
        return is_whole or drawn.patch.on_even_paper
    return verdict == "unsure" and is_whole and drawn.patch.on_even_paper


def is_same(digit: Box, ink: Box) -> bool:
    """Return whether a digit is about all ink of the image."""
    return overlap(digit, ink) >= SAME_INK


def mean_confidence(digits: list[PlacedDigit]) -> float:
    """Return the geometric mean of the confidence of digits, at least one."""
    return float(prod(digit.prediction.confidence for digit in digits) ** (1 / len(digits)))


def has_gap(model_input: ModelInput) -> bool:
    """Return whether blank paper parts the ink on the left from the right, or top from bottom."""
    for axis in (0, 1):
        inked = np.flatnonzero(model_input.max(axis=axis) > MIN_INK)
        if len(inked) and int(inked[-1] - inked[0]) >= len(inked) + MIN_GAP - 1:
            return True
    return False


def has_ink_beside(digit: Box, ink: Box) -> bool:
    """Return whether much of the ink lies beside a digit, on one side: another digit perhaps."""
    left = digit.left - ink.left
    right = ink.right - digit.right
    least, most = sorted((left / digit.height, right / digit.height))
    return least < MAX_LEAST_INK and most > MIN_MOST_INK


def may_have_neighbor(found: PlacedDigit, ink: Box, drawn: Preprocessed) -> bool:
    """Return whether there is ink beside a digit that may be another one.

    `ink` is all ink of the image, in pixels of the image as it was sent.
    """
    is_clear = found.prediction.confidence >= MIN_CLEAR
    is_beside = has_ink_beside(found.box, ink)
    return is_beside and (not is_clear or has_tall_ink_beside(found.box, ink, drawn))


def has_tall_ink_beside(digit: Box, ink: Box, drawn: Preprocessed) -> bool:
    """Return whether ink beside a digit is about as high, like that of another digit.

    `digit` and `ink`, which is all ink of the image, are in pixels of the image as it was sent.
    """
    scale = drawn.box.width / ink.width
    start = drawn.box.left - drawn.patch.left - scale * ink.left
    first, last = floor(start + scale * digit.left) - 1, ceil(start + scale * digit.right) + 1
    beside = np.delete(drawn.patch.ink, slice(max(0, first), last), axis=1)
    rows = np.count_nonzero(beside.max(axis=1, initial=0) > MIN_INK)
    return rows >= MIN_TALL * scale * digit.height


def prediction_of(single: DigitPrediction | None, numbers: tuple[Number, ...]) -> Prediction:
    """Return the prediction for an image with a single digit or none, or with these numbers."""
    if single is not None:
        return Prediction(
            single.digit, single.verdict, single.confidence, single.probabilities, numbers
        )
    is_sure = all(number.verdict != "unsure" for number in numbers)
    confidence = prod(number.confidence for number in numbers)
    return Prediction(None, "number" if is_sure else "unsure", confidence, None, numbers)


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
