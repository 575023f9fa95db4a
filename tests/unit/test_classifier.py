"""Verdicts at the edges of the thresholds, and model files that cannot be trusted.

A fake ONNX session gives the logits, so that every probability is known exactly.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from recognizer.classifier import BLANK, NON_DIGIT, Classifier, softmax
from recognizer.errors import ModelError

MODEL_INPUT = np.zeros((28, 28), dtype=np.float32)

SEVEN = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 1.0, 1.5]
"""Logits of ten digits and the non-digit class: a likely 7, perhaps a non-digit."""

PROBABILITIES = softmax(np.array(SEVEN))
SEVEN_PROBABILITY = float(PROBABILITIES[7])
NON_DIGIT_PROBABILITY = float(PROBABILITIES[NON_DIGIT])


class FakeSession:
    """An ONNX session whose model file is JSON: metadata, input name and logits."""

    def __init__(self, content: bytes, *_: object, **__: object) -> None:
        self.model = json.loads(content)

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name=self.model["input_name"])]

    def get_modelmeta(self) -> SimpleNamespace:
        return SimpleNamespace(custom_metadata_map=self.model["metadata"])

    def run(self, outputs: list[str], inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        assert outputs == ["logits"]
        assert set(inputs) == {self.model["input_name"]}
        (batch,) = inputs.values()
        assert batch.shape == (1, 28, 28)
        assert batch.dtype == np.float32
        return [np.array([self.model["logits"]], dtype=np.float32)]


Load = Callable[..., Classifier]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """A function that loads a fake model with the given metadata."""
    monkeypatch.setattr(onnxruntime, "InferenceSession", FakeSession)

    def load(
        logits: list[float] = SEVEN, input_name: str = "input", **metadata: float
    ) -> Classifier:
        strings = {name: repr(value) for name, value in metadata.items()}
        defaults = {"temperature": "1"}
        if "refuse_above" not in metadata:
            defaults |= {"reject_threshold": "1", "unsure_threshold": "0"}
        model = {"logits": logits, "input_name": input_name, "metadata": {**defaults, **strings}}
        path = tmp_path / "model.onnx"
        path.write_text(json.dumps(model))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_name("model.onnx.sha256").write_text(f"{digest}  {path.name}\n")
        return Classifier(path)

    return load


@pytest.mark.parametrize(
    ("unsure_threshold", "verdict"),
    [
        (math.nextafter(SEVEN_PROBABILITY, 0), "digit"),
        (SEVEN_PROBABILITY, "digit"),
        (math.nextafter(SEVEN_PROBABILITY, 1), "unsure"),
    ],
    ids=["above", "at", "below"],
)
def test_digit_below_the_unsure_threshold_is_unsure(
    load: Load, unsure_threshold: float, verdict: str
) -> None:
    prediction = load(unsure_threshold=unsure_threshold).predict(MODEL_INPUT)
    assert (prediction.digit, prediction.verdict) == (7, verdict)


@pytest.mark.parametrize(
    ("reject_threshold", "digit", "verdict"),
    [
        (math.nextafter(NON_DIGIT_PROBABILITY, 0), None, "not_a_digit"),
        (NON_DIGIT_PROBABILITY, 7, "digit"),
        (math.nextafter(NON_DIGIT_PROBABILITY, 1), 7, "digit"),
    ],
    ids=["above", "at", "below"],
)
def test_non_digit_above_the_reject_threshold_is_rejected(
    load: Load, reject_threshold: float, digit: int | None, verdict: str
) -> None:
    prediction = load(reject_threshold=reject_threshold).predict(MODEL_INPUT)
    assert (prediction.digit, prediction.verdict) == (digit, verdict)


def test_input_beyond_both_thresholds_is_rejected(load: Load) -> None:
    prediction = load(reject_threshold=0.0, unsure_threshold=1.0).predict(MODEL_INPUT)
    assert (prediction.digit, prediction.verdict) == (None, "not_a_digit")


@pytest.mark.parametrize("reject_threshold", [0.0, 1.0])
def test_probabilities_are_of_the_digits_alone(load: Load, reject_threshold: float) -> None:
    prediction = load(reject_threshold=reject_threshold).predict(MODEL_INPUT)
    expected = PROBABILITIES[:NON_DIGIT] / PROBABILITIES[:NON_DIGIT].sum()
    assert np.allclose(prediction.probabilities, expected, rtol=1e-12)
    assert prediction.confidence == prediction.probabilities[7]


def test_temperature_divides_the_logits(load: Load) -> None:
    prediction = load(temperature=2.0).predict(MODEL_INPUT)
    expected = softmax(np.array(SEVEN) / 2)[:NON_DIGIT]
    assert np.allclose(prediction.probabilities, expected / expected.sum(), rtol=1e-12)
    assert prediction.confidence < load().predict(MODEL_INPUT).confidence


def test_thresholds_are_read_by_their_names_before_0_2(load: Load) -> None:
    classifier = load(refuse_above=0.75, unsure_below=0.25)
    assert (classifier.reject_threshold, classifier.unsure_threshold) == (0.75, 0.25)


def test_thresholds_are_read_by_their_names(load: Load) -> None:
    classifier = load(reject_threshold=0.75, unsure_threshold=0.25)
    assert (classifier.reject_threshold, classifier.unsure_threshold) == (0.75, 0.25)


@pytest.mark.parametrize("input_name", ["ink", "input"])
def test_input_name_is_read_from_the_model(load: Load, input_name: str) -> None:
    classifier = load(input_name=input_name)
    assert classifier.input_name == input_name
    assert classifier.predict(MODEL_INPUT).digit == 7


def test_huge_logits_do_not_overflow(load: Load) -> None:
    logits = [0.0] * 7 + [1e30] + [0.0] * 3
    assert load(logits=logits).predict(MODEL_INPUT).confidence == 1


def test_blank_image_has_no_digit_and_even_probabilities(load: Load) -> None:
    assert load().predict(None) is BLANK
    assert (BLANK.digit, BLANK.verdict) == (None, "blank")
    assert BLANK.probabilities.tolist() == [0.1] * 10


# Model files


@pytest.mark.parametrize(
    "damage", ["missing", "altered", "truncated", "checksum missing", "checksum empty"]
)
def test_model_that_does_not_match_its_checksum_is_named(tmp_path: Path, damage: str) -> None:
    content = bytes(2_000)
    model, checksum = tmp_path / "digits.onnx", tmp_path / "digits.onnx.sha256"
    model.write_bytes(content)
    checksum.write_text(f"{hashlib.sha256(content).hexdigest()}  digits.onnx\n")
    match damage:
        case "missing":
            model.unlink()
        case "altered":
            model.write_bytes(content[:1_000] + b"\1" + content[1_001:])
        case "truncated":
            model.write_bytes(content[:-1])
        case "checksum missing":
            checksum.unlink()
        case "checksum empty":
            checksum.write_text("")
    with pytest.raises(ModelError) as caught:
        Classifier(model)
    assert re.fullmatch(r"[A-Z][^\n]{15,250}\.", str(caught.value))
    assert str(model) in str(caught.value)
