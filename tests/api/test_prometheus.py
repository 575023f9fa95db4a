"""A server's Prometheus metrics; no request makes an unbounded number of series."""

import fcntl
import os
from collections import Counter
from pathlib import Path

import httpx
import pytest
from api.invalid_requests import INVALID_REQUESTS, valid_png
from api.metrics_text import Series, changes, metrics_of, series
from api.observed_server import ObservedServer
from api.requests import Request, base64_request, raw_request

from support.images import digit_image, encode
from support.processes import wait_until
from support.server import RESPONSE_TIMEOUT, Server, worker_ids

HAS_PROC = Path("/proc/self/stat").exists()

STAGES = ("decode", "preprocess", "model")

SEVENS = series("digits_predictions_total", digit="7", verdict="digit")

REJECTED = (
    "image: words",
    "image: empty",
    "pixels: PNG of 13,000 by 13,000",
    "too long: body",
    "content type: text/plain",
    "JSON: no image",
    "JSON: words",
    "form: no parts",
    "query: explain=maybe",
)


@pytest.fixture(scope="module")
def client(observed: ObservedServer) -> httpx.Client:
    """A client of a server that receives no other requests meanwhile."""
    return observed.client


def blank() -> bytes:
    return encode(digit_image(7, ink=255))


def test_predictions_are_counted_by_digit_and_verdict(client: httpx.Client) -> None:
    before = metrics_of(client)
    images = [encode(digit_image(digit)) for digit in (0, 1, 2, 3, 4, 7, 7)] + [blank()]
    predictions = [raw_request(image).send(client).json() for image in images]
    verdicts = Counter((prediction["digit"], prediction["verdict"]) for prediction in predictions)
    assert verdicts[7, "digit"] >= 2
    assert verdicts[None, "blank"] == 1
    after = metrics_of(client)
    assert changes(before, after, "digits_predictions_total") == {
        series(
            "digits_predictions_total",
            digit="none" if digit is None else str(digit),
            verdict=verdict,
        ): count
        for (digit, verdict), count in verdicts.items()
    }
    counted = changes(before, after, "digits_")
    assert counted[series("digits_requests_total", route="/predict", status="200")] == 8
    assert counted[series("digits_request_duration_seconds_count", route="/predict")] == 8
    for stage in STAGES:
        assert counted[series("digits_predict_seconds_count", stage=stage)] == 8
    digits = [
        digit for each in predictions for number in each["numbers"] for digit in number["digits"]
    ]
    assert counted[series("digits_per_image_count")] == 8
    assert counted[series("digits_per_image_sum")] == len(digits) > 0
    assert counted[series("digits_per_image_bucket", le="0.0")] >= 1


def test_confidence_is_observed_for_digits_only(client: httpx.Client) -> None:
    before = metrics_of(client)
    seven, _ = (raw_request(image).send(client).json() for image in (valid_png(), blank()))
    counted = changes(before, metrics_of(client), "digits_confidence")
    assert counted[series("digits_confidence_count")] == 1
    total = counted[series("digits_confidence_sum")]
    assert total == pytest.approx(seven["confidence"], abs=1e-4)


def test_stages_take_less_time_than_the_request(client: httpx.Client) -> None:
    before = metrics_of(client)
    raw_request(valid_png()).send(client)
    taken = changes(before, metrics_of(client), "digits_")
    stages = [taken[series("digits_predict_seconds_sum", stage=stage)] for stage in STAGES]
    assert min(stages) > 0
    whole = taken[series("digits_request_duration_seconds_sum", route="/predict")]
    assert sum(stages) < whole


@pytest.mark.parametrize("name", REJECTED)
def test_rejected_request_is_counted_by_error_code(client: httpx.Client, name: str) -> None:
    expected = INVALID_REQUESTS[name]
    before = metrics_of(client)
    assert expected.make().send(client).status_code == expected.status
    after = metrics_of(client)
    assert changes(before, after, "digits_errors_total") == {
        series("digits_errors_total", code=expected.code): 1
    }
    status = str(expected.status)
    counted = changes(before, after, "digits_requests_total")
    assert counted[series("digits_requests_total", route="/predict", status=status)] == 1


def test_unknown_paths_methods_and_headers_make_no_new_series(client: httpx.Client) -> None:
    client.get("/no/such/path")
    client.put("/predict")
    client.request("BREW", "/predict")
    client.get("/health")
    before = metrics_of(client)
    for number in range(20):
        client.get(f"/no/such/path/{number}")
        client.request("BREW" + "A" * number, "/predict")
        headers = {"x-request-id": f"number-{number}", "user-agent": f"agent {number}"}
        client.get(f"/health?number={number}", headers=headers)
        Request(b"words", f"text/{number}").send(client)
    after = metrics_of(client)
    new = set(after) - set(before)
    assert {name for name, _ in new} <= {"digits_requests_total"}
    assert {dict(labels)["route"] for _, labels in new} <= {"/predict", "/metrics"}
    unknown = series("digits_requests_total", route="other", status="404")
    assert after[unknown] == before[unknown] + 20


def test_model_and_process_are_shown(client: httpx.Client) -> None:
    metrics = metrics_of(client)
    version = client.get("/health").json()["model"]
    assert metrics[series("digits_model_info", version=version)] == 1
    assert metrics[series("digits_worker_starts_total")] == 1
    if HAS_PROC:
        assert 20e6 < metrics[series("process_resident_memory_bytes")] < 2e9
        assert 0.1 < metrics[series("process_cpu_seconds_total")] < 600


def test_workers_are_counted_as_one_server(workers: ObservedServer) -> None:
    def scrape() -> dict[Series, float]:
        """Scrape over a new connection, which any worker may accept."""
        with httpx.Client(base_url=workers.server.url, timeout=RESPONSE_TIMEOUT) as client:
            return metrics_of(client)

    request = base64_request(valid_png())
    before = scrape()
    for _ in range(30):  # a new connection each time, so that any idle worker may accept it
        httpx.post(f"{workers.server.url}/predict", content=request.body, headers=request.headers)
    after = scrape()
    counted = changes(before, after, "digits_")
    assert counted[SEVENS] == 30
    assert counted[series("digits_request_duration_seconds_count", route="/predict")] == 30
    assert counted[series("digits_predict_seconds_count", stage="model")] == 30
    assert 1 <= after[series("digits_worker_starts_total")] <= 3
    assert len([key for key in after if key[0] == "digits_model_info"]) == 1
    pids = worker_ids(workers.server)
    assert len(pids) == 3
    if HAS_PROC:
        assert after[series("process_resident_memory_bytes")] > 3 * 20e6
        os.kill(pids[0], 9)
        assert scrape()[SEVENS] == after[SEVENS], "what a dead worker counted is lost"


def folders(temporary: Path) -> set[Path]:
    """Return the folders in which servers with several workers count."""
    return set(temporary.glob("digits-metrics-*"))


def is_locked(folder: Path) -> bool:
    """Return whether a living worker counts in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def test_folders_of_dead_servers_are_removed_and_those_of_living_ones_kept(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    settings = {"TMPDIR": str(temporary), "WEB_CONCURRENCY": "2"}
    dead, living, last = (Server(tmp_path / f"{name}.txt", settings) for name in "abc")
    dead.start()
    wait_until(lambda: len(worker_ids(dead)) == 2)
    left = folders(temporary)
    assert len(left) == 1
    dead.kill()
    for worker in worker_ids(dead):
        os.kill(worker, 9)
    wait_until(lambda: not is_locked(*left))  # a killed process takes a moment to end
    assert folders(temporary) == left
    with living:
        kept = folders(temporary)
        assert len(kept) == 1
        assert kept.isdisjoint(left)
        with last:
            assert folders(temporary) > kept
        httpx.post(f"{living.url}/predict", content=valid_png())
        with httpx.Client(base_url=living.url, timeout=RESPONSE_TIMEOUT) as client:
            assert metrics_of(client)[SEVENS] == 1


def test_restarted_server_counts_from_zero(tmp_path: Path) -> None:
    def assert_counts_one(url: str) -> None:
        with httpx.Client(base_url=url, timeout=RESPONSE_TIMEOUT) as client:
            assert metrics_of(client)[SEVENS] == 0
            raw_request(valid_png()).send(client)
            assert metrics_of(client)[SEVENS] == 1

    with Server(tmp_path / "log.txt", {}) as server:
        assert_counts_one(server.url)
        server.stop()
        server.start()
        assert_counts_one(server.url)
