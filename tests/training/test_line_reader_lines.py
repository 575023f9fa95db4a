"""What the line reader learns: synthetic lines, and lines found in scenes."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from numpy.typing import NDArray

from recognizer import Box
from recognizer.line_reader import LINE_HEIGHT, MAX_WIDTH, STEP
from recognizer.preprocessing import center_of_mass
from support.handwriting import synthetic_handwriting
from training.data.datasets import Digits
from training.finder.canvas import bounds
from training.finder.pens import Hand
from training.finder.scenes import Scene
from training.finder.writing import digits_of_one_writer
from training.line_reader import lines as line_drawing
from training.line_reader import scans
from training.line_reader.flaws import FLAWS, Flaw
from training.line_reader.found_lines import digits_in, found_lines
from training.line_reader.lines import (
    MAX_DIGITS,
    PEN_DIGITS_PROB,
    composed_digits,
    in_a_row,
    in_order,
    joint,
    real_number,
    reordered_number,
    repeated,
    scanned_number,
    synthetic_lines,
    with_letters,
    with_marks,
)

HANDWRITING = synthetic_handwriting(1)


def test_synthetic_lines_are_inputs_of_the_line_reader() -> None:
    drawn = synthetic_lines(HANDWRITING, 100, (1,))
    for line in drawn:
        height, width = line.pixels.shape
        assert height == LINE_HEIGHT
        assert width % STEP == 0
        assert width <= MAX_WIDTH
        assert line.pixels.max() == 255
        assert len(line.digits) <= MAX_DIGITS
        assert set(line.digits) <= set(range(10))
    assert len({len(line.digits) for line in drawn}) > 8
    again, others = (synthetic_lines(HANDWRITING, 5, seed) for seed in ((1,), (2,)))
    assert [line.pixels.tobytes() for line in again] == [
        line.pixels.tobytes() for line in drawn[:5]
    ]
    assert [line.pixels.tobytes() for line in others] != [line.pixels.tobytes() for line in again]


def test_real_number_is_written_as_it_was() -> None:
    written = real_number(HANDWRITING, np.random.default_rng(1))
    whole = HANDWRITING.whole_numbers
    assert "".join(map(str, written.digits)) == whole.paths.labels[0]
    assert len(written.strokes) == len(whole.strokes(0))
    left, top, right, bottom = bounds(written.strokes)
    assert bottom - top == pytest.approx(1)
    assert right > left


def test_digits_change_places_and_keep_the_gap() -> None:
    (number,) = HANDWRITING.hands.numbers
    first, second = (int(label) for label in number.paths.labels)
    rng = np.random.default_rng(1)
    written = {reordered_number(HANDWRITING.hands, rng).digits for _ in range(20)}
    assert written == {(first, second), (second, first)}
    left, right = bounds(number.strokes(0)), bounds(number.strokes(1))
    count = len(number.strokes(1))
    strokes = in_order(number, [1, 0])
    new_left, new_right = bounds(strokes[:count]), bounds(strokes[count:])
    assert new_left[2] - new_left[0] == pytest.approx(right[2] - right[0])
    assert new_right[0] - new_left[2] == pytest.approx(right[0] - left[2])
    assert new_right[1::2] == left[1::2]


def test_characters_of_a_row_follow_each_other_even_if_they_overlap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_drawing, "JOINS_PROB", 0)
    rng = np.random.default_rng(1)
    for _ in range(50):
        glyphs = digits_of_one_writer(HANDWRITING.hands, rng, 6)
        strokes = iter(in_a_row(glyphs, rng))
        starts = [bounds([next(strokes) for _ in glyph.strokes])[0] for glyph in glyphs]
        assert next(strokes, None) is None
        assert all(after - before > 0.1 for before, after in pairwise(starts))


def test_joint_leads_from_one_character_to_the_next_unless_that_is_far() -> None:
    rng = np.random.default_rng(1)
    start, near, far = np.array([[0.0, -0.9], [0.3, -0.8], [2.0, -0.8]])
    (stroke,) = joint(start, near, rng)
    assert stroke[[0, -1]].tolist() == [start.tolist(), near.tolist()]
    assert np.abs(stroke).max() < 1.2
    assert joint(start, far, rng) == []


def test_characters_of_some_rows_are_joined() -> None:
    rng = np.random.default_rng(1)
    glyphs = digits_of_one_writer(HANDWRITING.hands, rng, 6)
    apart = sum(len(glyph.strokes) for glyph in glyphs)
    joints = [len(in_a_row(glyphs, rng)) - apart for _ in range(100)]
    assert min(joints) == 0
    assert 2 <= max(joints) <= 5
    assert 2 < sum(number > 0 for number in joints) < 40


def test_repeated_digits_are_the_one_before() -> None:
    rng = np.random.default_rng(1)
    glyphs = digits_of_one_writer(HANDWRITING.hands, rng, 8)
    rows = [repeated(glyphs, rng) for _ in range(20)]
    for row in rows:
        assert row[0] is glyphs[0]
        assert all(
            after is before or after is glyph
            for glyph, (before, after) in zip(glyphs[1:], pairwise(row), strict=True)
        )
    assert len({tuple(map(id, row)) for row in rows}) > 10


def test_some_composed_digits_are_pen_digits() -> None:
    digits = HANDWRITING.pen_digits.paths
    sevens = Hand(digits.subset(np.flatnonzero(digits.labels == "7")))
    handwriting = replace(HANDWRITING, pen_digits=sevens)
    rng = np.random.default_rng(1)
    rows = [composed_digits(handwriting, rng) for _ in range(200)]
    long_rows = [row for row in rows if len(row) > 3]
    only_sevens = [all(glyph.label == 7 for glyph in row) for row in long_rows]
    assert 0.5 < np.mean(only_sevens) / PEN_DIGITS_PROB < 2


def test_letters_and_marks_are_no_digits() -> None:
    rng = np.random.default_rng(1)
    glyphs = digits_of_one_writer(HANDWRITING.hands, rng, 5)
    labels = [glyph.label for glyph in glyphs]
    alone = 0
    for _ in range(60):
        row = with_marks(with_letters(glyphs, HANDWRITING.hands, rng), rng)
        digits = [glyph.label for glyph in row if glyph.label is not None]
        alone += not digits
        assert digits in ([], labels)
        assert len(row) > len(digits) + 1
    assert 0 < alone < 30


def scanned_bar(width: int) -> NDArray[np.uint8]:
    """Return a scan (28, 28) of a bar 20 pixels high."""
    scan = np.zeros((28, 28), dtype=np.uint8)
    scan[4:24, 14 - width // 2 : 14 + width // 2] = 255
    return scan


def inked_spans(ink: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the widths of what stands apart in ink (height, width), from left to right."""
    changes = np.flatnonzero(np.diff(np.pad(ink.any(axis=0), 1).astype(int)))
    return np.diff(changes)[::2]


def slant_of(ink: NDArray[np.float32]) -> float:
    """Return by how many columns the bottom is to the right of the top, for each row between."""
    quarter = len(ink) // 4
    upper, lower = ink[:quarter].sum(axis=0), ink[-quarter:].sum(axis=0)
    return (center_of_mass(lower) - center_of_mass(upper)) / (len(ink) - quarter)


def test_scanned_digits_stand_in_the_order_of_their_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_drawing, "CLOSE_PROB", 0)
    monkeypatch.setattr(scans, "SLANT_SPREAD", 0)
    digits = Digits(np.stack([scanned_bar(2), scanned_bar(12)]), np.array([1, 8]))
    counts = set()
    for seed in range(30):
        ink, labels = scanned_number(digits, 30.0, np.random.default_rng(seed))
        assert ink.max() == pytest.approx(1)
        spans = inked_spans(ink)
        if len(spans) == len(labels):  # none of them stand very close
            counts.add(len(labels))
            assert [8 if span > 12 else 1 for span in spans] == list(labels)
    assert len(counts) > 4


def test_scans_are_written_again_by_one_pen() -> None:
    rows = [
        scans.rewritten(np.stack([scanned_bar(6)] * 5), 40.0, np.random.default_rng(seed))
        for seed in range(40)
    ]
    heights = np.array([[len(ink) for ink in row] for row in rows])
    assert np.median(heights) == pytest.approx(40, abs=2)
    assert heights.std(axis=1).max() > 2
    inks = [ink for row in rows for ink in row]
    assert all(ink[[0, -1]].any(axis=1).all() for ink in inks)
    assert all(ink[:, [0, -1]].any(axis=0).all() for ink in inks)
    slants = np.array([[slant_of(ink) for ink in row] for row in rows])
    assert np.ptp(slants, axis=1).max() < 0.06  # all that a hand writes leans alike
    assert slants[:, 0].min() < -0.1
    assert slants[:, 0].max() > 0.1


def test_scan_is_redrawn_with_a_thinner_or_thicker_pen() -> None:
    soft = np.minimum(scanned_bar(4), 200) // 2 + np.minimum(scanned_bar(8), 200) // 2
    thick, thin = (scans.redrawn(soft, 0, (2, 2), edge) for edge in (60, 150))
    assert thick.sum() > 1.3 * thin.sum()
    assert len(thick) == pytest.approx(40, abs=3)


def test_fields_side_by_side_keep_all_ink_where_they_overlap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scans, "BASELINE_SPREAD", 0)
    monkeypatch.setattr(scans, "SLOPE_SPREAD", 0)
    high, low = np.full((8, 4), 0.5, np.float32), np.full((3, 5), 1, np.float32)
    ink = scans.side_by_side([high, low, high], [3, 10, 0], np.random.default_rng(1))
    assert ink.shape == (8, 17)
    assert ink[-1].tolist() == [0.5] * 3 + [1] * 5 + [0] * 5 + [0.5] * 4
    assert ink[0].tolist() == [0.5] * 4 + [0] * 9 + [0.5] * 4


@pytest.mark.parametrize("flaw", [flaw for flaw, _ in FLAWS])
def test_flaw_changes_some_of_the_ink(flaw: Flaw) -> None:
    ink = np.zeros((40, 90), dtype=np.float32)
    ink[8:32, 10:80] = 1
    before = ink.copy()
    changed = flaw(ink, 30.0, np.random.default_rng(1))
    assert np.array_equal(ink, before)
    assert changed.shape == ink.shape
    assert 0 < np.abs(changed - ink).mean() < 0.2


def test_line_of_a_scene_has_the_digits_that_it_covers() -> None:
    nothing = np.zeros((60, 200), dtype=np.uint8)
    picture = np.repeat(nothing[..., None], 3, axis=2)
    boxes = ((90, 10, 20, 40), (10, 10, 20, 40), (50, 10, 20, 40))
    scene = Scene(picture, nothing, nothing, (3, 1, 2), boxes)
    assert digits_in(scene, Box(5, 5, 110, 50)) == (1, 2, 3)
    assert digits_in(scene, Box(45, 12, 70, 36)) == (2, 3)
    assert digits_in(scene, Box(120, 5, 50, 50)) == ()
    assert digits_in(scene, Box(5, 5, 55, 50)) is None  # half of the 2


def test_lines_are_found_in_scenes() -> None:
    drawn = found_lines(HANDWRITING, 8, (1,))
    assert len(drawn) == 8
    assert all(line.pixels.shape[0] == LINE_HEIGHT for line in drawn)
    assert all(line.pixels.shape[1] % STEP == 0 for line in drawn)
    assert sum(len(line.digits) > 0 for line in drawn) >= 4
    again = found_lines(HANDWRITING, 3, (1,))
    assert [line.pixels.tobytes() for line in again] == [
        line.pixels.tobytes() for line in drawn[:3]
    ]
