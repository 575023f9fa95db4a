"""uvicorn's HTTP/1.1 for clients that offer HTTP/2, and with a limit on a request's head.

python -m uvicorn --http recognizer.api.http_protocol:HttpProtocol …
"""

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 1 << 20
"""Of a request line and headers, about: four times what arrives at once, and in memory a multiple
of that."""

OFFER = re.compile(
    rb"\A([A-Z]+ \S+ HTTP/1\.1\r\n(?:[^\r\n]+\r\n)*?)upgrade: *h2c *\r\n", re.IGNORECASE
)
"""The head of a request as far as an offer to continue in HTTP/2."""


class HttpProtocol(HttpToolsProtocol):
    """The connection of a client.

    Java's HttpClient, for one, offers HTTP/2 with each first request. A server may ignore that (RFC
    9110, section 7.8), but the parser takes the body for HTTP/2, and it would be lost.
    """

    in_head = False
    head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Read on, without an offer of HTTP/2."""
        super().data_received(OFFER.sub(rb"\1", data))
        if self.in_head:
            self.head_bytes += len(data)
            if self.head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("The headers are too long.")

    def on_message_begin(self) -> None:
        """Begin to count the bytes of a head."""
        super().on_message_begin()
        self.in_head, self.head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """Stop counting them."""
        self.in_head = False
        super().on_headers_complete()
