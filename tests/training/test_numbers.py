"""Whole numbers: loading UNIPEN's."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from training.data.datasets import DatasetError
from training.data.numbers import load_whole_numbers
from training.data.pen_paths import UNIPEN_NUMBERS

LEARNED, VALIDATED, TESTED = "0000000001", "0000000005", "000000000a"
"""Writers of each part."""

ONE, SEVEN = [[[0, 0], [0, 1000]]], [[[500, 0], [900, 0]], [[900, 0], [700, 1000]]]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that numbers are read from; it does not exist yet."""
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    path = tmp_path / UNIPEN_NUMBERS
    path.parent.mkdir()
    return path


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


def test_numbers_are_whole_drawings_whether_their_digits_are_apart_or_not(path: Path) -> None:
    apart = {"writer": TESTED, "label": "17", "digits": [ONE, SEVEN]}
    whole = {"writer": TESTED, "label": "71", "strokes": SEVEN + ONE}
    write_rows(path, [apart, whole])
    numbers = load_whole_numbers("test")
    assert numbers.labels.tolist() == ["17", "71"]
    drawings = [[stroke.tolist() for stroke in strokes] for strokes in numbers.drawings]
    assert drawings == [ONE + SEVEN, SEVEN + ONE]


def test_numbers_of_a_part_are_those_of_its_writers(path: Path) -> None:
    writers = (LEARNED, VALIDATED, TESTED)
    write_rows(path, [{"writer": each, "label": "17", "strokes": SEVEN} for each in writers])
    assert load_whole_numbers("validation").writers.tolist() == [VALIDATED]


def test_missing_or_damaged_numbers_are_reported(path: Path) -> None:
    with pytest.raises(DatasetError, match="make unipen"):
        load_whole_numbers("test")
    path.write_bytes(b"not gzip")
    with pytest.raises(DatasetError, match="convert it again"):
        load_whole_numbers("test")
