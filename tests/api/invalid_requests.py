"""Requests sent by mistake or out of malice, with the error that each must get."""

import base64
import gzip
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

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
from api.requests import (
    BOUNDARY,
    Request,
    base64_request,
    form_part,
    form_request,
    json_request,
    multipart_request,
    raw_request,
)
from PIL import Image

from support.images import digit_image, encode

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")

TOO_LONG = 4_000_001
"""Bytes: one more than an image may have."""

MakeRequest = Callable[[], Request]


class InvalidRequest(NamedTuple):
    """A request that must be rejected."""

    status: int
    make: MakeRequest
    code: str


def valid_png() -> bytes:
    """Return an image of a 7."""
    return valid_image("PNG")


def valid_image(file_format: str) -> bytes:
    """Return an image of a 7 in any format."""
    return encode(digit_image(7).convert("RGB"), file_format)


def too_long_png() -> bytes:
    """Return a valid image followed by more bytes than are accepted."""
    return valid_png().ljust(TOO_LONG, b"\0")


def json_bytes(body: bytes) -> Request:
    """Return a request that claims to be JSON."""
    return Request(body, "application/json")


def image_field(text: str) -> Request:
    """Return a JSON object with any string as its image."""
    return json_request({"image": text})


def with_content_type(content_type: str | None) -> Request:
    """Return a valid image with any content type."""
    return Request(valid_png(), content_type)


def with_query(query: str) -> Request:
    """Return a valid image with any query."""
    return raw_request(valid_png(), path=f"/predict?{query}")


def truncated_image(file_format: str, fraction: float) -> Request:
    """Return the first part of a valid image."""
    whole = valid_image(file_format)
    return raw_request(whole[: int(len(whole) * fraction)], f"image/{file_format.lower()}")


def truncated_form() -> Request:
    """Return a form that ends inside its file."""
    whole = form_request(valid_png())
    return Request(whole.body[:-200], whole.content_type)


def form_in(charset: str, *parts: bytes) -> Request:
    """Return a valid form whose content type names a charset, which forms do not have."""
    form = form_request(valid_png(), *parts)
    return Request(form.body, f"{form.content_type}; charset={charset}")


def form_with_type(content_type: str) -> Request:
    """Return a valid form with an invalid content type."""
    return Request(form_request(valid_png()).body, content_type)


def data_url(content: bytes, media_type: str) -> str:
    """Return a data: URL."""
    return f"data:{media_type};base64," + base64.b64encode(content).decode()


SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{MARK}</text></svg>'.encode()

NOT_JSON: dict[str, MakeRequest] = {
    "JSON: empty body": lambda: json_bytes(b""),
    "JSON: words": lambda: json_bytes(f"the digit {MARK}".encode()),
    "JSON: truncated": lambda: json_bytes(b'{"image": "iVBOR'),
    "JSON: an image": lambda: json_bytes(valid_png()),
    "JSON: not UTF-8": lambda: json_bytes(b'{"image": "\xff\xfe\xfa"}'),
    "JSON: 100,000 brackets": lambda: json_bytes(b"[" * 100_000),
    "JSON: 100,000 nested objects": lambda: json_bytes(b'{"a":' * 100_000),
    "JSON: 100,000 fields beside the image": lambda: json_request(
        {"image": base64.b64encode(valid_png()).decode()} | dict.fromkeys(map(str, range(100_000)))
    ),
    "JSON: a number of 100,000 digits": lambda: json_bytes(b'{"image": ' + b"7" * 100_000 + b"}"),
}

NO_IMAGE_IN_JSON: dict[str, MakeRequest] = {
    "JSON: a list": lambda: json_request([MARK]),
    "JSON: a string": lambda: json_request(MARK),
    "JSON: null": lambda: json_request(None),
    "JSON: a number": lambda: json_request(7),
    "JSON: NaN": lambda: json_bytes(b"NaN"),
    "JSON: 900 brackets, closed": lambda: json_bytes(b"[" * 900 + b"]" * 900),
    "JSON: no image": lambda: json_request({MARK: MARK}),
    "JSON: image is null": lambda: json_request({"image": None}),
    "JSON: image is a number": lambda: json_request({"image": 7}),
    "JSON: image is NaN": lambda: json_bytes(b'{"image": NaN}'),
    "JSON: image is a list": lambda: json_request({"image": [MARK]}),
    "JSON: image is an object": lambda: json_request({"image": {"data": MARK}}),
}

NOT_BASE64: dict[str, MakeRequest] = {
    "base64: words": lambda: image_field(f"not base64 at all! {MARK}"),
    "base64: one character": lambda: image_field("A"),
    "base64: padding in the middle": lambda: image_field("iVBO==Rw0KGgo="),
    "base64: outside ASCII": lambda: image_field("ïVBÖRw0KGgo"),
    "base64: a lone surrogate": lambda: json_bytes(b'{"image": "\\ud800"}'),
    "base64: a null character": lambda: image_field("iVBO\0Rw0"),
    "data URL: no comma": lambda: image_field("data:image/png;base64"),
    "data URL: not base64": lambda: image_field(f"data:image/png,{MARK}"),
    "data URL: an address": lambda: image_field(f"https://{MARK}.example/7.png"),
}

EMPTY_IMAGES: dict[str, MakeRequest] = {
    "base64: empty": lambda: image_field(""),
    "base64: spaces only": lambda: image_field(" \n\t "),
    "base64: padding only": lambda: image_field("===="),
    "data URL: empty": lambda: image_field("data:image/png;base64,"),
    "image: empty": lambda: raw_request(b""),
    "form: an empty file": lambda: form_request(b""),
}

UNREADABLE_IMAGES: dict[str, MakeRequest] = {
    "base64: of words": lambda: image_field(base64.b64encode(MARK.encode() * 9).decode()),
    "data URL: SVG": lambda: image_field(data_url(SVG, "image/svg+xml")),
    "image: one byte": lambda: raw_request(b"\x89"),
    "image: words": lambda: raw_request(MARK.encode() * 50),
    "image: SVG": lambda: raw_request(SVG, "image/svg+xml"),
    "image: TIFF": lambda: raw_request(encode(digit_image(7), "TIFF")),
    "image: ICO": lambda: raw_request(encode(digit_image(7, size=(32, 32)), "ICO")),
    "image: PDF": lambda: raw_request(encode(digit_image(7), "PDF")),
    "image: PPM": lambda: raw_request(encode(digit_image(7), "PPM")),
    "image: EPS": lambda: raw_request(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
    "image: only a PNG's first bytes": lambda: raw_request(valid_png()[:8]),
    "image: a PNG without rows": lambda: raw_request(png(8, 8)),
    "image: a PNG 0 pixels wide": lambda: raw_request(png(0, 8)),
    "image: a PNG with a wrong checksum": lambda: raw_request(
        valid_png()[:30] + b"\0" + valid_png()[31:]
    ),
    "form: a file of words": lambda: form_request(MARK.encode() * 50),
    **{
        f"image: {file_format} truncated at {fraction:.0%}": partial(
            truncated_image, file_format, fraction
        )
        for file_format in FORMATS
        for fraction in (0.02, 0.3, 0.6)
    },
    "image: WEBP truncated at 90%": partial(truncated_image, "WEBP", 0.9),
}

UNREADABLE_FORMS: dict[str, MakeRequest] = {
    "form: no boundary": lambda: form_with_type("multipart/form-data"),
    "form: an empty boundary": lambda: form_with_type("multipart/form-data; boundary="),
    "form: an empty quoted boundary": lambda: form_with_type('multipart/form-data; boundary=""'),
    "form: another boundary": lambda: form_with_type(f"multipart/form-data; boundary={MARK}"),
    "form: a boundary of 10,000 characters": lambda: multipart_request(
        form_part(valid_png()), boundary="b" * 10_000
    ),
    "form: 1001 fields": lambda: form_request(
        valid_png(), *[form_part(b"1", name="a", filename=None)] * 1001
    ),
    "form: 1000 files": lambda: multipart_request(*[form_part(valid_png(), name="a")] * 1000),
    "form: a field of 2 MB": lambda: form_request(
        valid_png(), form_part(b"1" * 2_000_000, name="a", filename=None)
    ),
    "form: a header of 100,000 characters": lambda: multipart_request(
        form_part(valid_png(), name="a" * 100_000)
    ),
    "form: a part without a name": lambda: multipart_request(
        b"Content-Disposition: form-data\r\n\r\n7"
    ),
    "form: truncated": truncated_form,
    "form: without its last boundary": lambda: Request(
        form_request(valid_png()).body[:-4], form_request(b"").content_type
    ),
    "form: two files": lambda: form_request(valid_png(), form_part(valid_png())),
    "form: a file and a field of its name": lambda: form_request(
        valid_png(), form_part(b"7", filename=None)
    ),
}

NO_FILE_IN_FORM: dict[str, MakeRequest] = {
    "form: no parts": lambda: Request(
        f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"
    ),
    "form: a part of another name": lambda: multipart_request(form_part(valid_png(), name=MARK)),
    "form: file as a plain field": lambda: multipart_request(
        form_part(MARK.encode(), filename=None)
    ),
}

TOO_MANY_PIXELS: dict[str, Callable[[], bytes]] = {
    "PNG of 13,000 by 13,000": lambda: large_flat_png(13_000),
    "PNG header of 65,000 by 65,000": lambda: png(65_000, 65_000),
    "PNG header of 2^31 - 1 a side": lambda: png(2**31 - 1, 2**31 - 1),
    "PNG of one pixel too many": lambda: png(16_000_001, 1),
    "GIF screen of 65,535 by 65,535": lambda: gif((65_535, 65_535), (4, 1)),
    "GIF frame of 65,535 by 65,535": lambda: gif((4, 1), (65_535, 65_535)),
    "GIF frame to be cleared of 65,535 by 65,535": lambda: gif(
        (4, 1), (65_535, 65_535), disposal=2
    ),
    "BMP header of 65,000 by 65,000": lambda: bmp(65_000, 65_000),
    "BMP header of 65,000 by -65,000": lambda: bmp(65_000, -65_000),
    "BMP header of -8 by 8": lambda: bmp(-8, 8),  # the width is unsigned: 4 billion
    "WebP header of 16,383 by 16,383": lambda: webp(16_383, 16_383),
    "JPEG of 5,000 by 5,000": lambda: encode(Image.new("L", (5_000, 5_000)), "JPEG"),
}

CONTENT_BOMBS: dict[str, Callable[[], bytes]] = {
    "PNG text of 100 MB": lambda: small_png_with(inflating_text(100)),
    "PNG text of 100 by 1 MB": lambda: small_png_with(*[inflating_text(1)] * 100),
    "PNG profile of 100 MB": lambda: small_png_with(inflating_profile(100)),
    "GIF frame far larger than its screen": lambda: gif((4, 1), (4_000, 4_000)),
    "GIF with 700,000 comments": lambda: gif_with_comments(700_000)[:3_500_000],
    "BMP with a million empty runs": lambda: bmp(4_000, 4_000, 1, b"\0\0" * 1_000_000),
    "JPEG of markers only": lambda: b"\xff\xd8" + b"\xff" * 3_900_000,
}

TOO_MANY_BYTES: dict[str, MakeRequest] = {
    "too long: body": lambda: raw_request(too_long_png()),
    "too long: form": lambda: form_request(too_long_png()),
    "too long: JSON": lambda: base64_request(too_long_png()),
    "too long: 16 MB body": lambda: raw_request(bytes(16_000_000)),
    "too long: 16 MB form": lambda: form_request(bytes(16_000_000)),
    "too long: 16 MB JSON": lambda: base64_request(bytes(12_000_000)),
    "too long: 16 MB of spaces in JSON": lambda: json_bytes(b" " * 16_000_000),
    "too long: chunked body": lambda: Request(bytes(16_000_000), "image/png", chunked=True),
    "too long: chunked JSON": lambda: Request(b" " * 16_000_000, "application/json", chunked=True),
    "too long: chunked form": lambda: Request(
        form_request(bytes(16_000_000)).body, form_request(b"").content_type, chunked=True
    ),
}

UNSPECIFIC_CONTENT_TYPES = (None, "", ";", "application/octet-stream", "Application/Octet-Stream;a")

UNSUPPORTED_CONTENT_TYPES = (
    "text/plain",
    f"text/{MARK}",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    f"multipart/mixed; boundary={BOUNDARY}",
    "video/mp4",
    "imageless/png",
)

NOT_ACCEPTED_FORMATS = {
    "empty": b"",
    "words": MARK.encode() * 50,
    "JSON": b'{"image": ""}',
    "SVG": SVG,
    "a WAV file": b"RIFF\x24\0\0\0WAVEfmt ",
    "a PNG after a space": b" " + valid_png(),
}

INVALID_QUERIES = (
    "explain=maybe",
    "explain=",
    f"explain={MARK}",
    "explain=true&explain=2",
    "explain=%00",
)

WRONG_METHODS: dict[str, MakeRequest] = {
    "method: GET": lambda: Request(method="GET"),
    "method: PUT": lambda: Request(valid_png(), "image/png", method="PUT"),
    "method: DELETE": lambda: Request(method="DELETE"),
    "method: of WebDAV": lambda: Request(method="PROPFIND"),
    "method: POST to health": lambda: Request(path="/health"),
}

UNKNOWN_PATHS: dict[str, MakeRequest] = {
    "path: unknown": lambda: Request(path=f"/{MARK}", method="GET"),
    "path: below predict": lambda: Request(path=f"/predict/{MARK}", method="GET"),
    "path: a null character": lambda: Request(path="/%00", method="GET"),
    "path: 5,000 characters": lambda: Request(path="/" + "a" * 5_000, method="GET"),
}


def rejected(
    status: int, code: str, requests: Mapping[str, MakeRequest]
) -> dict[str, InvalidRequest]:
    """Return requests with the error that all of them must get."""
    return {name: InvalidRequest(status, make, code) for name, make in requests.items()}


def as_png(prefix: str, files: Mapping[str, Callable[[], bytes]]) -> dict[str, MakeRequest]:
    """Return files of any format as requests that claim to send a PNG."""
    return {f"{prefix}: {name}": partial(send_as_png, make) for name, make in files.items()}


def send_as_png(make: Callable[[], bytes]) -> Request:
    """Return a request with a file of any format."""
    return raw_request(make())


INVALID_REQUESTS: dict[str, InvalidRequest] = {
    **rejected(400, "bad_json", NOT_JSON),
    **rejected(422, "missing_field", NO_IMAGE_IN_JSON),
    **rejected(400, "bad_base64", NOT_BASE64),
    **rejected(400, "empty", EMPTY_IMAGES),
    **rejected(400, "unreadable", UNREADABLE_IMAGES),
    **rejected(400, "bad_form", UNREADABLE_FORMS),
    **rejected(422, "missing_field", NO_FILE_IN_FORM),
    **rejected(413, "too_many_pixels", as_png("pixels", TOO_MANY_PIXELS)),
    **rejected(
        413,
        "too_many_pixels",
        {
            "bomb: pixels, in a form": lambda: form_request(large_flat_png(13_000)),
            "bomb: pixels, in JSON": lambda: base64_request(large_flat_png(13_000)),
        },
    ),
    **rejected(400, "unreadable", as_png("bomb", CONTENT_BOMBS)),
    **rejected(
        400,
        "too_many_scans",
        {"bomb: JPEG with 5,000 scans": lambda: raw_request(progressive_jpeg(5_000, side=3_900))},
    ),
    **rejected(413, "too_many_bytes", TOO_MANY_BYTES),
    **rejected(
        415,
        "unsupported_media_type",
        {
            f"content type: {content_type}": partial(with_content_type, content_type)
            for content_type in UNSUPPORTED_CONTENT_TYPES
        },
    ),
    **rejected(
        415,
        "unsupported_media_type",
        {
            f"content type: {content_type}, {name}": partial(Request, body, content_type)
            for content_type in UNSPECIFIC_CONTENT_TYPES
            for name, body in NOT_ACCEPTED_FORMATS.items()
        },
    ),
    **rejected(
        415,
        "unsupported_media_type",
        {
            "compressed": lambda: Request(gzip.compress(valid_png()), "image/png", encoding="gzip"),
        },
    ),
    **rejected(
        400,
        "unreadable",
        {
            f"content type: {content_type}, truncated": partial(
                Request, valid_png()[:40], content_type
            )
            for content_type in UNSPECIFIC_CONTENT_TYPES
        },
    ),
    **rejected(
        422,
        "bad_parameter",
        {f"query: {query}": partial(with_query, query) for query in INVALID_QUERIES},
    ),
    **rejected(405, "method_not_allowed", WRONG_METHODS),
    **rejected(404, "not_found", UNKNOWN_PATHS),
}
"""Requests that must be rejected, by name."""


def damaged_exif() -> bytes:
    """Return a photo whose EXIF data points far beyond its end."""
    exif = (
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\xff\xff\xff\xff\xff\xff\xff\xff" * 4
    )
    return encode(digit_image(7), "JPEG", exif=exif)


def damaged_exif_text() -> bytes:
    """Return a PNG whose EXIF data, stored as text by an old tool, is not hexadecimal."""
    whole = valid_png()
    text = png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n       4\nzzzz\n")
    after_header = len(PNG_START) + 25
    return whole[:after_header] + text + whole[after_header:]


def with_thumbnail() -> bytes:
    """Return a photo with another image, of a 1, inside its metadata."""
    thumbnail = encode(digit_image(1, size=(28, 28)), "JPEG")
    return encode(digit_image(7), "JPEG", exif=b"Exif\0\0" + thumbnail)


def largest_image(mode: str, file_format: str) -> bytes:
    """Return a 7 in an image of as many pixels as are accepted."""
    image = digit_image(7, size=(400, 400)).resize((4_000, 4_000), Image.Resampling.NEAREST)
    return encode(image.convert(mode), file_format)


def longest_png() -> bytes:
    """Return a 7 in a file of as many bytes as are accepted."""
    return valid_png().ljust(TOO_LONG - 1, b"\0")


UNUSUAL_REQUESTS: dict[str, tuple[int | None, MakeRequest]] = {
    "1 by 1": (None, lambda: raw_request(encode(Image.new("L", (1, 1), 99)))),
    "3000 by 1": (None, lambda: raw_request(encode(Image.new("L", (3000, 1), 99)))),
    "1 by 3000": (None, lambda: raw_request(encode(Image.new("L", (1, 3000), 99)))),
    "16,000,000 by 1": (None, lambda: raw_request(png(16_000_000, 1, rows=bytes(16_000_001)))),
    "4000 by 4000 PNG": (7, lambda: raw_request(largest_image("L", "PNG"))),
    "4000 by 4000 PNG with alpha": (7, lambda: raw_request(largest_image("RGBA", "PNG"))),
    "4000 by 4000 JPEG": (7, lambda: raw_request(largest_image("CMYK", "JPEG"))),
    "4000 by 4000 WebP": (7, lambda: raw_request(largest_image("RGB", "WEBP"))),
    "4000 by 4000 GIF": (7, lambda: raw_request(largest_image("L", "GIF"))),
    "maximum length": (7, lambda: raw_request(longest_png())),
    "maximum length, form": (7, lambda: form_request(longest_png())),
    "maximum length, JSON": (7, lambda: base64_request(longest_png())),
    "100 scans": (None, lambda: raw_request(progressive_jpeg(100, side=4_000))),
    "chunked": (7, lambda: Request(valid_png(), "image/png", chunked=True)),
    "PNG sent as image/jpeg": (7, lambda: raw_request(valid_png(), "image/jpeg")),
    "content type in capitals": (7, lambda: raw_request(valid_png(), "IMAGE/PNG ; a=b")),
    "damaged EXIF": (7, lambda: raw_request(damaged_exif())),
    "damaged EXIF in a PNG": (7, lambda: raw_request(damaged_exif_text())),
    "thumbnail": (7, lambda: raw_request(with_thumbnail())),
    "form with more fields": (
        7,
        lambda: form_request(valid_png(), *[form_part(b"1", name="a", filename=None)] * 1000),
    ),
    "form with more files": (7, lambda: form_request(valid_png(), *[form_part(b"1", "a")] * 99)),
    **{
        f"form in {charset}": (7, partial(form_in, charset))
        for charset in ("ISO-8859-1", "utf-16", "undefined", '"')
    },
    "form in a charset that takes minutes to decode": (
        7,
        lambda: form_in(
            "punycode", form_part(b"a" * 900_000 + b"-" + b"a" * 100_000, "a", filename=None)
        ),
    ),
    **{
        f"{file_format} without a content type": (
            7,
            partial(Request, valid_image(file_format)),
        )
        for file_format in FORMATS
    },
    **{
        f"content type: {content_type}": (7, partial(Request, valid_png(), content_type))
        for content_type in UNSPECIFIC_CONTENT_TYPES
    },
    "unknown query": (7, lambda: with_query(f"{MARK}=%ff&&==&%00")),
    "long query": (7, lambda: with_query("a" * 20_000)),
    "explain in capitals": (7, lambda: with_query("EXPLAIN=maybe")),
}
"""Requests that are strange but valid: the predicted digit (None if blank), by name."""
