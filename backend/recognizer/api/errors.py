"""How errors are said: one sentence of JSON, never what was sent, never a stack trace."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from recognizer.refusals import Refusal
from recognizer.watch import line_of


def say_problems(app: FastAPI) -> None:
    """Let an application answer errors in this way."""
    app.exception_handler(Refusal)(answer_refusal)
    app.exception_handler(RequestValidationError)(answer_invalid_parameter)
    app.exception_handler(HTTPException)(answer_http_error)
    app.exception_handler(ClientDisconnect)(answer_disconnected)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as it goes over the wire."""
    return JSONResponse({"detail": detail}, status, headers)


def answer_refusal(request: Request, refusal: Refusal) -> Response:
    """Say why the input was refused."""
    line = line_of(request)
    line["refused"], line["reason"] = 1, refusal.reason
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
