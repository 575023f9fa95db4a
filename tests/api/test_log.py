"""One line for each request: JSON for machines, words for a terminal, and nothing of a picture."""

import base64
import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from api.invalid_requests import BAD_CALLS, good_picture
from api.requests import WAYS, as_body
from conftest import LONGEST_ANSWER

from support.paths import BACKEND
from support.processes import free_port, responds, wait_until
from support.server import START_TIMEOUT, Server, server_command, server_environment

LINE_WITHIN = 10.0
"""Seconds until a line that was written is there."""


class Logged:
    """A caller, and the log of the server it calls."""

    def __init__(self, server: Server, client: httpx.Client) -> None:
        self.server = server
        self.client = client

    def lines(self, request_id: str) -> list[dict[str, Any]]:
        """All lines of a request, once there is one."""

        def found() -> list[dict[str, Any]]:
            text = self.server.log.read_text()
            lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            return [line for line in lines if line["request_id"] == request_id]

        return wait_until(found, timeout=LINE_WITHIN)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    log = tmp_path_factory.mktemp("log") / "log.txt"
    with (
        Server(log, {"DIGITS_KEEP_INK": "1"}) as server,
        httpx.Client(base_url=server.url, timeout=LONGEST_ANSWER) as client,
    ):
        yield Logged(server, client)


def test_a_reading_is_one_line(logged: Logged) -> None:
    response = as_body(good_picture()).send(logged.client)
    answer = response.json()
    (line,) = logged.lines(response.headers["x-request-id"])
    stages = re.findall(r"(\w+);dur=([\d.]+)", response.headers["server-timing"])
    assert {stage: line[f"{stage}_ms"] for stage, _ in stages} == {
        stage: float(time) for stage, time in stages
    }
    assert line["ms"] > line["decode_ms"] + line["preprocess_ms"] + line["model_ms"]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/predict", 200)
    assert (line["refused"], line["failed"]) == (0, 0)
    assert line["answer"] == answer["id"]
    assert line["model"] == answer["model"]
    assert (line["digit"], line["verdict"]) == (7, "digit")
    assert line["confidence"] == pytest.approx(answer["confidence"], abs=1e-4)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


def test_a_refusal_is_one_line_with_its_reason(logged: Logged) -> None:
    response = BAD_CALLS["picture: words"][1]().send(logged.client)
    (line,) = logged.lines(response.headers["x-request-id"])
    assert (line["status"], line["refused"], line["reason"]) == (400, 1, "unreadable")
    assert "digit" not in line


def test_feedback_is_one_line(logged: Logged) -> None:
    answer = as_body(good_picture()).send(logged.client).json()
    response = logged.client.post("/feedback", json={"id": answer["id"], "digit": 1})
    (line,) = logged.lines(response.headers["x-request-id"])
    assert (line["route"], line["status"]) == ("/feedback", 204)
    assert (line["answer"], line["drawn"], line["right"]) == (answer["id"], 1, 0)


def test_only_the_first_request_is_a_cold_start(tmp_path: Path) -> None:
    with Server(tmp_path / "log.txt", {}) as server:
        for _ in range(3):
            httpx.get(f"{server.url}/health")
        lines = [json.loads(x) for x in server.log.read_text().splitlines() if x.startswith("{")]
    assert [line["cold_start"] for line in lines] == [1, 0, 0, 0]  # the first asks if it is up


@pytest.mark.parametrize(
    "given", ["a", "req-7.of:today_/+=", "1-67891233-abcdef012345678912345678"]
)
def test_a_callers_request_id_is_passed_through(logged: Logged, given: str) -> None:
    response = logged.client.get("/health", headers={"x-request-id": given})
    assert response.headers["x-request-id"] == given
    assert [line["route"] for line in logged.lines(given)] == ["/health"]


@pytest.mark.parametrize(
    "given", [b"", b"two words", b"x" * 101, b'"}{"forged":1', "ünïcode".encode(), b"<b>"]
)
def test_a_request_id_that_no_log_can_bear_is_replaced(logged: Logged, given: bytes) -> None:
    ids = {
        logged.client.get("/health", headers={b"x-request-id": given}).headers["x-request-id"]
        for _ in range(2)
    }
    assert len(ids) == 2
    assert all(re.fullmatch(r"[0-9a-f]{16}", request_id) for request_id in ids)


@pytest.mark.parametrize("name", ["path: unknown", "method: PUT", "picture: words"])
def test_refusals_have_a_request_id_too(logged: Logged, name: str) -> None:
    assert BAD_CALLS[name][1]().send(logged.client).headers["x-request-id"]


def test_nothing_of_a_picture_is_logged(logged: Logged) -> None:
    picture = good_picture()
    for way in WAYS.values():
        assert way(picture).send(logged.client).status_code == 200
    answer = as_body(picture, path="/predict?explain=true").send(logged.client).json()
    said = {"id": answer["id"], "digit": 7, "ink": answer["input"]}
    response = logged.client.post("/feedback", json=said)
    assert response.status_code == 204
    assert logged.lines(response.headers["x-request-id"])
    log = logged.server.log.read_text()
    encoded = base64.b64encode(picture).decode()
    ink = answer["input"].partition(",")[2]
    for text in (encoded[:60], encoded[60:120], ink[:60], ink[60:120], "data:", "PNG"):
        assert text not in log
    assert max(len(line) for line in log.splitlines()) < 1_000


def test_a_terminal_shows_words(tmp_path: Path) -> None:
    port = free_port()
    terminal, side = pty.openpty()
    with (tmp_path / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            [*server_command(port), "--log-level", "warning"],
            cwd=BACKEND,
            env=server_environment({}),
            stdout=side,
            stderr=errors,
        )
    os.close(side)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: responds(f"{url}/health"), timeout=START_TIMEOUT)
        headers = {"content-type": "image/png", "x-request-id": "mine"}
        httpx.post(f"{url}/predict", content=good_picture(), headers=headers)
        text = ""
        while "mine" not in text:
            text += os.read(terminal, 10_000).decode()
    finally:
        process.terminate()
        process.wait()
        os.close(terminal)
    shape = r"\d\d:\d\d:\d\d 200 POST /predict \d+\.\d ms 7 \(99\.\d%\) mine"
    assert re.fullmatch(shape, text.splitlines()[-1])
