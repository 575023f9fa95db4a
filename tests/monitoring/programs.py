"""Prometheus, TensorBoard and the accuracy script, run as the compose file runs them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from monitoring.promql import PROMETHEUS

from support.paths import COMPOSE
from support.processes import free_port, running

TOOLS = COMPOSE / ".venv" / "bin"
"""python and tensorboard with the requirements of their container image."""

ACCURACY_COMMAND = [str(TOOLS / "python"), str(COMPOSE / "tensorboard" / "accuracy.py")]
"""Takes the address of the metrics and the folder of the run as arguments."""

SCRAPE_INTERVAL = "1s"
"""Of the tests' Prometheus, instead of 15 seconds."""

PAUSE = "0.2"
"""Seconds between two scrapes of the accuracy script."""

TARGET_LABELS = ("__name__", "job", "instance")

Labels = frozenset[tuple[str, str]]


def missing_prometheus() -> str:
    """Return what is missing to run Prometheus; empty if nothing is."""
    for tool in ("prometheus", "promtool"):
        if shutil.which(tool) is None:
            return (
                f"Prometheus is not tested: {tool} is not installed; on Debian and Ubuntu it is in "
                "the package prometheus."
            )
    return ""


def missing_tensorboard() -> str:
    """Return what is missing to run TensorBoard; empty if nothing is."""
    if (TOOLS / "tensorboard").exists():
        return ""
    return "TensorBoard is not tested: it is not installed; `make test-monitoring` installs it."


class Prometheus:
    """A client of Prometheus' HTTP API."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **parameters: str) -> Any:
        """Return the data of a response."""
        response = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=30)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def query(self, expression: str) -> dict[Labels, float]:
        """Evaluate an expression now: values by labels, without the target's own labels."""
        values = {}
        for sample in self.get("query", query=expression)["result"]:
            labels = sample["metric"].items()
            own = frozenset(label for label in labels if label[0] not in TARGET_LABELS)
            values[own] = float(sample["value"][1])
        return values

    def query_value(self, expression: str) -> float | None:
        """Evaluate an expression of at most one series; return None if it has none."""
        values = list(self.query(expression).values())
        assert len(values) < 2, values
        return values[0] if values else None


@contextmanager
def prometheus(target: str, folder: Path) -> Iterator[Prometheus]:
    """Run Prometheus with the project's configuration, except for target and intervals."""
    configuration = folder / "prometheus"
    shutil.copytree(PROMETHEUS, configuration)
    file = configuration / "prometheus.yml"
    text = file.read_text()
    for original, replacement in (("server:8000", target), ("15s", SCRAPE_INTERVAL)):
        assert original in text
        text = text.replace(original, replacement)
    file.write_text(text)
    port = free_port()
    command = [
        "prometheus",
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'metrics'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/-/ready", log=folder / "prometheus.log"):
        yield Prometheus(url)


@contextmanager
def tensorboard(logs: Path, folder: Path) -> Iterator[str]:
    """Run TensorBoard on the runs in a folder; yield its URL."""
    port = free_port()
    command = [str(TOOLS / "tensorboard"), "--logdir", str(logs), "--host", "127.0.0.1"]
    url = f"http://127.0.0.1:{port}"
    with running([*command, "--port", str(port)], url, log=folder / "tensorboard.log"):
        yield url


@contextmanager
def accuracy(metrics_url: str, run: Path, folder: Path) -> Iterator[Path]:
    """Run the accuracy script; yield the file that it logs to."""
    log = folder / "accuracy.log"
    command = [*ACCURACY_COMMAND, metrics_url, str(run), "--pause", PAUSE]
    environment = {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    with running(command, env=environment, log=log):
        yield log
