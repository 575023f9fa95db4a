"""`make feedback-export`: from a feedback store to a table and a data set."""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from recognizer.classifier import NON_DIGIT
from recognizer.feedback import create_feedback, new_prediction_id
from recognizer.feedback.sqlite import SQLiteStore
from support.paths import BACKEND
from training.data import datasets
from training.data.datasets import DatasetError, load_feedback

MODEL_VERSION = "0123456789ab"


def export(
    *arguments: str, folder: Path, uri: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as `make feedback-export` does, with DIGITS_FEEDBACK set to `uri`."""
    environment = {name: text for name, text in os.environ.items() if name != "DIGITS_FEEDBACK"}
    if uri is not None:
        environment["DIGITS_FEEDBACK"] = uri
    return subprocess.run(
        [sys.executable, "-m", "scripts.export_feedback", *arguments, "--to", str(folder)],
        cwd=BACKEND,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def model_input(level: int) -> bytes:
    """Return 784 gray levels, no two rows alike."""
    return bytes((level + row) % 256 for row in range(28) for _ in range(28))


def save_feedback(path: Path, *feedback: tuple[str | None, str | None, bytes | None]) -> Path:
    """Save feedback, given as predicted digits, label and model input, in a SQLite file."""
    store = SQLiteStore(str(path))
    for predicted, label, stored_input in feedback:
        prediction_id = new_prediction_id(MODEL_VERSION, predicted)
        store.save(create_feedback(prediction_id, label, stored_input))
        time.sleep(0.002)  # IDs hold milliseconds, by which the store orders feedback
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with feedback on eight predictions, seven of them with model inputs.

    The last three are of several digits, according to the model or to the person.
    """
    return save_feedback(
        tmp_path / "feedback.sqlite",
        ("7", "7", model_input(10)),
        ("7", "1", model_input(20)),
        (None, "4", None),
        ("3", None, model_input(30)),
        (None, None, model_input(40)),
        ("42", "42", model_input(50)),
        ("7", "1 7", model_input(60)),
        ("007", "7", model_input(70)),
    )


def test_exported_feedback_is_what_training_loads(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = export(str(store), folder=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    monkeypatch.setattr(datasets, "CACHE", tmp_path / "data")
    feedback = load_feedback()
    assert feedback.labels.tolist() == [7, 1, NON_DIGIT, NON_DIGIT]
    expected = [model_input(level) for level in (10, 20, 30, 40)]
    assert [image.tobytes() for image in feedback.images] == expected
    with (tmp_path / "data" / "feedback.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["predicted"], row["label"], row["input"]) for row in rows] == [
        ("7", "7", "yes"),
        ("7", "1", "yes"),
        ("none", "4", "no"),
        ("3", "none", "yes"),
        ("none", "none", "yes"),
        ("42", "42", "no"),
        ("7", "1 7", "no"),
        ("007", "7", "no"),
    ]
    assert {row["model_version"] for row in rows} == {MODEL_VERSION}


def test_output_names_files_counts_and_the_next_step(store: Path, tmp_path: Path) -> None:
    done = export(str(store), folder=tmp_path / "data")
    folder = tmp_path / "data"
    assert f"{folder / 'feedback.csv'} (predictions: 8, of which correct: 3)" in done.stdout
    assert f"{folder / 'feedback.npz'} (model inputs with labels: 4)" in done.stdout
    assert "look at feedback.csv" in done.stdout
    assert "make train" in done.stdout


def test_output_without_model_inputs_explains_how_they_are_stored(tmp_path: Path) -> None:
    store = save_feedback(tmp_path / "feedback.sqlite", ("7", "1", None))
    done = export(str(store), folder=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "feedback.npz (model inputs with labels: 0)" in done.stdout
    assert "DIGITS_STORE_INPUTS=1" in done.stdout
    assert "Next:" not in done.stdout


def test_store_is_taken_from_the_environment(store: Path, tmp_path: Path) -> None:
    done = export(folder=tmp_path / "data", uri=str(store))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "feedback.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name the feedback store: make feedback-export FROM="),
        (("nowhere.sqlite",), "nowhere.sqlite does not exist"),
        ((str(BACKEND / "pyproject.toml"),), "Feedback cannot be stored in"),
    ],
    ids=["no store", "no file", "not a database"],
)
def test_missing_store_is_reported_in_one_sentence(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = export(*arguments, folder=tmp_path / "data")
    assert done.returncode != 0
    assert done.stderr.startswith(message)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_empty_store_writes_nothing(tmp_path: Path) -> None:
    store = save_feedback(tmp_path / "feedback.sqlite")
    done = export(str(store), folder=tmp_path / "data")
    assert done.returncode != 0
    assert f"{store} contains no feedback yet; nothing was written." in done.stderr
    assert not (tmp_path / "data").exists()


def test_feedback_without_an_export_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    assert load_feedback().images.shape == (0, 28, 28)
    assert load_feedback().labels.shape == (0,)


def test_damaged_export_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    (tmp_path / "feedback.npz").write_bytes(np.zeros(9).tobytes())
    with pytest.raises(DatasetError, match="export it again"):
        load_feedback()
