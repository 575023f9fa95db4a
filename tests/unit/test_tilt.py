"""How a row of digits rises or falls, and the image turned so that it is level."""

from math import cos, radians, sin

import numpy as np
import pytest
from PIL import Image, ImageDraw

from recognizer.classifier import BLANK
from recognizer.decoding import decode_image
from recognizer.layout import PlacedDigit
from recognizer.preprocessing import Box, Ink, preprocess, separate_ink
from recognizer.tilt import level, tilts_of
from support.images import encode


def row_of_bars(tilt: float, count: int = 4, width: int = 20) -> Image.Image:
    """Return bars 50 high side by side on white paper, whose row falls by a tilt in degrees."""
    image = Image.new("L", (300, 300), 255)
    pen = ImageDraw.Draw(image)
    for index in range(count):
        middle = 150 + 50 * (index - (count - 1) / 2)
        pen.rectangle([middle - width / 2, 125, middle + width / 2, 175], fill=0)
    return image.rotate(-tilt, Image.Resampling.BICUBIC, fillcolor=255)


def oval_of_dots() -> Image.Image:
    """Return black dots on an oval on white paper, whose longer axis falls by 15 degrees."""
    image = Image.new("L", (300, 300), 255)
    for number in range(12):
        angle = radians(30 * number)
        x, y = round(150 + 100 * cos(angle)), round(150 + 90 * sin(angle))
        image.paste(0, (x - 3, y - 3, x + 4, y + 4))
    return image.rotate(-15, Image.Resampling.BICUBIC, fillcolor=255)


def ink_of(image: Image.Image) -> Ink:
    patch = separate_ink(np.asarray(image))
    assert patch is not None
    return patch.ink


@pytest.mark.parametrize("tilt", [-50, -30, -15, 15, 30, 50])
def test_tilt_is_how_steeply_a_row_falls(tilt: int) -> None:
    assert tilts_of(ink_of(row_of_bars(tilt))) == pytest.approx((tilt,), abs=3)


@pytest.mark.parametrize(
    ("tilt", "expected"), [(75, (75, -105)), (-75, (-75, 105)), (90, (-90, 90))]
)
def test_steep_row_may_have_been_turned_either_way(tilt: int, expected: tuple[int, int]) -> None:
    assert tilts_of(ink_of(row_of_bars(tilt))) == pytest.approx(expected, abs=3)


def test_specks_do_not_hide_a_tilt() -> None:
    image = row_of_bars(30)
    image.paste(0, (10, 10, 12, 12))
    assert tilts_of(ink_of(image)) == pytest.approx((30,), abs=3)


@pytest.mark.parametrize(
    "image",
    [row_of_bars(0), row_of_bars(5), oval_of_dots(), row_of_bars(30, width=50)],
    ids=["level", "nearly level", "hardly flatter", "connected"],
)
def test_what_is_no_sloping_row_has_no_tilt(image: Image.Image) -> None:
    assert tilts_of(ink_of(image)) == ()


def test_no_ink_has_no_tilt() -> None:
    assert tilts_of(np.zeros((20, 20), dtype=np.float32)) == ()


@pytest.mark.parametrize("paper", [(255, 255, 255), (40, 90, 60)])
def test_leveled_image_continues_the_paper(paper: tuple[int, int, int]) -> None:
    image = Image.new("RGB", (200, 100), paper)
    image.paste((0, 0, 0), (80, 40, 120, 60))
    leveled = level(decode_image(encode(image)), 30).image
    assert leveled.colors.convert("RGB").getpixel((0, 0)) == paper
    assert leveled.gray.shape == (leveled.colors.height, leveled.colors.width)


@pytest.mark.parametrize("tilt", [-150, -90, -40, -20, 20, 40, 90, 130])
def test_box_as_sent_is_around_what_was_turned(tilt: int) -> None:
    """Where the image was sent twice as large as it is worked on."""
    image = Image.new("L", (300, 200), 255)
    image.paste(0, (200, 40, 230, 90))
    leveled = level(decode_image(encode(image))._replace(scale=(2.0, 2.0)), tilt)
    turned = preprocess(leveled.image.gray)
    assert turned is not None
    digit = PlacedDigit(BLANK, turned.model_input, turned.box)
    assert leveled.box_as_sent(digit) == pytest.approx((400, 80, 60, 100), abs=10)


@pytest.mark.parametrize("tilt", [-150, -40, 25, 60])
def test_box_as_sent_is_in_the_image(tilt: int) -> None:
    image = Image.new("L", (300, 200), 255)
    leveled = level(decode_image(encode(image)), tilt)
    width, height = leveled.image.colors.size
    ink = np.ones((28, 28), dtype=np.float32)
    digit = PlacedDigit(BLANK, ink, Box(0, 0, width, height))  # the corners that were added, too
    assert leveled.box_as_sent(digit) == Box(0, 0, 300, 200)
