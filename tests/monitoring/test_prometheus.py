"""Prometheus counts what was sent, and answers all that the dashboard and the alerts ask."""

import math
import subprocess

import httpx
import pytest
import yaml
from monitoring.conftest import Watched
from monitoring.programs import Prometheus
from monitoring.promql import PROMETHEUS, Asked, of_alerts, of_dashboard

ASKED = [*of_dashboard(), *of_alerts()]


def labels(**given: str) -> frozenset[tuple[str, str]]:
    return frozenset(given.items())


def happened(prometheus: Prometheus, expression: str) -> dict[frozenset[tuple[str, str]], float]:
    """What an expression is, without that which has not happened."""
    return {key: value for key, value in prometheus.ask(expression).items() if value}


@pytest.mark.usefixtures("promtool")
@pytest.mark.parametrize("arguments", ["check config prometheus.yml", "test rules"])
def test_promtool_finds_nothing_wrong(arguments: str) -> None:
    tests = [str(file) for file in (PROMETHEUS / "tests").glob("*.yml")]
    command = ["promtool", *arguments.split(), *(tests if "test" in arguments else [])]
    done = subprocess.run(command, cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_shown_to_fire_and_to_clear() -> None:
    tests = yaml.safe_load((PROMETHEUS / "tests" / "alerts.yml").read_text())["tests"]
    shown: dict[str, list[bool]] = {}
    for test in tests:
        for check in test["alert_rule_test"]:
            shown.setdefault(check["alertname"], []).append(bool(check["exp_alerts"]))
    (group,) = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    assert set(shown) == {rule["alert"] for rule in group["rules"]}
    for name, fires in shown.items():
        assert fires[:3] == [False, True, False], name


def test_each_alert_says_what_is_wrong_and_what_to_do() -> None:
    (group,) = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]:
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]
        assert all(text.endswith(".") for text in rule["annotations"].values()), rule["alert"]


@pytest.mark.parametrize("asked", ASKED, ids=[asked.by for asked in ASKED])
def test_whatever_is_asked_has_an_answer(watched: Watched, asked: Asked) -> None:
    values = watched.prometheus.ask(asked.expression)
    assert values
    assert all(math.isfinite(value) for value in values.values())


def test_every_rule_works(watched: Watched) -> None:
    groups = watched.prometheus.get("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == 13
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}


def test_pictures_are_counted_as_they_were_read(watched: Watched) -> None:
    sent = watched.sent
    assert len(sent.predictions) > 10
    assert happened(watched.prometheus, "digits_predictions_total") == {
        labels(digit=digit, verdict=verdict): count
        for (digit, verdict), count in sent.predictions.items()
    }
    of_digits = sum(count for (digit, _), count in sent.predictions.items() if digit != "none")
    assert watched.prometheus.number("digits_confidence_count") == of_digits
    times = 'digits_predict_seconds_count{stage="all"}'
    assert watched.prometheus.number(times) == sent.pictures


def test_refusals_are_counted_by_reason(watched: Watched) -> None:
    assert happened(watched.prometheus, "digits_refused_total") == {
        labels(reason=reason): count for reason, count in watched.sent.refused.items()
    }
    share = watched.sent.refused.total() / watched.sent.calls
    recorded = watched.prometheus.number("job:digits_refused:ratio_rate5m")
    assert recorded == pytest.approx(share)


def test_nothing_failed(watched: Watched) -> None:
    assert watched.prometheus.number("job:digits_failed:ratio_rate5m") == 0


def test_accuracy_is_what_people_said(watched: Watched) -> None:
    sent = watched.sent
    assert happened(watched.prometheus, "digits_feedback_total") == {
        labels(digit=digit, right=right): count for (digit, right), count in sent.feedback.items()
    }
    asked = dict(of_dashboard())
    by_digit = watched.prometheus.ask(asked["Right by the digit drawn, people say A"])
    assert by_digit == {
        labels(digit=digit): pytest.approx(sent.right(digit)) for digit, _ in sent.feedback
    }
    for expression in (
        asked["Right, people say A"],
        asked["Share that is right, people say A"],
        asked["Share that is right, people say B"],
    ):
        assert watched.prometheus.number(expression) == pytest.approx(sent.right())
    assert 0 < sent.right() < 1


def test_the_slower_percentile_is_no_faster(watched: Watched) -> None:
    for stage in ("all", "decode", "preprocess", "model"):
        seconds = [
            watched.prometheus.number(
                f'job_stage:digits_predict_seconds:{p}_rate5m{{stage="{stage}"}}'
            )
            for p in ("p50", "p90", "p99")
        ]
        assert None not in seconds
        assert 0 < seconds[0] <= seconds[1] <= seconds[2] < 10  # type: ignore[operator]


def test_the_model_and_what_it_takes_are_shown(watched: Watched) -> None:
    prometheus = watched.prometheus
    (model,) = prometheus.ask("digits_model_info")
    health = httpx.get(f"{watched.server.url}/health", timeout=30).json()
    assert model == labels(version=health["model"])
    memory = prometheus.number('process_resident_memory_bytes{job="digits"}')
    assert memory is not None
    assert 2 * 50e6 < memory < 2e9, "of both workers"
    assert prometheus.number("digits_cold_starts_total") in (1, 2)
