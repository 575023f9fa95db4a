"""What a camera, a scanner or a messenger does to a scene.

A function maps a picture (height, width, 3) in [0, 1] to another.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from training.finder.stage import Picture

NOISE = np.random.default_rng(0).standard_normal(2**20, dtype=np.float32)
"""Samples of noise with deviation 1: drawing others for each picture would take longest of all."""

Camera = Callable[[np.random.Generator, Picture], Picture]


def ordinary(rng: np.random.Generator, picture: Picture) -> Picture:
    """Blur a little and add a little noise."""
    side = rng.uniform(0.02, 0.2)
    row = np.array([side, 1 - 2 * side, side])
    kernel = ImageFilter.Kernel((3, 3), np.outer(row, row).ravel().tolist(), 1)
    return noise(rng, filtered(picture, kernel), rng.uniform(0, 0.02))


def noisy(rng: np.random.Generator, picture: Picture) -> Picture:
    """Add the noise of a dark room."""
    return noise(rng, picture, rng.uniform(0.03, 0.08))


def out_of_focus(rng: np.random.Generator, picture: Picture) -> Picture:
    """Blur."""
    radius = rng.uniform(0.5, 1.0) * max(picture.shape) / 160
    return noise(rng, filtered(picture, ImageFilter.GaussianBlur(radius)), 0.01)


def shaken(rng: np.random.Generator, picture: Picture) -> Picture:
    """Blur along a direction."""
    length, angle = rng.uniform(1, 3), rng.uniform(0, np.pi)
    kernel = np.zeros((5, 5))
    for at in np.linspace(-length / 2, length / 2, 9):
        kernel[round(2 + at * np.sin(angle)), round(2 + at * np.cos(angle))] += 1
    return filtered(picture, ImageFilter.Kernel((5, 5), kernel.ravel().tolist(), kernel.sum()))


def compressed(rng: np.random.Generator, picture: Picture) -> Picture:
    """Compress strongly as JPEG."""
    buffer = io.BytesIO()
    to_image(picture).save(buffer, "JPEG", quality=int(rng.integers(12, 60)))
    return np.asarray(Image.open(buffer), dtype=np.float32) / 255


def coarse(rng: np.random.Generator, picture: Picture) -> Picture:
    """Enlarge a picture of fewer pixels."""
    image = to_image(picture)
    factor = rng.uniform(1.2, 2.2)
    small = image.resize(
        (round(image.width / factor), round(image.height / factor)), Image.Resampling.BOX
    )
    method = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
    return np.asarray(small.resize(image.size, method[rng.integers(3)]), dtype=np.float32) / 255


def faint(rng: np.random.Generator, picture: Picture) -> Picture:
    """Reduce the contrast."""
    level = rng.uniform(0, 1)
    return level + (picture - level) * np.float32(rng.uniform(0.35, 0.6))


def black_and_white(rng: np.random.Generator, picture: Picture) -> Picture:
    """Compare each pixel with its surroundings, as fax machines and scanning apps do."""
    gray = picture.mean(axis=2)
    around = np.asarray(
        Image.fromarray((gray.clip(0, 1) * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(12)),
        dtype=np.float32,
    ) / 255  # fmt: skip
    dark = around.mean() < 0.5
    ink = gray > around + 0.12 if dark else gray < around - rng.uniform(0.06, 0.12)
    return np.repeat(np.where(ink != dark, 0.0, 1.0).astype(np.float32)[..., None], 3, axis=2)


def color_cast(rng: np.random.Generator, picture: Picture) -> Picture:
    """Take a picture in warm or cold light, or in gray."""
    if rng.random() < 0.4:
        return np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    return picture * rng.uniform(0.65, 1.05, 3).astype(np.float32)


def noise(rng: np.random.Generator, picture: Picture, strength: float) -> Picture:
    """Add noise of a standard deviation."""
    start = int(rng.integers(len(NOISE) // 2))
    return picture + np.resize(NOISE[start:], picture.shape) * np.float32(strength)


def filtered(picture: Picture, kernel: ImageFilter.Filter) -> Picture:
    """Return a picture after one of Pillow's filters."""
    return np.asarray(to_image(picture).filter(kernel), dtype=np.float32) / 255


def to_image(picture: Picture) -> Image.Image:
    """Return a picture as Pillow's."""
    return Image.fromarray((picture.clip(0, 1) * 255).round().astype(np.uint8))
