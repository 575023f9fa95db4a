"""The application: routes, and how errors are said. What a route does stands in other modules."""

import base64
import json
from collections.abc import Mapping
from io import BytesIO
from time import perf_counter
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from PIL import Image
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from recognizer.body_limit import BodyLimit
from recognizer.classifier import Classifier, ModelError, Reading
from recognizer.decoding import ACCEPTED, decode_base64, decode_picture, is_quick
from recognizer.metrics import Metrics
from recognizer.page import Page
from recognizer.preprocessing import Ink, preprocess
from recognizer.refusals import Refusal
from recognizer.schemas import Feedback, Health, Prediction, Problem
from recognizer.settings import Settings

MOST_DECODED_AT_ONCE = 2
"""Each picture may take a few hundred megabytes while it is decoded."""

WAYS_TO_SEND = (
    'JSON {"image": "<base64 or data: URL>"}, multipart/form-data with a file part named "file", '
    "or the picture itself with an image/* content type"
)

PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Not a picture, not JSON or not base64."},
    413: {"model": Problem, "description": "Too many bytes or pixels."},
    415: {"model": Problem, "description": "A content type that is not accepted."},
    422: {"model": Problem, "description": "A field is missing or of the wrong type."},
}

REQUEST_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    "image": {"type": "string", "description": "base64, or a data: URL"}
                },
            }
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        "image/*": {"schema": {"type": "string", "format": "binary"}},
    },
}


# By hand, and read by hand: FastAPI would build the model at import, which a cold start waits for.
FEEDBACK_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["read", "digit"],
                "properties": {
                    "read": {
                        "type": ["integer", "null"],
                        "minimum": 0,
                        "maximum": 9,
                        "description": "The digit in the answer; null if there was none.",
                    },
                    "digit": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 9,
                        "description": "The digit that was drawn.",
                    },
                },
            }
        }
    },
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; raise SystemExit with one sentence where it cannot work."""
    settings = settings or Settings.from_environment()
    try:
        classify = Classifier()
    except ModelError as error:
        raise SystemExit(str(error)) from error
    decoding_slots = CapacityLimiter(MOST_DECODED_AT_ONCE)
    metrics = Metrics()

    app = FastAPI(
        title="Digit recogniser",
        description="Send a picture of a handwritten digit, get the digit and how sure that is.",
        version=classify.version,
    )
    # Base64 takes four bytes for three; the rest is room for what is around the picture.
    app.add_middleware(BodyLimit, max_bytes=settings.max_bytes * 4 // 3 + 65_536)
    app.exception_handler(Refusal)(answer_refusal)
    app.exception_handler(RequestValidationError)(answer_invalid_parameter)
    app.exception_handler(HTTPException)(answer_http_error)
    app.exception_handler(ClientDisconnect)(answer_disconnected)

    def read(content: bytes) -> tuple[Reading, Ink | None, str]:
        begun = perf_counter()
        picture = decode_picture(content, settings.max_bytes, settings.max_pixels)
        decoded = perf_counter()
        ink = preprocess(picture)
        preprocessed = perf_counter()
        reading = classify(ink)
        return (
            reading,
            ink,
            server_timing(
                decode=decoded - begun,
                preprocess=preprocessed - decoded,
                model=perf_counter() - preprocessed,
            ),
        )

    @app.post(
        "/predict",
        response_model=Prediction,
        responses=PROBLEMS,
        openapi_extra={"requestBody": REQUEST_BODY},
    )
    async def predict(request: Request, explain: bool = False) -> Response:
        """Read the digit in a picture (PNG, JPEG, WebP, GIF or BMP, any size, any polarity)."""
        content = await picture_in(request, settings.max_bytes)
        if is_quick(content):
            reading, ink, timing = read(content)
        else:
            reading, ink, timing = await to_thread.run_sync(read, content, limiter=decoding_slots)
        answer = {
            "digit": reading.digit,
            "verdict": reading.verdict,
            "confidence": reading.confidence,
            "probabilities": reading.probabilities.tolist(),
            "model": classify.version,
        }
        if explain:
            answer["input"] = None if ink is None else png_data_url(ink)
        return JSONResponse(answer, headers={"server-timing": timing})

    @app.post(
        "/feedback",
        status_code=204,
        responses={400: PROBLEMS[400], 422: PROBLEMS[422]},
        openapi_extra={"requestBody": FEEDBACK_BODY},
    )
    async def feedback(request: Request) -> None:
        """Say which digit was drawn, whether or not the answer was right; it is counted."""
        try:
            said = Feedback.model_validate_json(await request.body())
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error
        metrics.count_feedback(said.read, said.digit)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def counts() -> str:
        """Say what was counted, for Prometheus."""
        return metrics.text()

    @app.get("/health")
    async def health() -> Health:
        """Say that the application is up and which model it has loaded."""
        return Health(status="ok", model=classify.version)

    if settings.page_dir.is_dir():
        # Mounted at "/" it would answer for the routes above too: GET /predict would be a 404.
        app.router.default = GZipMiddleware(Page(settings.page_dir), compresslevel=6)
    else:

        @app.get("/", include_in_schema=False)
        async def root() -> dict[str, str]:
            return {
                "about": "Digit recogniser: POST a picture to /predict.",
                "documentation": "/docs",
                "page": settings.page_url or "Not built here; `make run` builds and serves it.",
            }

    return app


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


def server_timing(**seconds: float) -> str:
    """The header Server-Timing: how long each stage took, in milliseconds.

    https://www.w3.org/TR/server-timing/
    """
    return ", ".join(f"{stage};dur={1_000 * time:.2f}" for stage, time in seconds.items())


def png_data_url(ink: Ink) -> str:
    """A (28, 28) ink as a data: URL of a greyscale PNG, white on black."""
    buffer = BytesIO()
    Image.fromarray((ink * 255).round().astype("uint8")).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as it goes over the wire."""
    return JSONResponse({"detail": detail}, status, headers)


def answer_refusal(_: Request, refusal: Refusal) -> Response:
    """Say why the input was refused."""
    return problem(refusal.status, refusal.detail)


def answer_invalid_parameter(_: Request, error: RequestValidationError) -> Response:
    """Name the parameter; FastAPI's own answer would repeat what was sent."""
    if any(part["type"] == "json_invalid" for part in error.errors()):
        return problem(400, "The body is not JSON; see /docs for what is accepted.")
    names = ", ".join(sorted({str((part["loc"] or ["body"])[-1]) for part in error.errors()}))
    return problem(422, f"The value of {names} is not valid; see /docs for what is.")


def answer_http_error(_: Request, error: HTTPException) -> Response:
    """Say in a sentence what Starlette says in a title."""
    details = {
        404: "There is nothing here; see /docs for what there is.",
        405: "This method is not allowed here; see /docs for those that are.",
    }
    detail = details.get(error.status_code, error.detail)
    return problem(error.status_code, detail, error.headers)


def answer_disconnected(_: Request, __: ClientDisconnect) -> Response:
    """Answer a caller that hung up while sending: nobody reads this, but nothing failed here."""
    return problem(400, "The connection was closed before the picture had arrived.")
