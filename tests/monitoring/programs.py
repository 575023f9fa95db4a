"""Prometheus, TensorBoard and what follows the accuracy, as the compose file runs them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from monitoring.promql import COMPOSE, PROMETHEUS

from support.processes import free_port, running

TOOLS = COMPOSE / ".venv" / "bin"
"""python and tensorboard, with what is in the image, which `make test-watch` installs."""

FOLLOW = [str(TOOLS / "python"), str(COMPOSE / "tensorboard" / "accuracy.py")]
"""Follows the accuracy, of the metrics and into the folder that are named behind it."""

EVERY = "1s"
"""How often the tests' Prometheus looks, instead of every 15 seconds."""

PAUSE = "0.2"
"""Seconds between two readings of the accuracy."""


def without_prometheus() -> str:
    """Why nothing can be asked of Prometheus here; empty where it can."""
    for tool in ("prometheus", "promtool"):
        if shutil.which(tool) is None:
            return f"there is no {tool} here; it is in the package prometheus of Debian and Ubuntu"
    return ""


def without_tensorboard() -> str:
    """Why there is no TensorBoard here; empty where there is one."""
    return "" if (TOOLS / "tensorboard").exists() else "it is not installed: make test-watch"


ABOUT_THE_TARGET = ("__name__", "job", "instance")


class Prometheus:
    """A Prometheus that answers at a URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **parameters: str) -> Any:
        """What the API answers."""
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def ask(self, expression: str) -> dict[frozenset[tuple[str, str]], float]:
        """What an expression is now: values by labels, without those of the target."""
        values = {}
        for sample in self.get("query", query=expression)["result"]:
            labels = sample["metric"].items()
            kept = frozenset(label for label in labels if label[0] not in ABOUT_THE_TARGET)
            values[kept] = float(sample["value"][1])
        return values

    def number(self, expression: str) -> float | None:
        """The value of an expression that has one; None where it has none."""
        values = list(self.ask(expression).values())
        assert len(values) < 2, values
        return values[0] if values else None


@contextmanager
def prometheus(target: str, folder: Path) -> Iterator[Prometheus]:
    """Prometheus with this project's configuration but for the target's address and the pace."""
    configuration = folder / "prometheus"
    shutil.copytree(PROMETHEUS, configuration)
    file = configuration / "prometheus.yml"
    written = file.read_text()
    for ours, theirs in (("server:8000", target), ("15s", EVERY)):
        assert ours in written
        written = written.replace(ours, theirs)
    file.write_text(written)
    port = free_port()
    command = [
        "prometheus",
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'measured'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/-/ready", log=folder / "prometheus.log"):
        yield Prometheus(url)


@contextmanager
def tensorboard(logs: Path, folder: Path) -> Iterator[str]:
    """TensorBoard on the runs in a folder: its URL."""
    port = free_port()
    command = [str(TOOLS / "tensorboard"), "--logdir", str(logs), "--host", "127.0.0.1"]
    url = f"http://127.0.0.1:{port}"
    with running([*command, "--port", str(port)], url, log=folder / "tensorboard.log"):
        yield url


@contextmanager
def accuracy(metrics: str, run: Path, folder: Path) -> Iterator[Path]:
    """What follows the accuracy in metrics and writes a run: the file of its messages."""
    log = folder / "accuracy.log"
    command = [*FOLLOW, metrics, str(run)]
    settings = {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    with running([*command, "--pause", PAUSE], env=settings, log=log):
        yield log
