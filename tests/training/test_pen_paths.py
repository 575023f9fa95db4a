"""Whole pen paths: loading, parsing, and sampling by writer."""

import gzip
import io
import itertools
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from training.data import datasets, pen_paths
from training.data.datasets import DatasetError
from training.data.pen_paths import (
    UNIPEN_DIGITS,
    UNIPEN_LOOKALIKES,
    UNIPEN_OTHERS,
    PenPaths,
    load_uji,
    load_unipen_digits,
    load_unipen_others,
    part_of,
    sample_by_writer,
    simplify,
)
from training.data.rasterize import stroke

LEARNED, VALIDATED, TESTED = "0000000001", "0000000005", "000000000a"
"""Writers of each part."""

STROKES = [[[0, 0], [10, 30]], [[5, 5], [9, 9]]]


def row(writer: str, label: str, **more: Any) -> dict[str, Any]:
    return {"writer": writer, "label": label, "strokes": STROKES, **more}


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that data sets are read from."""
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    return tmp_path


def test_writers_of_the_three_parts_are_disjoint_and_a_fifth_is_held_out() -> None:
    parts = [part_of(f"{number:010x}") for number in range(0, 100_000, 7)]
    assert parts.count("validation") / len(parts) == pytest.approx(0.1, abs=0.01)
    assert parts.count("test") / len(parts) == pytest.approx(0.1, abs=0.01)
    assert [part_of(writer) for writer in (LEARNED, VALIDATED, TESTED)] == [
        "training",
        "validation",
        "test",
    ]


def test_digits_of_a_part_are_those_of_its_writers(data: Path) -> None:
    rows = [row(LEARNED, "3"), row(VALIDATED, "4"), row(TESTED, "5")]
    write_rows(data / UNIPEN_DIGITS, rows)
    digits = load_unipen_digits("validation")
    assert (digits.labels.tolist(), digits.writers.tolist()) == (["4"], [VALIDATED])
    assert [line.tolist() for line in digits.drawings[0]] == STROKES


def test_suspects_are_only_in_the_test_set(data: Path) -> None:
    write_rows(
        data / UNIPEN_DIGITS,
        [row(writer, "3", suspect=True) for writer in (LEARNED, VALIDATED, TESTED)],
    )
    assert len(load_unipen_digits("training").labels) == 0
    assert len(load_unipen_digits("validation").labels) == 0
    assert len(load_unipen_digits("test").labels) == 1


BAR, POLE = [[0, 0], [500, 20], [1000, 0]], [[0, 0], [20, 500], [0, 1000]]
RING, NEXT_RING = (
    [[x + 500, 0], [x, 400], [x + 500, 800], [x + 1000, 400], [x + 500, 0]] for x in (0, 1200)
)


@pytest.mark.parametrize(
    ("label", "strokes", "is_learned"),
    [
        ("1", [POLE], True),
        ("1", [BAR], False),
        ("4", [POLE], False),
        ("4", [POLE, BAR], True),
        ("0", [RING], True),
        ("0", [RING, NEXT_RING], False),
    ],
)
def test_parts_of_digits_and_rows_of_zeros_are_only_in_the_test_set(
    data: Path, label: str, strokes: list[list[list[int]]], is_learned: bool
) -> None:
    rows = [row(writer, label) for writer in (LEARNED, VALIDATED, TESTED)]
    write_rows(data / UNIPEN_DIGITS, [each | {"strokes": strokes} for each in rows])
    assert len(load_unipen_digits("training").labels) == is_learned
    assert len(load_unipen_digits("validation").labels) == is_learned
    assert len(load_unipen_digits("test").labels) == 1


def test_letters_that_look_like_digits_are_loaded_apart(data: Path) -> None:
    write_rows(data / UNIPEN_OTHERS, [row(LEARNED, label) for label in "OKl|%"])
    assert load_unipen_others("training").labels.tolist() == ["K", "%"]
    assert load_unipen_others("training", lookalikes=True).labels.tolist() == ["O", "l", "|"]
    assert set("OoIilSsZzBbgqD") <= set(UNIPEN_LOOKALIKES)


def test_dot_without_extent_is_left_out(data: Path) -> None:
    write_rows(
        data / UNIPEN_OTHERS,
        [row(LEARNED, ".") | {"strokes": [[[3, 3], [3, 3]]]}, row(LEARNED, "K")],
    )
    assert load_unipen_others("training").labels.tolist() == ["K"]


@pytest.mark.usefixtures("data")
def test_missing_unipen_says_how_to_get_it() -> None:
    with pytest.raises(DatasetError, match=r"10\.5281/zenodo\.1195803.*`make unipen FROM="):
        load_unipen_digits("training")


def test_damaged_unipen_is_named(data: Path) -> None:
    (data / "unipen").mkdir()
    (data / UNIPEN_DIGITS).write_bytes(gzip.compress(b'{"writer": "01"}')[:-4])
    with pytest.raises(DatasetError, match=r"digits\.jsonl\.gz cannot be read"):
        load_unipen_digits("training")


def paths_by(counts: dict[str, int]) -> PenPaths:
    writers = np.repeat(list(counts), list(counts.values()))
    drawings = [[stroke((0, 0), (1, number))] for number in range(len(writers))]
    return PenPaths(drawings, np.full(len(writers), "7"), writers)


def test_no_writer_counts_much_more_than_another() -> None:
    paths = paths_by({"many": 800, "some": 60, "few": 4})
    sampled = sample_by_writer(paths, max_per_writer=100, max_repetitions=6, seed=1)
    assert dict(zip(*np.unique(sampled.writers, return_counts=True), strict=True)) == {
        "many": 100,
        "some": 100,
        "few": 24,
    }
    # Nothing is repeated as long as there is another drawing.
    of_many = [drawing[0][1, 1] for drawing in sampled.drawings if drawing[0][1, 1] < 800]
    assert len(set(of_many)) == 100


def test_simplified_path_has_few_points_and_the_same_shape() -> None:
    turn = np.linspace(0, 6, 200)
    arc = np.stack([300 * np.cos(turn), 500 * np.sin(turn)], axis=1)
    (simple,) = simplify([arc], tolerance=0.01)
    assert len(simple) < 30
    assert np.array_equal(simple[[0, -1]], arc[[0, -1]])
    distances = np.linalg.norm(arc[:, None] - dense(simple)[None], axis=2).min(axis=1)
    assert distances.max() < 0.012 * 1_000


def dense(path: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Any:
    """Return many points on the lines through a path."""
    steps = np.linspace(0, 1, 50)[:, None]
    return np.concatenate([a + (b - a) * steps for a, b in itertools.pairwise(path)])


def uji_archive(repetitions: int) -> bytes:
    """Return an archive like UJI's, of 60 writers with every digit, and one letter."""
    lines = [
        "// UJI Pen Characters",
        "WORD ñ trn_UJI_W01-01",
        "  NUMSTROKES 1",
        "    POINTS 1 # 0 0",
    ]
    for writer in range(60):
        for repetition in range(repetitions):
            for digit in range(10):
                lines += [
                    f"WORD {digit} trn_UJI_W{writer:02d}-{repetition + 1:02d}",
                    "  NUMSTROKES 2",
                    f"    POINTS 3 # 0 0 10 {digit} -5 7",
                    "    POINTS 2 # 1 2 3 4",
                ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ujipenchars2.txt", "\n".join(lines).encode("latin-1"))
    return buffer.getvalue()


def test_archive_of_uji_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITS_DATA", raising=False)
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    (tmp_path / "uji").mkdir()
    (tmp_path / "uji" / "digits.zip").write_bytes(uji_archive(repetitions=2))
    digits = load_uji()
    assert len(digits.labels) == 1_200
    assert len(set(digits.writers.tolist())) == 60
    assert digits.labels[14] == "4"
    assert [line.tolist() for line in digits.drawings[14]] == [
        [[0, 0], [10, 4], [-5, 7]],
        [[1, 2], [3, 4]],
    ]


def test_incomplete_uji_is_rejected(data: Path) -> None:
    (data / "uji").mkdir()
    (data / "uji" / "digits.jsonl.gz").write_bytes(uji_archive(repetitions=1))
    with pytest.raises(DatasetError, match="every digit twice from each of 60 writers"):
        load_uji()


def test_uji_is_in_no_training_source() -> None:
    sources = (Path(pen_paths.__file__).parent / "sources.py").read_text(encoding="utf-8")
    assert "uji" not in sources.lower()
