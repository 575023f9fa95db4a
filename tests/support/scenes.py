"""Scenes without chance in them."""

import numpy as np

from training.finder.scenes import Scene


def bars(size: tuple[int, int], *digits: tuple[int, tuple[int, int, int, int]]) -> Scene:
    """Return a scene of a size (width, height) with black bars for digits.

    A digit is given with its bar: left, top, width and height.
    """
    mask = np.zeros(size[::-1], dtype=np.uint8)
    owners = np.zeros_like(mask)
    for number, (_, (left, top, width, height)) in enumerate(digits, 1):
        area = slice(top, top + height), slice(left, left + width)
        mask[area], owners[area] = 255, number
    picture = np.repeat(255 - mask[..., None], 3, axis=2)
    labels, boxes = zip(*digits, strict=True)
    return Scene(picture, mask, owners, labels, boxes)
