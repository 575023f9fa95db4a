"""Calibration, and the measures of it."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from recognizer.classifier import NON_DIGIT
from training.calibration import MAX_FALSE_REJECTION_RATE, UNSURE_RATE, calibrate, log_softmax
from training.evaluation.measures import (
    expected_calibration_error,
    reliability_bins,
    wilson_interval,
)


def test_temperature_undoes_the_scale_of_overconfident_logits() -> None:
    rng = np.random.default_rng(0)
    calibrated = rng.normal(0, 2, (20_000, 11))
    digits = np.exp(log_softmax(calibrated[:, :NON_DIGIT]))
    labels = np.array([rng.choice(NON_DIGIT, p=row) for row in digits])
    overconfident = (3 * calibrated).astype(np.float32)
    assert calibrate(overconfident, labels).temperature == pytest.approx(3, rel=0.05)


def test_thresholds_reject_and_doubt_the_intended_fractions_of_digits() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (5_000, 11)).astype(np.float32)
    digits = np.exp(log_softmax(logits[:, :NON_DIGIT].astype(np.float64)))
    labels = np.array([rng.choice(NON_DIGIT, p=row) for row in digits])
    calibration = calibrate(logits, labels)
    probabilities = np.exp(log_softmax(logits / calibration.temperature))
    rejected = probabilities[:, NON_DIGIT] > calibration.reject_threshold
    assert rejected.mean() == pytest.approx(MAX_FALSE_REJECTION_RATE, abs=1e-3)
    likeliest = probabilities[~rejected, :NON_DIGIT].max(axis=1)
    unsure = likeliest < calibration.unsure_threshold
    assert unsure.mean() == pytest.approx(UNSURE_RATE, abs=1e-3)


def test_non_digits_do_not_change_the_calibration() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 3, (1_000, 11)).astype(np.float32)
    labels = rng.integers(0, 10, 1_000)
    non_digit_logits = rng.normal(0, 9, (500, 11)).astype(np.float32)
    all_logits = np.concatenate([logits, non_digit_logits])
    all_labels = np.concatenate([labels, np.full(500, NON_DIGIT)])
    assert calibrate(all_logits, all_labels) == calibrate(logits, labels)


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy() -> None:
    confidence = np.array([0.9] * 10 + [0.5] * 10)
    correct = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)
    # The ten at 0.9 are calibrated; of the ten at 0.5 only two are correct: a gap of 0.3 for half.
    reliability = reliability_bins(confidence, correct)
    assert np.allclose(reliability, [(0.5, 0.2, 10), (0.9, 0.9, 10)])
    assert expected_calibration_error(reliability) == pytest.approx(0.15)


def test_wilson_interval_matches_a_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17:857, table I: 81 of 263, score method.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
