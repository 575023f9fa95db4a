"""Requests to the API as values, which can go to a server or into a Lambda event."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

BOUNDARY = "pictureframe"

CHUNK = 65_536


@dataclass(frozen=True)
class Call:
    """One request."""

    body: bytes = b""
    content_type: str | None = None
    path: str = "/predict"
    method: str = "POST"
    chunked: bool = False
    """Whether to send the body piece by piece, without a Content-Length."""

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.content_type is None else {"content-type": self.content_type}

    def send(self, client: httpx.Client) -> httpx.Response:
        """The server's answer."""
        body = self._pieces() if self.chunked else self.body
        return client.request(self.method, self.path, content=body, headers=self.headers)

    async def send_in_process(self, client: httpx.AsyncClient) -> httpx.Response:
        """The application's answer."""
        return await client.request(self.method, self.path, content=self.body, headers=self.headers)

    def _pieces(self) -> Iterator[bytes]:
        for start in range(0, len(self.body), CHUNK):
            yield self.body[start : start + CHUNK]


def as_body(picture: bytes, content_type: str = "image/png", path: str = "/predict") -> Call:
    """A picture sent as it is."""
    return Call(picture, content_type, path)


def as_form(picture: bytes, *others: bytes) -> Call:
    """A picture sent as a form's part `file`, after other parts if there are any."""
    return form(*others, part(picture))


def as_json(picture: bytes) -> Call:
    """A picture sent in base64 in a JSON object."""
    return document({"image": base64.b64encode(picture).decode()})


WAYS: dict[str, Callable[[bytes], Call]] = {"body": as_body, "form": as_form, "JSON": as_json}
"""The three ways to send a picture."""


def document(content: Any, path: str = "/predict") -> Call:
    """Anything that JSON can hold, as a body."""
    return Call(json.dumps(content).encode(), "application/json", path)


def part(content: bytes, name: str = "file", filename: str | None = "digit.png") -> bytes:
    """One part of a form: a file, or a plain field where there is no file name."""
    disposition = f'form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"\r\nContent-Type: image/png'
    return f"Content-Disposition: {disposition}\r\n\r\n".encode() + content


def form(*parts: bytes, boundary: str = BOUNDARY) -> Call:
    """A form of the given parts."""
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + content + b"\r\n" for content in parts) + line + b"--\r\n"
    return Call(body, f"multipart/form-data; boundary={boundary}")
