"""A server with two workers and its monitoring, after traffic of all kinds."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from monitoring.programs import (
    Prometheus,
    accuracy,
    missing_prometheus,
    missing_tensorboard,
    prometheus,
    tensorboard,
)
from monitoring.traffic import Traffic, send_traffic

from support.paths import BACKEND
from support.processes import wait_until
from support.requirements import require
from support.server import Server


@dataclass(frozen=True)
class MonitoredServer:
    """A server, its monitoring, and the traffic that it has served."""

    server: Server
    prometheus: Prometheus
    tensorboard_url: str
    traffic: Traffic


@pytest.fixture(scope="session")
def requires_prometheus() -> None:
    """Skip the test if Prometheus is missing."""
    require(missing_prometheus())


@pytest.fixture(scope="session")
def requires_tensorboard() -> None:
    """Skip the test if TensorBoard is missing."""
    require(missing_tensorboard())


@pytest.fixture(scope="session")
def monitored(
    requires_prometheus: None,  # noqa: ARG001
    requires_tensorboard: None,  # noqa: ARG001
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MonitoredServer]:
    """The stack of the compose file, except Grafana; Prometheus has scraped all the traffic."""
    folder = tmp_path_factory.mktemp("monitored")
    logs = folder / "logs"
    shutil.copytree(BACKEND / "training" / "logs", logs / "released")
    with ExitStack() as stack:
        tensorboard_url = stack.enter_context(tensorboard(logs, folder))
        settings = {
            "WEB_CONCURRENCY": "2",
            "DIGITS_FEEDBACK": str(folder / "feedback.sqlite"),
            "DIGITS_DASHBOARD_URL": tensorboard_url,
        }
        server = stack.enter_context(Server(folder / "server.log", settings))
        target = server.url.removeprefix("http://")
        metrics = stack.enter_context(prometheus(target, folder))
        stack.enter_context(accuracy(f"{server.url}/metrics", logs / "live", folder))
        # Without a scrape before the traffic, Prometheus could not tell its increase.
        wait_until(lambda: metrics.query_value('up{job="digits"}') == 1)
        traffic = send_traffic(server.url)
        requests = 'sum(digits_requests_total{route=~"/predict|/feedback"})'
        wait_until(lambda: metrics.query_value(requests) == traffic.requests)
        # The rules must be evaluated once more after that scrape.
        evaluated_at = "timestamp(job:digits_failed:ratio_rate5m)"
        scraped_at = metrics.query_value("vector(time())")
        assert scraped_at is not None
        wait_until(lambda: (metrics.query_value(evaluated_at) or 0) > scraped_at)
        yield MonitoredServer(server, metrics, tensorboard_url, traffic)
