"""Renderers of the request record: plain text, JSON, CloudWatch's format."""

import json
import time

import pytest

from recognizer.api.cloudwatch import METRIC_UNITS, to_emf
from recognizer.api.request_log import RequestRecord, label_field, to_json, to_text, write_line

HEALTH = RequestRecord(
    time="2026-11-25T14:03:07.123+00:00",
    request_id="5f3a",
    method="GET",
    route="/health",
    status=200,
    duration_ms=0.44,
    cold_start=0,
    failed=0,
    rejected=0,
)
PREDICTION: RequestRecord = {
    **HEALTH,
    "method": "POST",
    "route": "/predict",
    "duration_ms": 1.36,
    "decode_ms": 0.5,
    "preprocess_ms": 0.25,
    "model_ms": 0.25,
    "prediction_id": "0123456789ab-7-00000000000aaaaaaaaaa",
    "model_version": "0123456789ab",
    "verdict": "digit",
    "digits": 1,
    "numbers": 1,
    "digit": 7,
    "confidence": 0.9984,
}
FEEDBACK: RequestRecord = {
    **HEALTH,
    "method": "POST",
    "route": "/feedback",
    "status": 204,
    "label": 3,
    "correct": 0,
}


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (HEALTH, "14:03:07 200 GET /health 0.4 ms 5f3a"),
        (PREDICTION, "14:03:07 200 POST /predict 1.4 ms 7 (99.8%) 5f3a"),
        (FEEDBACK, "14:03:07 204 POST /feedback 0.4 ms label 3 5f3a"),
        (
            RequestRecord(**{**FEEDBACK, "label": "none"}),
            "14:03:07 204 POST /feedback 0.4 ms label none 5f3a",
        ),
        (
            RequestRecord(**{**FEEDBACK, "label": "42 7"}),
            "14:03:07 204 POST /feedback 0.4 ms label 42 7 5f3a",
        ),
        (
            RequestRecord(**{**HEALTH, "verdict": "number", "confidence": 0.75}),
            "14:03:07 200 GET /health 0.4 ms number (75.0%) 5f3a",
        ),
        (
            RequestRecord(**{**HEALTH, "verdict": "blank"}),
            "14:03:07 200 GET /health 0.4 ms blank 5f3a",
        ),
        (
            RequestRecord(**{**HEALTH, "status": 413, "error_code": "too_many_bytes"}),
            "14:03:07 413 GET /health 0.4 ms too_many_bytes 5f3a",
        ),
        (
            RequestRecord(**{**HEALTH, "status": 500, "exception": "ValueError"}),
            "14:03:07 500 GET /health 0.4 ms ValueError 5f3a",
        ),
    ],
    ids=[
        *("health", "prediction", "feedback", "not a digit", "label of numbers", "number"),
        *("blank", "rejected", "failed"),
    ],
)
def test_text_shows_what_a_person_needs(record: RequestRecord, text: str) -> None:
    assert to_text(record) == text


@pytest.mark.parametrize(
    ("label", "field"), [("7", 7), ("0", 0), ("007", "007"), ("42 7", "42 7"), (None, "none")]
)
def test_label_of_a_digit_is_logged_as_a_number(label: str | None, field: int | str) -> None:
    assert label_field(label) == field


def test_json_is_one_compact_line_with_every_field() -> None:
    text = to_json(PREDICTION)
    assert json.loads(text) == PREDICTION
    assert "\n" not in text
    assert ": " not in text


def test_emf_adds_metrics_and_lambda_fields_to_the_record() -> None:
    before = time.time_ns() // 1_000_000
    record = json.loads(to_emf({**PREDICTION}))
    metadata = record.pop("_aws")
    assert before <= metadata["Timestamp"] <= time.time_ns() // 1_000_000
    (directive,) = metadata["CloudWatchMetrics"]
    assert directive["Namespace"] == "DigitRecognizer"
    assert directive["Dimensions"] == [["function_name"]]
    assert record.pop("function_name") == "local"
    assert 1 < record["memory_mb"] < 100_000
    assert record.pop("cpu_s") > 0
    metrics = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert metrics == {name: unit for name, unit in METRIC_UNITS.items() if name in record}
    assert metrics["duration_ms"] == "Milliseconds"
    assert "correct" not in metrics
    assert record.pop("memory_mb")
    assert record == PREDICTION


def test_emf_of_feedback_measures_correctness() -> None:
    (directive,) = json.loads(to_emf({**FEEDBACK}))["_aws"]["CloudWatchMetrics"]
    names = {metric["Name"] for metric in directive["Metrics"]}
    assert "correct" in names
    assert "confidence" not in names


def test_emf_of_an_unmetered_route_has_no_metrics() -> None:
    assert "_aws" not in json.loads(to_emf({**HEALTH}))


def test_line_to_a_closed_output_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    class ClosedOutput:
        def fileno(self) -> int:
            return 1_000_000  # no such file

    monkeypatch.setattr("sys.stdout", ClosedOutput())
    write_line("text")
