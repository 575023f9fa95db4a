"""One record for each request in the log: JSON, or plain text in a terminal."""

import base64
import os
import pty
import re
import subprocess
from pathlib import Path

import httpx
import pytest
from api.invalid_requests import INVALID_REQUESTS, valid_png
from api.observed_server import ObservedServer
from api.requests import BODY_KINDS, raw_request

from support.images import digit_image, encode
from support.paths import BACKEND
from support.processes import free_port, responds, wait_until
from support.server import START_TIMEOUT, server_command, server_environment


def test_prediction_is_logged_as_one_record(observed: ObservedServer) -> None:
    response = raw_request(valid_png()).send(observed.client)
    prediction = response.json()
    record = observed.record(response.headers["x-request-id"])
    stages = re.findall(r"(\w+);dur=([\d.]+)", response.headers["server-timing"])
    assert {stage: record[f"{stage}_ms"] for stage, _ in stages} == {
        stage: float(time) for stage, time in stages
    }
    assert record["duration_ms"] > sum(record[f"{stage}_ms"] for stage, _ in stages)
    assert (record["method"], record["route"], record["status"]) == ("POST", "/predict", 200)
    assert (record["rejected"], record["failed"]) == (0, 0)
    assert record["prediction_id"] == prediction["id"]
    assert record["model_version"] == prediction["model"]
    assert (record["digit"], record["verdict"]) == (7, "digit")
    assert (record["digits"], record["numbers"]) == (1, 1)
    assert record["confidence"] == pytest.approx(prediction["confidence"], abs=1e-4)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", record["time"])


def test_rejected_request_is_logged_with_its_error_code(observed: ObservedServer) -> None:
    response = INVALID_REQUESTS["image: words"].make().send(observed.client)
    record = observed.record(response.headers["x-request-id"])
    assert (record["status"], record["rejected"]) == (400, 1)
    assert record["error_code"] == response.json()["code"] == "unreadable"
    assert "digit" not in record


def test_blank_image_is_logged_without_digits(observed: ObservedServer) -> None:
    response = raw_request(encode(digit_image(7, ink=255))).send(observed.client)
    record = observed.record(response.headers["x-request-id"])
    assert (record["verdict"], record["digits"], record["numbers"]) == ("blank", 0, 0)
    assert not {"digit", "confidence"} & record.keys()


@pytest.mark.parametrize(
    ("sent", "label"),
    [({"digit": 1}, 1), ({"digit": None}, "none"), ({"number": "42"}, "42"), ({"number": "1"}, 1)],
)
def test_feedback_is_logged_with_label_and_correctness(
    observed: ObservedServer, sent: dict[str, object], label: int | str
) -> None:
    prediction = observed.predict()
    response = observed.send_feedback(id=prediction["id"], **sent)
    record = observed.record(response.headers["x-request-id"])
    assert (record["route"], record["status"]) == ("/feedback", 204)
    assert record["prediction_id"] == prediction["id"]
    assert (record["label"], record["correct"]) == (label, 0)


@pytest.mark.parametrize(
    "request_id", ["a", "req-7.of:today_/+=", "1-67891233-abcdef012345678912345678"]
)
def test_valid_request_id_is_passed_through(observed: ObservedServer, request_id: str) -> None:
    response = observed.client.get("/health", headers={"x-request-id": request_id})
    assert response.headers["x-request-id"] == request_id
    assert observed.record(request_id)["route"] == "/health"


@pytest.mark.parametrize(
    "request_id", [b"", b"two words", b"x" * 101, b'"}{"forged":1', "ünïcode".encode(), b"<b>"]
)
def test_invalid_request_id_is_replaced(observed: ObservedServer, request_id: bytes) -> None:
    headers = {b"x-request-id": request_id}
    replacements = {
        observed.client.get("/health", headers=headers).headers["x-request-id"] for _ in range(2)
    }
    assert len(replacements) == 2
    assert all(re.fullmatch(r"[0-9a-f]{16}", replacement) for replacement in replacements)


@pytest.mark.parametrize("name", ["path: unknown", "method: PUT", "image: words"])
def test_error_response_has_a_request_id(observed: ObservedServer, name: str) -> None:
    assert INVALID_REQUESTS[name].make().send(observed.client).headers["x-request-id"]


def test_log_contains_nothing_of_the_image(observed: ObservedServer) -> None:
    image = valid_png()
    for make in BODY_KINDS.values():
        assert make(image).send(observed.client).status_code == 200
    prediction = observed.predict(image)
    model_input = prediction["input"]
    response = observed.send_feedback(id=prediction["id"], digit=7, input=model_input)
    assert response.status_code == 204
    assert observed.record(response.headers["x-request-id"])
    log = observed.server.log.read_text()
    encoded, encoded_input = base64.b64encode(image).decode(), model_input.partition(",")[2]
    for text in (encoded[:60], encoded[60:120], encoded_input[:60], encoded_input[60:120]):
        assert text not in log
    assert "data:" not in log
    assert "PNG" not in log
    assert max(len(line) for line in log.splitlines()) < 1_000


def test_terminal_gets_plain_text(tmp_path: Path) -> None:
    port = free_port()
    terminal, child_end = pty.openpty()
    with (tmp_path / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            [*server_command(port), "--log-level", "warning"],
            cwd=BACKEND,
            env=server_environment({}),
            stdout=child_end,
            stderr=errors,
        )
    os.close(child_end)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: responds(f"{url}/health"), timeout=START_TIMEOUT)
        headers = {"content-type": "image/png", "x-request-id": "my-request"}
        httpx.post(f"{url}/predict", content=valid_png(), headers=headers)
        text = ""
        while "my-request" not in text:
            text += os.read(terminal, 10_000).decode()
    finally:
        process.terminate()
        process.wait()
        os.close(terminal)
    line = r"\d\d:\d\d:\d\d 200 POST /predict \d+\.\d ms 7 \(99\.\d%\) my-request"
    assert re.fullmatch(line, text.splitlines()[-1])
