"""Digits and letters of handwriting fonts, each font one more hand, as small pictures.

The fonts come as npm packages (Fontsource; SIL Open Font License or Apache License 2.0), pinned
with their checksums in font_packages/package-lock.json; `make setup-training` installs them.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from recognizer.preprocessing import BOX, FIELD
from training.data.datasets import DatasetError

PACKAGES = Path(__file__).parent / "font_packages" / "node_modules" / "@fontsource"

DIGITS = "0123456789"
LOOKALIKES = "OolISsZzBbqg"
"""Letters that anyone may take for a digit: neither learned nor counted as anything else."""
LETTERS = "".join(
    letter
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    if letter not in LOOKALIKES
)
SIGNS = "+-=*×÷%#?!&@<>~^$€:{}[]"

GLYPH = 120
"""Pixels: the size at which glyphs are drawn before they are made small."""


def font_files() -> list[Path]:
    """The installed fonts, sorted by name."""
    files = sorted(PACKAGES.glob("*/files/*-latin-400-normal.woff"))
    if not files:
        raise DatasetError(f"There are no fonts in {PACKAGES}: run `make setup-training`.")
    return files


def training_fonts() -> list[Path]:
    """Two in three of the fonts: hands to learn from."""
    return [font for number, font in enumerate(font_files()) if number % 6 > 1]


def validation_fonts() -> list[Path]:
    """One in six of the fonts, to choose by."""
    return font_files()[::6]


def test_fonts() -> list[Path]:
    """One in six of the fonts: for the final figures of a released model."""
    return font_files()[1::6]


def has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Whether a font can draw a character."""
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def draw_glyphs(fonts: list[Path], characters: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Every character in every font that has it, and its position in `characters`.

    Pictures (n, 28, 28), white on black, fitted into 20×20 like MNIST's; positions (n,).
    """
    pictures, positions = [], []
    for path in fonts:
        font = ImageFont.truetype(path, GLYPH)
        for position, character in enumerate(characters):
            if has(font, character):
                pictures.append(draw_glyph(font, character))
                positions.append(position)
    return np.stack(pictures), np.array(positions, dtype=np.int64)


def draw_glyph(font: ImageFont.FreeTypeFont, character: str) -> NDArray[np.uint8]:
    """One character (28, 28), white on black."""
    field = np.zeros((FIELD, FIELD), dtype=np.uint8)
    glyph = glyph_of_size(font, character, BOX)
    top, left = ((FIELD - side) // 2 for side in glyph.shape)
    field[top : top + glyph.shape[0], left : left + glyph.shape[1]] = glyph
    return field


def glyph_of_size(
    font: ImageFont.FreeTypeFont, character: str, longer_side: int
) -> NDArray[np.uint8]:
    """One character, white on black, cut to its box, with a longer side of so many pixels."""
    left, top, right, bottom = (round(edge) for edge in font.getbbox(character))
    glyph = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(glyph).text((-left, -top), character, fill=255, font=font)
    scale = longer_side / max(glyph.size)
    width, height = (max(1, round(side * scale)) for side in glyph.size)
    return np.asarray(glyph.resize((width, height), Image.Resampling.BOX))
