"""Conversion of UNIPEN's original distribution, from a small one in its format."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from training.data.pen_paths import (
    UNIPEN_DIGITS,
    UNIPEN_OTHERS,
    collect,
    read_json_lines,
)
from training.data.unipen import Character, convert, find_suspects, main

INK = """
.VERSION 1.0
.COMMENT   Points have pressure, too.
.COORD T X Y P
.WRITER_ID 17
.PEN_DOWN
0 100 500 9
1 140 300 9
.PEN_UP
2 140 310 0
.PEN_DOWN
3 100 400 9
4 150 400 9
5 160 400 9
.PEN_UP
.WRITER_ID 18
.PEN_DOWN
6 0 0 9
7 50 100 9
8 0 100 9
"""


def distribution(root: Path, contributor: str, category: str, segments: str) -> None:
    """Write an ink file and a file with segments, as one contributor's."""
    ink = root / "include" / contributor / "data" / "a.dat"
    ink.parent.mkdir(parents=True, exist_ok=True)
    ink.write_text(INK)
    named = root / "data" / category / contributor / "a.dat"
    named.parent.mkdir(parents=True)
    named.write_text(
        f".VERSION 1.0\n.INCLUDE {contributor}/lacking.doc\n"
        f".INCLUDE {contributor}/data/a.dat\n{segments}\n"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A distribution without isolated digits, letters or signs."""
    root = tmp_path / "train_r01_v07"
    for category in ("1a", "1b", "1c", "1d"):
        (root / "data" / category).mkdir(parents=True)
    return root


def converted(root: Path, name: str = UNIPEN_DIGITS) -> list[tuple[str, list[list[list[float]]]]]:
    """Convert a distribution; return the label and the strokes of each character."""
    convert(root, root.parent)
    paths = collect(read_json_lines((root.parent / name).read_bytes()))
    drawings = [[line.tolist() for line in strokes] for strokes in paths.drawings]
    return list(zip(paths.labels.tolist(), drawings, strict=True))


def test_components_become_strokes_scaled_to_a_thousand_with_y_down(root: Path) -> None:
    distribution(root, "apa", "1a", '.SEGMENT CHARACTER 0-1 ? "7"\n.SEGMENT CHARACTER 2 OK "1"')
    assert converted(root) == [
        ("7", [[[0, 0], [200, 1000]], [[0, 500], [250, 500], [300, 500]]]),
        ("1", [[[0, 1000], [500, 0], [0, 0]]]),
    ]


def test_some_contributors_count_the_lifted_pen(root: Path) -> None:
    distribution(root, "pri", "1a", '.SEGMENT CHARACTER 2 ? "7"')
    assert converted(root) == [("7", [[[0, 0], [833, 0], [1000, 0]]])]


def test_segments_may_begin_and_end_within_a_component(root: Path) -> None:
    distribution(root, "apa", "1a", '.SEGMENT CHARACTER 0:1-1:1,2 ? "7"')
    ((_, strokes),) = converted(root)
    assert [len(line) for line in strokes] == [1, 2, 3]


def test_misaligned_contributors_and_segments_without_ink_are_left_out(root: Path) -> None:
    distribution(root, "lou", "1a", '.SEGMENT CHARACTER 0 ? "7"')
    distribution(root, "apa", "1a", '.SEGMENT CHARACTER 40-41 ? "7"\n.SEGMENT WORD 0 ? "7"')
    assert converted(root) == []


def test_writers_are_told_apart_and_are_the_same_in_all_files(root: Path) -> None:
    distribution(root, "apa", "1a", '.SEGMENT CHARACTER 0 ? "7"\n.SEGMENT CHARACTER 2 ? "1"')
    distribution(root, "apa", "1b", '.SEGMENT CHARACTER 0 ? "K"')
    convert(root, root.parent)
    digits, others = (
        list(read_json_lines((root.parent / name).read_bytes()))
        for name in (UNIPEN_DIGITS, UNIPEN_OTHERS)
    )
    assert digits[0]["writer"] != digits[1]["writer"]
    assert digits[0]["writer"] == others[0]["writer"]
    int(digits[0]["writer"], 16)


def test_few_drawings_of_a_sign_are_kept_of_each_writer(root: Path) -> None:
    segments = '.SEGMENT CHARACTER 0 ? "\\""\n' * 5 + '.SEGMENT CHARACTER 2 ? "\\""'
    distribution(root, "apa", "1d", segments)
    assert [label for label, _ in converted(root, UNIPEN_OTHERS)] == ['"'] * 4


def test_digit_whose_label_other_writers_outvote_is_suspect() -> None:
    bar, ring = [np.array([(0.0, 0.0), (0.0, 9.0)])], [np.array([(0, 0), (5, 0), (5, 9), (0, 9.0)])]
    digits = [
        Character(f"{writer:x}", label, strokes)
        for writer in range(8)
        for label, strokes in (("1", bar), ("0", ring))
    ]
    mislabeled = Character("9", "0", bar)
    suspects = find_suspects([*digits, mislabeled])
    assert suspects.tolist() == [False] * 16 + [True]


def test_another_folder_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["unipen", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"1a does not exist: is .* UNIPEN's train_r01_v07\?"):
        main()
