"""The dashboard is valid by Grafana's own types, provisioned, and laid out without gaps."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from monitoring.promql import DASHBOARD, GRAFANA, PROMETHEUS

from support.paths import COMPOSE
from support.requirements import require

pytestmark = pytest.mark.monitoring

TYPES = Path(__file__).parent / "grafana"
TYPESCRIPT = TYPES / "node_modules" / "typescript" / "bin" / "tsc"

Json = dict[str, Any]

TEXT = DASHBOARD.read_text()
PANELS: list[Json] = json.loads(TEXT)["panels"]
SERVICES: Json = yaml.safe_load((COMPOSE / "docker-compose.yml").read_text())["services"]

MISTAKES: dict[str, Callable[[Json], object]] = {
    "unknown option": lambda dashboard: first(dashboard, "stat")["options"].update(colors="value"),
    "invalid value deep in options": lambda dashboard: first(dashboard, "timeseries")["options"][
        "legend"
    ].update(placement="left"),
    "unknown property in an override": lambda dashboard: first_override(dashboard)[
        "properties"
    ].append({"id": "colors", "value": {}}),
}
"""Mistakes by name, each a function that adds the mistake to a valid dashboard."""


def first(dashboard: Json, panel_type: str) -> Json:
    """Return the first panel of a type."""
    panel: Json = next(panel for panel in dashboard["panels"] if panel["type"] == panel_type)
    return panel


def first_override(dashboard: Json) -> Json:
    """Return the first override of any panel."""
    override: Json = next(
        override
        for panel in dashboard["panels"]
        if panel["type"] != "row"
        for override in panel["fieldConfig"]["overrides"]
    )
    return override


def with_mistake(mistake: Callable[[Json], object]) -> str:
    """Return the dashboard with a mistake, as JSON."""
    dashboard = json.loads(TEXT)
    mistake(dashboard)
    return json.dumps(dashboard)


@pytest.fixture(scope="module")
def type_errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """TypeScript's errors in the dashboard and in each dashboard with a mistake, by name."""
    if not TYPESCRIPT.exists():
        require(
            "The dashboard's types are not tested: Grafana's types are not installed; "
            "`make test-monitoring` installs them."
        )
    folder = tmp_path_factory.mktemp("types")
    shutil.copy(TYPES / "dashboard.ts", folder)
    (folder / "node_modules").symlink_to(TYPES / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    names = ["dashboard", *MISTAKES]
    literals = [TEXT, *(with_mistake(mistake) for mistake in MISTAKES.values())]
    # Not imported as JSON: TypeScript would widen every string to `string`.
    for number, literal in enumerate(literals):
        (folder / f"{number}.ts").write_text(
            'import type { Dashboard } from "./dashboard.ts";\n'
            f"export const dashboard: Dashboard = {literal};\n"
        )
    finished = subprocess.run(
        [
            *("node", str(TYPESCRIPT), "--strict"),
            *("--noEmit", "--target", "es2022", "--module", "nodenext"),
            *("--allowImportingTsExtensions", "--pretty", "false"),
            *(f"{number}.ts" for number in range(len(literals))),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"(?m)^(\S+)\.ts\(\d+,\d+\): (error .*)", finished.stdout)
    assert {file for file, _ in found} <= {str(number) for number in range(len(names))}, found
    return {
        name: [error for file, error in found if file == str(number)]
        for number, name in enumerate(names)
    }


def test_dashboard_has_no_type_error(type_errors: dict[str, list[str]]) -> None:
    assert type_errors["dashboard"] == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_a_type_error(type_errors: dict[str, list[str]], mistake: str) -> None:
    assert type_errors[mistake]


def test_panels_use_the_provisioned_data_source() -> None:
    file = GRAFANA / "provisioning" / "datasources" / "prometheus.yml"
    (source,) = yaml.safe_load(file.read_text())["datasources"]
    used = {
        (panel["datasource"]["type"], panel["datasource"]["uid"])
        for panel in PANELS
        if panel["type"] != "row"
    }
    assert used == {(source["type"], source["uid"])}
    host, _, port = source["url"].removeprefix("http://").partition(":")
    assert SERVICES[host]["ports"][0].endswith(f":{port}")
    prometheus = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert source["jsonData"]["timeInterval"] == prometheus["global"]["scrape_interval"]


def test_dashboard_is_provisioned_and_is_the_home_page() -> None:
    file = GRAFANA / "provisioning" / "dashboards" / "digits.yml"
    (provider,) = yaml.safe_load(file.read_text())["providers"]
    volumes = (volume.removesuffix(":ro").split(":") for volume in SERVICES["grafana"]["volumes"])
    mounted = {inside: COMPOSE / outside for outside, inside in volumes}
    assert mounted[provider["options"]["path"]] == DASHBOARD.parent
    home = Path(SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert mounted[str(home.parent)] / home.name == DASHBOARD


def test_panels_have_unique_ids_and_fill_the_grid() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (place["x"] + column, place["y"] + row)
            for column in range(place["w"])
            for row in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
    assert len(taken) == 24 * (1 + max(y for _, y in taken)), "a gap between panels"
