"""The ways by which cases reach the application: in this process, over HTTP, as Lambda events."""

import asyncio
import base64
import importlib
import json
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
from api.requests import CHUNK_SIZE, Request
from fastapi import FastAPI
from fuzz.cases import Case

import recognizer.api.app
from recognizer.api.lambda_events import UnsupportedEventError
from recognizer.api.server import create_server
from recognizer.api.settings import Settings
from support.server import RESPONSE_TIMEOUT

NO_LIMIT = 1_000_000_000
"""Feedback accepted a second here, where the rate limit would hide what is behind it."""


@dataclass(frozen=True)
class Answer:
    """What a door returned."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    declined: bool = False
    """Whether the Lambda handler raised the error that it documents for events that it does not
    serve."""
    trace: str = ""
    """The stack trace of an uncaught exception."""


class Door(Protocol):
    """One way to reach the application."""

    def takes(self, case: Case) -> bool:
        """Return whether a case can be sent this way."""
        ...

    def send(self, case: Case) -> Answer:
        """Send a case and return the answer."""
        ...


class Application:
    """The server's ASGI application in this process."""

    def __init__(self, loop: asyncio.AbstractEventLoop, app: FastAPI) -> None:
        self.loop = loop
        self.app = app

    def takes(self, case: Case) -> bool:
        return case.request is not None

    def send(self, case: Case) -> Answer:
        assert case.request is not None
        return self.loop.run_until_complete(call(self.app, case.request))


async def call(app: FastAPI, request: Request) -> Answer:
    """Send a request to an ASGI application in pieces, as a server would."""
    pieces = [request.body[at : at + CHUNK_SIZE] for at in range(0, len(request.body), CHUNK_SIZE)]
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
    ]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    trace = ""
    try:
        await app(scope_of(request), receive, send)
    except Exception:
        trace = traceback.format_exc()
    start: Any = sent[0] if sent else {"status": 500, "headers": []}
    return Answer(
        start["status"],
        {name.decode("latin-1"): text.decode("latin-1") for name, text in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
        trace=trace,
    )


def scope_of(request: Request) -> dict[str, Any]:
    """Return the ASGI scope of a request."""
    address = urlsplit(f"http://test{request.path}")
    headers = [(b"host", b"test"), (b"content-length", str(len(request.body)).encode())]
    if request.content_type is not None:
        headers.append((b"content-type", request.content_type.encode("latin-1")))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote_to_bytes(address.path).decode(errors="replace"),
        "raw_path": address.path.encode(),
        "root_path": "",
        "query_string": address.query.encode(),
        "headers": headers,
        "client": ("203.0.113.7", 1),
        "server": ("test", 80),
    }


class Network:
    """A server over HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def takes(self, case: Case) -> bool:
        return case.request is not None

    def send(self, case: Case) -> Answer:
        assert case.request is not None
        request = case.request
        headers = []
        if request.content_type is not None:
            # HTTP has no other spaces around a header than those that no one reads.
            headers.append((b"content-type", request.content_type.strip().encode("latin-1")))
        response = self.client.request(
            request.method, request.path, content=request.body, headers=headers
        )
        return Answer(response.status_code, dict(response.headers), response.content)


class Function:
    """The Lambda handler in this process.

    It declines events that it does not serve, by raising UnsupportedEventError.
    """

    def __init__(self) -> None:
        sys.modules.pop("recognizer.api.aws_lambda", None)  # its limits may be others
        module = importlib.import_module("recognizer.api.aws_lambda")
        self.handler: Callable[[Any, Any], Any] = module.handler

    def takes(self, case: Case) -> bool:
        return case.kind in ("HTTP event", "any event")

    def send(self, case: Case) -> Answer:
        try:
            response = self.handler(case.event, None)
        except UnsupportedEventError:
            return Answer(200, declined=True)
        except Exception:
            return Answer(500, trace=traceback.format_exc())
        json.dumps(response)  # as Lambda does
        body = response.get("body") or ""
        in_base64 = response.get("isBase64Encoded")
        headers = response.get("headers") or {}
        multiple = response.get("multiValueHeaders") or {}
        return Answer(
            response["statusCode"],
            {**headers, **{name: values[0] for name, values in multiple.items()}},
            base64.b64decode(body) if in_base64 else body.encode(),
        )


@contextmanager
def in_process() -> Iterator[list[Door]]:
    """Open the application and the Lambda handler in this process."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # Mangum uses it
    limits = recognizer.api.app.FEEDBACK_RATE, recognizer.api.app.FEEDBACK_BURST
    recognizer.api.app.FEEDBACK_RATE = recognizer.api.app.FEEDBACK_BURST = NO_LIMIT
    try:
        settings = Settings(page_dir=Path("no frontend"), store_inputs=True)
        yield [Application(loop, create_server(settings)), Function()]
    finally:
        recognizer.api.app.FEEDBACK_RATE, recognizer.api.app.FEEDBACK_BURST = limits
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


@contextmanager
def over_http(url: str) -> Iterator[list[Door]]:
    """Open a server at an address."""
    with httpx.Client(base_url=url, timeout=RESPONSE_TIMEOUT) as client:
        yield [Network(client)]
