"""Any bytes get a prediction or an error response, never a server error.

The application runs in this process, so that an uncaught exception fails the test. The examples are
the same in every run.
"""

import asyncio
from pathlib import Path

import httpx
import pytest
from api.errors import assert_is_error
from api.requests import BODY_KINDS, BOUNDARY, Request, form_request, json_request
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.api.server import create_server
from recognizer.api.settings import Settings
from support.images import digit_image, encode

EXAMPLES = settings(derandomize=True, database=None, deadline=None, max_examples=150)

CONTENT_TYPES = (
    "image/png",
    "application/json",
    f"multipart/form-data; boundary={BOUNDARY}",
    "text/plain",
)

VALID_IMAGES = [
    encode(digit_image(7, size=(40, 40)).convert("RGB"), file_format)
    for file_format in ("PNG", "JPEG", "GIF", "WEBP", "BMP")
]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_server(Settings(page_dir=Path("no frontend")))


def assert_is_handled(app: FastAPI, request: Request) -> None:
    """Assert that a request gets a prediction or an error response."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await request.send_in_process(client)

    response = asyncio.run(send())
    assert response.status_code in (200, 400, 413, 415, 422)
    if response.status_code == 200:
        assert len(response.json()["probabilities"]) == 10
    else:
        assert_is_error(response.text)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a valid image, truncated and with bytes changed, removed or inserted."""
    content = bytearray(draw(st.sampled_from(VALID_IMAGES)))
    # Half of the changes hit the structure at the beginning, where they have the most effect.
    place = st.integers(0, 63) | st.integers(0, len(content) - 1)
    for position, byte in draw(st.lists(st.tuples(place, st.integers(0, 255)), max_size=6)):
        content[position] = byte
    start, length = draw(place), draw(st.integers(0, 8))
    content[start : start + length] = draw(st.binary(max_size=8))
    return bytes(content[: draw(st.none() | st.integers(1, len(content)))])


@EXAMPLES
@given(body=st.binary(max_size=200), content_type=st.sampled_from(CONTENT_TYPES))
def test_any_bytes_are_handled(app: FastAPI, body: bytes, content_type: str) -> None:
    assert_is_handled(app, Request(body, content_type))


@EXAMPLES
@given(image=damaged(), kind=st.sampled_from(sorted(BODY_KINDS)))
def test_damaged_images_are_handled(app: FastAPI, image: bytes, kind: str) -> None:
    assert_is_handled(app, BODY_KINDS[kind](image))


@EXAMPLES
@given(
    image=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
    | st.builds("data:{},{}".format, st.text(), st.text())
)
def test_any_json_is_handled(app: FastAPI, image: object) -> None:
    assert_is_handled(app, json_request({"image": image}))
    assert_is_handled(app, json_request(image))


@EXAMPLES
@given(position=st.integers(0, 200), inserted=st.binary(min_size=1, max_size=20))
def test_damaged_forms_are_handled(app: FastAPI, position: int, inserted: bytes) -> None:
    whole = form_request(VALID_IMAGES[0])
    body = whole.body[:position] + inserted + whole.body[position + len(inserted) :]
    assert_is_handled(app, Request(body, whole.content_type))
