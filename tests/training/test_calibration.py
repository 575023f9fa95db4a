"""Confidence means what it says, and the measures of that are right."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from recognizer.classifier import OTHER
from training.calibration import REFUSED_SHARE, UNSURE_SHARE, choose_calibration, log_softmax
from training.evaluation.__main__ import expected_calibration_error, reliability_of, wilson_interval


def test_overconfident_logits_are_cooled_to_the_temperature_they_were_heated_by() -> None:
    generator = np.random.default_rng(0)
    honest = generator.normal(0, 2, (20_000, 11))
    digits = np.exp(log_softmax(honest[:, :OTHER]))
    labels = np.array([generator.choice(OTHER, p=row) for row in digits])
    heated = (3 * honest).astype(np.float32)
    assert choose_calibration(heated, labels).temperature == pytest.approx(3, rel=0.05)


def test_the_least_digit_like_are_refused_and_the_least_confident_unsure() -> None:
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 2, (5_000, 11)).astype(np.float32)
    digits = np.exp(log_softmax(logits[:, :OTHER].astype(np.float64)))
    labels = np.array([generator.choice(OTHER, p=row) for row in digits])
    calibration = choose_calibration(logits, labels)
    shares = np.exp(log_softmax(logits / calibration.temperature))
    refused = shares[:, OTHER] > calibration.refuse_above
    assert refused.mean() == pytest.approx(REFUSED_SHARE, abs=1e-3)
    unsure = shares[~refused, :OTHER].max(axis=1) < calibration.unsure_below
    assert unsure.mean() == pytest.approx(UNSURE_SHARE, abs=1e-3)


def test_what_is_no_digit_does_not_change_the_calibration() -> None:
    generator = np.random.default_rng(2)
    logits = generator.normal(0, 3, (1_000, 11)).astype(np.float32)
    labels = generator.integers(0, 10, 1_000)
    others = np.full(500, OTHER)
    more = np.concatenate([logits, generator.normal(0, 9, (500, 11)).astype(np.float32)])
    both = np.concatenate([labels, others])
    assert choose_calibration(more, both) == choose_calibration(logits, labels)


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy() -> None:
    confidence = np.array([0.9] * 10 + [0.5] * 10)
    right = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)
    # The ten at 0.9 are honest; of the ten at 0.5 only two are right: a gap of 0.3 for half.
    reliability = reliability_of(confidence, right)
    assert np.allclose(reliability, [(0.5, 0.2, 10), (0.9, 0.9, 10)])
    assert expected_calibration_error(reliability) == pytest.approx(0.15)


def test_wilson_s_interval_agrees_with_a_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17:857, table I: 81 of 263, score method.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
