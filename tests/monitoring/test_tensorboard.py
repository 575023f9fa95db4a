"""TensorBoard shows the training run of the released model, and the server's live accuracy."""

from typing import Any

import httpx
import pytest
from monitoring.conftest import MonitoredServer

from support.processes import wait_until

pytestmark = pytest.mark.monitoring


def scalars(monitored: MonitoredServer, run: str, tag: str) -> list[tuple[int, float]]:
    """Return steps and values of a scalar; empty if TensorBoard does not have it yet."""
    url = f"{monitored.tensorboard_url}/data/plugin/scalars/scalars"
    response = httpx.get(url, params={"run": run, "tag": tag}, timeout=30)
    return [(step, value) for _, step, value in response.json()] if response.is_success else []


def test_dashboard_redirects_to_tensorboard(monitored: MonitoredServer) -> None:
    page = httpx.get(f"{monitored.server.url}/dashboard", follow_redirects=True, timeout=30)
    assert (str(page.url).rstrip("/"), page.status_code) == (monitored.tensorboard_url, 200)
    assert "<title>TensorBoard</title>" in page.text


def test_tensorboard_lists_both_runs(monitored: MonitoredServer) -> None:
    def runs() -> Any:
        return sorted(httpx.get(f"{monitored.tensorboard_url}/data/runs", timeout=30).json())

    wait_until(lambda: runs() == ["live", "released"])


def test_released_run_shows_falling_loss(monitored: MonitoredServer) -> None:
    loss = wait_until(lambda: scalars(monitored, "released", "loss"))
    first, *_ = steps = [step for step, _ in loss]
    assert steps == list(range(first, first + len(steps)))
    assert loss[-1][1] < loss[0][1]


@pytest.mark.parametrize("tag", ["inputs", "confusion"])
def test_released_run_shows_images(monitored: MonitoredServer, tag: str) -> None:
    parameters = {"run": "released", "tag": tag, "sample": "0"}
    plugin = f"{monitored.tensorboard_url}/data/plugin/images"

    def entries() -> list[dict[str, Any]]:
        response = httpx.get(f"{plugin}/images", params=parameters, timeout=30)
        found: list[dict[str, Any]] = response.json() if response.is_success else []
        return found

    latest = wait_until(entries)[-1]
    image = httpx.get(f"{plugin}/individualImage?{latest['query']}", timeout=30)
    assert image.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("tag", ["accuracy/recent feedback", "accuracy/all feedback"])
def test_live_run_shows_the_accuracy_of_the_traffic(monitored: MonitoredServer, tag: str) -> None:
    expected = pytest.approx(monitored.traffic.accuracy())

    def latest() -> float | None:
        return next((value for _, value in reversed(scalars(monitored, "live", tag))), None)

    wait_until(lambda: latest() == expected)
