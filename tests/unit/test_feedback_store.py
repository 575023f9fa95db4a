"""Stores that cannot be opened, and those of earlier versions; tests/api has the others."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from recognizer.feedback import (
    Feedback,
    StoreUnavailableError,
    create_feedback,
    new_prediction_id,
    open_store,
)
from recognizer.feedback.s3 import from_json, to_json

VERSION = "0123456789ab"


def in_missing_folder(folder: Path) -> Path:
    return folder / "missing" / "feedback.sqlite"


def not_a_database(folder: Path) -> Path:
    path = folder / "words.txt"
    path.write_text("these are words, not a database " * 40)
    return path


def with_other_columns(folder: Path) -> Path:
    path = folder / "feedback.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE feedback (number INTEGER PRIMARY KEY, answer TEXT)")
    return path


@pytest.mark.parametrize("uri", ["s3://", "s3:///prefix", "s3://Bad_Bucket!/prefix"])
def test_bucket_that_cannot_exist_is_rejected_at_once(uri: str) -> None:
    with pytest.raises(StoreUnavailableError, match=f"Feedback cannot be stored in {uri}: "):
        open_store(uri)


@pytest.mark.parametrize("make", [in_missing_folder, not_a_database, with_other_columns])
def test_unusable_file_cannot_be_opened_and_is_named(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(str(path))
    assert str(caught.value).startswith(f"Feedback cannot be stored in {path}: ")


TABLE_OF_INTEGERS = """
CREATE TABLE feedback (
    number INTEGER PRIMARY KEY,
    prediction_id TEXT NOT NULL UNIQUE,
    model_version TEXT NOT NULL,
    predicted INTEGER,
    predicted_at REAL NOT NULL,
    label INTEGER {},
    input BLOB
)
"""


@pytest.mark.parametrize("constraint", ["", "NOT NULL"])
def test_file_whose_digits_are_integers_is_read_and_takes_numbers(
    tmp_path: Path, constraint: str
) -> None:
    path = str(tmp_path / "feedback.sqlite")
    rows = [("a", VERSION, 7, 1.0, 1, b"input"), ("b", VERSION, None, 2.0, 0, None)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(TABLE_OF_INTEGERS.format(constraint))
        connection.executemany(
            "INSERT INTO feedback (prediction_id, model_version, predicted, predicted_at, label,"
            " input) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
    old = [
        Feedback("a", VERSION, "7", 1.0, "1", b"input"),
        Feedback("b", VERSION, None, 2.0, "0", None),
    ]
    store = open_store(path)
    assert list(store) == old
    numbers = [
        create_feedback(new_prediction_id(VERSION, predicted), label, None)
        for predicted, label in (("007", "07"), ("42 7", None))
    ]
    assert [store.save(each) for each in numbers] == [True, True]
    assert not store.save(numbers[0])
    assert list(open_store(path)) == [*old, *numbers]


@pytest.mark.parametrize("label", ["7", "007", "42 7", None])
def test_object_in_s3_is_read_as_it_was_written(label: str | None) -> None:
    feedback = create_feedback(new_prediction_id(VERSION, "42"), label, b"input")
    assert from_json(to_json(feedback)) == feedback


@pytest.mark.parametrize(("predicted", "label"), [(7, 0), (None, 1), (3, None)])
def test_object_in_s3_whose_digits_are_integers_is_read(
    predicted: int | None, label: int | None
) -> None:
    written = {
        "prediction_id": "a",
        "model_version": VERSION,
        "predicted": predicted,
        "predicted_at": 1.0,
        "label": label,
        "input": None,
    }
    read = from_json(json.dumps(written).encode())
    expected = [None if digit is None else str(digit) for digit in (predicted, label)]
    assert [read.predicted, read.label] == expected
