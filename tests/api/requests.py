"""Requests to the API as values, which can go to a server or into a Lambda event."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

BOUNDARY = "form-boundary"

CHUNK_SIZE = 65_536


@dataclass(frozen=True)
class Request:
    """One request."""

    body: bytes = b""
    content_type: str | None = None
    path: str = "/predict"
    method: str = "POST"
    chunked: bool = False
    """Whether to send the body in chunks, without a Content-Length."""
    encoding: str | None = None
    """What the header Content-Encoding says."""

    @property
    def headers(self) -> dict[str, str]:
        headers = {"content-type": self.content_type, "content-encoding": self.encoding}
        return {name: value for name, value in headers.items() if value is not None}

    def send(self, client: httpx.Client) -> httpx.Response:
        """Send it to a server and return the response."""
        body = self._chunks() if self.chunked else self.body
        return client.request(self.method, self.path, content=body, headers=self.headers)

    async def send_in_process(self, client: httpx.AsyncClient) -> httpx.Response:
        """Send it to an application in this process and return the response."""
        return await client.request(self.method, self.path, content=self.body, headers=self.headers)

    def _chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.body), CHUNK_SIZE):
            yield self.body[start : start + CHUNK_SIZE]


def raw_request(image: bytes, content_type: str = "image/png", path: str = "/predict") -> Request:
    """Return a request whose body is the image file."""
    return Request(image, content_type, path)


def form_request(image: bytes, *other_parts: bytes) -> Request:
    """Return a form with the image as the part `file`, after other parts."""
    return multipart_request(*other_parts, form_part(image))


def base64_request(image: bytes) -> Request:
    """Return a JSON object with the image in base64."""
    return json_request({"image": base64.b64encode(image).decode()})


BODY_KINDS: dict[str, Callable[[bytes], Request]] = {
    "body": raw_request,
    "form": form_request,
    "JSON": base64_request,
}
"""The three ways to send an image."""


def json_request(content: Any, path: str = "/predict") -> Request:
    """Return a request whose body is any JSON document."""
    return Request(json.dumps(content).encode(), "application/json", path)


def form_part(content: bytes, name: str = "file", filename: str | None = "digit.png") -> bytes:
    """Return one part of a form: a file, or a plain field if there is no file name."""
    disposition = f'form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"\r\nContent-Type: image/png'
    return f"Content-Disposition: {disposition}\r\n\r\n".encode() + content


def multipart_request(*parts: bytes, boundary: str = BOUNDARY) -> Request:
    """Return a form of the given parts."""
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + content + b"\r\n" for content in parts) + line + b"--\r\n"
    return Request(body, f"multipart/form-data; boundary={boundary}")
