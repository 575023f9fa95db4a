"""Characters of handwriting fonts as small images; each font stands for one more hand.

The fonts come as npm packages (Fontsource; SIL Open Font License or Apache License 2.0), pinned
with their checksums in font_packages/package-lock.json; `make setup-training` installs them.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from recognizer.preprocessing import DIGIT_SIZE, INPUT_SIZE
from training.data.datasets import DatasetError

PACKAGES = Path(__file__).parents[1] / "font_packages" / "node_modules" / "@fontsource"

DIGITS = "0123456789"
LOOKALIKES = "OolISsZzBbqg"
"""Letters that anyone may take for a digit: not trained on, and evaluated apart."""
LETTERS = "".join(
    letter
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    if letter not in LOOKALIKES
)
SIGNS = "+-=*×÷%#?!&@<>~^$€:{}[]"

GLYPH_SIZE = 120
"""Font size, in pixels, at which glyphs are rasterized before they are scaled down."""


def font_files() -> list[Path]:
    """Return the installed fonts, sorted by name; raise DatasetError if none is installed."""
    files = sorted(PACKAGES.glob("*/files/*-latin-400-normal.woff"))
    if not files:
        raise DatasetError(f"{PACKAGES} contains no fonts: run `make setup-training`.")
    return files


def training_fonts() -> list[Path]:
    """Return the fonts to train on: two in three."""
    return [font for number, font in enumerate(font_files()) if number % 6 > 1]


def validation_fonts() -> list[Path]:
    """Return the fonts of the validation sets: one in six."""
    return font_files()[::6]


def test_fonts() -> list[Path]:
    """Return the fonts of the test sets, one in six: only for evaluating a released model."""
    return font_files()[1::6]


def has_glyph(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Return whether a font contains a character."""
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def rasterize_glyphs(
    fonts: list[Path], characters: str
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return an image of each character in each font that contains it.

    Returns images (n, 28, 28), white on black, fitted into 20×20 pixels like MNIST's, and the
    characters' positions (n,) in `characters`.
    """
    images, positions = [], []
    for path in fonts:
        font = ImageFont.truetype(path, GLYPH_SIZE)
        for position, character in enumerate(characters):
            if has_glyph(font, character):
                images.append(rasterize_glyph(font, character))
                positions.append(position)
    return np.stack(images), np.array(positions, dtype=np.int64)


def rasterize_glyph(font: ImageFont.FreeTypeFont, character: str) -> NDArray[np.uint8]:
    """Return the image (28, 28) of a character, white on black."""
    image = np.zeros((INPUT_SIZE, INPUT_SIZE), dtype=np.uint8)
    glyph = cropped_glyph(font, character, DIGIT_SIZE)
    top, left = ((INPUT_SIZE - side) // 2 for side in glyph.shape)
    image[top : top + glyph.shape[0], left : left + glyph.shape[1]] = glyph
    return image


def cropped_glyph(
    font: ImageFont.FreeTypeFont, character: str, longer_side: int
) -> NDArray[np.uint8]:
    """Return a character, white on black, cropped to its bounding box.

    The longer side of the image is `longer_side` pixels.
    """
    left, top, right, bottom = (round(edge) for edge in font.getbbox(character))
    glyph = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(glyph).text((-left, -top), character, fill=255, font=font)
    scale = longer_side / max(glyph.size)
    width, height = (max(1, round(side * scale)) for side in glyph.size)
    return np.asarray(glyph.resize((width, height), Image.Resampling.BOX))
