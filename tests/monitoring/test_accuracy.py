"""What follows the accuracy goes on, whatever happens to the server, and writes what is new."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest
from api.invalid_requests import good_picture
from api.requests import as_body
from conftest import LONGEST_ANSWER
from monitoring.programs import FOLLOW, TOOLS, accuracy

from support.processes import wait_until
from support.server import Server

pytestmark = pytest.mark.usefixtures("tensorboards_python")

SCALARS = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1])
run.Reload()
tags = run.Tags()["tensors"]
values = lambda tag: [(event.step, event.tensor_proto.float_val[0]) for event in run.Tensors(tag)]
print(json.dumps({tag: values(tag) for tag in tags}))
"""

ALL, RECENT = "accuracy/all feedback", "accuracy/recent feedback"

Points = list[tuple[int, float]]


def written(run: Path) -> dict[str, Points]:
    """Steps and values of a run, by tag, as TensorBoard reads them."""
    if not run.exists():
        return {}
    command = [str(TOOLS / "python"), "-c", SCALARS, str(run)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {tag: [(s, v) for s, v in points] for tag, points in json.loads(done.stdout).items()}


def values(run: Path, tag: str) -> list[float]:
    """The values of a run under a tag."""
    return [value for _, value in written(run).get(tag, [])]


def say(server: Server, *rights: bool) -> None:
    """Tell a server that its answers were right, or not."""
    with httpx.Client(base_url=server.url, timeout=LONGEST_ANSWER) as caller:
        for right in rights:
            answer = as_body(good_picture()).send(caller).json()
            digit = answer["digit"] if right else (answer["digit"] + 1) % 10
            said = caller.post("/feedback", json={"id": answer["id"], "digit": digit})
            assert said.status_code == 204


def reads(folder: Path) -> None:
    """Return once the metrics were read once more."""
    mark = folder / "accuracy-last-read"
    mark.unlink(missing_ok=True)
    wait_until(mark.exists)


def test_it_goes_on_over_restarts_of_either_side(tmp_path: Path) -> None:
    run = tmp_path / "live"
    with Server(tmp_path / "server.log", {}) as server:
        with accuracy(f"{server.url}/metrics", run, tmp_path) as log:
            reads(tmp_path)
            assert not run.exists(), "nobody has said anything"
            say(server, True, True, True, False)
            wait_until(lambda: values(run, ALL)[-1:] == [0.75])
            assert values(run, RECENT)[-1] == 0.75
            before = written(run)
            for _ in range(3):
                reads(tmp_path)
            assert written(run) == before, "nobody has said more"

            server.stop()
            wait_until(lambda: "tells no accuracy" in log.read_text())
            assert "trying again" in log.read_text()
            assert "Traceback" not in log.read_text()
            server.start()
            reads(tmp_path)
            say(server, False)
            wait_until(lambda: values(run, ALL)[-1:] == [0.0])
        assert written(run)[ALL][: len(before[ALL])] == before[ALL]
        with accuracy(f"{server.url}/metrics", run, tmp_path):
            say(server, True)
            wait_until(lambda: values(run, ALL)[-1:] == [0.5])
    steps = [step for step, _ in written(run)[ALL]]
    assert steps == sorted(steps)
    assert len(list(run.iterdir())) == 2, "each writes a file of its own"


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with accuracy("http://127.0.0.1:9", tmp_path / "live", tmp_path) as log:
        wait_until(lambda: "Connection refused" in log.read_text())
    assert "Traceback" not in log.read_text()


def test_it_says_when_the_address_is_of_something_else(server: Server, tmp_path: Path) -> None:
    with accuracy(f"{server.url}/health", tmp_path / "live", tmp_path) as log:
        wait_until(lambda: "digits_recent_feedback is missing" in log.read_text())
    assert not (tmp_path / "live").exists()


def test_it_says_when_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with Server(tmp_path / "server.log", {}) as server:
        say(server, True)
        command = [*FOLLOW, f"{server.url}/metrics", str(tmp_path / "file" / "live")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("The run cannot be written: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("pause", ["0", "-1", "nan", "soon"])
def test_a_pause_is_some_seconds(tmp_path: Path, pause: str) -> None:
    command = [*FOLLOW, "http://127.0.0.1:9", str(tmp_path), f"--pause={pause}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert f"argument --pause: invalid seconds value: '{pause}'" in done.stderr
