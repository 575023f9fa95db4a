"""Ink that the library finds in scenes, as the classifier learns it."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from recognizer import Box
from recognizer.classifier import NON_DIGIT
from support.handwriting import synthetic_hands
from support.scenes import bars
from training.data import found_digits as found_digits_module
from training.data.datasets import Digits
from training.data.found_digits import (
    SCENES,
    Piece,
    draw_found_digits,
    found_digits,
    found_in_scenes,
    label_of,
    load_found_digits,
)
from training.finder.pens import Hands
from training.finder.photos import models

HANDS = synthetic_hands(1)

TWO_BARS = bars((100, 100), (1, (20, 20, 6, 60)), (1, (60, 20, 6, 60)))


@pytest.mark.parametrize(
    ("box", "label"),
    [
        (Box(20, 20, 6, 60), 1),
        (Box(20, 20, 6, 20), NON_DIGIT),  # a third of a digit
        (Box(20, 20, 6, 42), None),  # most of it
        (Box(20, 20, 46, 60), NON_DIGIT),  # both, and what is between
        (Box(0, 20, 26, 60), NON_DIGIT),  # much beside it
        (Box(80, 0, 10, 10), NON_DIGIT),  # nothing of any
    ],
)
def test_ink_is_a_digit_if_it_is_all_of_one_and_little_else(box: Box, label: int | None) -> None:
    ink = np.full((round(box.height) // 2, round(box.width) // 2), 1, dtype=np.float32)
    assert label_of(TWO_BARS, Piece(ink, box, [])) == label


def test_digits_are_found_in_scenes_with_what_else_is_taken_for_ink() -> None:
    drawn = [sample for seed in range(12) for sample in found_digits(HANDS, (seed,))]
    digits = [(ink, label) for ink, label in drawn if label != NON_DIGIT]
    _, network = models()
    read = [int(network.class_probabilities(ink).argmax()) for ink, _ in digits]
    assert len(digits) >= 12
    assert np.mean([one == label for one, (_, label) in zip(read, digits, strict=True)]) > 0.75
    assert len(drawn) > len(digits)
    again = list(found_digits(HANDS, (0,)))
    assert [ink.tobytes() for ink, _ in again] == [ink.tobytes() for ink, _ in drawn[: len(again)]]


def test_validation_scenes_have_seeds_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[Sequence[int]] = []

    def remember(_: object, hands: Hands, chunks: list[list[Sequence[int]]]) -> Iterator[Digits]:
        seeds.extend(chain(*chunks))
        yield found_in_scenes(hands, [])

    monkeypatch.setattr(found_digits_module, "in_workers", remember)
    for part in SCENES:
        draw_found_digits(HANDS, part)
    assert len({*seeds}) == sum(SCENES.values())


def test_found_digits_are_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_digits_module, "load_hands", lambda _: HANDS)
    monkeypatch.setattr(found_digits_module, "RUNS", tmp_path)
    monkeypatch.setattr(found_digits_module, "CHUNK", 2)
    monkeypatch.setitem(found_digits_module.SCENES, "validation", 3)
    found = load_found_digits("validation")
    assert found.images.shape == (len(found.labels), 28, 28)
    expected = [sample for seed in range(3) for sample in found_digits(HANDS, (1, seed))]
    assert found.labels.tolist() == [label for _, label in expected]
    monkeypatch.setattr(found_digits_module, "draw_found_digits", None)
    again = load_found_digits("validation")
    assert again.images.tobytes() == found.images.tobytes()
    assert again.labels.tolist() == found.labels.tolist()
