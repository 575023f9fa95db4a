"""HTTP clients for a server on this machine: one connection each, one request at a time."""

import re
import selectors
import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import NamedTuple

CONTENT_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

NOTHING = memoryview(b"")

HEALTH_CHECK = b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"

HEALTH_INTERVAL = 0.05
"""Seconds between two health checks."""

MAX_CONNECTIONS = 500
"""Connections that share an open load; requests that find none wait, and this counts."""


@dataclass
class Client:
    """A connection: what is unsent, the response so far, and since when it is awaited."""

    connection: socket.socket
    selector: selectors.BaseSelector
    unsent: memoryview = NOTHING
    response: bytes = b""
    since: float = 0.0

    def send(self, request: bytes, since: float) -> None:
        """Begin to send a request that was due at a time of the performance counter."""
        self.unsent, self.response, self.since = memoryview(request), b"", since
        self.send_on()

    def send_on(self) -> None:
        """Send as much as the connection takes without waiting: other clients share the thread."""
        with suppress(BlockingIOError):
            while self.unsent:
                self.unsent = self.unsent[self.connection.send(self.unsent) :]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
        self.selector.modify(self.connection, events, self)

    def receive(self) -> int | None:
        """Send on or receive; return the status of the response if that is complete."""
        if self.unsent:
            self.send_on()
            return None
        received = self.connection.recv(65_536)
        if not received:
            raise ConnectionError("The server has closed a connection.")
        self.response += received
        head, end, body = self.response.partition(b"\r\n\r\n")
        length = CONTENT_LENGTH.search(head)
        if not end or length is None or len(body) != int(length[1]):
            return None
        return int(head.split(b" ", 2)[1])


class Response(NamedTuple):
    """A response to a request of an open load."""

    status: int
    due: float
    """Seconds after the start."""
    seconds: float
    """From when it was due."""


def connect(selector: selectors.BaseSelector, port: int) -> Client:
    """Return a new client that a selector watches."""
    client = Client(socket.create_connection(("127.0.0.1", port), timeout=30), selector)
    client.connection.setblocking(False)
    selector.register(client.connection, selectors.EVENT_READ, client)
    return client


def close_all(selector: selectors.BaseSelector) -> None:
    """Close all connections that a selector watches."""
    for key in list(selector.get_map().values()):
        key.data.connection.close()


def predict_request(port: int, body: bytes, content_type: str) -> bytes:
    """Return a request that posts a body to /predict."""
    head = (
        f"POST /predict HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
        f"content-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def generate_load(port: int, request: bytes, clients: int, seconds: float) -> list[float]:
    """Send a request from several clients for some seconds; return each response's time.

    A client sends its next request after the response; the last ones are awaited, so that nothing
    is left for the server to do. All share one thread and parse next to nothing, to leave the
    machine to the server. Raises RuntimeError if a status is not 200.
    """
    times: list[float] = []
    waiting = clients
    with selectors.DefaultSelector() as selector, ExitStack() as stack:
        stack.callback(close_all, selector)
        for _ in range(clients):
            connect(selector, port).send(request, time.perf_counter())
        end = time.perf_counter() + seconds
        while waiting:
            for key, _ in selector.select():
                client = key.data
                status = client.receive()
                if status is None:
                    continue
                if status != 200:
                    raise RuntimeError(f"The server responded with status {status}.")
                now = time.perf_counter()
                times.append(now - client.since)
                if now < end:
                    client.send(request, now)
                else:
                    waiting -= 1
    return times


def generate_open_load(
    port: int, request: bytes, rate: float, seconds: float
) -> tuple[list[Response], list[float]]:
    """Send a request `rate` times a second, however long the responses take.

    Returns the responses, and the seconds that health checks took meanwhile; the last of these is
    awaited, however long it takes.
    """
    responses: list[Response] = []
    health_checks: list[float] = []
    with selectors.DefaultSelector() as selector:
        idle = [connect(selector, port) for _ in range(MAX_CONNECTIONS)]
        monitor = connect(selector, port)
        start = time.perf_counter()
        due, health_due = start, start
        while (now := time.perf_counter()) < start + seconds:
            while idle and due <= now:
                idle.pop().send(request, due)
                due += 1 / rate
            if health_due <= now:
                monitor.send(HEALTH_CHECK, now)
                health_due = float("inf")
            wait = min(health_due, due if idle else health_due, start + seconds) - now
            for key, _ in selector.select(max(0.0, wait)):
                client = key.data
                status = client.receive()
                if status is None:
                    continue
                now = time.perf_counter()
                if client is monitor:
                    health_checks.append(now - client.since)
                    health_due = now + HEALTH_INTERVAL
                else:
                    responses.append(Response(status, client.since - start, now - client.since))
                    idle.append(client)
        if health_due == float("inf"):
            monitor.connection.setblocking(True)
            while monitor.receive() is None:
                pass
            health_checks.append(time.perf_counter() - monitor.since)
        close_all(selector)
    return responses, health_checks
