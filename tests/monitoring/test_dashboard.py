"""The dashboard is what Grafana can read, by Grafana's own types, and what a person can."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from monitoring.promql import DASHBOARD, GRAFANA

from support.paths import ROOT

TYPES = Path(__file__).parent / "grafana"

Json = dict[str, Any]

text = DASHBOARD.read_text()
panels: list[Json] = json.loads(text)["panels"]
drawn = [panel for panel in panels if panel["type"] != "row"]

SLIPS: dict[str, Callable[[Json], object]] = {
    "an option of no panel": lambda it: first(it, "stat")["options"].update(colourMode="value"),
    "no option that must be": lambda it: first(it, "stat")["options"].pop("graphMode"),
    "an option's value": lambda it: first(it, "stat")["options"].update(textMode="nam"),
    "a value deep in options": lambda it: first(it, "timeseries")["options"]["legend"].update(
        placement="left"
    ),
    "an option of another panel": lambda it: first(it, "bargauge")["options"].update(
        textMode="name"
    ),
    "a setting of no field": lambda it: defaults(it, "stat").update(units="s"),
    "a setting's value": lambda it: defaults(it, "stat")["color"].update(mode="threshold"),
    "a kind of line": lambda it: defaults(it, "timeseries")["custom"].update(drawStyle="bar"),
    "a setting of no line": lambda it: defaults(it, "timeseries")["custom"].update(line=1),
    "a setting of no bar": lambda it: defaults(it, "bargauge").update(custom={"lineWidth": 1}),
    "an override": lambda it: overridden(it)["properties"].append({"id": "colour", "value": {}}),
    "a query of another kind": lambda it: it["panels"][0]["targets"][0].update(query="up"),
    "a query for no source": lambda it: it["panels"][0].update(datasource={"uid": "other"}),
    "a panel of another kind": lambda it: it["panels"][0].update(type="graph"),
    "a place": lambda it: it["panels"][0]["gridPos"].update(width=3),
    "a number for a member": lambda it: it.update(graphTooltip=7),
    "a part of no dashboard": lambda it: it.update(rows=[]),
}
"""What one might get wrong in a dashboard, each done to a good one."""


def first(dashboard: Json, kind: str) -> Json:
    """The first panel of a kind."""
    panel: Json = next(panel for panel in dashboard["panels"] if panel["type"] == kind)
    return panel


def defaults(dashboard: Json, kind: str) -> Json:
    """The settings of the fields of the first panel of a kind."""
    settings: Json = first(dashboard, kind)["fieldConfig"]["defaults"]
    return settings


def overridden(dashboard: Json) -> Json:
    """The first override there is."""
    override: Json = next(
        override
        for panel in dashboard["panels"]
        if panel["type"] != "row"
        for override in panel["fieldConfig"]["overrides"]
    )
    return override


def with_slip(slip: Callable[[Json], object]) -> str:
    dashboard = json.loads(text)
    slip(dashboard)
    return json.dumps(dashboard)


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What TypeScript finds wrong in the dashboard, and in each that has a slip, by name."""
    if not (TYPES / "node_modules" / "typescript").exists():
        pytest.skip("Grafana's types are not installed: make test-watch")
    folder = tmp_path_factory.mktemp("types")
    shutil.copy(TYPES / "dashboard.ts", folder)
    (folder / "node_modules").symlink_to(TYPES / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    names = ["the dashboard", *SLIPS]
    literals = [text, *(with_slip(slip) for slip in SLIPS.values())]
    # Written into the program: of an imported file TypeScript would know strings as strings only.
    for number, literal in enumerate(literals):
        (folder / f"{number}.ts").write_text(
            'import type { Dashboard } from "./dashboard.ts";\n'
            f"export const dashboard: Dashboard = {literal};\n"
        )
    done = subprocess.run(
        [
            *("node", TYPES / "node_modules" / "typescript" / "bin" / "tsc", "--strict"),
            *("--noEmit", "--target", "es2022", "--module", "nodenext"),
            *("--allowImportingTsExtensions", "--pretty", "false"),
            *(f"{number}.ts" for number in range(len(literals))),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"(?m)^(\S+)\.ts\(\d+,\d+\): (error .*)", done.stdout)
    assert {file for file, _ in found} <= {str(number) for number in range(len(names))}, found
    return {
        name: [error for file, error in found if file == str(number)]
        for number, name in enumerate(names)
    }


def test_grafana_knows_all_that_is_in_it(complaints: dict[str, list[str]]) -> None:
    assert complaints["the dashboard"] == []


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_would_be_found(complaints: dict[str, list[str]], slip: str) -> None:
    assert complaints[slip], "nobody would notice"


def test_its_source_is_the_one_that_is_provisioned() -> None:
    folder = GRAFANA / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())[
        "datasources"
    ]
    asked = {(panel["datasource"]["type"], panel["datasource"]["uid"]) for panel in drawn}
    assert asked == {(source["type"], source["uid"])}
    compose = yaml.safe_load((ROOT / "infra/compose/docker-compose.yml").read_text())
    host, _, port = source["url"].removeprefix("http://").partition(":")
    assert compose["services"][host]["ports"][0].endswith(f":{port}")
    scraped = yaml.safe_load((ROOT / "infra/compose/prometheus/prometheus.yml").read_text())
    assert source["jsonData"]["timeInterval"] == scraped["global"]["scrape_interval"]


def test_grafana_finds_it() -> None:
    folder = GRAFANA / "provisioning" / "dashboards"
    (provider,) = yaml.safe_load((folder / "digits.yml").read_text())["providers"]
    compose = yaml.safe_load((ROOT / "infra/compose/docker-compose.yml").read_text())
    grafana = compose["services"]["grafana"]
    mounted = dict(volume.removesuffix(":ro").split(":") for volume in grafana["volumes"])
    inside = {path: ROOT / "infra" / "compose" / here for here, path in mounted.items()}
    assert inside[provider["options"]["path"]] == DASHBOARD.parent
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert inside[str(home.parent)] / home.name == DASHBOARD


def test_panels_are_told_apart_and_lie_beside_each_other() -> None:
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
    assert len(taken) == 24 * (1 + max(y for _, y in taken)), "there is a gap"
