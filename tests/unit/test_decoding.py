"""Modes of images, and bounds on the work that animations and damaged files cause."""

from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from recognizer import ImageError, decoding
from recognizer.damaged import MAX_CHUNKS
from recognizer.decoding import decode_image, decode_later_frames
from support.images import digit_image, digit_mask, encode, encode_animation, paint

SIDE = 40

SIDEWAYS = Image.Exif()
SIDEWAYS[ExifTags.Base.Orientation] = 6


def animation(count: int, file_format: str) -> bytes:
    """Return an animation of blank frames that differ."""
    frames = [Image.new("RGB", (SIDE, SIDE), (255, 255, 20 * number)) for number in range(count)]
    return encode_animation(frames, file_format)


@pytest.mark.parametrize("side", [100, 401, 1_000])
@pytest.mark.parametrize("mode", ["LA", "P", "RGB", "RGBA"])
def test_gray_image_has_the_same_levels_in_every_mode(mode: str, side: int) -> None:
    gray = digit_image(5, ink=30, paper=220).resize((side, side))
    assert (decode_image(encode(gray.convert(mode))).gray == decode_image(encode(gray)).gray).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("channel", range(3))
def test_ink_that_shows_in_one_channel_is_seen(channel: int, mode: str) -> None:
    ink = tuple(60 if index == channel else 200 for index in range(3))
    image = paint(digit_mask(5), "RGB", ink, (200, 200, 200)).convert(mode)
    assert np.ptp(decode_image(encode(image)).gray) > 50


@pytest.mark.parametrize("side", [100, 1_000])
def test_single_transparent_corner_is_paper(side: int) -> None:
    image = digit_image(5).resize((side, side)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, side // 10, side // 10))
    assert decode_image(encode(image)).gray[0, 0] == 255


@pytest.mark.parametrize("side", [100, 1_000])
@pytest.mark.parametrize("tone", [0, 1, 90])
def test_dark_ink_on_nothing_is_on_white_paper(tone: int, side: int) -> None:
    opacity = digit_mask(5).resize((side, side)).point(lambda level: level * 7 // 8)
    transparent = Image.new("RGB", opacity.size, (tone, tone, tone))
    transparent.putalpha(opacity)
    drawn = Image.new("L", opacity.size, 255)
    drawn.paste(tone, mask=opacity)
    gray, expected = (decode_image(encode(image)).gray for image in (transparent, drawn))
    assert np.abs(gray.astype(int) - expected).max() <= 3  # levels, of rounding


@pytest.mark.parametrize("tone", [255, 230])
@pytest.mark.parametrize("opacity", [40, 100, 127, 255])
def test_light_translucent_ink_on_nothing_is_on_black_paper(tone: int, opacity: int) -> None:
    drawn = Image.new("RGB", (SIDE, SIDE), (tone, tone, tone))
    drawn.putalpha(digit_mask(5, size=(SIDE, SIDE)).point(lambda level: level * opacity // 255))
    gray = decode_image(encode(drawn)).gray
    assert gray.min() == 0
    assert gray.max() == pytest.approx(tone * opacity / 255, abs=1)


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
def test_later_frames_are_all_but_the_first(file_format: str) -> None:
    assert len(list(decode_later_frames(animation(5, file_format)))) == 4
    assert not list(decode_later_frames(encode(Image.new("L", (SIDE, SIDE)), file_format)))


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
def test_later_frames_are_bounded_by_their_number_and_pixels(
    monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    content = animation(9, file_format)
    monkeypatch.setattr(decoding, "MAX_FRAME_PIXELS", 5 * SIDE * SIDE)
    assert len(list(decode_later_frames(content))) == 4
    monkeypatch.setattr(decoding, "MAX_FRAMES", 3)
    assert len(list(decode_later_frames(content))) == 2


def test_later_frames_over_the_limit_are_not_decoded() -> None:
    assert not list(decode_later_frames(animation(5, "PNG"), max_pixels=SIDE))


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_orientation_in_long_exif_data_is_not_looked_for(file_format: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    for comment, size in (("short", (30, 40)), ("long" * 20_000, (40, 30))):
        exif[ExifTags.Base.ImageDescription] = comment
        content = encode(Image.new("RGB", (40, 30)), file_format, exif=exif)
        assert decode_image(content).colors.size == size


def test_damaged_png_of_many_chunks_is_rejected() -> None:
    whole = encode(Image.new("L", (SIDE, SIDE)))
    chunk = b"\0\0\0\0teSt\0\0\0\0"
    assert decode_image(whole[:33] + 9 * chunk + whole[33:]).gray.shape == (SIDE, SIDE)
    with pytest.raises(ImageError, match="cannot be read"):
        decode_image(whole[:33] + MAX_CHUNKS * chunk + whole[33:])


@pytest.mark.parametrize(
    ("file_format", "options", "size", "decoded", "detailed"),
    [
        ("JPEG", {}, (1_600, 1_200), (400, 300), (800, 600)),
        ("JPEG", {"progressive": True}, (1_600, 1_200), (800, 600), (800, 600)),
        ("JPEG", {"exif": SIDEWAYS}, (1_600, 1_200), (300, 400), (600, 800)),
        ("JPEG", {}, (300, 240), (300, 240), (300, 240)),
        ("PNG", {}, (1_600, 1_200), (1_600, 1_200), (800, 600)),
    ],
    ids=["JPEG", "progressive JPEG", "JPEG that is turned", "small JPEG", "PNG"],
)
def test_jpeg_is_decoded_at_the_fraction_that_is_needed(
    file_format: str,
    options: dict[str, Any],
    size: tuple[int, int],
    decoded: tuple[int, int],
    detailed: tuple[int, int],
) -> None:
    """Each scan of a progressive one takes long, so that it is decoded once."""
    image = decode_image(encode(Image.new("RGB", size), file_format, **options))
    assert image.whole.colors.size == decoded
    in_detail = image.in_detail()
    assert in_detail.colors.size == detailed
    upright = size if decoded[0] > decoded[1] else size[::-1]
    for each in (image, in_detail):
        covered = np.multiply(each.colors.size, each.scale)
        assert covered == pytest.approx(upright, abs=8)


def test_more_of_a_jpeg_is_decoded_once() -> None:
    """An image may be searched, and then turned."""
    load_whole = decode_image(encode(Image.new("RGB", (1_600, 1_200)), "JPEG")).load_whole
    assert load_whole is not None
    assert load_whole() is load_whole()


def test_jpeg_that_lacks_its_end_is_shown_in_detail() -> None:
    whole = encode(Image.effect_noise((1_600, 1_200), 60), "JPEG")
    image = decode_image(whole[: int(0.9 * len(whole))])
    detailed = image.in_detail()
    assert detailed.colors.width == 800
    heights = [each.scale[1] * each.colors.height for each in (image, detailed)]
    assert heights[0] == pytest.approx(heights[1], abs=16)
    assert 1_000 < heights[0] < 1_150
