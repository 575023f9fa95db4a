"""What strangers send by mistake or out of malice, and the status that each must get."""

import base64
from collections.abc import Callable
from functools import partial

from api.bombs import (
    PNG_START,
    bmp,
    gif,
    gif_with_comments,
    inflating_profile,
    inflating_text,
    large_flat_png,
    png,
    png_chunk,
    progressive_jpeg,
    small_png_with,
    webp,
)
from api.errors import MARK
from api.requests import BOUNDARY, Call, as_body, as_form, as_json, document, form, part
from PIL import Image

from support.images import digit_image, encode

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")

TOO_LONG = 4_000_001
"""Bytes: one more than a picture may have."""


def good_picture(file_format: str = "PNG") -> bytes:
    return encode(digit_image(7).convert("RGB"), file_format)


def too_long_picture() -> bytes:
    """A picture with more behind its end than is allowed, and otherwise good."""
    return good_picture().ljust(TOO_LONG, b"\0")


def json_body(body: bytes) -> Call:
    return Call(body, "application/json")


def image_field(text: str) -> Call:
    return document({"image": text})


def sent(make: Callable[[], bytes]) -> Call:
    """A file of any kind, claimed to be a PNG: what it is must be found out by looking."""
    return as_body(make())


def labelled(content_type: str | None) -> Call:
    """A good picture under some content type."""
    return Call(good_picture(), content_type)


def queried(query: str) -> Call:
    """A good picture with some query."""
    return as_body(good_picture(), path=f"/predict?{query}")


def cut(file_format: str, share: float) -> Call:
    """The beginning of a good picture."""
    whole = good_picture(file_format)
    return as_body(whole[: int(len(whole) * share)], f"image/{file_format.lower()}")


def cut_form() -> Call:
    whole = as_form(good_picture())
    return Call(whole.body[:-200], whole.content_type)


def form_with_type(content_type: str) -> Call:
    """A good form under a bad content type."""
    return Call(as_form(good_picture()).body, content_type)


def tiff() -> bytes:
    return encode(digit_image(7), "TIFF")


def data_url(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64," + base64.b64encode(content).decode()


SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{MARK}</text></svg>'.encode()

NOT_JSON: dict[str, Callable[[], Call]] = {
    "JSON: empty body": lambda: json_body(b""),
    "JSON: words": lambda: json_body(f"the digit {MARK}".encode()),
    "JSON: cut off": lambda: json_body(b'{"image": "iVBOR'),
    "JSON: a picture": lambda: json_body(good_picture()),
    "JSON: not UTF-8": lambda: json_body(b'{"image": "\xff\xfe\xfa"}'),
    "JSON: 100,000 brackets": lambda: json_body(b"[" * 100_000),
    "JSON: 100,000 nested objects": lambda: json_body(b'{"a":' * 100_000),
    "JSON: a number of 100,000 digits": lambda: json_body(b'{"image": ' + b"7" * 100_000 + b"}"),
}

NO_IMAGE_IN_JSON: dict[str, Callable[[], Call]] = {
    "JSON: a list": lambda: document([MARK]),
    "JSON: a string": lambda: document(MARK),
    "JSON: null": lambda: document(None),
    "JSON: a number": lambda: document(7),
    "JSON: NaN": lambda: json_body(b"NaN"),
    "JSON: 900 brackets, closed": lambda: json_body(b"[" * 900 + b"]" * 900),
    "JSON: no image": lambda: document({MARK: MARK}),
    "JSON: image is null": lambda: document({"image": None}),
    "JSON: image is a number": lambda: document({"image": 7}),
    "JSON: image is NaN": lambda: json_body(b'{"image": NaN}'),
    "JSON: image is a list": lambda: document({"image": [MARK]}),
    "JSON: image is an object": lambda: document({"image": {"data": MARK}}),
}

NOT_BASE64: dict[str, Callable[[], Call]] = {
    "base64: empty": lambda: image_field(""),
    "base64: blanks only": lambda: image_field(" \n\t "),
    "base64: padding only": lambda: image_field("===="),
    "base64: words": lambda: image_field(f"not base64 at all! {MARK}"),
    "base64: one character": lambda: image_field("A"),
    "base64: padding in the middle": lambda: image_field("iVBO==Rw0KGgo="),
    "base64: outside ASCII": lambda: image_field("ïVBÖRw0KGgo"),
    "base64: a lone surrogate": lambda: json_body(b'{"image": "\\ud800"}'),
    "base64: a null character": lambda: image_field("iVBO\0Rw0"),
    "base64: of words": lambda: image_field(base64.b64encode(MARK.encode() * 9).decode()),
    "data URL: no comma": lambda: image_field("data:image/png;base64"),
    "data URL: not base64": lambda: image_field(f"data:image/png,{MARK}"),
    "data URL: nothing in it": lambda: image_field("data:image/png;base64,"),
    "data URL: SVG": lambda: image_field(data_url(SVG, "image/svg+xml")),
    "data URL: an address": lambda: image_field(f"https://{MARK}.example/7.png"),
}

NOT_A_PICTURE: dict[str, Callable[[], Call]] = {
    "picture: empty": lambda: as_body(b""),
    "picture: one byte": lambda: as_body(b"\x89"),
    "picture: words": lambda: as_body(MARK.encode() * 50),
    "picture: SVG": lambda: as_body(SVG, "image/svg+xml"),
    "picture: TIFF": lambda: as_body(tiff(), "image/png"),
    "picture: ICO": lambda: as_body(encode(digit_image(7, size=(32, 32)), "ICO"), "image/png"),
    "picture: PDF": lambda: as_body(encode(digit_image(7), "PDF"), "image/png"),
    "picture: PPM": lambda: as_body(encode(digit_image(7), "PPM"), "image/png"),
    "picture: EPS": lambda: as_body(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
    "picture: a PNG's first bytes and no more": lambda: as_body(good_picture()[:8]),
    "picture: a PNG without rows": lambda: as_body(png(8, 8)),
    "picture: a PNG 0 pixels wide": lambda: as_body(png(0, 8)),
    "picture: a PNG with a wrong checksum": lambda: as_body(
        good_picture()[:30] + b"\0" + good_picture()[31:]
    ),
    "form: a file of words": lambda: as_form(MARK.encode() * 50),
    "form: an empty file": lambda: as_form(b""),
    **{
        f"picture: {file_format} cut at {share:.0%}": partial(cut, file_format, share)
        for file_format in FORMATS
        for share in (0.02, 0.3, 0.6, 0.9)
    },
}

UNREADABLE_FORM: dict[str, Callable[[], Call]] = {
    "form: no boundary": lambda: form_with_type("multipart/form-data"),
    "form: an empty boundary": lambda: form_with_type("multipart/form-data; boundary="),
    "form: an empty quoted boundary": lambda: form_with_type('multipart/form-data; boundary=""'),
    "form: another boundary": lambda: form_with_type(f"multipart/form-data; boundary={MARK}"),
    "form: a boundary of 10,000 characters": lambda: form(
        part(good_picture()), boundary="b" * 10_000
    ),
    "form: 1000 fields": lambda: form(*[part(b"1", name="a", filename=None)] * 1000),
    "form: 1000 files": lambda: form(*[part(good_picture(), name="a")] * 1000),
    "form: a field of 2 MB": lambda: as_form(
        good_picture(), part(b"1" * 2_000_000, name="a", filename=None)
    ),
    "form: a header of 100,000 characters": lambda: form(part(good_picture(), name="a" * 100_000)),
    "form: a part without a name": lambda: form(b"Content-Disposition: form-data\r\n\r\n7"),
}

NO_FILE_IN_FORM: dict[str, Callable[[], Call]] = {
    "form: no parts": lambda: Call(
        f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"
    ),
    "form: a part of another name": lambda: form(part(good_picture(), name=MARK)),
    "form: file as a plain field": lambda: form(part(MARK.encode(), filename=None)),
}

TOO_MANY_PIXELS: dict[str, Callable[[], bytes]] = {
    "PNG of 13,000 by 13,000": lambda: large_flat_png(13_000),
    "PNG header of 65,000 by 65,000": lambda: png(65_000, 65_000),
    "PNG header of 2^31 - 1 a side": lambda: png(2**31 - 1, 2**31 - 1),
    "PNG of one pixel too many": lambda: png(16_000_001, 1),
    "GIF screen of 65,535 by 65,535": lambda: gif((65_535, 65_535), (4, 1)),
    "GIF frame of 65,535 by 65,535": lambda: gif((4, 1), (65_535, 65_535)),
    "BMP header of 65,000 by 65,000": lambda: bmp(65_000, 65_000),
    "BMP header of 65,000 by -65,000": lambda: bmp(65_000, -65_000),
    "BMP header of -8 by 8": lambda: bmp(-8, 8),  # widths have no sign: 4 billion
    "WebP header of 16,383 by 16,383": lambda: webp(16_383, 16_383),
    "JPEG of 5,000 by 5,000": lambda: encode(Image.new("L", (5_000, 5_000)), "JPEG"),
}

CONTENT_BOMBS: dict[str, Callable[[], bytes]] = {
    "PNG text of 100 MB": lambda: small_png_with(inflating_text(100)),
    "PNG text of 100 by 1 MB": lambda: small_png_with(*[inflating_text(1)] * 100),
    "PNG profile of 100 MB": lambda: small_png_with(inflating_profile(100)),
    "JPEG with 5,000 scans": lambda: progressive_jpeg(5_000, side=3_900),
    "GIF frame far larger than its screen": lambda: gif((4, 1), (4_000, 4_000)),
    "GIF with 700,000 comments": lambda: gif_with_comments(700_000)[:3_500_000],
    "BMP with a million empty runs": lambda: bmp(4_000, 4_000, 1, b"\0\0" * 1_000_000),
    "JPEG of markers only": lambda: b"\xff\xd8" + b"\xff" * 3_900_000,
}

TOO_LONG_CALLS: dict[str, Callable[[], Call]] = {
    "too long: body": lambda: as_body(too_long_picture()),
    "too long: form": lambda: as_form(too_long_picture()),
    "too long: JSON": lambda: as_json(too_long_picture()),
    "too long: 16 MB body": lambda: as_body(bytes(16_000_000)),
    "too long: 16 MB form": lambda: as_form(bytes(16_000_000)),
    "too long: 16 MB JSON": lambda: as_json(bytes(12_000_000)),
    "too long: 16 MB of blanks in JSON": lambda: json_body(b" " * 16_000_000),
    "too long: chunked body": lambda: Call(bytes(16_000_000), "image/png", chunked=True),
    "too long: chunked JSON": lambda: Call(b" " * 16_000_000, "application/json", chunked=True),
    "too long: chunked form": lambda: Call(
        as_form(bytes(16_000_000)).body, as_form(b"").content_type, chunked=True
    ),
}

OTHER_CONTENT_TYPES = (
    None,
    "",
    ";",
    "text/plain",
    f"text/{MARK}",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "multipart/mixed; boundary=pictureframe",
    "video/mp4",
    "imageless/png",
)

BAD_CALLS: dict[str, tuple[int, Callable[[], Call]]] = {
    **{name: (400, make) for name, make in NOT_JSON.items()},
    **{name: (422, make) for name, make in NO_IMAGE_IN_JSON.items()},
    **{name: (400, make) for name, make in NOT_BASE64.items()},
    **{name: (400, make) for name, make in NOT_A_PICTURE.items()},
    **{name: (400, make) for name, make in UNREADABLE_FORM.items()},
    **{name: (422, make) for name, make in NO_FILE_IN_FORM.items()},
    "form: cut off": (422, cut_form),
    **{f"pixels: {name}": (413, partial(sent, make)) for name, make in TOO_MANY_PIXELS.items()},
    **{f"bomb: {name}": (400, partial(sent, make)) for name, make in CONTENT_BOMBS.items()},
    "bomb: pixels, in a form": (413, lambda: as_form(large_flat_png(13_000))),
    "bomb: pixels, in JSON": (413, lambda: as_json(large_flat_png(13_000))),
    **{name: (413, make) for name, make in TOO_LONG_CALLS.items()},
    **{
        f"content type: {content_type}": (415, partial(labelled, content_type))
        for content_type in OTHER_CONTENT_TYPES
    },
    **{
        f"query: {query}": (422, partial(queried, query))
        for query in (
            "explain=maybe",
            "explain=",
            f"explain={MARK}",
            "explain=true&explain=2",
            "explain=%00",
        )
    },
    "method: GET": (405, lambda: Call(method="GET")),
    "method: PUT": (405, lambda: Call(good_picture(), "image/png", method="PUT")),
    "method: DELETE": (405, lambda: Call(method="DELETE")),
    "method: of no standard": (405, lambda: Call(method=MARK.upper())),
    "method: POST to health": (405, lambda: Call(path="/health")),
    "path: unknown": (404, lambda: Call(path=f"/{MARK}", method="GET")),
    "path: below predict": (404, lambda: Call(path=f"/predict/{MARK}", method="GET")),
    "path: a null character": (404, lambda: Call(path="/%00", method="GET")),
    "path: 5,000 characters": (404, lambda: Call(path="/" + "a" * 5_000, method="GET")),
}
"""Status and request by name."""


def damaged_exif() -> bytes:
    """A photo whose EXIF data points far beyond its end."""
    exif = (
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\xff\xff\xff\xff\xff\xff\xff\xff" * 4
    )
    return encode(digit_image(7), "JPEG", exif=exif)


def damaged_exif_text() -> bytes:
    """A picture whose EXIF data, which old tools put into a PNG's text, is not hexadecimal."""
    whole = good_picture()
    text = png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n       4\nzzzz\n")
    after_header = len(PNG_START) + 25
    return whole[:after_header] + text + whole[after_header:]


def with_thumbnail() -> bytes:
    """A photo with another picture, of a 1, inside its metadata."""
    return encode(digit_image(7), "JPEG", exif=b"Exif\0\0" + encode(digit_image(1, size=(28, 28)), "JPEG"))


def largest(mode: str, file_format: str) -> bytes:
    """A digit in a picture of as many pixels as are accepted."""
    image = digit_image(7, size=(400, 400)).resize((4_000, 4_000), Image.Resampling.NEAREST)
    return encode(image.convert(mode), file_format)


def longest() -> bytes:
    """A digit in a file of as many bytes as are accepted."""
    return good_picture().ljust(TOO_LONG - 1, b"\0")


UNUSUAL_CALLS: dict[str, tuple[int | None, Callable[[], Call]]] = {
    "1 by 1": (None, lambda: as_body(encode(Image.new("L", (1, 1), 99)))),
    "3000 by 1": (None, lambda: as_body(encode(Image.new("L", (3000, 1), 99)))),
    "1 by 3000": (None, lambda: as_body(encode(Image.new("L", (1, 3000), 99)))),
    "16,000,000 by 1": (None, lambda: as_body(png(16_000_000, 1, rows=bytes(16_000_001)))),
    "4000 by 4000 PNG": (7, lambda: as_body(largest("L", "PNG"))),
    "4000 by 4000 PNG with alpha": (7, lambda: as_body(largest("RGBA", "PNG"))),
    "4000 by 4000 JPEG": (7, lambda: as_body(largest("CMYK", "JPEG"))),
    "4000 by 4000 WebP": (7, lambda: as_body(largest("RGB", "WEBP"))),
    "4000 by 4000 GIF": (7, lambda: as_body(largest("L", "GIF"))),
    "as many bytes as are accepted": (7, lambda: as_body(longest())),
    "as many bytes as are accepted, form": (7, lambda: as_form(longest())),
    "as many bytes as are accepted, JSON": (7, lambda: as_json(longest())),
    "100 scans": (None, lambda: as_body(progressive_jpeg(100, side=4_000))),
    "chunked": (7, lambda: Call(good_picture(), "image/png", chunked=True)),
    "called a JPEG": (7, lambda: as_body(good_picture(), "image/jpeg")),
    "content type in capitals": (7, lambda: as_body(good_picture(), "IMAGE/PNG ; a=b")),
    "damaged EXIF": (7, lambda: as_body(damaged_exif())),
    "damaged EXIF in a PNG": (7, lambda: as_body(damaged_exif_text())),
    "a picture in a picture": (7, lambda: as_body(with_thumbnail())),
    "a form with more fields": (
        7,
        lambda: as_form(good_picture(), *[part(b"1", name="a", filename=None)] * 8),
    ),
    "unknown query": (7, lambda: queried(f"{MARK}=%ff&&==&%00")),
    "long query": (7, lambda: queried("a" * 20_000)),
    "explain by another name": (7, lambda: queried("EXPLAIN=maybe")),
}
"""Requests that are strange and good: the digit they show (None where blank), by name."""
