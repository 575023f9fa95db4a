"""Feedback becomes a data set and a table by one command, from wherever it is kept."""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from recognizer.feedback import answer_id, feedback_on
from recognizer.feedback.sqlite import SQLiteStore
from support.paths import BACKEND
from training import datasets
from training.data.datasets import DatasetError, load_feedback

MODEL = "0123456789ab"


def export(
    *arguments: str, folder: Path, place: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as `make feedback-export` does."""
    environment = {name: text for name, text in os.environ.items() if name != "DIGITS_FEEDBACK"}
    if place is not None:
        environment["DIGITS_FEEDBACK"] = place
    return subprocess.run(
        [sys.executable, "-m", "feedback_export", *arguments, "--to", str(folder)],
        cwd=BACKEND,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def ink(level: int) -> bytes:
    """784 grey levels, no two rows alike."""
    return bytes((level + row) % 256 for row in range(28) for _ in range(28))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Three feedbacks, two with inks."""
    path = tmp_path / "feedback.sqlite"
    store = SQLiteStore(str(path))
    for read, drawn, level in ((7, 7, 10), (7, 1, 20), (None, 4, None)):
        said = None if level is None else ink(level)
        store.keep(feedback_on(answer_id(MODEL, read), drawn, said))
        time.sleep(0.002)  # so that they are in order
    return path


def test_what_was_kept_is_what_training_reads(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = export(str(kept), folder=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "3 feedbacks, 1 of right answers" in done.stdout
    monkeypatch.setattr(datasets, "CACHE", tmp_path / "data")
    feedback = load_feedback()
    assert feedback.labels.tolist() == [7, 1]
    assert [picture.tobytes() for picture in feedback.pictures] == [ink(10), ink(20)]
    with (tmp_path / "data" / "feedback.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["read"], row["drawn"], row["ink"]) for row in rows] == [
        ("7", "7", "yes"),
        ("7", "1", "yes"),
        ("", "4", "no"),
    ]
    assert {row["model"] for row in rows} == {MODEL}


def test_the_place_may_come_from_the_environment(kept: Path, tmp_path: Path) -> None:
    done = export(folder=tmp_path / "data", place=str(kept))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "feedback.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "say where the feedback is"),
        (("nowhere.sqlite",), "there is no file nowhere.sqlite"),
        ((str(BACKEND / "pyproject.toml"),), "Feedback cannot be kept in"),
    ],
    ids=["no place", "no file", "no database"],
)
def test_where_there_is_none_it_says_so(
    arguments: tuple[str, ...], complaint: str, tmp_path: Path
) -> None:
    done = export(*arguments, folder=tmp_path / "data")
    assert done.returncode != 0
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_without_an_export_there_is_nothing_to_learn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    assert load_feedback().pictures.shape == (0, 28, 28)
    assert load_feedback().labels.shape == (0,)


def test_an_export_that_was_damaged_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    (tmp_path / "feedback.npz").write_bytes(np.zeros(9).tobytes())
    with pytest.raises(DatasetError, match="export it anew"):
        load_feedback()
