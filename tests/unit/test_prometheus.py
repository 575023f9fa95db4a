"""The metrics before the first request."""

from api.metrics_text import parse_metrics, series

from recognizer.api.errors import STATUS_CODES
from recognizer.api.prometheus import PrometheusMetrics


def test_every_label_combination_starts_at_zero() -> None:
    metrics = parse_metrics(PrometheusMetrics("0123456789ab").render().decode())
    for code in STATUS_CODES:
        assert metrics[series("digits_errors_total", code=code)] == 0
    for digit in "0123456789":
        for verdict in ("digit", "unsure"):
            key = series("digits_predictions_total", digit=digit, verdict=verdict)
            assert metrics[key] == 0
    for verdict in ("not_a_digit", "blank"):
        assert metrics[series("digits_predictions_total", digit="none", verdict=verdict)] == 0
    for correct in ("true", "false"):
        for label in (*"0123456789", "none"):
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
