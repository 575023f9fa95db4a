"""The application: routes, and how errors are said. What a route does stands in other modules."""

import base64
import json
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from time import perf_counter
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from PIL import Image
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from recognizer.body_limit import BodyLimit
from recognizer.classifier import Classifier, ModelError, Reading
from recognizer.decoding import ACCEPTED, decode_base64, decode_picture, is_quick
from recognizer.feedback import (
    MOST_BYTES,
    Pace,
    Store,
    StoreFull,
    StoreLost,
    answer_id,
    decode_ink,
    feedback_on,
)
from recognizer.metrics import Stage
from recognizer.preprocessing import Ink, preprocess
from recognizer.refusals import Refusal
from recognizer.schemas import Feedback, Health, Prediction, Problem
from recognizer.settings import Settings
from recognizer.watch import exchange_of

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

FEEDBACK_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Not JSON."},
    410: {"model": Problem, "description": "The answer was given too long ago."},
    413: {"model": Problem, "description": "Too many bytes."},
    422: {"model": Problem, "description": "No id of an answer, no digit, or no ink."},
    429: {"model": Problem, "description": "Too much feedback at once."},
    503: {"model": Problem, "description": "It cannot be kept just now."},
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
                "required": ["id", "digit"],
                "properties": {
                    "id": {"type": "string", "description": "The id of the answer."},
                    "digit": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 9,
                        "description": "The digit that was drawn.",
                    },
                    "ink": {
                        "type": ["string", "null"],
                        "description": "The `input` of the answer, if the one who drew it agrees "
                        "that it is kept to learn from. Dropped unless /health says `keeps_ink`.",
                    },
                },
            }
        }
    },
}


def create_app(
    settings: Settings, store: Callable[[], Store], page: ASGIApp | None = None
) -> FastAPI:
    """Build the API; raise SystemExit with one sentence where it cannot work.

    `store` is called once there is feedback to keep. `page` answers for all that is no route. The
    host adds the middleware `Watch`, whose record of a request the routes fill in.
    """
    try:
        classify = Classifier()
    except ModelError as error:
        raise SystemExit(str(error)) from error
    decoding_slots = CapacityLimiter(MOST_DECODED_AT_ONCE)
    pace = Pace()

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

    def read(content: bytes) -> tuple[Reading, Ink | None, dict[Stage, float]]:
        begun = perf_counter()
        picture = decode_picture(content, settings.max_bytes, settings.max_pixels)
        decoded = perf_counter()
        ink = preprocess(picture)
        preprocessed = perf_counter()
        reading = classify(ink)
        stages: dict[Stage, float] = {
            "decode": decoded - begun,
            "preprocess": preprocessed - decoded,
            "model": perf_counter() - preprocessed,
        }
        return reading, ink, stages

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
            reading, ink, stages = read(content)
        else:
            reading, ink, stages = await to_thread.run_sync(read, content, limiter=decoding_slots)
        exchange = exchange_of(request)
        exchange.stages = stages
        exchange.model = classify.version
        exchange.verdict = reading.verdict
        exchange.digit = reading.digit
        exchange.confidence = None if reading.digit is None else round(reading.confidence, 4)
        exchange.answer = answer_id(classify.version, reading.digit)
        answer = {
            "digit": reading.digit,
            "verdict": reading.verdict,
            "confidence": reading.confidence,
            "probabilities": reading.probabilities.tolist(),
            "model": classify.version,
            "id": exchange.answer,
        }
        if explain:
            answer["input"] = None if ink is None else png_data_url(ink)
        return JSONResponse(answer, headers={"server-timing": server_timing(stages)})

    @app.post(
        "/feedback",
        status_code=204,
        responses=FEEDBACK_PROBLEMS,
        openapi_extra={"requestBody": FEEDBACK_BODY},
    )
    async def feedback(request: Request) -> None:
        """Say which digit was drawn, whether or not the answer was right.

        It is counted once for each answer; what is said last stays.
        """
        pace.keep()
        said = read_feedback(await request.body())
        ink = decode_ink(said.ink) if settings.keep_ink and said.ink else None
        told = feedback_on(said.id, said.digit, ink)
        try:
            is_first = await to_thread.run_sync(lambda: store().keep(told))
        except StoreFull as error:
            raise Refusal("store_full", "No more feedback is kept here.") from error
        except StoreLost as error:
            print(error, file=sys.stderr)
            raise Refusal("store_lost", "This could not be kept; try again later.") from error
        exchange = exchange_of(request)
        exchange.answer = told.answer
        exchange.model = told.model
        exchange.drawn = told.drawn
        # An older model's errors are not this one's.
        exchange.right = told.right if is_first and told.model == classify.version else None

    @app.get("/health")
    async def health() -> Health:
        """Say that the application is up and which model it has loaded."""
        return Health(status="ok", model=classify.version, keeps_ink=settings.keep_ink)

    if page is not None:
        # Mounted at "/" it would answer for the routes above too: GET /predict would be a 404.
        app.router.default = page
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


def read_feedback(body: bytes) -> Feedback:
    """What a body says of an answer; raise Refusal or RequestValidationError if nothing."""
    if len(body) > MOST_BYTES:
        raise Refusal("too_many_bytes", f"At most {MOST_BYTES:,} bytes of feedback are accepted.")
    try:
        return Feedback.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def server_timing(stages: Mapping[Stage, float]) -> str:
    """The header Server-Timing: how long each stage took, in milliseconds.

    https://www.w3.org/TR/server-timing/
    """
    return ", ".join(f"{stage};dur={1_000 * time:.2f}" for stage, time in stages.items())


def png_data_url(ink: Ink) -> str:
    """A (28, 28) ink as a data: URL of a greyscale PNG, white on black."""
    buffer = BytesIO()
    Image.fromarray((ink * 255).round().astype("uint8")).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as it goes over the wire."""
    return JSONResponse({"detail": detail}, status, headers)


def answer_refusal(request: Request, refusal: Refusal) -> Response:
    """Say why the input was refused."""
    exchange_of(request).reason = refusal.reason
    headers = {"retry-after": "10"} if refusal.status in (429, 503) else None
    return problem(refusal.status, refusal.detail, headers)


def answer_invalid_parameter(request: Request, error: RequestValidationError) -> Response:
    """Name the parameter; FastAPI's own answer would repeat what was sent."""
    if any(part["type"] == "json_invalid" for part in error.errors()):
        refusal = Refusal("bad_json", "The body is not JSON; see /docs for what is accepted.")
        return answer_refusal(request, refusal)
    names = ", ".join(sorted({str((part["loc"] or ["body"])[-1]) for part in error.errors()}))
    detail = f"The value of {names} is not valid; see /docs for what is."
    return answer_refusal(request, Refusal("bad_parameter", detail))


def answer_http_error(_: Request, error: HTTPException) -> Response:
    """Say in a sentence what Starlette says in a title."""
    details = {
        404: "There is nothing here; see /docs for what there is.",
        405: "This method is not allowed here; see /docs for those that are.",
    }
    detail = details.get(error.status_code, error.detail)
    return problem(error.status_code, detail, error.headers)


def answer_disconnected(request: Request, _: ClientDisconnect) -> Response:
    """Answer a caller that hung up while sending: nobody reads this, but nothing failed here."""
    detail = "The connection was closed before the picture had arrived."
    return answer_refusal(request, Refusal("hung_up", detail))
