"""The server image: frontend and API, a graceful stop, and a startup error for a bad model."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from api.invalid_requests import INVALID_REQUESTS, valid_png
from api.requests import BODY_KINDS, raw_request
from PIL import Image

from support.containers import RESPONSE_TIMEOUT, SERVER, START_TIMEOUT, Container, docker, run_once
from support.images import encode
from support.processes import wait_until

pytestmark = pytest.mark.docker

MODEL_FOLDER = "/app/packages/recognizer/model"


@pytest.fixture(scope="module")
def client(server_container: Container) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server_container.url, timeout=RESPONSE_TIMEOUT) as client:
        yield client


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_predict_accepts_each_kind_of_body(client: httpx.Client, kind: str) -> None:
    prediction = BODY_KINDS[kind](valid_png()).send(client).json()
    assert (prediction["digit"], prediction["verdict"]) == (7, "digit")


def test_frontend_is_served_with_immutable_assets(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    script = page.text.partition('src="')[2].partition('"')[0]
    assert script.startswith("/assets/")
    assert client.get(script).headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/docs", "/docs/style.css", "/docs/try.js"])
def test_documentation_comes_with_the_image(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_invalid_image_is_rejected(client: httpx.Client) -> None:
    invalid = INVALID_REQUESTS["image: words"]
    response = invalid.make().send(client)
    assert (response.status_code, response.json()["code"]) == (invalid.status, invalid.code)
    assert response.json()["detail"]


def test_health_check_passes(server_container: Container) -> None:
    def status() -> str:
        return str(server_container.state()["Health"]["Status"])

    wait_until(lambda: status() != "starting", START_TIMEOUT)
    assert status() == "healthy"


def test_server_runs_unprivileged(server_container: Container) -> None:
    assert docker("exec", server_container.name, "id", "-u").stdout.strip() == "10001"


def test_requests_in_flight_finish_before_the_server_stops() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1_100, 1_100, 3), dtype=np.uint8)
    slow = raw_request(encode(Image.fromarray(noise)))
    patient = "--env=DIGITS_MAX_WAIT_MS=60000"
    with Container(SERVER, 8000, patient) as server, ThreadPoolExecutor(16) as pool:
        server.wait_for("/health")
        with httpx.Client(base_url=server.url, timeout=RESPONSE_TIMEOUT) as client:
            responses = [pool.submit(slow.send, client) for _ in range(16)]
            wait_until(lambda: any(response.done() for response in responses), interval=0.01)
            docker("kill", f"--signal={signal.SIGTERM.name}", server.name)
            assert [response.result().status_code for response in responses] == [200] * 16
        wait_until(lambda: not server.state()["Running"], START_TIMEOUT)
        assert server.state()["ExitCode"] in (0, 128 + signal.SIGTERM)
        assert not server.state()["OOMKilled"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((f"--tmpfs={MODEL_FOLDER}",), "The model cannot be read"),
        (
            (f"--volume=/dev/null:{MODEL_FOLDER}/digits.onnx:ro",),
            "does not match its checksum in digits.onnx.sha256",
        ),
    ],
    ids=["missing", "altered"],
)
def test_startup_fails_with_one_sentence_without_the_released_model(
    options: tuple[str, ...], sentence: str
) -> None:
    command = ("python", "-m", "uvicorn", "--factory", "recognizer.api.server:create_server")
    finished = run_once(SERVER, *command, options=options)
    assert finished.returncode != 0
    assert sentence in finished.stderr
    assert "Traceback" not in finished.stderr
