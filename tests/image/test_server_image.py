"""The server image: page and API, a graceful end, and an honest refusal to start."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from api.invalid_requests import good_picture
from api.requests import WAYS, Call, as_body
from PIL import Image

from support.containers import RESPONSE_TIMEOUT, SERVER, START_TIMEOUT, Container, docker, run_once
from support.images import encode
from support.processes import wait_until

MODEL = "/app/packages/recognizer/model"


@pytest.fixture(scope="module")
def client(server: Container) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=RESPONSE_TIMEOUT) as client:
        yield client


@pytest.mark.parametrize("way", WAYS)
def test_pictures_are_read_however_they_are_sent(client: httpx.Client, way: str) -> None:
    answered = WAYS[way](good_picture()).send(client).json()
    assert (answered["digit"], answered["verdict"]) == (7, "digit")


def test_the_page_is_served(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    script = page.text.partition('src="')[2].partition('"')[0]
    assert script.startswith("/assets/")
    assert client.get(script).headers["cache-control"] == "public, max-age=31536000, immutable"


def test_bad_calls_are_refused(client: httpx.Client) -> None:
    refused = Call(b"words", "image/png").send(client)
    assert refused.status_code == 400
    assert refused.json()["detail"]


def test_the_engine_finds_it_healthy(server: Container) -> None:
    wait_until(lambda: server.state()["Health"]["Status"] != "starting", timeout=START_TIMEOUT)
    assert server.state()["Health"]["Status"] == "healthy"


def test_it_runs_as_nobody(server: Container) -> None:
    assert docker("exec", server.name, "id", "-u").stdout.strip() == "10001"


def test_what_is_in_flight_is_finished_when_it_is_stopped() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1_100, 1_100, 3), dtype=np.uint8)
    slow = as_body(encode(Image.fromarray(noise)))
    with Container(SERVER, 8000) as server, ThreadPoolExecutor(16) as callers:
        server.wait_for("/health")
        with httpx.Client(base_url=server.url, timeout=RESPONSE_TIMEOUT) as client:
            answers = [callers.submit(slow.send, client) for _ in range(16)]
            while not any(answer.done() for answer in answers):
                time.sleep(0.01)
            docker("kill", f"--signal={signal.SIGTERM.name}", server.name)
            assert [answer.result().status_code for answer in answers] == [200] * 16
        wait_until(lambda: not server.state()["Running"], timeout=START_TIMEOUT)
        assert server.state()["ExitCode"] in (0, 128 + signal.SIGTERM)
        assert not server.state()["OOMKilled"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((f"--tmpfs={MODEL}",), "The model cannot be read"),
        ((f"--volume=/dev/null:{MODEL}/digits.onnx:ro",), "is not the one in digits.onnx.sha256"),
    ],
    ids=["missing", "altered"],
)
def test_without_its_model_it_says_so_and_ends(options: tuple[str, ...], sentence: str) -> None:
    command = ("python", "-m", "uvicorn", "--factory", "recognizer.api.server:create_server")
    done = run_once(SERVER, *command, options=options)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
