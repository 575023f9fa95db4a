"""Detection: digits from what the finder says of an image, read by the real classifier."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.classifier import Classifier, softmax
from recognizer.detection import (
    MIN_MASK,
    STRIDE,
    Digit,
    Found,
    Read,
    detect,
    label_components,
    merge,
)
from recognizer.preprocessing import ModelInput
from support.drawings import DIGITS, Box, Stroke, rasterize

SIZE = (192, 96)


@pytest.fixture(scope="module")
def read() -> Read:
    """The released model."""
    classifier = Classifier()

    def probabilities(model_input: ModelInput) -> NDArray[np.float64]:
        (logits,) = classifier.session.run(["logits"], {classifier.input_name: model_input[None]})
        return softmax(logits[0].astype(np.float64))

    return probabilities


def ideal(drawings: Sequence[tuple[Sequence[Stroke], Box]]) -> Found:
    """Return what a perfect finder says of drawings in their places."""
    width, height = SIZE
    inks = [
        np.asarray(rasterize(strokes, SIZE, box, 0.06), dtype=np.float32) / 255
        for strokes, box in drawings
    ]
    heat = np.zeros((height // STRIDE, width // STRIDE), dtype=np.float32)
    offsets = np.zeros((2, *heat.shape), dtype=np.float32)
    y, x = (np.mgrid[: heat.shape[0], : heat.shape[1]] + 0.5) * STRIDE
    for ink in inks:
        rows, columns = np.nonzero(ink > 0)
        center_x, center_y = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
        heat[int(center_y) // STRIDE, int(center_x) // STRIDE] = 1
        own = ink.reshape(height // STRIDE, STRIDE, width // STRIDE, STRIDE).max(axis=(1, 3)) > 0.2
        offsets[:, own] = np.stack([center_x - x, center_y - y])[:, own]
    classes = np.full((10, *heat.shape), 0.1, dtype=np.float32)
    return Found(np.max(inks, axis=0), heat, offsets, classes)


def in_order(digits: list[Digit]) -> list[int]:
    return [int(d.probabilities[:10].argmax()) for d in sorted(digits, key=lambda d: d.left)]


def test_digits_side_by_side_are_found_with_their_ink(read: Read) -> None:
    boxes = [Box(0.04 + 0.33 * number, 0.1, 0.2, 0.7) for number in range(3)]
    labels = (3, 0, 7)
    found = ideal([(DIGITS[label], box) for label, box in zip(labels, boxes, strict=True)])
    digits = detect(found, read)
    assert in_order(digits) == [3, 0, 7]
    for digit in digits:
        place = found.mask[digit.top : digit.bottom, digit.left : digit.right]
        assert np.allclose(digit.ink.sum(), place[place >= MIN_MASK].sum())


def test_touching_digits_are_told_apart_by_their_centers(read: Read) -> None:
    found = ideal([(DIGITS[2], Box(0.1, 0.1, 0.25, 0.7)), (DIGITS[3], Box(0.32, 0.1, 0.25, 0.7))])
    assert len(found.pieces) == 1
    assert in_order(detect(found, read)) == [2, 3]


def test_strokes_of_a_digit_are_joined(read: Read) -> None:
    top = [(x, y - 0.15) for x, y in DIGITS[5][1]]
    found = ideal([([DIGITS[5][0], top], Box(0.3, 0.2, 0.2, 0.7))])
    assert len(found.pieces) == 2
    assert in_order(detect(found, read)) == [5]


def test_joining_two_pieces_keeps_all_others() -> None:
    ink = np.ones((20, 10), dtype=np.float32)
    parts = [
        (max(0, number - 1), Digit(0, left, ink, np.full(11, 1 / 11)))
        for number, left in enumerate((0, 11, 50, 80, 110))
    ]
    digits = merge(parts, lambda _: np.full(11, 1 / 11))
    assert [digit.left for digit in digits] == [50, 80, 110, 0]
    assert [float(digit.ink.sum()) for digit in digits] == [200, 200, 200, 400]


def test_full_stop_is_left_out(read: Read) -> None:
    dot: Stroke = [(0.0, 0.9), (0.05, 0.95)]
    boxes = [Box(0.05, 0.1, 0.2, 0.7), Box(0.6, 0.1, 0.2, 0.7), Box(0.42, 0.1, 0.2, 0.7)]
    found = ideal(list(zip((DIGITS[2], DIGITS[8], [dot]), boxes, strict=True)))
    assert in_order(detect(found, read)) == [2, 8]


def test_ring_around_a_digit_is_left_out(read: Read) -> None:
    boxes = [Box(0.3, 0.05, 0.4, 0.9), Box(0.43, 0.3, 0.14, 0.4)]
    found = ideal(list(zip((DIGITS[0], DIGITS[3]), boxes, strict=True)))
    assert in_order(detect(found, read)) == [3]


def test_nothing_is_found_on_bare_paper(read: Read) -> None:
    shapes = ((96, 192), (24, 48), (2, 24, 48), (10, 24, 48))
    found = Found(*(np.zeros(shape, np.float32) for shape in shapes))
    assert detect(found, read) == []


def test_components_are_connected_across_corners() -> None:
    rows = ["#..#.#", ".#.#.#", "..#.#.", "......", "##.###"]
    labels = label_components(np.array([[cell == "#" for cell in row] for row in rows]))
    assert labels.max() == 3
    assert len(np.unique(labels[:3][labels[:3] > 0])) == 1
    assert labels[4].tolist() == [2, 2, 0, 3, 3, 3]
