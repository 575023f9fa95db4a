"""The application: its routes. What they do stands in other modules."""

import base64
import sys
from collections.abc import Callable
from io import BytesIO
from time import perf_counter

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from PIL import Image
from starlette.types import ASGIApp

from recognizer.body_limit import BodyLimit
from recognizer.classifier import Classifier, ModelError, Reading
from recognizer.decoding import decode_picture, is_quick
from recognizer.feedback import (
    Pace,
    Store,
    StoreLost,
    answer_id,
    decode_ink,
    feedback_on,
)
from recognizer.metrics import Line
from recognizer.preprocessing import Ink, preprocess
from recognizer.problems import say_problems
from recognizer.receiving import picture_in, read_feedback
from recognizer.refusals import Refusal
from recognizer.schemas import (
    FEEDBACK_BODY,
    FEEDBACK_PROBLEMS,
    PICTURE_BODY,
    PICTURE_PROBLEMS,
    Health,
    Prediction,
)
from recognizer.settings import Settings
from recognizer.watch import line_of

MOST_DECODED_AT_ONCE = 2
"""Each picture may take a few hundred megabytes while it is decoded."""


def create_app(
    settings: Settings,
    store: Callable[[], Store],
    page: ASGIApp | None = None,
    model_threads: int = 1,
) -> FastAPI:
    """Build the API; raise SystemExit with one sentence where it cannot work.

    `store` is called once there is feedback to keep. `page` answers for all that is no route. The
    host adds the middleware `Watch`, whose record of a request the routes fill in.
    """
    try:
        classify = Classifier(threads=model_threads)
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
    say_problems(app)

    def read(content: bytes) -> tuple[Reading, Ink | None, Line]:
        begun = perf_counter()
        picture = decode_picture(content, settings.max_bytes, settings.max_pixels)
        decoded = perf_counter()
        ink = preprocess(picture)
        preprocessed = perf_counter()
        reading = classify(ink)
        done = perf_counter()
        times = Line(
            decode_ms=round(1_000 * (decoded - begun), 2),
            preprocess_ms=round(1_000 * (preprocessed - decoded), 2),
            model_ms=round(1_000 * (done - preprocessed), 2),
        )
        return reading, ink, times

    @app.post(
        "/predict",
        response_model=Prediction,
        responses=PICTURE_PROBLEMS,
        openapi_extra={"requestBody": PICTURE_BODY},
    )
    async def predict(request: Request, explain: bool = False) -> Response:
        """Read the digit in a picture (PNG, JPEG, WebP, GIF or BMP, any size, any polarity)."""
        content = await picture_in(request, settings.max_bytes)
        if is_quick(content):
            reading, ink, times = read(content)
        else:
            reading, ink, times = await to_thread.run_sync(read, content, limiter=decoding_slots)
        line = line_of(request)
        line.update(times)
        line["model"] = classify.version
        line["answer"] = answer_id(classify.version, reading.digit)
        line["verdict"] = reading.verdict
        if reading.digit is not None:
            line["digit"], line["confidence"] = reading.digit, round(reading.confidence, 4)
        answer = {
            "digit": reading.digit,
            "verdict": reading.verdict,
            "confidence": reading.confidence,
            "probabilities": reading.probabilities.tolist(),
            "model": classify.version,
            "id": line["answer"],
        }
        if explain:
            answer["input"] = None if ink is None else png_data_url(ink)
        return JSONResponse(answer, headers={"server-timing": server_timing(times)})

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
        except StoreLost as error:
            print(error, file=sys.stderr)
            raise Refusal("store_lost", "This could not be kept; try again later.") from error
        line = line_of(request)
        line["answer"], line["model"], line["drawn"] = told.answer, told.model, told.drawn
        if is_first and told.model == classify.version:  # an older one's errors are not this one's
            line["right"] = 1 if told.right else 0

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


def server_timing(times: Line) -> str:
    """The header Server-Timing: how long each stage took, in milliseconds.

    https://www.w3.org/TR/server-timing/
    """
    return (
        f"decode;dur={times['decode_ms']}, preprocess;dur={times['preprocess_ms']}, "
        f"model;dur={times['model_ms']}"
    )


def png_data_url(ink: Ink) -> str:
    """A (28, 28) ink as a data: URL of a greyscale PNG, white on black."""
    buffer = BytesIO()
    Image.fromarray((ink * 255).round().astype("uint8")).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
