"""Conversion of UNIPEN's original distribution, from a small one in its format."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from training.data.pen_paths import (
    UNIPEN_DIGITS,
    UNIPEN_NUMBERS,
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


ROW = """
.WRITER_ID 17
.PEN_DOWN
0 100
0 0
.PEN_DOWN
50 100
100 100
.PEN_DOWN
75 100
75 0
.PEN_UP
.PEN_DOWN
190 90
190 10
.PEN_DOWN
400 90
400 10
.PEN_DOWN
420 290
420 210
.PEN_DOWN
390 280
390 220
"""
"""A 1, a 7 of two strokes, a 1 near them, one farther away, and two above it: right, then left."""


def distribution(
    root: Path, contributor: str, category: str, segments: str, ink_text: str = INK
) -> None:
    """Write an ink file and a file with segments, as one contributor's."""
    ink = root / "include" / contributor / "data" / "a.dat"
    ink.parent.mkdir(parents=True, exist_ok=True)
    ink.write_text(ink_text)
    named = root / "data" / category / contributor / "a.dat"
    named.parent.mkdir(parents=True)
    named.write_text(
        f".VERSION 1.0\n.INCLUDE {contributor}/lacking.doc\n"
        f".INCLUDE {contributor}/data/a.dat\n{segments}\n"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A distribution without isolated digits, letters, signs or words."""
    root = tmp_path / "train_r01_v07"
    for category in ("1a", "1b", "1c", "1d", "7"):
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


def numbers(root: Path) -> list[dict[str, Any]]:
    """Convert a distribution; return the rows of its numbers."""
    convert(root, root.parent)
    return list(read_json_lines((root.parent / UNIPEN_NUMBERS).read_bytes()))


SEGMENTS_OF_ROW = "\n".join(
    f'.SEGMENT CHARACTER {components} ? "{label}"'
    for components, label in
    [("0", "1"), ("1-2", "7"), ("3", "1"), ("4", "1"), ("5", "1"), ("6", "1")]
)  # fmt: skip


def test_digits_beside_one_another_form_a_number_a_thousand_high(root: Path) -> None:
    distribution(root, "apb", "1a", SEGMENTS_OF_ROW, ROW)
    (number,) = numbers(root)
    assert number["label"] == "171"
    assert number["digits"] == [
        [[[0, 0], [0, 1000]]],
        [[[500, 0], [1000, 0]], [[750, 0], [750, 1000]]],
        [[[1900, 100], [1900, 900]]],
    ]


def test_digits_of_other_contributors_do_not_form_numbers(root: Path) -> None:
    distribution(root, "ibm", "1a", SEGMENTS_OF_ROW, ROW)
    assert numbers(root) == []


def test_ink_between_digits_ends_a_number(root: Path) -> None:
    segments = '.SEGMENT CHARACTER 0 ? "1"\n.SEGMENT CHARACTER 2 ? "1"'
    distribution(root, "apa", "1a", segments, ROW)
    assert numbers(root) == []


def test_another_writer_begins_another_number(root: Path) -> None:
    later = ROW.replace(".PEN_DOWN\n190", ".WRITER_ID 18\n.PEN_DOWN\n190")
    distribution(root, "apa", "1a", SEGMENTS_OF_ROW, later)
    assert [number["label"] for number in numbers(root)] == ["17"]


def test_words_of_two_or_more_digits_are_numbers_with_the_strokes_of_the_whole(root: Path) -> None:
    segments = (
        '.SEGMENT WORD 0-3 ? "171"\n.SEGMENT WORD 0 ? "1"\n'
        '.SEGMENT WORD 0-2 ? "1st"\n.SEGMENT CHARACTER 0-2 ? "17"'
    )
    distribution(root, "ceb", "7", segments, ROW)
    distribution(root, "kai", "7", segments, ROW)
    (number,) = numbers(root)
    assert (number["label"], len(number["strokes"])) == ("171", 4)
    assert "digits" not in number


def test_writers_of_numbers_are_those_of_digits(root: Path) -> None:
    distribution(root, "apa", "1a", SEGMENTS_OF_ROW, ROW)
    (number,) = numbers(root)
    digits = list(read_json_lines((root.parent / UNIPEN_DIGITS).read_bytes()))
    assert {digit["writer"] for digit in digits} == {number["writer"]}


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
