"""The model that is committed is whole, small, and says what it needs to."""

import hashlib

import numpy as np
import pytest

from recognizer.classifier import BLANK, MODEL, Classifier


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


def test_confidence_below_the_threshold_is_unsure(classify: Classifier) -> None:
    assert 0.1 < classify.unsure_below < 1
    random = np.random.default_rng(0)
    specks = random.random((200, 28, 28)) < np.linspace(0.01, 0.6, 200)[:, None, None]
    readings = [classify(ink.astype(np.float32)) for ink in specks]
    for reading in readings:
        expected = "digit" if reading.confidence >= classify.unsure_below else "unsure"
        assert reading.verdict == expected
        assert reading.digit == int(reading.probabilities.argmax())
    assert {reading.verdict for reading in readings} == {"digit", "unsure"}


def test_a_blank_picture_is_no_digit(classify: Classifier) -> None:
    assert classify(None) is BLANK
    assert BLANK.digit is None
    assert BLANK.probabilities.sum() == pytest.approx(1)
