"""The FastAPI application: its routes."""

import sys
from collections.abc import Callable

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp

from recognizer.api.data_url import decode_input
from recognizer.api.errors import APIError, add_exception_handlers
from recognizer.api.load_shedding import LoadSheddingMiddleware, TurnQueue
from recognizer.api.middleware import BodySizeLimitMiddleware, LenientRoutingMiddleware
from recognizer.api.prediction_body import predicted_text, prediction_body
from recognizer.api.rate_limit import TokenBucket
from recognizer.api.request_body import read_feedback, read_image
from recognizer.api.request_log import label_field
from recognizer.api.schemas import (
    FEEDBACK_BODY,
    FEEDBACK_RESPONSES,
    PREDICT_BODY,
    PREDICT_RESPONSES,
    HealthResponse,
    PredictionResponse,
)
from recognizer.api.settings import Settings
from recognizer.decoding import is_small, read_header
from recognizer.errors import ModelError
from recognizer.feedback import (
    FeedbackStore,
    StoreUnavailableError,
    create_feedback,
    new_prediction_id,
)
from recognizer.recognizer import Recognition, Recognizer

SHORT_TURN_SECONDS, LONG_TURN_SECONDS = 0.002, 0.05
"""How long a small image takes, and one that is large or has to be searched, until that has been
measured."""

MAX_LONG_TURNS = 2
"""Images in worker threads: each may take a few hundred megabytes while it is decoded."""

MAX_CONCURRENT_SAVES, MAX_SAVE_WAIT = 4, 5
"""Feedback that is stored at the same time, and for how many seconds more of it may wait for that:
a store that does not respond leaves the threads to everything else."""

FEEDBACK_RATE, FEEDBACK_BURST = 5, 50
"""Feedback requests accepted a second on average, and at once."""


def create_app(
    settings: Settings,
    store: Callable[[], FeedbackStore],
    frontend: ASGIApp | None = None,
    model_threads: int = 1,
) -> FastAPI:
    """Build the API; raise SystemExit with one sentence if it cannot work.

    `store` is called for each feedback. `frontend` serves every path that is not a route. The
    caller adds RequestLogMiddleware, whose record the routes fill in.
    """
    try:
        recognizer = Recognizer(
            max_bytes=settings.max_bytes, max_pixels=settings.max_pixels, threads=model_threads
        )
    except ModelError as error:
        raise SystemExit(str(error)) from error
    max_wait = settings.max_wait_ms / 1_000
    short_turns = TurnQueue(1, SHORT_TURN_SECONDS, max_wait)
    long_turns = TurnQueue(MAX_LONG_TURNS, LONG_TURN_SECONDS, max_wait)
    saves = CapacityLimiter(MAX_CONCURRENT_SAVES)
    feedback_limit = TokenBucket(FEEDBACK_RATE, FEEDBACK_BURST)

    app = FastAPI(
        title="Digit recognizer",
        description="Send an image of handwritten digits, get the digits and a confidence.",
        version=recognizer.version,
        docs_url=None,  # FastAPI's pages load their scripts from third parties
        redoc_url=None,
    )
    # Most images are small, and these are not yet read.
    app.add_middleware(LoadSheddingMiddleware, path="/predict", queue=short_turns)
    # Base64 takes four bytes for three; the rest is room for the fields around the image.
    app.add_middleware(BodySizeLimitMiddleware, max_bytes=settings.max_bytes * 4 // 3 + 65_536)
    app.add_middleware(LenientRoutingMiddleware)
    add_exception_handlers(app)

    async def recognized(content: bytes) -> Recognition:
        header = read_header(content, settings.max_pixels)
        if not is_small(content, header):
            async with long_turns.turn():
                return await to_thread.run_sync(recognizer.recognize, content, header)
        async with short_turns.turn():
            glance = recognizer.begin(content, header)
            if glance.is_settled:
                return recognizer.finish(glance)
        async with long_turns.turn():
            return await to_thread.run_sync(recognizer.finish, glance)

    @app.post(
        "/predict",
        response_model=PredictionResponse,
        responses=PREDICT_RESPONSES,
        openapi_extra={"requestBody": PREDICT_BODY},
    )
    async def predict(request: Request, explain: bool = False) -> Response:
        """Recognize the digits in an image, dark on light or light on dark.

        The image is a PNG, JPEG, WebP, GIF or BMP.
        """
        content = await read_image(request, settings.max_bytes)
        recognition = await recognized(content)
        prediction = recognition.prediction
        prediction_id = new_prediction_id(recognizer.version, predicted_text(prediction))
        timings = {
            stage: round(milliseconds, 2)
            for stage, milliseconds in recognition.timings._asdict().items()
        }
        record = request.state.record
        record.update(timings)
        record["model_version"] = recognizer.version
        record["prediction_id"] = prediction_id
        record["verdict"] = prediction.verdict
        record["numbers"] = len(prediction.numbers)
        record["digits"] = sum(len(number.digits) for number in prediction.numbers)
        if prediction.digit is not None:
            record["digit"] = prediction.digit
        if prediction.numbers:
            record["confidence"] = round(prediction.confidence, 4)
        body = prediction_body(
            recognition,
            recognizer.version,
            prediction_id,
            recognizer.classifier.explain if explain else None,
        )
        return JSONResponse(body, headers={"server-timing": server_timing(timings)})

    @app.post(
        "/feedback",
        status_code=204,
        response_class=Response,  # without a content type
        responses=FEEDBACK_RESPONSES,
        openapi_extra={"requestBody": FEEDBACK_BODY},
    )
    async def feedback(request: Request) -> None:
        """Record which digits the user drew, if any.

        Each prediction is counted once; sending feedback again replaces the stored label.
        """
        sent = await read_feedback(request)
        model_input = decode_input(sent.input) if settings.store_inputs and sent.input else None
        received = create_feedback(sent.id, sent.label, model_input)
        if not feedback_limit.acquire():
            raise APIError("rate_limited", "Too much feedback at the moment; try again later.")
        try:
            with fail_after(MAX_SAVE_WAIT):
                is_first = await to_thread.run_sync(lambda: store().save(received), limiter=saves)
        except (StoreUnavailableError, TimeoutError) as error:
            print(str(error) or "The feedback store is busy.", file=sys.stderr)
            detail = "The feedback could not be stored; try again later."
            raise APIError("store_unavailable", detail) from error
        record = request.state.record
        record["prediction_id"] = received.prediction_id
        record["model_version"] = received.model_version
        record["label"] = label_field(received.label)
        # Accuracy is that of the loaded model, so feedback on an older one does not count.
        if is_first and received.model_version == recognizer.version:
            record["correct"] = 1 if received.correct else 0

    @app.get("/health")
    async def health() -> HealthResponse:
        """Report that the application is up and which model it has loaded."""
        return HealthResponse(
            status="ok", model=recognizer.version, stores_inputs=settings.store_inputs
        )

    app.add_route("/docs", docs, include_in_schema=False)
    app.add_route("/docs/{name}", docs, include_in_schema=False)

    if frontend is not None:
        # Mounted at "/" it would also match the routes above, and GET /predict would be a 404.
        app.router.default = frontend
    else:

        @app.get("/", include_in_schema=False)
        async def root(request: Request) -> dict[str, str]:
            return {
                "about": "Digit recognizer: POST an image to /predict.",
                "documentation": f"{request.scope.get('root_path', '')}/docs",
                "page": settings.page_url or "Not served here; `make run` builds and serves it.",
            }

    return app


async def docs(request: Request) -> Response:
    """Return the page that documents the API, or a file of it."""
    # Late, because a cold start seldom serves it.
    from recognizer.api.docs import file_response, page_response

    name = request.path_params.get("name")
    return page_response(request) if name is None else file_response(name)


def server_timing(timings: dict[str, float]) -> str:
    """Return the header Server-Timing: the milliseconds of each stage.

    https://www.w3.org/TR/server-timing/
    """
    return ", ".join(
        f"{stage.removesuffix('_ms')};dur={milliseconds}" for stage, milliseconds in timings.items()
    )
