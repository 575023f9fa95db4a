"""ASGI middleware: one record per request, lenient routing, a limit on the size of bodies."""

import re
import secrets
from collections.abc import Callable, Sequence
from time import perf_counter

from anyio import current_time, fail_after, move_on_after
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recognizer.api.errors import APIError
from recognizer.api.request_log import RequestRecord

REQUEST_ID = re.compile(rb"[\w.:=/+-]{1,100}")

DISCARD_FACTOR, DISCARD_SECONDS = 4, 30
"""How much of an unread body is thrown away after the response, as a multiple of the limit, and for
how long: 22 MB by default, enough for most photos, at 6 Mbit/s. It takes no memory."""

UPLOAD_SECONDS = 60
"""How long a body may take: one at the limit at 0.7 Mbit/s. It is in memory meanwhile."""

UNREAD_SECONDS = 1
"""How long a response waits for the rest of an unread body, so that the connection can be kept."""

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
                message = with_header(message, b"x-request-id", record["request_id"].encode())
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            record["exception"] = type(error).__name__
            raise
        finally:
            record.setdefault("route", getattr(scope.get("route"), "path", "other"))
            record["failed"] = 1 if record["status"] >= 500 else 0
            record["duration_ms"] = round(1_000 * (perf_counter() - start), 2)
            for sink in self.sinks:
                sink(record)


def with_header(start: Message, name: bytes, value: bytes) -> Message:
    """Return the message that starts a response, with a header, in place of any of that name.

    The one passed stays as it is, since a response may be sent many times.
    """
    others = [header for header in start["headers"] if header[0] != name]
    return {**start, "headers": [*others, (name, value)]}


def request_id(scope: Scope) -> str:
    """Return the client's request ID, else Lambda's, else a new one.

    The client's `x-request-id` is only used if it is safe to log.
    """
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    lambda_id: str | None = getattr(scope.get("aws.context"), "aws_request_id", None)
    return lambda_id or secrets.token_hex(8)


class LenientRoutingMiddleware:
    """ASGI middleware that serves HEAD as GET without a body, and routes with a slash at the end.

    A redirect would not do for the slash, since many clients send no body to its target.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").endswith("/"):
            path = scope["path"].rstrip("/")
            route_path = path.removeprefix(scope.get("root_path", ""))
            if any(getattr(route, "path", None) == route_path for route in scope["app"].routes):
                scope["path"] = path
        if scope.get("method") != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A copy, because the server goes by the method when it frames the response.
        get = {**scope, "method": "GET"}
        try:
            await self.app(get, receive, send_without_body)
        finally:
            if "route" in get:
                scope["route"] = get["route"]


class BodySizeLimitMiddleware:
    """ASGI middleware that stops passing on a body after `max_bytes`, and raises APIError.

    It also does after UPLOAD_SECONDS. It counts what arrives, whatever the headers claim.

    Most clients send all of a request before they read, and see a broken pipe instead of a response
    if the connection is closed meanwhile. So it reads what the application left of a body and
    throws it away. A body within the limit is read before the response, if it comes soon, and the
    connection may be used again. Otherwise it is read after the response, up to a bound, and the
    connection is closed.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = RequestBody(scope, receive)
        deadline = current_time() + UPLOAD_SECONDS

        async def receive_limited() -> Message:
            message = {} if body.announced > self.max_bytes else await body.receive_by(deadline)
            if max(body.announced, body.received) > self.max_bytes:
                limit = f"{self.max_bytes / 1_000_000:.3g} MB"
                raise APIError(
                    "too_many_bytes", f"The request is too large; at most {limit} are accepted."
                )
            return message

        async def send_between(message: Message) -> None:
            if not body.complete and message["type"] == "http.response.start":
                if body.announced <= self.max_bytes:
                    await body.discard(self.max_bytes, UNREAD_SECONDS)
                if not body.complete:
                    message = with_header(message, b"connection", b"close")
            elif not body.complete and not message.get("more_body", False):
                await send({**message, "more_body": True})
                await body.discard(DISCARD_FACTOR * self.max_bytes, DISCARD_SECONDS)
                message = {"type": "http.response.body"}
            await send(message)

        await self.app(scope, receive_limited, send_between)


class RequestBody:
    """How much of a request's body has arrived."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = dict(scope.get("headers", ()))
        length = headers.get(b"content-length", b"0")
        self.announced = int(length[:18]) if length.isdigit() else 0
        """Bytes by the header Content-Length; 0 without one."""
        self.received = 0
        self.complete = not self.announced and b"transfer-encoding" not in headers
        # Such a client sends the body only once it is read.
        self.waits = headers.get(b"expect", b"").lower() == b"100-continue"
        self._receive = receive

    async def receive(self) -> Message:
        """Return the next message, and count its bytes."""
        message = await self._receive()
        self.received += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        return message

    async def receive_by(self, deadline: float) -> Message:
        """Return the next message; raise APIError if the body is not complete by then."""
        if self.complete:
            return await self.receive()
        try:
            with fail_after(deadline - current_time()):
                return await self.receive()
        except TimeoutError as error:
            detail = f"The request took too long; send it within {UPLOAD_SECONDS} seconds."
            raise APIError("upload_timeout", detail) from error

    async def discard(self, max_bytes: int, seconds: float) -> None:
        """Read on to the end, but at most until `max_bytes` have arrived or `seconds` are over."""
        if self.waits and not self.received:
            return
        with move_on_after(seconds):
            try:
                while not self.complete and self.received <= max_bytes:
                    await self.receive()
            except APIError:  # a Lambda event whose body cannot be decoded
                self.complete = True
