"""Middleware that watches each request: gives it an id, times it, tells of it when it is over."""

import re
import secrets
from collections.abc import Callable, Sequence
from time import perf_counter

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recognizer.metrics import Line

REQUEST_ID = re.compile(rb"[\w.:=/+-]{1,100}")

Teller = Callable[[Line], None]


class Watch:
    """Passes a caller's `x-request-id` through, or makes one; tells each teller what happened."""

    def __init__(self, app: ASGIApp, tellers: Sequence[Teller]) -> None:
        self.app = app
        self.tellers = tellers
        self.cold = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = perf_counter()
        line = scope["line"] = Line(
            request_id=request_id(scope),
            method=scope["method"],
            status=500,
            cold_start=1 if self.cold else 0,
            refused=0,
        )
        self.cold = False

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                line["status"] = message["status"]
                message["headers"].append((b"x-request-id", line["request_id"].encode()))
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            line["error"] = type(error).__name__
            raise
        finally:
            line["route"] = getattr(scope.get("route"), "path", "other")
            line["failed"] = 1 if line["status"] >= 500 else 0
            line["ms"] = round(1_000 * (perf_counter() - begun), 2)
            for tell in self.tellers:
                tell(line)


def request_id(scope: Scope) -> str:
    """The caller's, if it is one that a log can bear; else Lambda's; else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    lambdas: str | None = getattr(scope.get("aws.context"), "aws_request_id", None)
    return lambdas or secrets.token_hex(8)


def line_of(request: Request) -> Line:
    """What is known of a request so far, for routes to add to."""
    line: Line = request.scope["line"]
    return line
