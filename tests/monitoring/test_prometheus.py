"""Prometheus counts the traffic, and evaluates all PromQL of dashboard, alerts and runbooks."""

import math
import subprocess

import httpx
import pytest
import yaml
from monitoring.conftest import MonitoredServer
from monitoring.programs import Labels, Prometheus
from monitoring.promql import (
    PROMETHEUS,
    Query,
    alert_queries,
    alert_rules,
    dashboard_queries,
    runbook_queries,
)

pytestmark = pytest.mark.monitoring

QUERIES = [*dashboard_queries(), *alert_queries(), *runbook_queries()]


def labels(**pairs: str) -> Labels:
    """Return labels as `Prometheus.query` does."""
    return frozenset(pairs.items())


def nonzero(prometheus: Prometheus, expression: str) -> dict[Labels, float]:
    """Evaluate an expression, and drop the series that are 0."""
    return {key: value for key, value in prometheus.query(expression).items() if value}


@pytest.mark.usefixtures("requires_prometheus")
@pytest.mark.parametrize("arguments", ["check config prometheus.yml", "test rules"])
def test_promtool_accepts_configuration_and_rules(arguments: str) -> None:
    tests = [str(file) for file in (PROMETHEUS / "tests").glob("*.yml")]
    command = ["promtool", *arguments.split(), *(tests if "test" in arguments else [])]
    finished = subprocess.run(command, cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_each_alert_has_a_promtool_test_in_which_it_fires_and_clears() -> None:
    tests = yaml.safe_load((PROMETHEUS / "tests" / "alerts.yml").read_text())["tests"]
    fires: dict[str, list[bool]] = {}
    for test in tests:
        for check in test["alert_rule_test"]:
            fires.setdefault(check["alertname"], []).append(bool(check["exp_alerts"]))
    assert set(fires) == {rule["alert"] for rule in alert_rules()}
    for name, sequence in fires.items():
        assert sequence[:3] == [False, True, False], name


def test_each_alert_has_a_severity_a_summary_and_a_description() -> None:
    for rule in alert_rules():
        assert rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}, rule["alert"]
        for name in ("summary", "description"):
            assert rule["annotations"][name].endswith("."), rule["alert"]


@pytest.mark.parametrize("query", QUERIES, ids=[query.source for query in QUERIES])
def test_each_expression_has_a_value(monitored: MonitoredServer, query: Query) -> None:
    values = monitored.prometheus.query(query.expression)
    assert values
    assert all(math.isfinite(value) for value in values.values())


def test_every_rule_is_healthy(monitored: MonitoredServer) -> None:
    groups = monitored.prometheus.get("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == 15
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}


def test_predictions_are_counted_by_digit_and_verdict(monitored: MonitoredServer) -> None:
    prometheus, traffic = monitored.prometheus, monitored.traffic
    assert len(traffic.predictions) > 10
    assert nonzero(prometheus, "digits_predictions_total") == {
        labels(digit=digit, verdict=verdict): count
        for (digit, verdict), count in traffic.predictions.items()
    }
    digits = sum(count for (digit, _), count in traffic.predictions.items() if digit != "none")
    assert prometheus.query_value("digits_confidence_count") == digits


def test_durations_are_counted_by_route_and_by_stage(monitored: MonitoredServer) -> None:
    prometheus, traffic = monitored.prometheus, monitored.traffic
    durations = prometheus.query(
        'digits_request_duration_seconds_count{route=~"/predict|/feedback"}'
    )
    assert durations == {
        labels(route="/predict"): traffic.images,
        labels(route="/feedback"): traffic.requests - traffic.images,
    }
    assert prometheus.query("digits_predict_seconds_count") == {
        labels(stage=stage): traffic.predictions.total()
        for stage in ("decode", "preprocess", "model")
    }


def test_errors_are_counted_by_code(monitored: MonitoredServer) -> None:
    prometheus, traffic = monitored.prometheus, monitored.traffic
    assert nonzero(prometheus, "digits_errors_total") == {
        labels(code=code): count for code, count in traffic.errors.items()
    }
    rejected = traffic.errors.total() / traffic.requests
    assert prometheus.query_value("job:digits_rejected:ratio_rate5m") == pytest.approx(rejected)


def test_no_request_failed(monitored: MonitoredServer) -> None:
    assert monitored.prometheus.query_value("job:digits_failed:ratio_rate5m") == 0


def test_accuracy_is_that_of_the_feedback(monitored: MonitoredServer) -> None:
    prometheus, traffic = monitored.prometheus, monitored.traffic
    assert nonzero(prometheus, "digits_feedback_total") == {
        labels(label=label, correct=correct): count
        for (label, correct), count in traffic.feedback.items()
    }
    expressions = dict(dashboard_queries())
    assert prometheus.query(expressions["Accuracy by label A"]) == {
        labels(label=label): pytest.approx(traffic.accuracy(label)) for label, _ in traffic.feedback
    }
    for panel in (
        "Accuracy A",
        "Accuracy according to feedback A",
        "Accuracy according to feedback B",
    ):
        accuracy = prometheus.query_value(expressions[panel])
        assert accuracy == pytest.approx(traffic.accuracy()), panel
    assert 0 < traffic.accuracy() < 1


@pytest.mark.parametrize(
    ("series", "percentiles"),
    [
        ('job_route:digits_request_duration_seconds:{}_rate5m{{route="/predict"}}', (50, 90, 99)),
        ('job_stage:digits_predict_seconds:{}_rate5m{{stage="decode"}}', (50, 99)),
        ('job_stage:digits_predict_seconds:{}_rate5m{{stage="preprocess"}}', (50, 99)),
        ('job_stage:digits_predict_seconds:{}_rate5m{{stage="model"}}', (50, 99)),
    ],
)
def test_higher_percentiles_are_not_faster(
    monitored: MonitoredServer, series: str, percentiles: tuple[int, ...]
) -> None:
    seconds = [monitored.prometheus.query_value(series.format(f"p{p}")) for p in percentiles]
    known = [value for value in seconds if value is not None]
    assert len(known) == len(percentiles)
    assert known == sorted(known)
    assert 0 < known[0] <= known[-1] < 10


def test_model_version_memory_and_worker_starts_are_exported(monitored: MonitoredServer) -> None:
    prometheus = monitored.prometheus
    (model,) = prometheus.query("digits_model_info")
    health = httpx.get(f"{monitored.server.url}/health", timeout=30).json()
    assert model == labels(version=health["model"])
    memory = prometheus.query_value('process_resident_memory_bytes{job="digits"}')
    assert memory is not None
    assert 2 * 50e6 < memory < 2e9, "not the sum of two workers"
    assert prometheus.query_value("digits_worker_starts_total") in (1, 2)
