"""A server with two workers and all that watches it, after traffic of all kinds."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from monitoring.programs import (
    Prometheus,
    accuracy,
    prometheus,
    tensorboard,
    without_prometheus,
    without_tensorboard,
)
from monitoring.traffic import Sent, send_all

from support.paths import BACKEND
from support.processes import wait_until
from support.server import Server


@dataclass(frozen=True)
class Watched:
    """A server, its watchers, and what was sent to it."""

    server: Server
    prometheus: Prometheus
    tensorboard: str
    sent: Sent


def skip_without(what: str, reason: str) -> None:
    """Skip where something is not there; fail where all was promised."""
    if reason and os.environ.get("WATCH_MUST_BE_TESTED"):
        pytest.fail(f"{what} cannot be tested: {reason}.")
    if reason:
        pytest.skip(f"{what} is not tested: {reason}.")


@pytest.fixture(scope="session")
def promtool() -> None:
    """Prometheus is there."""
    skip_without("Prometheus", without_prometheus())


@pytest.fixture(scope="session")
def tensorboards_python() -> None:
    """TensorBoard is there."""
    skip_without("TensorBoard", without_tensorboard())


@pytest.fixture(scope="session")
def watched(
    promtool: None,  # noqa: ARG001
    tensorboards_python: None,  # noqa: ARG001
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Watched]:
    """All of it, as the compose file starts it; Prometheus has counted all that was sent."""
    folder = tmp_path_factory.mktemp("watched")
    logs = folder / "logs"
    shutil.copytree(BACKEND / "training" / "logs", logs / "released")
    with ExitStack() as stack:
        board = stack.enter_context(tensorboard(logs, folder))
        settings = {
            "WEB_CONCURRENCY": "2",
            "DIGITS_FEEDBACK": str(folder / "feedback.sqlite"),
            "DIGITS_DASHBOARD_URL": board,
        }
        server = stack.enter_context(Server(folder / "server.log", settings))
        target = server.url.removeprefix("http://")
        measured = stack.enter_context(prometheus(target, folder))
        stack.enter_context(accuracy(f"{server.url}/metrics", logs / "live", folder))
        # From nothing on, or Prometheus could not tell how much there was since.
        wait_until(lambda: measured.number('up{job="digits"}') == 1)
        sent = send_all(server.url)
        told = 'sum(digits_requests_total{route=~"/predict|/feedback"})'
        wait_until(lambda: measured.number(told) == sent.calls)
        # Recorded after the last of it was counted.
        failed = "timestamp(job:digits_failed:ratio_rate5m)"
        counted = measured.number("vector(time())")
        assert counted is not None
        wait_until(lambda: (measured.number(failed) or 0) > counted)
        yield Watched(server, measured, board, sent)
