"""Lines of ink as the library lifts them from scenes, where the released finder finds them."""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from itertools import chain, count, islice

import numpy as np
from PIL import Image

from recognizer import Box
from recognizer.classifier import Classifier
from recognizer.decoding import decode_image
from recognizer.detection import MIN_PIECE, Patch, detect, patch_around
from recognizer.finder import Finder, Sight
from recognizer.layout import split_numbers
from recognizer.lifting import lift_ink
from recognizer.line_reader import line_input
from recognizer.preprocessing import to_sent_pixels
from training.finder.pens import Hands
from training.finder.scenes import Scene, draw_mixed_scene
from training.line_reader.lines import MAX_DIGITS, Handwriting, LabeledLine, as_bytes

SIZES = ((480, 360), (400, 400), (360, 480), (640, 480), (300, 225), (320, 240), (800, 600))
"""Width and height of scenes."""

IN_LINE, BESIDE_LINE = 0.6, 0.1
"""Fractions of a digit's box in a line's from which, and up to which, it is in the line or not."""


def found_lines(handwriting: Handwriting, amount: int, seed: Sequence[int]) -> list[LabeledLine]:
    """Return so many lines of scenes; each seed gives others."""
    scenes = (lines_of_scene(handwriting.hands, (*seed, number)) for number in count())
    return list(islice(chain.from_iterable(scenes), amount))


def lines_of_scene(hands: Hands, seed: Sequence[int]) -> Iterator[LabeledLine]:
    """Yield the lines that are found in a random scene and whose digits are known."""
    rng = np.random.default_rng((*seed, 1))  # another one than the scene's
    scene = draw_mixed_scene(hands, SIZES[rng.integers(len(SIZES))], seed)
    file = BytesIO()
    Image.fromarray(scene.picture).save(file, "BMP")  # a PNG takes 15 ms
    image = decode_image(file.getvalue())
    finder, classifier = models()
    sight = finder.find(image.colors)
    for pieces in split_numbers(detect(sight.found, classifier.class_probabilities)):
        row = patch_around(sight.found.mask, pieces)
        digits = digits_in(scene, to_sent_pixels(in_image(row, sight), image.scale))
        ink, _ = lift_ink(sight.part, sight.found.mask, row)
        if digits is not None and len(digits) <= MAX_DIGITS and ink.sum() >= MIN_PIECE:
            yield LabeledLine(as_bytes(line_input(ink).pixels), digits)


@cache
def models() -> tuple[Finder, Classifier]:
    """Return the released models that find lines, loaded once per process."""
    return Finder(), Classifier()


def in_image(patch: Patch, sight: Sight) -> Box:
    """Return the box of a part of the finder's mask, in pixels of the decoded image."""
    height, width = sight.found.mask.shape
    box = to_sent_pixels(patch.box, (sight.part.width / width, sight.part.height / height))
    return box._replace(left=sight.left + box.left, top=sight.top + box.top)


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
