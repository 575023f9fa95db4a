"""Callers of a server on this machine, each with a connection of its own, one request at a time."""

import re
import selectors
import socket
import time
from dataclasses import dataclass

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Caller:
    """A connection, what has come back on it so far, and when its request was sent."""

    connection: socket.socket
    answer: bytes
    begun: float

    def send(self, request: bytes) -> None:
        self.answer, self.begun = b"", time.perf_counter()
        self.connection.sendall(request)

    def has_answer(self) -> bool:
        """Read what is there; say whether the answer is complete. Raise unless it is a 200."""
        self.answer += self.connection.recv(65_536)
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if end and not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"The server answered {head.splitlines()[0].decode()}.")
        length = LENGTH.search(head)
        return bool(end) and length is not None and len(body) == int(length[1])


def call(port: int, body: bytes, content_type: str, callers: int, seconds: float) -> list[float]:
    """Post `body` to /predict again and again for so long; return each answer's seconds.

    All callers share one thread and parse next to nothing, to leave the machine to the server.
    """
    head = (
        f"POST /predict HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
        f"content-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(callers):
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
            caller = Caller(connection, b"", 0.0)
            selector.register(connection, selectors.EVENT_READ, caller)
            caller.send(request)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for key, _ in selector.select(timeout=30):
                caller = key.data
                if caller.has_answer():
                    times.append(time.perf_counter() - caller.begun)
                    caller.send(request)
        for key in list(selector.get_map().values()):
            key.data.connection.close()
    return times
