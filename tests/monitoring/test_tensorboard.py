"""TensorBoard shows the training's run, and how often people say that the server is right."""

from typing import Any

import httpx
import pytest
from monitoring.conftest import Watched

from support.processes import wait_until


def scalars(watched: Watched, run: str, tag: str) -> list[tuple[int, float]]:
    """Steps and values that TensorBoard draws."""
    asked = {"run": run, "tag": tag}
    path = f"{watched.tensorboard}/data/plugin/scalars/scalars"
    answer = httpx.get(path, params=asked, timeout=30)
    return [(step, value) for _, step, value in answer.json()] if answer.is_success else []


def test_the_server_leads_a_browser_there(watched: Watched) -> None:
    page = httpx.get(f"{watched.server.url}/dashboard", follow_redirects=True, timeout=30)
    assert (str(page.url).rstrip("/"), page.status_code) == (watched.tensorboard, 200)
    assert "<title>TensorBoard</title>" in page.text


def test_both_runs_are_there(watched: Watched) -> None:
    def runs() -> Any:
        return sorted(httpx.get(f"{watched.tensorboard}/data/runs", timeout=30).json())

    wait_until(lambda: runs() == ["live", "released"])


def test_the_released_models_training_is_shown(watched: Watched) -> None:
    loss = wait_until(lambda: scalars(watched, "released", "loss"))
    assert [step for step, _ in loss] == list(range(1, len(loss) + 1))
    assert loss[-1][1] < loss[0][1]


@pytest.mark.parametrize("tag", ["inks", "confusion"])
def test_pictures_of_the_training_are_shown(watched: Watched, tag: str) -> None:
    asked = {"run": "released", "tag": tag, "sample": "0"}
    plugin = f"{watched.tensorboard}/data/plugin/images"

    def entries() -> list[dict[str, Any]]:
        answer = httpx.get(f"{plugin}/images", params=asked, timeout=30)
        found: list[dict[str, Any]] = answer.json() if answer.is_success else []
        return found

    latest = wait_until(entries)[-1]
    picture = httpx.get(f"{plugin}/individualImage?{latest['query']}", timeout=30)
    assert picture.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("tag", ["accuracy/recent feedback", "accuracy/all feedback"])
def test_what_people_said_is_shown(watched: Watched, tag: str) -> None:
    right = pytest.approx(watched.sent.right())

    def last() -> float | None:
        return next((value for _, value in reversed(scalars(watched, "live", tag))), None)

    wait_until(lambda: last() == right)
