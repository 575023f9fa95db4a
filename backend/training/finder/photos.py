"""Scenes as the library gets them: image files, larger than the finder's pictures."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image

from recognizer import Box
from recognizer.classifier import Classifier
from recognizer.decoding import DecodedImage, decode_image
from recognizer.finder import Finder, Sight
from recognizer.preprocessing import to_sent_pixels
from training.finder.pens import Hands
from training.finder.scenes import Scene, draw_mixed_scene

SIZES = ((480, 360), (400, 400), (360, 480), (640, 480), (300, 225), (320, 240), (800, 600))
"""Width and height of scenes."""

JPEG_PROB, QUALITY = 0.6, (70, 95)
"""Probability that a scene is compressed, and how well, from and to."""


class Photo(NamedTuple):
    """A scene and its image."""

    scene: Scene
    image: DecodedImage


def draw_photo(hands: Hands, seed: Sequence[int]) -> Photo:
    """Return a random training scene as an image."""
    rng = np.random.default_rng((*seed, 1))  # another one than the scene's
    scene = draw_mixed_scene(hands, SIZES[rng.integers(len(SIZES))], seed)
    quality = int(rng.integers(QUALITY[0], QUALITY[1] + 1)) if rng.random() < JPEG_PROB else None
    return Photo(scene, decoded(scene, quality))


def decoded(scene: Scene, quality: int | None = None) -> DecodedImage:
    """Return a scene as the library decodes its file: a JPEG of some quality, or exact pixels."""
    file = BytesIO()
    picture = Image.fromarray(scene.picture)
    if quality is None:
        picture.save(file, "BMP")  # a PNG takes 15 ms
    else:
        picture.save(file, "JPEG", quality=quality)
    return decode_image(file.getvalue())


@cache
def models() -> tuple[Finder, Classifier]:
    """Return the released models that find digits, loaded once per process."""
    return Finder(), Classifier()


def in_scene(box: Box, sight: Sight) -> Box:
    """Return a box of the finder's mask in pixels of the scene."""
    height, width = sight.found.mask.shape
    return sight.as_sent(
        to_sent_pixels(box, (sight.part.width / width, sight.part.height / height))
    )
