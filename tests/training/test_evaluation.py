"""What README and card claim is what was measured, of the model that is served."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tqdm", reason="evaluation needs tqdm (make setup-training)")

from recognizer.classifier import MODEL, Classifier
from training import evaluate
from training.datasets import PenDigits
from training.evaluate import CANVAS, CARD, EVALUATION, README, Evaluation, Result


def released() -> Evaluation:
    document: dict[str, Any] = json.loads(EVALUATION.read_text(encoding="utf-8"))
    results = [Result(**result) for result in document.pop("results")]
    return Evaluation(**document, results=results)


def test_the_evaluation_is_of_the_released_model() -> None:
    content = MODEL.read_bytes()
    assert released().sha256 == hashlib.sha256(content).hexdigest()
    assert released().size_bytes == len(content) <= 1_000_000


def test_the_card_agrees_with_the_evaluation() -> None:
    assert CARD.read_text(encoding="utf-8") == evaluate.card(released())


def test_the_readme_agrees_with_the_evaluation() -> None:
    readme = README.read_text(encoding="utf-8")
    assert evaluate.with_figures(readme, released()) == readme


def test_mnist_s_test_set_is_read_well_enough() -> None:
    (mnist,) = (result for result in released().results if result.name == "MNIST test set")
    assert mnist.digits == 10_000
    assert mnist.accuracy >= 0.994


def test_readings_are_counted_as_they_were_given() -> None:
    """Of two drawn ones the first is labelled rightly; a blank picture is no digit."""
    upright = np.full((100, 100), 255, dtype=np.uint8)
    upright[20:80, 46:54] = 0
    blank = np.full((100, 100), 255, dtype=np.uint8)
    pictures = [upright, upright, blank]
    result, seconds = evaluate.judge("three", Classifier(), iter(pictures), np.array([1, 4, 0]))
    assert (result.digits, result.right) == (3, 1)
    assert result.accuracy == pytest.approx(1 / 3)
    assert result.accuracy_when_sure == pytest.approx(1 / 2)
    assert result.confusion[1][1] == result.confusion[4][1] == 1
    assert sum(map(sum, result.confusion)) == 2
    assert seconds.shape == (3, 3)


def test_pen_digits_are_drawn_whole_on_the_paper() -> None:
    paths = np.array([[(0, 100), (50, 100), (100, 100), (80, 60), (60, 30), (50, 0)]] * 40)
    digits = PenDigits(paths.astype(np.uint8), np.full(40, 7, dtype=np.int64))
    pictures = list(evaluate.pen_drawings(digits))
    heights = []
    for picture in pictures:
        inked = np.flatnonzero((picture < 128).any(axis=1))
        assert picture.shape == (CANVAS, CANVAS)
        assert (picture[[0, -1]] == 255).all()
        assert (picture[:, [0, -1]] == 255).all()
        heights.append(np.ptp(inked) + 1)
    assert min(heights) < 0.4 * CANVAS
    assert max(heights) > 0.75 * CANVAS
