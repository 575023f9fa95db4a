"""The model that is committed is whole, small, and says what it needs to."""

import hashlib

import numpy as np
import pytest

from recognizer.classifier import BLANK, MODEL, Classifier
from recognizer.preprocessing import Ink


@pytest.fixture(scope="module")
def classify() -> Classifier:
    return Classifier()


def test_the_model_is_the_one_its_checksum_names(classify: Classifier) -> None:
    digest, name = MODEL.with_name("digits.onnx.sha256").read_text().split()
    assert (name, digest) == (MODEL.name, hashlib.sha256(MODEL.read_bytes()).hexdigest())
    assert digest.startswith(classify.version)
    assert MODEL.stat().st_size <= 1_000_000


def test_it_reads_any_number_of_inks_at_a_time_and_each_as_if_alone(classify: Classifier) -> None:
    inks = np.random.default_rng(0).random((7, 28, 28), dtype=np.float32)
    together = classify.session.run(["logits"], {"ink": inks})[0]
    alone = [classify.session.run(["logits"], {"ink": ink[None]})[0][0] for ink in inks]
    assert np.allclose(together, alone, atol=1e-4)


def test_threads_that_share_the_work_read_the_same(classify: Classifier) -> None:
    inks = np.random.default_rng(1).random((7, 28, 28), dtype=np.float32)
    shared = Classifier(threads=2)
    for ink in (*inks, strokes_of_a_seven()):
        one, two = classify(ink), shared(ink)
        assert (one.digit, one.verdict) == (two.digit, two.verdict)
        assert np.allclose(one.probabilities, two.probabilities, atol=1e-5)


def strokes_of_a_seven() -> Ink:
    ink = np.zeros((28, 28), dtype=np.float32)
    ink[4:7, 7:20] = 1
    for row in range(4, 24):
        left = 17 - (row - 4) // 3
        ink[row, left : left + 3] = 1
    return ink


def a_grid() -> Ink:
    ink = np.zeros((28, 28), dtype=np.float32)
    ink[4:24:6, 4:24] = ink[4:24, 4:24:6] = 1
    return ink


def test_a_digit_stands_and_what_is_none_is_refused(classify: Classifier) -> None:
    seven, grid = classify(strokes_of_a_seven()), classify(a_grid())
    assert (seven.digit, seven.verdict) == (7, "digit")
    assert (grid.digit, grid.verdict) == (None, "not_a_digit")
    for reading in (seven, grid):
        assert reading.probabilities.shape == (10,)
        assert reading.probabilities.sum() == pytest.approx(1)


def test_the_thresholds_in_the_file_decide_what_is_unsure_and_what_is_refused() -> None:
    classify = Classifier()
    assert 0.1 < classify.unsure_below < 1
    assert 0 < classify.refuse_above < 1
    before = classify(strokes_of_a_seven())
    classify.unsure_below = 1.1
    assert (classify(strokes_of_a_seven()).digit, classify(strokes_of_a_seven()).verdict) == (
        7,
        "unsure",
    )
    assert np.array_equal(classify(strokes_of_a_seven()).probabilities, before.probabilities)
    classify.refuse_above = -0.1
    refused = classify(strokes_of_a_seven())
    assert (refused.digit, refused.verdict) == (None, "not_a_digit")
    classify.refuse_above, classify.unsure_below = 1.1, 0
    assert classify(a_grid()).verdict == "digit"


def test_a_blank_picture_is_no_digit(classify: Classifier) -> None:
    assert classify(None) is BLANK
    assert BLANK.digit is None
    assert BLANK.probabilities.sum() == pytest.approx(1)
