"""Every PromQL expression of the project: of the dashboard, the alert rules and the runbooks."""

import json
import re
from typing import Any, NamedTuple

import yaml

from support.paths import COMPOSE, ROOT

PROMETHEUS = COMPOSE / "prometheus"
GRAFANA = COMPOSE / "grafana"
DASHBOARD = GRAFANA / "dashboards" / "digits.json"
RUNBOOKS = ROOT / "infra" / "operations.md"


class Query(NamedTuple):
    """An expression and the panel, alert or runbook that uses it."""

    source: str
    expression: str


def alert_rules() -> list[dict[str, Any]]:
    """Return the alert rules as written in alerts.yml."""
    (group,) = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def dashboard_queries() -> list[Query]:
    """Return the dashboard's queries, with 5 minutes in place of Grafana's variables."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [
        Query(
            f"{panel['title']} {target['refId']}",
            re.sub(r"\$__(rate_interval|range)", "5m", target["expr"]),
        )
        for panel in panels
        for target in panel.get("targets", ())
    ]


def alert_queries() -> list[Query]:
    """Return the alerts' expressions, changed so that an alert that does not fire has a value.

    A comparison drops series for which it does not hold; with `bool` it returns 0 or 1 instead.
    """
    return [
        Query(rule["alert"], re.sub(r"(==|!=|[<>]=?) (?=[\d.])", r"\1 bool ", rule["expr"]))
        for rule in alert_rules()
    ]


def runbook_queries() -> list[Query]:
    """Return the lines of the runbooks' PromQL blocks."""
    blocks = re.findall(r"^```promql\n(.*?)^```$", RUNBOOKS.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [Query(f"runbooks {number}", line) for number, line in enumerate(lines, start=1)]
