"""Headers with so many parts that Pillow would visit them for seconds."""

import zlib
from collections.abc import Callable

import pytest
from api.bombs import inflating_profile, png_chunk, small_png_with
from fuzz.corpus import images

from recognizer.decoding import decode_image, is_small
from recognizer.errors import ImageError
from recognizer.headers import COUNTERS, MAX_PARTS, is_header_too_long
from support.images import digit_image, encode

JPEG = encode(digit_image(7, size=(60, 40)), "JPEG")

GIF = encode(digit_image(7, size=(60, 40)), "GIF")

MakeFile = Callable[[int], bytes]


def jpeg_with(part: bytes) -> MakeFile:
    """Return a function that returns a JPEG with a number of parts before its tables."""
    tables = JPEG.index(b"\xff\xdb")
    return lambda number: JPEG[:tables] + part * number + JPEG[tables:]


def gif_with(part: bytes) -> MakeFile:
    """Return a function that returns a GIF with a number of parts before its frame."""
    frame = 13 + (3 << (GIF[10] & 7) + 1)
    return lambda number: GIF[:frame] + part * number + GIF[frame:]


def png_with_empty_data(number: int) -> bytes:
    """Return a PNG with a number of empty chunks before its data."""
    png = small_png_with()
    data = png.index(b"IDAT") - 4
    return png[:data] + png_chunk(b"IDAT", b"") * number + png[data:]


FILES: dict[str, MakeFile] = {
    "JPEG, fill bytes": jpeg_with(b"\xff"),
    "JPEG, stray bytes": jpeg_with(b"\1"),
    "JPEG, stray zeros after 0xFF": jpeg_with(b"\xff\0"),
    "JPEG, empty comments": jpeg_with(b"\xff\xfe\0\2"),
    "JPEG, comments of invalid length": jpeg_with(b"\xff\xfe\0\0"),
    "JPEG, marks without content": jpeg_with(b"\xff\xd0"),
    "JPEG, stray bytes after a mark": lambda number: jpeg_with(b"\xff\xd0" + b"\1" * number)(1),
    "PNG, empty chunks": lambda number: small_png_with(png_chunk(b"teSt", b"") * number),
    "PNG, empty data": png_with_empty_data,
    "PNG, chunks behind the image": lambda number: (
        small_png_with()[:-12] + png_chunk(b"teSt", b"") * number + small_png_with()[-12:]
    ),
    "GIF, comments": gif_with(b"!\xfe\1a\0"),
    "GIF, a comment of many parts": lambda number: gif_with(b"!\xfe" + b"\1a" * number + b"\0")(1),
    "GIF, stray bytes": gif_with(b"\1"),
}
"""Files by the parts of which they have a number more than necessary."""


@pytest.mark.parametrize("name", FILES)
def test_image_with_too_many_parts_is_rejected(name: str) -> None:
    with pytest.raises(ImageError) as error:
        decode_image(FILES[name](MAX_PARTS + 1))
    assert error.value.code == "unreadable"


@pytest.mark.parametrize("name", FILES)
def test_image_with_many_parts_is_read(name: str) -> None:
    content = FILES[name](MAX_PARTS // 3)
    plain = FILES[name](0)
    assert (decode_image(content).gray == decode_image(plain).gray).all()
    assert is_small(content)


@pytest.mark.parametrize("start", [JPEG, GIF, small_png_with()], ids=["JPEG", "GIF", "PNG"])
@pytest.mark.parametrize("byte", [b"\0", b"\xff"])
def test_bytes_behind_the_image_do_not_count(start: bytes, byte: bytes) -> None:
    assert (decode_image(start + byte * 1_000_000).gray == decode_image(start).gray).all()


@pytest.mark.parametrize(("profiles", "is_read"), [(1, True), (30, True), (200, False)])
def test_png_with_many_profiles_is_read_within_a_limit(profiles: int, is_read: bool) -> None:
    """Of 30, none is inflated by Pillow; 200 are too many megabytes to check them."""
    content = small_png_with(inflating_profile(1) * profiles)
    assert is_header_too_long(content) == (profiles > 1)
    if is_read:
        assert (decode_image(content).gray == decode_image(small_png_with()).gray).all()
    else:
        with pytest.raises(ImageError):
            decode_image(content)


@pytest.mark.parametrize(
    ("kind", "start"),
    [(b"iCCP", b"profile\0\0"), (b"zTXt", b"text\0\0"), (b"iTXt", b"text\0\1\0\0\0")],
)
def test_damaged_chunks_count_up_to_the_damage(kind: bytes, start: bytes) -> None:
    """Each inflates to almost a megabyte before zlib finds its checksum wrong."""
    damaged = zlib.compress(b" " * 1_000_000)[:-4] + bytes(4)
    chunk = png_chunk(kind, start + damaged)
    assert is_header_too_long(small_png_with(chunk * 30))
    assert decode_image(small_png_with(chunk * 30)).gray.shape == (8, 8)
    with pytest.raises(ImageError):
        decode_image(small_png_with(chunk * 200))


def test_jpeg_of_fill_bytes_alone_has_too_many_parts() -> None:
    """It is rejected in any case; here, before Pillow has read it."""
    assert is_header_too_long(b"\xff\xd8" + b"\xff" * (MAX_PARTS + 1))


def test_jpeg_with_one_segment_of_exif_data_is_not_too_long() -> None:
    segment = b"\xff\xe1" + (65_535).to_bytes(2, "big") + b"Exif\0\0".ljust(65_533, b"\0")
    assert [is_header_too_long(jpeg_with(segment)(number)) for number in (1, 2)] == [False, True]


def test_every_kind_of_valid_image_has_few_parts() -> None:
    counted = [
        count(content)
        for content in images()
        for start, count in COUNTERS.items()
        if content.startswith(start)
    ]
    assert len(counted) > 20
    assert 100 <= max(counted) <= MAX_PARTS // 5
