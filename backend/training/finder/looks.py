"""Scenes as the finder looks at them: all of it at its own scale, then closer at some ink.

A closer look is another picture than a scene drawn small: cut tightly around the ink, and often
enlarged beyond what the photo shows.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, count, islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recognizer import Box
from recognizer.finder import LEARNED_PIXELS, View, closer_look, view_of_all
from recognizer.lifting import enlarge
from training.finder.pens import Hands
from training.finder.photos import Photo, draw_photo, models
from training.finder.scenes import MIN_INK, Scene, boxes_of

AROUND_DIGITS = 0.4
"""Probability that the closer look is at the digits, rather than at what the finder found."""

SOME_DIGITS = 0.2
"""Probability that it is only at some of them."""

SIDE_SPREAD = 0.15
"""Deviation of where a digit seems to end, on each side, in heights of it."""

MAX_PIXELS = 1.6 * LEARNED_PIXELS
"""Area of a picture, at most."""


def draw_looks(hands: Hands, amount: int, seed: Sequence[int]) -> list[Scene]:
    """Return so many looks at random scenes; each seed gives others."""
    seeds = ((*seed, number) for number in count())
    return list(islice(chain.from_iterable(looks_at(hands, each) for each in seeds), amount))


def looks_at(hands: Hands, seed: Sequence[int]) -> Iterator[Scene]:
    """Yield a random scene as the finder sees all of it, and closer."""
    photo = draw_photo(hands, seed)
    rng = np.random.default_rng((*seed, 2))
    first = view_of_all(photo.image)
    if photo.scene.boxes and rng.random() < AROUND_DIGITS:
        nearer = photo._replace(image=photo.image.in_detail())
        closer = around_digits(nearer, view_of_all(nearer.image).scale, rng)
    else:
        sight = models()[0].find(photo.image)
        nearer, closer = photo._replace(image=sight.image), sight.view
    yield seen(photo, first)
    is_another = closer != view_of_all(nearer.image)
    if closer is not None and is_another and pixels_of(closer) <= MAX_PIXELS:
        yield seen(nearer, closer)


def around_digits(photo: Photo, scale: float, rng: np.random.Generator) -> View | None:
    """Return a closer look than `scale` at the digits of a photo, or at some of them.

    Their edges are not seen exactly. Returns None if that is no closer look.
    """
    width, height = photo.image.colors.size
    boxes = np.array(photo.scene.boxes) / np.tile(photo.image.scale, 2)
    if rng.random() < SOME_DIGITS:
        boxes = boxes[: int(rng.integers(1, len(boxes) + 1))]
    pieces = []
    for box in boxes:
        ends = np.array([box[:2], box[:2] + box[2:]]) + rng.normal(0, SIDE_SPREAD * box[3], (2, 2))
        (left, top), (right, bottom) = np.sort(scale * ends.clip(0, (width, height)), axis=0)
        pieces.append(Box(left, top, right - left, bottom - top))
    return closer_look(pieces, (width, height), scale)


def pixels_of(view: View) -> float:
    """Return the area of a view in pixels of the finder."""
    return (view.right - view.left) * (view.bottom - view.top) * view.scale**2


def seen(photo: Photo, view: View) -> Scene:
    """Return what is seen of a photo; a digit of which hardly any ink is left is none."""
    width = max(1, round(view.scale * (view.right - view.left)))
    height = max(1, round(view.scale * (view.bottom - view.top)))
    part = photo.image.colors.crop(view[:4]).convert("RGB")
    picture = np.asarray(part.resize((width, height), Image.Resampling.BILINEAR))
    (left, right), (top, bottom) = (
        (round(start * scale), round(stop * scale))
        for start, stop, scale in zip(view[:2], view[2:4], photo.image.scale, strict=True)
    )
    area = slice(top, bottom), slice(left, right)
    mask, instances = photo.scene.mask[area], photo.scene.instances[area]
    drawn = [
        (label, enlarge(np.where(instances == number, mask, np.float32(0)), (width, height)))
        for number, label in enumerate(photo.scene.labels, 1)
    ]
    blank = np.zeros((height, width), dtype=np.float32)
    left_over = [(label, ink) for label, ink in drawn if ink.sum() >= 255 * MIN_INK]
    owners = owners_of([blank, *(ink for _, ink in left_over)])
    visible = [each for number, each in enumerate(left_over, 1) if (owners == number).any()]
    inks = [blank, *(ink for _, ink in visible)]
    owners = owners_of(inks)
    return Scene(
        picture,
        np.max(inks, axis=0).round().astype(np.uint8),
        owners,
        tuple(label for label, _ in visible),
        boxes_of(owners, len(visible)),
    )


def owners_of(inks: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Return which of several inks (height, width) in [0, 255] is the strongest in each pixel.

    The first is blank, and wins where the others are fainter than a level.
    """
    most = np.max(inks, axis=0)
    return np.where(most > 1, np.argmax(inks, axis=0), 0).astype(np.uint8)
