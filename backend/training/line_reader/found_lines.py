"""Lines of ink as the library lifts them from scenes, where the released finder finds them."""

from collections.abc import Iterator, Sequence
from itertools import chain, count, islice

from recognizer import Box
from recognizer.detection import MIN_PIECE, detect, patch_around
from recognizer.layout import split_numbers
from recognizer.lifting import lift_ink
from recognizer.line_reader import line_input
from training.finder.pens import Hands
from training.finder.photos import draw_photo, in_scene, models
from training.finder.scenes import Scene
from training.line_reader.lines import MAX_DIGITS, Handwriting, LabeledLine, as_bytes

IN_LINE, BESIDE_LINE = 0.6, 0.1
"""Fractions of a digit's box in a line's from which, and up to which, it is in the line or not."""


def found_lines(handwriting: Handwriting, amount: int, seed: Sequence[int]) -> list[LabeledLine]:
    """Return so many lines of scenes; each seed gives others."""
    scenes = (lines_of_scene(handwriting.hands, (*seed, number)) for number in count())
    return list(islice(chain.from_iterable(scenes), amount))


def lines_of_scene(hands: Hands, seed: Sequence[int]) -> Iterator[LabeledLine]:
    """Yield the lines that are found in a random scene and whose digits are known."""
    photo = draw_photo(hands, seed)
    finder, classifier = models()
    sight = finder.find(photo.image)
    for pieces in split_numbers(detect(sight.found, classifier.class_probabilities)):
        row = patch_around(sight.found.mask, pieces)
        digits = digits_in(photo.scene, in_scene(row.box, sight))
        ink, _ = lift_ink(sight.part, sight.found.mask, row)
        if digits is not None and len(digits) <= MAX_DIGITS and ink.sum() >= MIN_PIECE:
            yield LabeledLine(as_bytes(line_input(ink).pixels), digits)


def digits_in(scene: Scene, line: Box) -> tuple[int, ...] | None:
    """Return the digits of a scene in the box of a line; None if it shows only part of one."""
    inside = []
    for label, sides in zip(scene.labels, scene.boxes, strict=True):
        box = Box(*sides)
        share = covered(box, line)
        if share > IN_LINE:
            inside.append((box.left + box.width / 2, label))
        elif share > BESIDE_LINE:
            return None
    return tuple(label for _, label in sorted(inside))


def covered(box: Box, other: Box) -> float:
    """Return the fraction of a box's area that another one covers."""
    width = min(box.right, other.right) - max(box.left, other.left)
    height = min(box.bottom, other.bottom) - max(box.top, other.top)
    return max(0.0, width) * max(0.0, height) / (box.width * box.height)
