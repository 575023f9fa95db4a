"""What a server counts, and that whatever callers send makes no new series."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from api.invalid_requests import BAD_CALLS, good_picture
from api.metrics_text import Series, changes, metrics_of, series
from api.requests import Call, as_body, as_json
from conftest import LONGEST_ANSWER

from support.images import digit_image, encode
from support.server import Server

HAS_PROC = Path("/proc/self/stat").exists()

ALL_STAGES = ("decode", "preprocess", "model", "all")

REASONS = {
    "picture: words": "unreadable",
    "picture: empty": "empty",
    "pixels: PNG of 13,000 by 13,000": "too_many_pixels",
    "too long: body": "too_many_bytes",
    "content type: text/plain": "content_type",
    "JSON: no image": "missing_field",
    "JSON: words": "bad_json",
    "form: no parts": "missing_field",
    "query: explain=maybe": "bad_parameter",
}


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A caller of a server that nobody else calls."""
    folder = tmp_path_factory.mktemp("metrics")
    with (
        Server(folder / "log.txt", {}) as server,
        httpx.Client(base_url=server.url, timeout=LONGEST_ANSWER) as client,
    ):
        yield client


def blank() -> bytes:
    return encode(digit_image(7, ink=255))


def test_what_has_not_happened_yet_is_shown_as_nothing(caller: httpx.Client) -> None:
    metrics = metrics_of(caller)
    for reason in REASONS.values():
        assert series("digits_refused_total", reason=reason) in metrics
    for digit in "0123456789":
        assert series("digits_predictions_total", digit=digit, verdict="digit") in metrics
        assert series("digits_feedback_total", digit=digit, right="true") in metrics
    assert metrics[series("digits_requests_total", route="/predict", status="500")] == 0
    assert metrics[series("digits_requests_total", route="/feedback", status="429")] == 0
    for stage in ALL_STAGES:
        assert metrics[series("digits_predict_seconds_count", stage=stage)] == 0


def test_pictures_are_counted_by_digit_and_verdict(caller: httpx.Client) -> None:
    before = metrics_of(caller)
    pictures = [encode(digit_image(digit)) for digit in (0, 1, 2, 3, 4, 7, 7)] + [blank()]
    answers = [as_body(picture).send(caller).json() for picture in pictures]
    verdicts = Counter((answer["digit"], answer["verdict"]) for answer in answers)
    assert verdicts[7, "digit"] >= 2
    assert verdicts[None, "blank"] == 1
    after = metrics_of(caller)
    assert changes(before, after, "digits_predictions_total") == {
        series(
            "digits_predictions_total",
            digit="none" if digit is None else str(digit),
            verdict=verdict,
        ): count
        for (digit, verdict), count in verdicts.items()
    }
    counted = changes(before, after, "digits_requests_total")
    assert counted[series("digits_requests_total", route="/predict", status="200")] == 8
    for stage in ALL_STAGES:
        count = series("digits_predict_seconds_count", stage=stage)
        assert after[count] - before.get(count, 0) == 8


def test_confidence_is_counted_where_it_is_of_a_digit(caller: httpx.Client) -> None:
    before = metrics_of(caller)
    sure = [as_body(picture).send(caller).json() for picture in (good_picture(), blank())]
    after = changes(before, metrics_of(caller), "digits_confidence")
    assert after[series("digits_confidence_count")] == 1
    total = after[series("digits_confidence_sum")]
    assert total == pytest.approx(sure[0]["confidence"], abs=1e-4)


def test_stages_take_no_longer_than_the_whole(caller: httpx.Client) -> None:
    as_body(good_picture()).send(caller)
    metrics = metrics_of(caller)
    taken = {
        stage: metrics[series("digits_predict_seconds_sum", stage=stage)] for stage in ALL_STAGES
    }
    whole = taken.pop("all")
    assert min(taken.values()) > 0
    assert sum(taken.values()) < whole


@pytest.mark.parametrize("name", REASONS)
def test_refusals_are_counted_by_reason(caller: httpx.Client, name: str) -> None:
    before = metrics_of(caller)
    status = BAD_CALLS[name][1]().send(caller).status_code
    after = metrics_of(caller)
    assert changes(before, after, "digits_refused_total") == {
        series("digits_refused_total", reason=REASONS[name]): 1
    }
    counted = changes(before, after, "digits_requests_total")
    assert counted[series("digits_requests_total", route="/predict", status=str(status))] == 1


def test_whatever_callers_ask_for_makes_no_new_series(caller: httpx.Client) -> None:
    caller.get("/no/such/page")
    caller.put("/predict")
    caller.request("BREW", "/predict")
    before = metrics_of(caller)
    for number in range(20):
        caller.get(f"/no/such/page/{number}")
        caller.request("BREW" + "A" * number, "/predict")
        headers = {"x-request-id": f"number-{number}", "user-agent": f"agent {number}"}
        caller.get(f"/health?number={number}", headers=headers)
        Call(b"words", f"text/{number}").send(caller)
    after = metrics_of(caller)
    new = set(after) - set(before)
    assert {name for name, _ in new} <= {"digits_requests_total"}
    assert {dict(labels)["route"] for _, labels in new} <= {"/health", "/predict", "/metrics"}
    others = series("digits_requests_total", route="other", status="404")
    assert after[others] == before[others] + 20


def test_the_model_and_the_process_are_shown(caller: httpx.Client) -> None:
    metrics = metrics_of(caller)
    version = caller.get("/health").json()["model"]
    assert metrics[series("digits_model_info", version=version)] == 1
    assert metrics[series("digits_cold_starts_total")] == 1
    if HAS_PROC:
        assert 20e6 < metrics[series("process_resident_memory_bytes")] < 2e9
        assert 0.1 < metrics[series("process_cpu_seconds_total")] < 600


def test_workers_are_counted_as_one_server(tmp_path: Path) -> None:
    with Server(tmp_path / "log.txt", {"WEB_CONCURRENCY": "3"}) as server:

        def seen() -> dict[Series, float]:
            with httpx.Client(base_url=server.url, timeout=LONGEST_ANSWER) as client:
                return metrics_of(client)

        before = seen()
        for _ in range(30):  # a connection of its own each time: whichever worker is free takes it
            httpx.post(
                f"{server.url}/predict",
                content=as_json(good_picture()).body,
                headers={"content-type": "application/json"},
            )
        metrics = seen()
        predictions = series("digits_predictions_total", digit="7", verdict="digit")
        assert metrics[predictions] == 30
        assert metrics[series("digits_predict_seconds_count", stage="all")] == 30
        assert 1 <= metrics[series("digits_cold_starts_total")] <= 3
        assert len([key for key in metrics if key[0] == "digits_model_info"]) == 1
        log = server.log.read_text()
        workers = re.findall(r"Started server process \[(\d+)\]", log)
        assert len(workers) == 3
        if HAS_PROC:
            memory = series("process_resident_memory_bytes")
            assert metrics[memory] > 3 * 20e6
            os.kill(int(workers[0]), 9)
            again = seen()
            assert again[predictions] == before.get(predictions, 0) + 30, "the dead still count"


def test_a_single_process_starts_counting_anew(tmp_path: Path) -> None:
    with Server(tmp_path / "log.txt", {}) as server:
        predictions = series("digits_predictions_total", digit="7", verdict="digit")
        for _ in range(2):
            with httpx.Client(base_url=server.url, timeout=LONGEST_ANSWER) as client:
                assert metrics_of(client)[predictions] == 0
                as_body(good_picture()).send(client)
                assert metrics_of(client)[predictions] == 1
            server.stop()
            server.start()
