"""Stores that cannot be opened; tests/api has those that can."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from recognizer.feedback import StoreUnavailableError, open_store
from recognizer.feedback.sqlite import TABLE


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


def with_digits_required(folder: Path) -> Path:
    path = folder / "feedback.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(TABLE.replace("label INTEGER", "label INTEGER NOT NULL"))
    return path


@pytest.mark.parametrize(
    "make", [in_missing_folder, not_a_database, with_other_columns, with_digits_required]
)
def test_unusable_file_cannot_be_opened_and_is_named(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(str(path))
    assert str(caught.value).startswith(f"Feedback cannot be stored in {path}: ")
