"""The accuracy script writes every change of the feedback, and survives restarts."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest
from api.invalid_requests import valid_png
from api.requests import raw_request
from monitoring.programs import ACCURACY_COMMAND, TOOLS, accuracy

from support.processes import wait_until
from support.server import RESPONSE_TIMEOUT, Server

pytestmark = [pytest.mark.monitoring, pytest.mark.usefixtures("requires_tensorboard")]

READ_SCALARS = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1])
run.Reload()
tags = run.Tags()["tensors"]
values = lambda tag: [(event.step, event.tensor_proto.float_val[0]) for event in run.Tensors(tag)]
print(json.dumps({tag: values(tag) for tag in tags}))
"""
"""A program that prints the scalars of a run, for the Python that has TensorBoard."""

ALL, RECENT = "accuracy/all feedback", "accuracy/recent feedback"

Points = list[tuple[int, float]]


def scalars(run: Path) -> dict[str, Points]:
    """Return steps and values of a run by tag, as TensorBoard reads them."""
    if not run.exists():
        return {}
    command = [str(TOOLS / "python"), "-c", READ_SCALARS, str(run)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    by_tag = json.loads(finished.stdout)
    return {tag: [(step, value) for step, value in points] for tag, points in by_tag.items()}


def values(run: Path, tag: str) -> list[float]:
    """Return the values of a run under a tag."""
    return [value for _, value in scalars(run).get(tag, [])]


def send_feedback(server: Server, *corrects: bool) -> None:
    """Request predictions, and send feedback that each was correct or not."""
    with httpx.Client(base_url=server.url, timeout=RESPONSE_TIMEOUT) as client:
        for correct in corrects:
            prediction = raw_request(valid_png()).send(client).json()
            label = prediction["digit"] if correct else (prediction["digit"] + 1) % 10
            feedback = client.post("/feedback", json={"id": prediction["id"], "digit": label})
            assert feedback.status_code == 204


def wait_for_scrape(folder: Path) -> None:
    """Wait until the script has scraped the metrics once more."""
    mark = folder / "accuracy-last-scrape"
    mark.unlink(missing_ok=True)
    wait_until(mark.exists)


def test_run_continues_after_restarts_of_server_and_script(tmp_path: Path) -> None:
    run = tmp_path / "live"
    with Server(tmp_path / "server.log", {}) as server:
        with accuracy(f"{server.url}/metrics", run, tmp_path) as log:
            wait_for_scrape(tmp_path)
            assert not run.exists(), "a run without feedback"
            send_feedback(server, True, True, True, False)
            wait_until(lambda: values(run, ALL)[-1:] == [0.75])
            assert values(run, RECENT)[-1] == 0.75
            before = scalars(run)
            for _ in range(3):
                wait_for_scrape(tmp_path)
            assert scalars(run) == before, "a step without new feedback"

            server.stop()
            wait_until(lambda: "Cannot scrape" in log.read_text())
            assert "trying again" in log.read_text()
            assert "Traceback" not in log.read_text()
            server.start()
            wait_for_scrape(tmp_path)
            send_feedback(server, False)
            wait_until(lambda: values(run, ALL)[-1:] == [0.0])
        assert scalars(run)[ALL][: len(before[ALL])] == before[ALL]
        with accuracy(f"{server.url}/metrics", run, tmp_path):
            send_feedback(server, True)
            wait_until(lambda: values(run, ALL)[-1:] == [0.5])
    steps = [step for step, _ in scalars(run)[ALL]]
    assert steps == sorted(steps)
    assert len(list(run.iterdir())) == 2, "not one file for each start of the script"


def test_script_ends_on_sigterm_without_a_traceback(tmp_path: Path) -> None:
    with accuracy("http://127.0.0.1:9", tmp_path / "live", tmp_path) as log:
        wait_until(lambda: "Connection refused" in log.read_text())
    assert "Traceback" not in log.read_text()


def test_script_names_the_missing_metric_for_a_wrong_address(
    server: Server, tmp_path: Path
) -> None:
    with accuracy(f"{server.url}/health", tmp_path / "live", tmp_path) as log:
        wait_until(lambda: "digits_recent_feedback is missing" in log.read_text())
    assert not (tmp_path / "live").exists()


def test_script_ends_with_one_sentence_if_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with Server(tmp_path / "server.log", {}) as server:
        send_feedback(server, True)
        command = [*ACCURACY_COMMAND, f"{server.url}/metrics", str(tmp_path / "file" / "live")]
        finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 1
    assert finished.stderr.startswith("Cannot write the run: ")
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("pause", ["0", "-1", "nan", "soon"])
def test_script_rejects_an_invalid_pause(tmp_path: Path, pause: str) -> None:
    command = [*ACCURACY_COMMAND, "http://127.0.0.1:9", str(tmp_path), f"--pause={pause}"]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 2
    assert f"argument --pause: invalid seconds value: '{pause}'" in finished.stderr
