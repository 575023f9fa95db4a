"""Every expression that somebody asks Prometheus: the dashboard's panels and the alert rules."""

import json
import re
from typing import NamedTuple

import yaml

from support.paths import ROOT

COMPOSE = ROOT / "infra" / "compose"
PROMETHEUS = COMPOSE / "prometheus"
GRAFANA = COMPOSE / "grafana"
DASHBOARD = GRAFANA / "dashboards" / "digits.json"


class Asked(NamedTuple):
    """An expression and who asks."""

    by: str
    expression: str


def of_dashboard() -> list[Asked]:
    """The dashboard's, with Grafana's variables as it would fill them in for the last minutes."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [
        Asked(
            f"{panel['title']} {target['refId']}",
            re.sub(r"\$__(rate_interval|range)", "5m", target["expr"]),
        )
        for panel in panels
        for target in panel.get("targets", ())
    ]


def of_alerts() -> list[Asked]:
    """The alerts', which say 0 or 1 where a comparison would else leave out what does not hold."""
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0]["rules"]
    return [
        Asked(rule["alert"], re.sub(r"(==|!=|[<>]=?) (?=[\d.])", r"\1 bool ", rule["expr"]))
        for rule in rules
    ]
