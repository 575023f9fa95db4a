"""Confidence means what it says, and the measures of that are right."""

import numpy as np
import pytest

pytest.importorskip("tqdm", reason="evaluation needs tqdm (make setup-training)")

from training.calibration import UNSURE_SHARE, choose_calibration, log_softmax
from training.evaluate import expected_calibration_error, wilson_interval


def test_overconfident_logits_are_cooled_to_the_temperature_they_were_heated_by() -> None:
    generator = np.random.default_rng(0)
    honest = generator.normal(0, 2, (20_000, 10))
    labels = np.array([generator.choice(10, p=np.exp(row)) for row in log_softmax(honest)])
    heated = (3 * honest).astype(np.float32)
    assert choose_calibration(heated, labels).temperature == pytest.approx(3, rel=0.05)


def test_the_least_confident_answers_are_unsure() -> None:
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 3, (5_000, 10)).astype(np.float32)
    labels = logits.argmax(axis=1)
    calibration = choose_calibration(logits, labels)
    confidence = np.exp(log_softmax(logits / calibration.temperature)).max(axis=1)
    assert (confidence < calibration.unsure_below).mean() == pytest.approx(UNSURE_SHARE, abs=1e-3)


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy() -> None:
    confidence = np.array([0.9] * 10 + [0.5] * 10)
    right = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)
    # The ten at 0.9 are honest; of the ten at 0.5 only two are right: a gap of 0.3 for half.
    assert expected_calibration_error(confidence, right) == pytest.approx(0.15)


def test_wilson_s_interval_agrees_with_a_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17:857, table I: 81 of 263, score method.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
