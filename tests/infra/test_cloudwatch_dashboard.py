"""The CloudWatch dashboard and alarms use exactly the metrics and log fields of the application.

`terraform test` creates the root serverless from mocks; these tests read the resulting state.
"""

import json
import re
from typing import Any, NamedTuple

import pytest
from infra.terraform_state import Resource, created_resources

from recognizer.api.cloudwatch import METRIC_UNITS, NAMESPACE, to_emf
from recognizer.api.request_log import RequestRecord

pytestmark = pytest.mark.terraform

INSIGHTS_FIELDS = {"@timestamp", "@type", "@billedDuration", "@memorySize"}
"""Fields that CloudWatch Logs Insights finds in every log of a Lambda function."""

INSIGHTS_KEYWORDS = {
    *("SOURCE", "fields", "filter", "stats", "sort", "limit"),
    *("by", "as", "asc", "desc"),
}


class Metric(NamedTuple):
    """A CloudWatch metric."""

    namespace: str
    name: str
    dimensions: dict[str, str]


@pytest.fixture(scope="module")
def created() -> list[Resource]:
    """All resources of the root serverless, from mocks."""
    return created_resources("serverless", "monitoring")


def values(resources: list[Resource], kind: str) -> list[dict[str, Any]]:
    """Return the attributes of all resources of a type."""
    return [resource["values"] for resource in resources if resource["type"] == kind]


@pytest.fixture(scope="module")
def widgets(created: list[Resource]) -> list[dict[str, Any]]:
    """The dashboard's widgets."""
    [dashboard] = values(created, "aws_cloudwatch_dashboard")
    parsed: list[dict[str, Any]] = json.loads(dashboard["dashboard_body"])["widgets"]
    return parsed


@pytest.fixture(scope="module")
def dashboard_metrics(widgets: list[dict[str, Any]]) -> list[Metric]:
    """The metrics on the dashboard."""
    series = [line for widget in widgets for line in widget["properties"].get("metrics", [])]
    return [
        Metric(namespace, name, dict(zip(pairs[::2], pairs[1::2], strict=True)))
        for namespace, name, *pairs, _ in series
    ]


@pytest.fixture(scope="module")
def alarm_metrics(created: list[Resource]) -> list[Metric]:
    """The metrics that alarms evaluate."""
    alarms = values(created, "aws_cloudwatch_metric_alarm")
    sources = [
        *(alarm for alarm in alarms if alarm["metric_name"]),
        *(part for alarm in alarms for query in alarm["metric_query"] for part in query["metric"]),
    ]
    return [
        Metric(source["namespace"], source["metric_name"], source["dimensions"])
        for source in sources
    ]


@pytest.fixture
def log_line() -> dict[str, Any]:
    """A line of the function's log in which every field is set."""
    record = RequestRecord(
        request_id="5f3a",
        method="POST",
        route="/predict",
        status=200,
        duration_ms=1.4,
        cold_start=1,
        failed=1,
        exception="ValueError",
        rejected=1,
        error_code="empty",
        decode_ms=0.2,
        preprocess_ms=0.4,
        model_ms=0.3,
        prediction_id="f57cac5e3352-7-1a203c28d954f0661fefa",
        model_version="f57cac5e3352",
        verdict="digit",
        numbers=1,
        digits=1,
        digit=7,
        confidence=0.99,
        label=1,
        correct=0,
    )
    parsed: dict[str, Any] = json.loads(to_emf(record))
    assert set(parsed) - {"_aws"} == set(RequestRecord.__annotations__) - {"time"}
    return parsed


def application_metrics(metrics: list[Metric]) -> list[Metric]:
    """Return the metrics that the application emits, without those of AWS itself."""
    return [metric for metric in metrics if not metric.namespace.startswith("AWS/")]


def query_fields(query: str) -> set[str]:
    """Return the fields that a Logs Insights query reads, without those that it defines."""
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", query)
    words = set(re.findall(r"(?<![\w.@])[@a-z_]\w*(?![\w(])", unquoted, re.IGNORECASE))
    return words - INSIGHTS_KEYWORDS - set(re.findall(r"\bas (\w+)", unquoted))


def test_dashboard_shows_every_emitted_metric(dashboard_metrics: list[Metric]) -> None:
    assert {metric.name for metric in application_metrics(dashboard_metrics)} == set(METRIC_UNITS)


def test_alarms_evaluate_emitted_metrics(alarm_metrics: list[Metric]) -> None:
    names = {metric.name for metric in application_metrics(alarm_metrics)}
    assert names == {"failed", "rejected", "correct"}
    assert names <= set(METRIC_UNITS)


def test_metrics_have_the_namespace_and_dimension_that_the_function_emits(
    created: list[Resource],
    dashboard_metrics: list[Metric],
    alarm_metrics: list[Metric],
    log_line: dict[str, Any],
) -> None:
    [function] = values(created, "aws_lambda_function")
    [directive] = log_line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["function_name"]]
    for metric in application_metrics(dashboard_metrics + alarm_metrics):
        assert metric.namespace == directive["Namespace"] == NAMESPACE
        assert metric.dimensions == {"function_name": function["function_name"]}


def test_tables_query_fields_that_the_function_logs(
    created: list[Resource], widgets: list[dict[str, Any]], log_line: dict[str, Any]
) -> None:
    [function] = values(created, "aws_lambda_function")
    [logging] = function["logging_config"]
    queries = [widget["properties"]["query"] for widget in widgets if widget["type"] == "log"]
    assert len(queries) == 7
    for query in queries:
        assert query.startswith(f"SOURCE '{logging['log_group']}'\n| ")
        assert query_fields(query)
        assert query_fields(query) <= set(log_line) | INSIGHTS_FIELDS, query
