"""ASGI middleware: one record per request, and a limit on the size of bodies."""

import re
import secrets
from collections.abc import Callable, Sequence
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recognizer.api.errors import APIError
from recognizer.api.request_log import RequestRecord

REQUEST_ID = re.compile(rb"[\w.:=/+-]{1,100}")

Sink = Callable[[RequestRecord], None]


class RequestLogMiddleware:
    """ASGI middleware that assigns request IDs and emits one record per request.

    It times the request and passes the record to each sink when the request ends. Routes add to the
    record in `request.state.record`.
    """

    def __init__(self, app: ASGIApp, sinks: Sequence[Sink]) -> None:
        self.app = app
        self.sinks = sinks
        self.cold = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = perf_counter()
        record = RequestRecord(
            request_id=request_id(scope),
            method=scope["method"],
            status=500,
            cold_start=1 if self.cold else 0,
            rejected=0,
        )
        scope.setdefault("state", {})["record"] = record
        self.cold = False

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                record["status"] = message["status"]
                message["headers"].append((b"x-request-id", record["request_id"].encode()))
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            record["exception"] = type(error).__name__
            raise
        finally:
            record["route"] = getattr(scope.get("route"), "path", "other")
            record["failed"] = 1 if record["status"] >= 500 else 0
            record["duration_ms"] = round(1_000 * (perf_counter() - start), 2)
            for sink in self.sinks:
                sink(record)


def request_id(scope: Scope) -> str:
    """Return the client's request ID, else Lambda's, else a new one.

    The client's `x-request-id` is only used if it is safe to log.
    """
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    lambda_id: str | None = getattr(scope.get("aws.context"), "aws_request_id", None)
    return lambda_id or secrets.token_hex(8)


class BodySizeLimitMiddleware:
    """ASGI middleware that stops reading a body after `max_bytes`.

    It counts what arrives, whatever the headers claim, and raises APIError out of `receive`.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                limit = f"{self.max_bytes / 1_000_000:.3g} MB"
                raise APIError(
                    "too_many_bytes", f"The request is too large; at most {limit} are accepted."
                )
            return message

        await self.app(scope, receive_limited, send)
