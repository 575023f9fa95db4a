"""The metrics before the first request, and of numbers."""

from api.metrics_text import changes, parse_metrics, series

from recognizer.api.errors import STATUS_CODES
from recognizer.api.prometheus import PrometheusMetrics
from recognizer.api.request_log import RequestRecord


def test_every_label_combination_starts_at_zero() -> None:
    metrics = parse_metrics(PrometheusMetrics("0123456789ab").render().decode())
    for code in STATUS_CODES:
        assert metrics[series("digits_errors_total", code=code)] == 0
    for digit in "0123456789":
        for verdict in ("digit", "unsure"):
            key = series("digits_predictions_total", digit=digit, verdict=verdict)
            assert metrics[key] == 0
    for verdict in ("number", "unsure", "not_a_digit", "blank"):
        assert metrics[series("digits_predictions_total", digit="none", verdict=verdict)] == 0
    for correct in ("true", "false"):
        for label in (*"0123456789", "number", "none"):
            assert metrics[series("digits_feedback_total", label=label, correct=correct)] == 0
        assert metrics[series("digits_recent_feedback", correct=correct)] == 0
    for route, statuses in (
        ("/predict", (200, 400, 413, 415, 422, 500)),
        ("/feedback", (204, 400, 410, 413, 422, 429, 500, 503)),
    ):
        assert metrics[series("digits_request_duration_seconds_count", route=route)] == 0
        for status in statuses:
            assert metrics[series("digits_requests_total", route=route, status=str(status))] == 0
    for stage in ("decode", "preprocess", "model"):
        assert metrics[series("digits_predict_seconds_count", stage=stage)] == 0
    assert metrics[series("digits_per_image_count")] == 0


RECORD = RequestRecord(route="/predict", status=200, duration_ms=2.0, cold_start=0)


def test_numbers_are_counted_by_verdict_and_by_their_digits() -> None:
    metrics = PrometheusMetrics("0123456789ab")
    before = parse_metrics(metrics.render().decode())
    predicted = RequestRecord(
        **RECORD, decode_ms=0.5, preprocess_ms=0.5, model_ms=0.5, confidence=0.75, numbers=2
    )
    metrics({**predicted, "verdict": "number", "digits": 3})
    metrics({**predicted, "verdict": "unsure", "digits": 7})
    after = parse_metrics(metrics.render().decode())
    assert changes(before, after, "digits_predictions_total") == {
        series("digits_predictions_total", digit="none", verdict="number"): 1,
        series("digits_predictions_total", digit="none", verdict="unsure"): 1,
    }
    counted = changes(before, after, "digits_per_image")
    assert counted[series("digits_per_image_sum")] == 10
    assert counted[series("digits_per_image_bucket", le="3.0")] == 1
    assert counted[series("digits_per_image_bucket", le="8.0")] == 2
    assert series("digits_per_image_bucket", le="2.0") not in counted
    assert after[series("digits_confidence_sum")] == 1.5


def test_feedback_on_numbers_makes_one_series() -> None:
    metrics = PrometheusMetrics("0123456789ab")
    before = parse_metrics(metrics.render().decode())
    for label in ("42", "007", "42 7", 7, "none"):
        metrics({**RECORD, "route": "/feedback", "label": label, "correct": 1})
    after = parse_metrics(metrics.render().decode())
    assert changes(before, after, "digits_feedback_total") == {
        series("digits_feedback_total", label="number", correct="true"): 3,
        series("digits_feedback_total", label="7", correct="true"): 1,
        series("digits_feedback_total", label="none", correct="true"): 1,
    }
