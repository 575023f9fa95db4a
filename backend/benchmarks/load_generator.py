"""HTTP clients for a server on this machine: one connection each, one request at a time."""

import re
import selectors
import socket
import time
from dataclasses import dataclass

CONTENT_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Client:
    """A connection, the response received on it so far, and when its request was sent."""

    connection: socket.socket
    response: bytes = b""
    sent_at: float = 0.0

    def send(self, request: bytes) -> None:
        """Send a request and start its clock."""
        self.response, self.sent_at = b"", time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> bool:
        """Receive what has arrived; return whether the response is complete.

        Raises RuntimeError if its status is not 200.
        """
        self.response += self.connection.recv(65_536)
        head, end, body = self.response.partition(b"\r\n\r\n")
        if end and not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"The server responded {head.splitlines()[0].decode()}.")
        length = CONTENT_LENGTH.search(head)
        return bool(end) and length is not None and len(body) == int(length[1])


def generate_load(
    port: int, body: bytes, content_type: str, clients: int, seconds: float
) -> list[float]:
    """Post `body` to /predict from several clients for some seconds; return each response's time.

    All clients share one thread and parse next to nothing, to leave the machine to the server.
    """
    head = (
        f"POST /predict HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
        f"content-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(clients):
            client = Client(socket.create_connection(("127.0.0.1", port), timeout=30))
            selector.register(client.connection, selectors.EVENT_READ, client)
            client.send(request)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for key, _ in selector.select(timeout=30):
                client = key.data
                if client.receive():
                    times.append(time.perf_counter() - client.sent_at)
                    client.send(request)
        for key in list(selector.get_map().values()):
            key.data.connection.close()
    return times
