"""infra/operations.md covers every alarm and every field of the request record."""

import json
import re

import pytest
from monitoring.promql import DASHBOARD, RUNBOOKS, alert_rules

from recognizer.api.request_log import RequestRecord
from support.paths import ROOT, TERRAFORM

pytestmark = pytest.mark.monitoring

TEXT = RUNBOOKS.read_text()
CLOUDWATCH = TERRAFORM / "serverless"
ALARMS = {
    "digit-recognizer": CLOUDWATCH / "alarms.tf",
    "digit-recognizer-service": TERRAFORM / "always-on" / "alarms.tf",
}
"""Files that define CloudWatch alarms, by the prefix of the alarms' names."""


def anchors(markdown: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a Markdown text."""
    headings = re.findall(r"^#+ +(.+?) *$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_each_prometheus_alert_links_to_its_runbook() -> None:
    for rule in alert_rules():
        path, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert ROOT / path == RUNBOOKS
        assert anchor in anchors(TEXT), rule["alert"]
        assert anchor.replace("-", "") == rule["alert"].lower()
        assert f"[{rule['alert']}](#{anchor}) | {rule['labels']['severity']} |" in TEXT


@pytest.mark.parametrize("prefix", ALARMS)
def test_each_cloudwatch_alarm_has_a_runbook(prefix: str) -> None:
    text = ALARMS[prefix].read_text()
    names = re.findall(r"^    ([\w-]+) += {$", text, re.MULTILINE)
    linked = re.findall(r'^ +runbook += "(.+)"$', text, re.MULTILINE)
    assert len(names) == len(linked) > 0
    assert set(linked) <= anchors(TEXT)
    assert [name for name in names if f"`{prefix}-{name}`" not in TEXT] == []


def test_runbooks_name_only_panels_that_exist() -> None:
    grafana = {panel["title"] for panel in json.loads(DASHBOARD.read_text())["panels"]}
    dashboard = (CLOUDWATCH / "dashboard.tf").read_text()
    cloudwatch = set(re.findall(r'title += "(.+)"$', dashboard, re.MULTILINE))
    paragraphs = re.findall(r"^\*\*Look\.\*\*(.*?)\n\n", TEXT, re.MULTILINE | re.DOTALL)
    named = re.findall(r"\*(.+?)\*", " ".join(paragraphs).replace("\n", " "))
    assert len(named) > 20
    assert set(named) <= grafana | cloudwatch


def test_links_to_headings_resolve() -> None:
    assert set(re.findall(r"\]\(#(.+?)\)", TEXT)) <= anchors(TEXT)


def test_table_lists_every_field_of_the_request_record() -> None:
    section = TEXT.partition("## The request record")[2].partition("\n## ")[0]
    fields = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert fields == list(RequestRecord.__annotations__)
