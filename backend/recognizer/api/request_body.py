"""What a request carries: the picture in one of three ways, or feedback. Nothing is decoded yet."""

import json

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from recognizer.decoding import ACCEPTED, decode_base64
from recognizer.feedback import MOST_BYTES
from recognizer.refusals import Refusal
from recognizer.schemas import FeedbackRequest

WAYS_TO_SEND = (
    'JSON {"image": "<base64 or data: URL>"}, multipart/form-data with a file part named "file", '
    "or the picture itself with an image/* content type"
)


async def picture_in(request: Request, max_bytes: int) -> bytes:
    """The picture that a request carries in one of the three ways; raise Refusal if in none."""
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type.startswith("image/"):
        return await request.body()
    if content_type == "application/json":
        return decode_base64(image_field(await request.body()), max_bytes)
    if content_type == "multipart/form-data":
        return await file_part(request)
    raise Refusal("content_type", f"This content type is not accepted; send {WAYS_TO_SEND}.")


def image_field(body: bytes) -> str:
    """The string in the field `image` of a JSON object."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("bad_json", 'The body is not JSON; send {"image": "<base64>"}.') from error
    image = document.get("image") if isinstance(document, dict) else None
    if not isinstance(image, str):
        raise Refusal(
            "missing_field", f'The JSON needs a field "image" with {ACCEPTED} as a base64 string.'
        )
    return image


async def file_part(request: Request) -> bytes:
    """The content of the part `file` of a multipart form."""
    try:
        form = await request.form(max_files=8, max_fields=8)
    except (Refusal, ClientDisconnect):
        raise
    except Exception as error:  # the parser's own errors are of many kinds
        detail = 'The form cannot be read; send multipart/form-data with a file part named "file".'
        raise Refusal("bad_form", detail) from error
    try:
        part = form.get("file")
        if not isinstance(part, UploadFile):
            raise Refusal(
                "missing_field", f'The form needs a file part named "file" with {ACCEPTED}.'
            )
        return await part.read()
    finally:
        await form.close()


def read_feedback(body: bytes) -> FeedbackRequest:
    """What a body says of an answer; raise Refusal or RequestValidationError if nothing."""
    if len(body) > MOST_BYTES:
        raise Refusal("too_many_bytes", f"At most {MOST_BYTES:,} bytes of feedback are accepted.")
    try:
        return FeedbackRequest.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
