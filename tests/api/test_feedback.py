"""What people say of the answers is counted, and what makes no sense is refused."""

import re
from collections.abc import Mapping

import httpx
import pytest


def counted(client: httpx.Client, read: str, digit: int) -> int:
    """How often feedback like this was counted so far."""
    response = client.get("/metrics")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    line = rf'^digits_feedback_total{{read="{read}",digit="{digit}"}} (\d+)$'
    found = re.search(line, response.text, re.MULTILINE)
    return 0 if found is None else int(found[1])


@pytest.mark.parametrize(
    ("sent", "read", "digit"),
    [
        ({"read": 7, "digit": 7}, "7", 7),
        ({"read": 7, "digit": 1}, "7", 1),
        ({"read": None, "digit": 0}, "none", 0),
    ],
    ids=["right", "wrong", "taken for no digit"],
)
def test_feedback_is_counted(
    client: httpx.Client, sent: Mapping[str, int | None], read: str, digit: int
) -> None:
    before = counted(client, read, digit)
    for _ in range(2):
        response = client.post("/feedback", json=sent)
        assert (response.status_code, response.content) == (204, b"")
    assert counted(client, read, digit) == before + 2


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b'{"read": 7}', 422, "digit"),
        (b'{"digit": 7}', 422, "read"),
        (b'{"read": 7, "digit": 10}', 422, "digit"),
        (b'{"read": -1, "digit": 1}', 422, "read"),
        (b'{"read": "<b>", "digit": 1}', 422, "read"),
        (b"[7, 1]", 422, "body"),
        (b"", 400, "JSON"),
        (b'{"read": 7,', 400, "JSON"),
    ],
)
def test_feedback_that_makes_no_sense_is_refused(
    client: httpx.Client, body: bytes, status: int, word: str
) -> None:
    before = client.get("/metrics").text
    headers = {"content-type": "application/json"}
    response = client.post("/feedback", content=body, headers=headers)
    assert response.status_code == status
    assert word in response.json()["detail"]
    assert client.get("/metrics").text == before
