"""Middleware that watches each request: gives it an id, times it, tells of it when it is over."""

import re
import secrets
from collections.abc import Callable, Sequence
from time import perf_counter

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recognizer.metrics import Exchange

REQUEST_ID = re.compile(rb"[\w.:=/+-]{1,100}")

Teller = Callable[[Exchange], None]


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
        exchange = Exchange(request_id(scope), scope["method"], cold_start=self.cold)
        scope["exchange"] = exchange
        self.cold = False

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                message["headers"].append((b"x-request-id", exchange.request_id.encode()))
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            exchange.error = type(error).__name__
            raise
        finally:
            exchange.route = getattr(scope.get("route"), "path", exchange.route)
            exchange.seconds = perf_counter() - begun
            for tell in self.tellers:
                tell(exchange)


def request_id(scope: Scope) -> str:
    """The caller's, if it is one that a log can bear; else Lambda's; else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    lambdas: str | None = getattr(scope.get("aws.context"), "aws_request_id", None)
    return lambdas or secrets.token_hex(8)


def exchange_of(request: Request) -> Exchange:
    """What is known of a request so far; routes add to it."""
    exchange: Exchange = request.scope["exchange"]
    return exchange
