"""Error codes, their HTTP status, and the exception handlers.

An error response is `{"detail": "<one sentence>", "code": "<word>"}`; it never repeats input or
shows a stack trace.
"""

from collections.abc import Mapping
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from recognizer.errors import ImageError, ImageErrorCode
from recognizer.feedback import FeedbackError, FeedbackErrorCode

APIErrorCode = Literal[
    "bad_base64",
    "bad_json",
    "bad_form",
    "bad_event",
    "client_disconnected",
    "upload_timeout",
    "unsupported_media_type",
    "missing_field",
    "bad_parameter",
    "invalid_input",
    "rate_limited",
    "overloaded",
    "store_unavailable",
]

ErrorCode = ImageErrorCode | FeedbackErrorCode | APIErrorCode

STATUS_CODES: dict[ErrorCode, int] = {
    "empty": 400,
    "unreadable": 400,
    "too_many_scans": 400,
    "too_many_bytes": 413,
    "too_many_pixels": 413,
    "bad_base64": 400,
    "bad_json": 400,
    "bad_form": 400,
    "bad_event": 400,
    "client_disconnected": 400,
    "upload_timeout": 408,
    "unsupported_media_type": 415,
    "missing_field": 422,
    "bad_parameter": 422,
    "unknown_prediction": 422,
    "invalid_input": 422,
    "feedback_expired": 410,
    "rate_limited": 429,
    "overloaded": 503,
    "store_full": 503,
    "store_unavailable": 503,
}

RETRY_AFTER, RETRY_AFTER_OVERLOAD = 10, 1
"""Seconds that a client should wait after 429 and 503."""


class APIError(Exception):
    """A request that is not served.

    `detail` is one sentence that says what is accepted, `code` a word for programs.
    """

    def __init__(self, code: APIErrorCode | Literal["too_many_bytes"], detail: str) -> None:
        super().__init__(detail)
        self.code: ErrorCode = code
        self.detail = detail


def add_exception_handlers(app: FastAPI) -> None:
    """Register handlers that give every error response the form above.

    They are coroutines, since others would each cost the switch to a worker thread and back.
    """
    app.exception_handler(APIError)(api_error_handler)
    app.exception_handler(ImageError)(library_error_handler)
    app.exception_handler(FeedbackError)(library_error_handler)
    app.exception_handler(RequestValidationError)(validation_error_handler)
    app.exception_handler(HTTPException)(http_exception_handler)
    app.exception_handler(ClientDisconnect)(client_disconnect_handler)
    app.exception_handler(Exception)(unexpected_error_handler)


def error_response(
    status_code: int, code: str, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return an error as it goes over the wire."""
    return JSONResponse({"detail": detail, "code": code}, status_code, headers)


def reject(request: Request, code: ErrorCode, detail: str) -> Response:
    """Record the error code for the request log and return the response."""
    record = request.state.record
    record["rejected"], record["error_code"] = 1, code
    return rejection(code, detail)


def rejection(code: ErrorCode, detail: str) -> Response:
    """Return the response to a request that is rejected with an error code."""
    status_code = STATUS_CODES[code]
    headers = None
    if status_code in (429, 503):
        seconds = RETRY_AFTER_OVERLOAD if code == "overloaded" else RETRY_AFTER
        headers = {"retry-after": str(seconds)}
    return error_response(status_code, code, detail, headers)


async def api_error_handler(request: Request, error: APIError) -> Response:
    """Return the response to an error of the API."""
    return reject(request, error.code, error.detail)


async def library_error_handler(request: Request, error: ImageError | FeedbackError) -> Response:
    """Return the response to an error of the library; its message is for clients."""
    return reject(request, error.code, error.message)


async def validation_error_handler(request: Request, error: RequestValidationError) -> Response:
    """Return the names of invalid parameters; FastAPI would repeat their values."""
    if any(part["type"] == "json_invalid" for part in error.errors()):
        detail = "The body is not JSON; see /docs for what is accepted."
        return reject(request, "bad_json", detail)
    names = ", ".join(sorted({str((part["loc"] or ["body"])[-1]) for part in error.errors()}))
    detail = f"The value of {names} is not valid; see /docs for the accepted values."
    return reject(request, "bad_parameter", detail)


async def http_exception_handler(_: Request, error: HTTPException) -> Response:
    """Return a sentence in place of Starlette's title."""
    code, detail = {
        404: ("not_found", "Not found; see /docs for the available endpoints."),
        405: ("method_not_allowed", "Method not allowed; see /docs for the accepted methods."),
    }.get(error.status_code, ("http_error", error.detail))
    return error_response(error.status_code, code, detail, error.headers)


async def client_disconnect_handler(request: Request, _: ClientDisconnect) -> Response:
    """Record that a client disconnected while sending; it gets no response."""
    detail = "The connection was closed before the request was complete."
    return reject(request, "client_disconnected", detail)


async def unexpected_error_handler(request: Request, _: Exception) -> Response:
    """Return a sentence; the error itself goes to the log.

    This handler runs outside of all middleware, so it adds the request ID itself.
    """
    headers = {"x-request-id": request.state.record["request_id"]}
    detail = "Something failed here; try again later."
    return error_response(500, "internal_error", detail, headers)
