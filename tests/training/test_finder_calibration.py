"""The confidence of what is found: a logistic regression, on scenes through the library."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from recognizer import Box
from recognizer.finder import FINDER_PATH
from support.handwriting import synthetic_hands
from training.finder import calibration
from training.finder.calibration import calibrate, fit_logistic, label_at
from training.finder.scenes import KINDS, Scene

EMPTY = np.zeros((60, 90), dtype=np.uint8)

SCENE = Scene(
    np.zeros((60, 90, 3), dtype=np.uint8),
    EMPTY,
    EMPTY,
    (4, 2),
    ((10, 10, 20, 40), (40, 10, 20, 40)),
)


def test_regression_finds_the_weights_that_made_the_labels() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, 2, (20_000, 2))
    odds = values @ [1.5, -0.5] + 0.7
    labels = rng.random(len(odds)) < 1 / (1 + np.exp(-odds))
    assert fit_logistic(values, labels) == pytest.approx([1.5, -0.5, 0.7], abs=0.1)


def test_candidate_has_the_label_of_the_digit_whose_box_it_covers() -> None:
    assert label_at(SCENE, Box(11, 9, 19, 42)) == 4
    assert label_at(SCENE, Box(38, 12, 20, 36)) == 2
    assert label_at(SCENE, Box(25, 10, 20, 40)) is None
    assert label_at(SCENE, Box(70, 10, 10, 40)) is None


def test_scenes_give_the_same_weights_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "KINDS", KINDS[:4])
    monkeypatch.setattr(calibration, "SCENES_PER_KIND", 3)
    one, other = (calibrate(FINDER_PATH, synthetic_hands(2)) for _ in range(2))
    assert np.isfinite(one).all()
    assert one == other
