"""An image, whatever else it shows → the digits in it.

The long way through the library, by all three networks: the finder tells the ink of digits from the
rest, the classifier and the line reader say what it is, alone and among its neighbors.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import NON_DIGIT, Classifier
from recognizer.confidence import (
    MIN_CONFIDENCE,
    SURE_CONFIDENCE,
    Confidence,
    Evidence,
    combine,
    predict,
    shared_out,
)
from recognizer.decoding import DecodedImage
from recognizer.detection import (
    MIN_MASK,
    MIN_PIECE,
    Patch,
    classes_of,
    detect,
    heat_of,
    ink_of,
    patch_around,
    usual_height,
)
from recognizer.finder import Finder, Sight
from recognizer.layout import PlacedDigit, as_unsure, rows_of, split_numbers
from recognizer.lifting import lift_ink
from recognizer.line_reader import LineReader, Reading
from recognizer.preprocessing import (
    Box,
    Ink,
    InkPatch,
    ModelInput,
    Scale,
    size_normalize,
    to_sent_pixels,
)
from recognizer.slashes import without_slashes

MORE_DIGITS = 0.7
"""How likely a number must be, compared with one of fewer digits that leaves ink unread."""

CUT_REACH = 0.4
"""How far a line is cut from where the line reader parts two digits, in widths of the narrower."""

UNKNOWN = np.full(10, 0.1)
"""Probabilities of the digits where the line reader reads none."""


class ReadDigit(NamedTuple):
    """A digit in a row, as the line reader reads it."""

    patch: Patch
    """Its ink in the finder's mask."""
    digits: NDArray[np.float64]
    """(10,), sums to 1: what it is."""
    line: float
    """Probability that the row has the digits that are read there."""


class Candidate(NamedTuple):
    """Ink that may be a digit."""

    evidence: Evidence
    model_input: ModelInput
    """(28, 28): the ink as the classifier saw it."""
    box: Box
    """In pixels of the image as it was sent, upright."""


class Findings(NamedTuple):
    """What was found in an image."""

    digits: list[PlacedDigit]
    inks: tuple[Ink, ...]
    """Where there may be a row that rises or falls, the clearest ink first."""


class Search:
    """The finder and the line reader, with the classifier; any number of threads may share one.

    `finder` and `line_reader` are files; `threads` is the number of threads that share the work of
    one image. Raises ModelError if a model cannot be loaded.
    """

    def __init__(
        self, classifier: Classifier, finder: Path, line_reader: Path, threads: int = 1
    ) -> None:
        self.classifier = classifier
        self.finder = Finder(finder, threads)
        self.line_reader = LineReader(line_reader, threads)

    def find_digits(self, image: DecodedImage, all_ink: InkPatch | None) -> Findings:
        """Return the digits of an image, whatever else it shows.

        `all_ink` is what can be told from the paper, None if nothing can.
        """
        on_even_paper = all_ink if all_ink is not None and all_ink.on_even_paper else None
        ink_height = usual_height(on_even_paper.ink) if on_even_paper else 0.0
        sight = self.finder.find(image, ink_height)
        found = self.find_among_others(sight)
        if on_even_paper is None:
            return Findings(without_slashes(found), (sight.found.mask,))
        found = self.likelier(found, on_even_paper, image.scale)
        return Findings(without_slashes(found), (on_even_paper.ink, sight.found.mask))

    def likelier(
        self, found: list[PlacedDigit], all_ink: InkPatch, scale: Scale
    ) -> list[PlacedDigit]:
        """Return what was found or the number that all ink is, whichever is likelier.

        Even paper hides no ink, so all of it may be a number, unless it is in several rows. If both
        are the same, it is likelier still. `scale` is the image's.
        """
        if len(rows_of(found)) > 1:
            return found
        readings, probability = self.line_reader.read(all_ink.ink)
        agree = [each.digit for each in readings] == [each.prediction.digit for each in found]
        weights = self.line_reader.confidence
        confidence = weights.of_agreed(probability) if agree else weights.of_whole(probability)
        if len(readings) < 2 or not is_likelier(confidence, len(readings), found):
            return found
        if agree:
            places = [(placed.model_input, placed.box) for placed in found]
        else:
            places = places_of(readings, all_ink, scale)
        if len(places) < len(readings):
            return found
        shares = shared_out(confidence, [float(reading.digits.max()) for reading in readings])
        if min(shares) < MIN_CONFIDENCE:
            return found
        return [
            PlacedDigit(predict(reading.digits, share), *place)
            for reading, share, place in zip(readings, shares, places, strict=True)
        ]

    def find_among_others(self, sight: Sight) -> list[PlacedDigit]:
        """Return the digits of an image that shows anything else, too.

        None of them is reliable if something else may well be a digit.
        """
        found, others_are_none = [], 1.0
        for row in self.find_rows(sight):
            for candidate, confidence in rated(row, self.line_reader.confidence):
                if confidence < MIN_CONFIDENCE:
                    others_are_none *= 1 - confidence
                    continue
                prediction = predict(candidate.evidence.digits, confidence)
                found.append(PlacedDigit(prediction, candidate.model_input, candidate.box))
        return found if others_are_none >= SURE_CONFIDENCE else as_unsure(found)

    def find_rows(self, sight: Sight) -> list[list[Candidate]]:
        """Return what may be the digits of an image, in rows."""
        pieces = detect(sight.found, self.classifier.class_probabilities)
        rows = []
        for number in split_numbers(pieces):
            row = self.read_number(sight, number)
            judged = [self.judge(sight, digit, len(row)) for digit in row]
            rows.append([candidate for candidate in judged if candidate is not None])
        return rows

    def read_number(self, sight: Sight, pieces: Sequence[Patch]) -> list[ReadDigit]:
        """Return the digits that the line reader reads where the finder found pieces in a row.

        Where it reads none, each piece may be any digit.
        """
        mask = sight.found.mask
        ink, place = lift_ink(sight.part, mask, patch_around(mask, pieces))
        if ink.sum() < MIN_PIECE:
            return []  # the finder saw ink where the colors show none
        readings, probability = self.line_reader.read(ink)
        if not readings:
            return [ReadDigit(piece, UNKNOWN, 1 - probability) for piece in pieces]
        scale = mask.shape[1] / sight.part.width
        digits = []
        for reading in readings:
            left, right = (scale * (place.left + side) for side in (reading.left, reading.right))
            patch = patch_between(mask, pieces, left, right)
            if patch is not None:
                digits.append(ReadDigit(patch, reading.digits, probability))
        return digits

    def judge(self, sight: Sight, digit: ReadDigit, count: int) -> Candidate | None:
        """Return what all networks make of one of `count` digits in a row.

        Returns None if the colors show no ink there.
        """
        ink, place = lift_ink(sight.part, sight.found.mask, digit.patch)
        if ink.sum() < MIN_PIECE:
            return None
        model_input, box = size_normalize(ink)
        read = self.classifier.class_probabilities(model_input)
        evidence = Evidence(
            combine(read[:NON_DIGIT], classes_of(sight.found, digit.patch), digit.digits),
            1 - float(read[NON_DIGIT]),
            heat_of(sight.found, digit.patch),
            ink_of(digit.patch),
            digit.line,
            digit.patch.box.height,
            count,
        )
        in_part = box._replace(left=place.left + box.left, top=place.top + box.top)
        return Candidate(evidence, model_input, sight.as_sent(in_part))


def rated(row: Sequence[Candidate], weights: Confidence) -> list[tuple[Candidate, float]]:
    """Return the candidates of a row, each with its confidence."""
    return list(zip(row, weights.of_row([each.evidence for each in row]), strict=True))


def is_likelier(confidence: float, count: int, found: Sequence[PlacedDigit]) -> bool:
    """Return whether a number of `count` digits is believed rather than what was found.

    The likelier one is. If fewer digits were found, MORE_DIGITS is enough: their confidence does
    not know of ink that is left.
    """
    if not found:
        return True
    of_found = prod(placed.prediction.confidence for placed in found)
    return confidence > of_found * (MORE_DIGITS if count > len(found) else 1)


def places_of(
    readings: Sequence[Reading], all_ink: InkPatch, scale: Scale
) -> list[tuple[ModelInput, Box]]:
    """Return the ink of each digit of a line, as the classifier sees it, and its box as sent.

    The line is cut where there is least ink. A digit that no ink is left for has no place.
    `scale` is the image's.
    """
    columns = all_ink.ink.sum(axis=0)
    cuts = []
    for before, after in pairwise(readings):
        narrower = min(before.right - before.left, after.right - after.left)
        cuts.append(emptiest(columns, after.left, CUT_REACH * narrower))
    places = []
    for left, right in pairwise([0, *cuts, len(columns)]):
        ink = all_ink.ink[:, left:right]
        if ink.sum() < MIN_PIECE:
            continue
        model_input, box = size_normalize(ink)
        in_image = box._replace(left=all_ink.left + left + box.left, top=all_ink.top + box.top)
        places.append((model_input, to_sent_pixels(in_image, scale)))
    return places


def emptiest(columns: NDArray[np.float32], near: float, reach: float) -> int:
    """Return the column with the least ink (width,) within reach of another; the nearest such.

    A line that was slanted to be read may have digits beyond its columns, which count as the last.
    """
    rightmost = len(columns) - 1
    near = min(near, rightmost)
    first, last = max(0, round(near - reach)), min(rightmost, round(near + reach))
    least = first + np.flatnonzero(columns[first : last + 1] == columns[first : last + 1].min())
    return int(least[np.abs(least - near).argmin()])


def patch_between(
    mask: NDArray[np.float32], pieces: Sequence[Patch], left: float, right: float
) -> Patch | None:
    """Return the ink of a digit that is read between two columns of the mask (height, width).

    It is the piece that is there or, where there are several or none, all ink of the row. Returns
    None if there is too little.
    """
    there = [piece for piece in pieces if left <= piece.left + piece.box.width / 2 < right]
    if len(there) == 1:
        return there[0]
    around = patch_around(mask, pieces)
    columns = np.arange(around.left, around.right)
    own = (around.ink >= MIN_MASK) & (columns >= round(left)) & (columns < round(right))
    return around.within(own) if own.sum() >= MIN_PIECE else None
