"""Request bodies: an image, sent in one of three ways, or feedback.

No image is decoded here.
"""

import base64
import binascii
import json
import string
from contextlib import aclosing

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser
from starlette.requests import ClientDisconnect

from recognizer.api.errors import APIError
from recognizer.api.schemas import FeedbackRequest
from recognizer.decoding import ACCEPTED_FORMATS, check_size, has_accepted_format

ACCEPTED_BODIES = (
    'JSON {"image": "<base64 or data: URL>"}, multipart/form-data with a file part named "file", '
    "or the image itself with an image/* content type"
)

UNSPECIFIC_CONTENT_TYPES = ("", "application/octet-stream")
"""They say nothing about a body, so its first bytes decide."""

TO_STANDARD_BASE64 = str.maketrans("-_", "+/", string.whitespace)
"""From base64 that is URL-safe or has line breaks. A regular expression takes ten times as long."""

MAX_JSON_VALUES = 1_000
"""By their commas, of which base64 has none. Half a million take the event loop half a second."""

MAX_FORM_FIELDS = 1_000

MAX_FORM_FILES = 100

MAX_FIELD_BYTES = 1_048_576
"""Of a form's part that is not a file."""

UNREADABLE_FORM = (
    'The form cannot be read; send multipart/form-data with a file part named "file", and '
    f"with at most {MAX_FORM_FILES} files and {MAX_FORM_FIELDS:,} other fields of up to "
    f"{MAX_FIELD_BYTES / 1_000_000:.0f} MB each."
)

MAX_FEEDBACK_BYTES = 16_000
"""A model input takes about 1 kB."""


async def read_image(request: Request, max_bytes: int) -> bytes:
    """Return the image file in a request.

    Raises APIError or ImageError if the body holds none, or one that is too large.
    """
    content_type = media_type(request)
    if content_type.startswith("image/"):
        return await request.body()
    if content_type == "application/json":
        return decode_base64(image_field(await request.body()), max_bytes)
    if content_type == "multipart/form-data":
        return await file_part(request)
    if content_type in UNSPECIFIC_CONTENT_TYPES:
        body = await request.body()
        if has_accepted_format(body):
            return body
    detail = f"This content type is not accepted; send {ACCEPTED_BODIES}."
    raise APIError("unsupported_media_type", detail)


def media_type(request: Request) -> str:
    """Return the media type of a body, or "" without one; raise APIError if it is compressed."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise APIError("unsupported_media_type", "The body is compressed; send it as it is.")
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def image_field(body: bytes) -> str:
    """Return the string in the field `image` of a JSON object."""
    if body.count(b",") >= MAX_JSON_VALUES:
        detail = f'The JSON has more than {MAX_JSON_VALUES:,} values; send {{"image": "<base64>"}}.'
        raise APIError("bad_json", detail)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise APIError("bad_json", 'The body is not JSON; send {"image": "<base64>"}.') from error
    image = document.get("image") if isinstance(document, dict) else None
    if not isinstance(image, str):
        raise APIError(
            "missing_field",
            f'The JSON needs a field "image" with {ACCEPTED_FORMATS} as a base64 string.',
        )
    return image


def decode_base64(text: str, max_bytes: int) -> bytes:
    """Decode base64: standard or URL-safe, padded or not, bare or in a data: URL.

    Raises APIError if it is not base64, ImageError if it holds more than `max_bytes`.
    """
    text = text.lstrip()
    if text[:5].lower() == "data:":
        header, comma, text = text.partition(",")
        if not comma or header.rpartition(";")[2].strip().lower() != "base64":
            raise APIError(
                "bad_base64", "The data: URL is not base64; send data:image/png;base64,…."
            )
    # Other text would take a hundred times as long to translate.
    standard = text.translate(TO_STANDARD_BASE64).rstrip("=") if text.isascii() else text
    check_size(len(standard) * 3 // 4, max_bytes)
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        detail = f"The image is not valid base64; send {ACCEPTED_FORMATS} in base64."
        raise APIError("bad_base64", detail) from error


class FormParser(MultiPartParser):
    """A parser of multipart forms that knows whether it has read all of a form."""

    is_complete = False

    def on_end(self) -> None:
        """Note that the last boundary has been read."""
        self.is_complete = True


async def file_part(request: Request) -> bytes:
    """Return the content of the part `file` of a multipart form."""
    try:
        async with aclosing(request.stream()) as stream:
            parser = FormParser(
                form_headers(request.headers["content-type"]),
                stream,
                max_files=MAX_FORM_FILES,
                max_fields=MAX_FORM_FIELDS,
                max_part_size=MAX_FIELD_BYTES,
            )
            form = await parser.parse()
    except (APIError, ClientDisconnect):
        raise
    except Exception as error:  # the parser raises many kinds
        raise APIError("bad_form", UNREADABLE_FORM) from error
    try:
        if not parser.is_complete:
            raise APIError("bad_form", UNREADABLE_FORM)
        parts = form.getlist("file")
        if len(parts) > 1:
            raise APIError("bad_form", 'The form has several parts named "file"; send one image.')
        if not parts or not isinstance(parts[0], UploadFile):
            detail = f'The form needs a file part named "file" with {ACCEPTED_FORMATS}.'
            raise APIError("missing_field", detail)
        return await parts[0].read()
    finally:
        await form.close()


def form_headers(content_type: str) -> Headers:
    """Return what of a form's content type its parser needs: the boundary.

    The parser would also decode fields from any `charset`, for minutes from some; forms have none
    (RFC 7578, section 5.1.2).
    """
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    return Headers(raw=[(b"content-type", b'multipart/form-data; boundary="%b"' % boundary)])


async def read_feedback(request: Request) -> FeedbackRequest:
    """Return the feedback in a request; raise APIError or RequestValidationError.

    It must say that it is JSON, which the pages of other sites cannot send without being asked.
    """
    if media_type(request) != "application/json":
        detail = "Feedback must be sent with the content type application/json."
        raise APIError("unsupported_media_type", detail)
    body = await request.body()
    if len(body) > MAX_FEEDBACK_BYTES:
        detail = f"At most {MAX_FEEDBACK_BYTES:,} bytes of feedback are accepted."
        raise APIError("too_many_bytes", detail)
    try:
        sent = FeedbackRequest.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    if len(sent.model_fields_set & {"digit", "number"}) != 1:
        raise APIError("bad_parameter", 'Send one label: "digit" or "number", not both.')
    return sent
