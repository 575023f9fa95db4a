"""Files as cameras, scanners and programs write them, damaged or unusual, are recognized."""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

import httpx
import numpy as np
import pytest
from api.bombs import PNG_START, gif, inflating_text, png_chunk
from api.errors import assert_is_error
from api.requests import raw_request
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from support.images import digit_image, digit_mask, encode, encode_animation, paint

WHITE = (255, 255, 255)


def predict(client: httpx.Client, image: bytes) -> dict[str, Any]:
    """Return the prediction for an image that must be accepted."""
    response = raw_request(image).send(client)
    assert response.status_code == 200, response.text
    prediction: dict[str, Any] = response.json()
    return prediction


def assert_shows(client: httpx.Client, image: bytes, digit: int) -> None:
    """Assert that an image is recognized as a digit."""
    prediction = predict(client, image)
    assert (prediction["digit"], prediction["verdict"]) == (digit, "digit")


def assert_is_blank(client: httpx.Client, image: bytes) -> None:
    """Assert that an image is read and found blank."""
    assert predict(client, image)["verdict"] == "blank"


def assert_is_unreadable(client: httpx.Client, image: bytes) -> None:
    """Assert that an image is rejected as damaged."""
    response = raw_request(image).send(client)
    assert response.status_code == 400, response.text
    assert_is_error(response.text, "unreadable")


# Files that lack their end


def photo(size: tuple[int, int] = (280, 280), paper: int = 255, top: float = 0) -> Image.Image:
    """Return a 7 in 70% of an image's height, from `top` on.

    Noise makes all rows take about as many bytes.
    """
    width, height = size
    image = Image.new("L", size, paper)
    seven = digit_image(7, paper=paper, size=(width, int(0.7 * height)))
    image.paste(seven, (0, int(top * height)))
    noise = np.abs(np.random.default_rng(7).normal(0, 2, (height, width)))
    return Image.fromarray((np.asarray(image) - noise).clip(0, 255).astype(np.uint8))


PARTS: dict[str, Callable[[], bytes]] = {
    "JPEG L": lambda: encode(photo(), "JPEG", quality=95),
    "JPEG RGB": lambda: encode(photo().convert("RGB"), "JPEG", quality=95),
    "JPEG CMYK": lambda: encode(photo().convert("CMYK"), "JPEG", quality=95),
    "JPEG on gray": lambda: encode(photo(paper=128), "JPEG", quality=95),
    "JPEG with restarts": lambda: encode(photo(), "JPEG", quality=95, restart_marker_rows=1),
    "JPEG of a camera": lambda: encode(photo((1600, 1600)).convert("RGB"), "JPEG", quality=80),
    "PNG L": lambda: encode(photo()),
    "PNG RGBA": lambda: encode(photo().convert("RGBA")),
    "PNG P": lambda: encode(photo().quantize(64)),
    "PNG 16 bit": lambda: encode(Image.fromarray(np.asarray(photo()).astype(np.uint16) * 256)),
    "GIF": lambda: encode(photo().quantize(64), "GIF", interlace=0),
    # Their last row is stored first.
    "BMP L": lambda: encode(photo(top=0.3), "BMP"),
    "BMP RGB": lambda: encode(photo(top=0.3).convert("RGB"), "BMP"),
}
"""Files whose rows are stored one after the other."""


@pytest.mark.parametrize("fraction", [0.85, 0.95])
@pytest.mark.parametrize("name", PARTS)
def test_file_without_its_end_is_recognized(
    client: httpx.Client, name: str, fraction: float
) -> None:
    whole = PARTS[name]()
    assert_shows(client, whole[: int(fraction * len(whole))], 7)


@pytest.mark.parametrize("name", [name for name in PARTS if not name.startswith("BMP")])
def test_digit_in_a_file_without_its_end_keeps_its_box(client: httpx.Client, name: str) -> None:
    whole = PARTS[name]()
    boxes = [
        raw_request(content).send(client).json()["numbers"][0]["box"]
        for content in (whole, whole[: int(0.85 * len(whole))])
    ]
    side = Image.open(BytesIO(whole)).width
    assert boxes[1] == pytest.approx(boxes[0], abs=0.03 * side)


@pytest.mark.parametrize("fraction", [0.3, 0.65])
@pytest.mark.parametrize("name", PARTS)
def test_file_without_a_third_is_rejected(client: httpx.Client, name: str, fraction: float) -> None:
    whole = PARTS[name]()
    assert_is_unreadable(client, whole[: int(fraction * len(whole))])


@pytest.mark.parametrize("size", [(28, 28), (280, 280)])
@pytest.mark.parametrize("missing", [1, 2, 3])
def test_jpeg_without_its_last_bytes_is_recognized(
    client: httpx.Client, size: tuple[int, int], missing: int
) -> None:
    whole = encode(digit_image(3, size=size, pen=0.08).convert("RGB"), "JPEG")
    assert_shows(client, whole[:-missing], 3)


def test_photo_without_its_end_is_turned_upright(client: httpx.Client) -> None:
    exif = Image.Exif()
    exif[274] = 6
    turned = photo().transpose(Image.Transpose.ROTATE_90)
    whole = encode(turned, "JPEG", exif=exif)
    assert_shows(client, whole[: int(0.95 * len(whole))], 7)


def with_exif(jpeg: bytes, *parts: bytes) -> bytes:
    """Return a JPEG with EXIF data in as many segments as there are parts."""
    segments = (b"Exif\0\0" + part for part in parts)
    return (
        jpeg[:2]
        + b"".join(
            b"\xff\xe1" + struct.pack(">H", 2 + len(segment)) + segment for segment in segments
        )
        + jpeg[2:]
    )


def exif_data(*tags: tuple[int, int, int, int]) -> bytes:
    """Return EXIF data of tags: each a number, type, count and value (TIFF 6.0, section 2)."""
    entries = b"".join(struct.pack(">HHII", *tag) for tag in tags)
    return b"MM\0*" + struct.pack(">IH", 8, len(tags)) + entries + bytes(4)


TURNED = (0x112, 3, 1, 6 << 16)
"""The orientation of `photo()` turned to the left."""

BYTE_RESOLUTION = ((0x11A, 1, 1, 72 << 24), (0x128, 3, 1, 2 << 16))
"""The horizontal resolution as a byte rather than a fraction, per inch."""

UNUSUAL_EXIF: dict[str, Sequence[bytes]] = {
    "in several segments": [exif_data(TURNED), bytes(60_000), bytes(60_000)],
    "twice": [exif_data(TURNED), exif_data(TURNED)],
    "with a resolution of one byte": [exif_data(TURNED, *BYTE_RESOLUTION)],
}


@pytest.mark.parametrize("missing", [0, 0.05])
@pytest.mark.parametrize("name", UNUSUAL_EXIF)
def test_jpeg_with_unusual_exif_data_is_turned_upright(
    client: httpx.Client, name: str, missing: float
) -> None:
    turned = encode(photo().transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95)
    jpeg = with_exif(turned[:2] + turned[20:], *UNUSUAL_EXIF[name])  # without JFIF's resolution
    assert_shows(client, jpeg[: len(jpeg) - int(missing * len(turned))], 7)


def test_jpeg_with_unusual_exif_data_keeps_the_orientation_in_its_xmp_data(
    client: httpx.Client,
) -> None:
    xmp = b'<rdf:Description tiff:Orientation="6"/>'
    turned = encode(photo().transpose(Image.Transpose.ROTATE_90), "JPEG", xmp=xmp)
    assert_shows(client, with_exif(turned[:2] + turned[20:], exif_data(*BYTE_RESOLUTION)), 7)


def test_thumbnail_does_not_count_as_the_image(client: httpx.Client) -> None:
    thumbnail = encode(digit_image(1, size=(160, 120)), "JPEG")
    whole = encode(photo(), "JPEG", exif=b"Exif\0\0" + thumbnail)
    assert_is_unreadable(client, whole[: len(whole) // 2])


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_progressive_jpeg_is_recognized_while_it_has_every_detail(
    client: httpx.Client, mode: str
) -> None:
    image = digit_image(7).convert(mode)
    whole = encode(image, "JPEG", progressive=True)
    scans = [place for place in range(len(whole)) if whole.startswith(b"\xff\xda", place)]
    last_of_brightness = {"L": 2, "RGB": 4}[mode]
    for scan, place in enumerate(scans):
        part = whole[: place + 20]
        if scan > last_of_brightness:
            assert_shows(client, part, 7)
        else:
            assert_is_unreadable(client, part)


def test_interlaced_png_is_recognized_while_its_last_pass_is_there(client: httpx.Client) -> None:
    whole = interlaced_png(np.asarray(photo()))
    assert_shows(client, whole, 7)
    assert_shows(client, whole[: int(0.93 * len(whole))], 7)
    assert_is_unreadable(client, whole[: int(0.8 * len(whole))])


def interlaced_png(levels: NDArray[np.uint8]) -> bytes:
    """Return an interlaced grayscale PNG (PNG specification, 8.2); Pillow writes none."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2)]
    rows = b""
    for top, left, down, right in [*passes, (1, 0, 2, 1)]:
        part = levels[top::down, left::right]
        rows += np.pad(part, ((0, 0), (1, 0))).tobytes()
    height, width = levels.shape
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1))
    return PNG_START + header + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


def test_png_with_damaged_rows_is_rejected(client: httpx.Client) -> None:
    whole = bytearray(encode(photo()))
    whole[len(whole) // 2] ^= 0xFF
    assert_is_unreadable(client, bytes(whole))


# Metadata of PNGs


def chunks_of(png: bytes) -> Iterator[bytes]:
    """Yield the chunks of a PNG."""
    position = len(PNG_START)
    while position < len(png):
        end = position + 12 + int.from_bytes(png[position : position + 4], "big")
        yield png[position:end]
        position = end


def with_chunks(png: bytes, *added: bytes, at_end: bool = False) -> bytes:
    """Return a PNG with chunks after its header, or before its end."""
    chunks = list(chunks_of(png))
    place = len(chunks) - 1 if at_end else 1
    return PNG_START + b"".join([*chunks[:place], *added, *chunks[place:]])


def damaged(chunk: bytes) -> bytes:
    """Return a chunk with a wrong checksum."""
    return chunk[:-4] + bytes(byte ^ 0xFF for byte in chunk[-4:])


def compressed_itxt(megabytes: int) -> bytes:
    """Return the history of an image as an editor compresses it."""
    return png_chunk(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<rdf:li/>\n" * (megabytes << 17))
    )


LONG_METADATA: dict[str, Sequence[bytes]] = {
    "plain text of 3 MB": [png_chunk(b"tEXt", b"workflow\0" + b"text " * 600_000)],
    "international text of 3 MB": [png_chunk(b"iTXt", b"prompt\0\0\0\0\0" + b"text " * 600_000)],
    "compressed text of 5 MB": [inflating_text(5)],
    "compressed international text of 5 MB": [compressed_itxt(4)],
    "20 texts of 2 MB": [inflating_text(2)] * 20,
    "profile of 3 MB": [png_chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(3 << 20)))],
}


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("name", LONG_METADATA)
def test_png_with_long_metadata_is_recognized(
    client: httpx.Client, name: str, at_end: bool
) -> None:
    whole = encode(digit_image(7))
    assert_shows(client, with_chunks(whole, *LONG_METADATA[name], at_end=at_end), 7)


def test_large_png_with_long_metadata_is_recognized(client: httpx.Client) -> None:
    whole = encode(digit_image(7, size=(1200, 900)))
    assert_shows(client, with_chunks(whole, inflating_text(5)), 7)


def test_png_with_a_text_bomb_after_its_rows_is_rejected(client: httpx.Client) -> None:
    assert_is_unreadable(
        client, with_chunks(encode(digit_image(7)), inflating_text(100), at_end=True)
    )


HARMLESS = {
    "gAMA": struct.pack(">I", 45_455),
    "cHRM": struct.pack(">8I", *[31_270] * 8),
    "sRGB": b"\0",
    "pHYs": struct.pack(">IIB", 2_835, 2_835, 1),
    "tIME": struct.pack(">HBBBBB", 2026, 11, 26, 1, 0, 0),
    "bKGD": b"\0\xff",
    "tEXt": b"Software\0camera",
    "zTXt": b"Comment\0\0" + zlib.compress(b"camera"),
    "iTXt": b"Title\0\0\0\0\0camera",
    "iCCP": b"profile\0\0" + zlib.compress(b"profile"),
    "eXIf": b"II*\0\x08\0\0\0\0\0",
    "acTL": struct.pack(">II", 2, 0),
    "teSt": b"private",
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_png_with_a_wrong_checksum_in_its_metadata_is_recognized(
    client: httpx.Client, kind: str
) -> None:
    chunk = damaged(png_chunk(kind.encode(), HARMLESS[kind]))
    assert_shows(client, with_chunks(encode(digit_image(7)), chunk), 7)


@pytest.mark.parametrize("kind", ["gAMA", "cHRM", "sRGB", "pHYs", "iCCP", "zTXt", "acTL"])
def test_png_with_truncated_metadata_is_recognized(client: httpx.Client, kind: str) -> None:
    chunk = png_chunk(kind.encode(), b"a\0\7" if kind in ("iCCP", "zTXt") else b"")
    assert_shows(client, with_chunks(encode(digit_image(7)), chunk), 7)


def test_png_keeps_its_orientation_and_transparency_when_its_text_is_damaged(
    client: httpx.Client,
) -> None:
    exif = Image.Exif()
    exif[274] = 6
    black = paint(digit_mask(4), "L", 1, 0).transpose(Image.Transpose.ROTATE_90).convert("P")
    black.putpalette([0, 0, 0, 0, 0, 0])
    whole = encode(black, exif=exif, transparency=0)
    text = damaged(png_chunk(b"tEXt", b"Software\0camera"))
    assert_shows(client, with_chunks(whole, text), 4)


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE", b"tRNS"])
def test_png_with_a_wrong_checksum_in_a_chunk_that_matters_is_rejected(
    client: httpx.Client, kind: bytes
) -> None:
    image = digit_image(7).quantize(8)
    whole = encode(image, transparency=bytes([0, 255]))
    chunks = [damaged(chunk) if chunk[4:8] == kind else chunk for chunk in chunks_of(whole)]
    assert PNG_START + b"".join(chunks) != whole
    assert_is_unreadable(client, PNG_START + b"".join(chunks))


# 16 bits


def wide_png(levels: NDArray[Any]) -> bytes:
    """Return a 16-bit PNG of (height, width) or (height, width, channels) levels."""
    height, width = levels.shape[:2]
    color = {1: 0, 2: 4, 3: 2, 4: 6}[1 if levels.ndim == 2 else levels.shape[2]]
    rows = levels.reshape(height, -1).astype(">u2").view(np.uint8)
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, color, 0, 0, 0))
    data = zlib.compress(np.pad(rows, ((0, 0), (1, 0))).tobytes())
    return PNG_START + header + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("bits", range(6, 17))
def test_sixteen_bit_png_of_any_range_is_recognized(client: httpx.Client, bits: int) -> None:
    levels = np.asarray(digit_image(5)) / 255 * (2**bits - 1)
    assert_shows(client, wide_png(levels.round()), 5)


def test_eight_bits_in_sixteen_give_the_same_prediction(client: httpx.Client) -> None:
    levels = np.asarray(digit_image(5, ink=20, paper=230))
    wide, narrow = (
        predict(client, wide_png(levels)),
        predict(client, encode(digit_image(5, ink=20, paper=230))),
    )
    assert wide["probabilities"] == narrow["probabilities"]


@pytest.mark.parametrize("opaque_bits", [None, 8, 10, 16])
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_sixteen_bit_color_png_of_a_low_range_is_recognized(
    client: httpx.Client, bits: int, opaque_bits: int | None
) -> None:
    color = np.asarray(paint(digit_mask(5), "RGB", (20, 30, 120), (250, 248, 240)))
    levels = (color / 255 * (2**bits - 1)).round()
    if opaque_bits is not None:
        levels = np.dstack([levels, np.full(levels.shape[:2], 2**opaque_bits - 1)])
    assert_shows(client, wide_png(levels), 5)


@pytest.mark.parametrize("level", [0, 1, 200, 255, 300, 1_000, 4_095, 30_000, 65_535])
def test_blank_sixteen_bit_png_stays_blank(client: httpx.Client, level: int) -> None:
    assert_is_blank(client, wide_png(np.full((90, 120), level)))
    assert_is_blank(client, wide_png(np.full((90, 120, 3), level)))


@pytest.mark.parametrize("deviation", [0.5, 2, 5, 20, 60])
@pytest.mark.parametrize("level", [0, 20, 120, 500, 1_000, 3_000])
def test_noise_in_a_sixteen_bit_png_is_not_stretched_into_ink(
    client: httpx.Client, level: int, deviation: float
) -> None:
    rng = np.random.default_rng(level)
    noise = rng.normal(level, deviation, (400, 300)).round().clip(0, 4_095)
    assert_is_blank(client, wide_png(noise))


# A rubber on a transparent canvas


def erased(
    digit: int, rubber: tuple[int, int, int], strokes: int, ink: tuple[int, int, int] = (0, 0, 0)
) -> Image.Image:
    """Return a digit with lines across the page that a painted rubber went over."""
    image = Image.new("RGBA", (300, 400), (0, 0, 0, 0))
    canvas = ImageDraw.Draw(image)
    places = [20 + 25 * stroke for stroke in range(strokes)]
    for place in places:
        canvas.line([(10, place), (290, place)], fill=ink, width=6)
        canvas.line([(5, place), (295, place)], fill=rubber, width=12)
    mask = digit_mask(digit, size=(300, 250), pen=0.09)
    image.paste(ink, (0, 150), mask)
    return image


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
@pytest.mark.parametrize("strokes", [1, 2, 4])
@pytest.mark.parametrize("rubber", [WHITE, (250, 248, 235)])
@pytest.mark.parametrize("ink", [(0, 0, 0), (20, 30, 120), (200, 30, 30)])
def test_digit_beside_what_a_rubber_erased_is_recognized(
    client: httpx.Client,
    file_format: str,
    strokes: int,
    rubber: tuple[int, int, int],
    ink: tuple[int, int, int],
) -> None:
    image = erased(2, rubber, strokes, ink)
    assert_shows(
        client,
        encode(image, file_format, **({"lossless": True} if file_format == "WEBP" else {})),
        2,
    )


def test_large_canvas_with_a_rubber_is_recognized(client: httpx.Client) -> None:
    image = erased(2, WHITE, 3).resize((1200, 1600), Image.Resampling.NEAREST)
    assert_shows(client, encode(image), 2)


@pytest.mark.parametrize(("ink", "paper"), [(255, 0), (0, 255), (230, 60), (20, 240)])
@pytest.mark.parametrize("margin", [4, 60, 110])
def test_digit_on_a_card_with_transparent_margins_is_recognized(
    client: httpx.Client, ink: int, paper: int, margin: int
) -> None:
    card = digit_image(3, ink=ink, paper=paper, size=(240, 320)).convert("RGBA")
    page = Image.new("RGBA", (240 + 2 * margin, 320 + 2 * margin), (0, 0, 0, 0))
    page.paste(card, (margin, margin))
    assert_shows(client, encode(page), 3)


# Animations that begin blank


def frames(blank: int, *digits: int, size: tuple[int, int] = (200, 200)) -> list[Image.Image]:
    """Return blank frames, then digits.

    The blank ones differ in a level that no eye sees, or the encoder would merge them.
    """
    return [
        *(Image.new("RGB", size, (255, 255, 255 - number % 2)) for number in range(blank)),
        *(digit_image(digit, size=size).convert("RGB") for digit in digits),
    ]


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("blank", [1, 2, 20])
def test_animation_that_begins_blank_is_recognized_by_its_first_digit(
    client: httpx.Client, file_format: str, blank: int
) -> None:
    options = {"lossless": True} if file_format == "WEBP" else {}
    first, *others = frames(blank, 4, 1)
    image = encode(first, file_format, save_all=True, append_images=others, duration=100, **options)
    with Image.open(BytesIO(image)) as written:
        assert written.n_frames == blank + 2  # type: ignore[attr-defined]
    assert_shows(client, image, 4)


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
def test_blank_animation_is_blank(client: httpx.Client, file_format: str) -> None:
    assert_is_blank(client, encode_animation(frames(6), file_format))


def test_animation_that_stays_blank_too_long_is_blank(client: httpx.Client) -> None:
    assert_is_blank(client, encode_animation(frames(60, 4, size=(60, 60)), "GIF"))


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
def test_animation_damaged_after_its_blank_frame_is_blank(
    client: httpx.Client, file_format: str
) -> None:
    whole = encode_animation(frames(1, 4), file_format)
    if file_format == "WEBP":
        whole = bytearray(whole)  # type: ignore[assignment]
        whole[-600:-500] = bytes(100)  # type: ignore[index]
    else:
        whole = whole[:-600]
    assert raw_request(bytes(whole)).send(client).status_code in (200, 400)


def test_later_frame_larger_than_the_limit_is_not_read(client: httpx.Client) -> None:
    blank, later = (
        encode(Image.new("L", (40, 40), 255), "GIF"),
        gif((4, 1), (65_535, 65_535), disposal=2),
    )
    assert_is_blank(client, blank[:-1] + later[later.index(b"\x21\xf9") :])
