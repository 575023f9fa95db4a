"""What CloudWatch is asked to show and to watch is what the application emits, and all of it.

Terraform makes the root serverless of mocks, as in its own tests; what it would have made is read.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from recognizer.api.cloudwatch import NAMESPACE, UNITS, Line
from recognizer.api.request_log import log_for_cloudwatch

ROOT = Path(__file__).parents[2] / "infra" / "terraform" / "serverless"

INSIGHTS = {"@timestamp", "@type", "@billedDuration", "@memorySize"}
"""What CloudWatch Logs Insights itself finds in a log of Lambda."""

KEYWORDS = {"SOURCE", "fields", "filter", "stats", "sort", "limit", "by", "as", "asc", "desc"}

Resource = dict[str, Any]


class Metric(NamedTuple):
    """A metric as CloudWatch knows it."""

    namespace: str
    name: str
    dimensions: dict[str, str]


@pytest.fixture(scope="module")
def made() -> list[Resource]:
    """All that Terraform makes for the function and its page."""
    done = subprocess.run(
        ["terraform", "test", "-json", "-verbose", "-filter=tests/root.tftest.hcl"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    messages = map(json.loads, done.stdout.splitlines())
    state = next(message["test_state"] for message in messages if message["type"] == "test_state")
    return list(resources(state["root_module"]))


def resources(module: dict[str, Any]) -> Iterator[Resource]:
    """Those of a module, and of the modules in it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


def values(made: list[Resource], kind: str) -> list[dict[str, Any]]:
    """What Terraform knows of the resources of a kind."""
    return [resource["values"] for resource in made if resource["type"] == kind]


@pytest.fixture(scope="module")
def widgets(made: list[Resource]) -> list[dict[str, Any]]:
    """The dashboard's widgets."""
    [dashboard] = values(made, "aws_cloudwatch_dashboard")
    found: list[dict[str, Any]] = json.loads(dashboard["dashboard_body"])["widgets"]
    return found


@pytest.fixture(scope="module")
def shown(widgets: list[dict[str, Any]]) -> list[Metric]:
    """The metrics on the dashboard."""
    lines = [line for widget in widgets for line in widget["properties"].get("metrics", [])]
    return [
        Metric(namespace, name, dict(zip(pairs[::2], pairs[1::2], strict=True)))
        for namespace, name, *pairs, _ in lines
    ]


@pytest.fixture(scope="module")
def watched(made: list[Resource]) -> list[Metric]:
    """The metrics that alarms look at."""
    alarms = values(made, "aws_cloudwatch_metric_alarm")
    looked_at = [
        *(alarm for alarm in alarms if alarm["metric_name"]),
        *(part for alarm in alarms for query in alarm["metric_query"] for part in query["metric"]),
    ]
    return [
        Metric(part["namespace"], part["metric_name"], part["dimensions"]) for part in looked_at
    ]


@pytest.fixture
def line(capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """A line of the function's log in which everything is known."""
    known = Line(
        request_id="5f3a",
        method="POST",
        route="/predict",
        status=200,
        ms=1.4,
        cold_start=1,
        failed=1,
        error="ValueError",
        refused=1,
        reason="empty",
        decode_ms=0.2,
        preprocess_ms=0.4,
        model_ms=0.3,
        answer="f57cac5e3352-7-1a203c28d954f0661fefa",
        model="f57cac5e3352",
        verdict="digit",
        digit=7,
        confidence=0.99,
        drawn=1,
        right=0,
    )
    log_for_cloudwatch(known)
    written: dict[str, Any] = json.loads(capfd.readouterr().out)
    return written


def own(metrics: list[Metric]) -> list[Metric]:
    """Those that AWS does not make itself."""
    return [metric for metric in metrics if not metric.namespace.startswith("AWS/")]


def fields(query: str) -> set[str]:
    """The fields that a query reads, and does not make itself."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", query)
    words = set(re.findall(r"(?<![\w.@])[@a-z_]\w*(?![\w(])", bare, re.IGNORECASE))
    return words - KEYWORDS - set(re.findall(r"\bas (\w+)", bare))


def test_every_metric_that_is_emitted_is_shown(shown: list[Metric]) -> None:
    assert {metric.name for metric in own(shown)} == set(UNITS)


def test_alarms_look_at_what_is_emitted(watched: list[Metric]) -> None:
    assert {metric.name for metric in own(watched)} == {"failed", "refused", "right"}
    assert {metric.name for metric in own(watched)} <= set(UNITS)


def test_metrics_are_looked_for_where_the_function_puts_them(
    made: list[Resource], shown: list[Metric], watched: list[Metric], line: dict[str, Any]
) -> None:
    [function] = values(made, "aws_lambda_function")
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["function"]]
    for metric in own(shown + watched):
        assert metric.namespace == directive["Namespace"] == NAMESPACE
        assert metric.dimensions == {"function": function["function_name"]}


def test_tables_are_made_of_what_the_function_logs(
    made: list[Resource], widgets: list[dict[str, Any]], line: dict[str, Any]
) -> None:
    [function] = values(made, "aws_lambda_function")
    [logging] = function["logging_config"]
    queries = [widget["properties"]["query"] for widget in widgets if widget["type"] == "log"]
    assert len(queries) == 7
    for query in queries:
        assert query.startswith(f"SOURCE '{logging['log_group']}'\n| ")
        assert fields(query)
        assert fields(query) <= set(line) | INSIGHTS, query
