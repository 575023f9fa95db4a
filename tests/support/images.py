"""Images that tests send: handwritten digits in any size, mode and format."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from support.drawings import DIGITS, Box, rasterize

Color = int | tuple[int, ...]


def digit_mask(digit: int, **options: Any) -> Image.Image:
    """Return how much ink a digit leaves on each pixel; `options` go to `rasterize`."""
    return rasterize(DIGITS[digit], **options)


def paint(mask: Image.Image, mode: str, ink: Color, paper: Color) -> Image.Image:
    """Return an image in the given mode with ink where the mask is white."""
    return Image.composite(Image.new(mode, mask.size, ink), Image.new(mode, mask.size, paper), mask)


def digit_image(digit: int, ink: int = 0, paper: int = 255, **options: Any) -> Image.Image:
    """Return a digit in grayscale; `options` go to `rasterize`."""
    return paint(digit_mask(digit, **options), "L", ink, paper)


def pair_image(pair: str) -> Image.Image:
    """Return two digits side by side, black on white, 280 pixels square."""
    box = Box(0.15, 0.2, 0.7, 0.6)
    both = Image.new("L", (280, 280), 0)
    for number, digit in enumerate(pair):
        both.paste(digit_mask(int(digit), size=(140, 280), box=box), (140 * number, 0))
    return paint(both, "L", ink=0, paper=255)


def grid_image() -> Image.Image:
    """Return an image of fine mesh: not a digit."""
    image = Image.new("L", (200, 200), 255)
    canvas = ImageDraw.Draw(image)
    for place in range(0, 200, 8):
        canvas.line([(place, 0), (place, 199)], fill=0)
        canvas.line([(0, place), (199, place)], fill=0)
    return image


def encode(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """Return an image as a file; `options` go to Pillow."""
    buffer = BytesIO()
    image.save(buffer, format=file_format, **options)
    return buffer.getvalue()


def encode_animation(frames: Sequence[Image.Image], file_format: str) -> bytes:
    """Return frames as an endless animation in a file."""
    first, *others = frames
    return encode(first, file_format, save_all=True, append_images=others, duration=100, loop=0)
