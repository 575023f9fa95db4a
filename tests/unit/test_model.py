"""The released model: checksum, size, batches, threads, digits and non-digits."""

import hashlib
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from recognizer import Recognizer
from recognizer.classifier import Classifier
from recognizer.model_files import FINDER_PATH, LINE_READER_PATH, MODEL_PATH, version_of
from recognizer.preprocessing import ModelInput, preprocess
from support.images import digit_image, grid_image


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture(scope="module")
def seven() -> ModelInput:
    drawn = preprocess(np.asarray(digit_image(7)))
    assert drawn is not None
    return drawn.model_input


@pytest.fixture(scope="module")
def grid() -> ModelInput:
    drawn = preprocess(np.asarray(grid_image()))
    assert drawn is not None
    return drawn.model_input


def test_released_model_matches_its_checksum_and_is_small(classifier: Classifier) -> None:
    digest, name = MODEL_PATH.with_name("digits.onnx.sha256").read_text().split()
    assert (name, digest) == (
        MODEL_PATH.name,
        hashlib.sha256(MODEL_PATH.read_bytes()).hexdigest(),
    )
    assert digest.startswith(classifier.version)
    assert MODEL_PATH.stat().st_size <= 1_000_000


def test_all_models_together_are_small() -> None:
    files = (MODEL_PATH, FINDER_PATH, LINE_READER_PATH)
    assert sum(path.stat().st_size for path in files) <= 2_500_000


def test_version_changes_with_each_model(tmp_path: Path) -> None:
    files = (MODEL_PATH, FINDER_PATH, LINE_READER_PATH)
    released = Recognizer().version
    assert re.fullmatch("[0-9a-f]{12}", released)
    for path in files:
        for each in files:
            shutil.copy(each, tmp_path)
            shutil.copy(f"{each}.sha256", tmp_path)
        copies = [tmp_path / each.name for each in files]
        assert version_of(copies) == released
        content = path.read_bytes() + b" "
        (tmp_path / path.name).write_bytes(content)
        checksum = hashlib.sha256(content).hexdigest()
        (tmp_path / f"{path.name}.sha256").write_text(f"{checksum}  {path.name}\n")
        assert version_of(copies) != released


def test_batch_gives_the_same_logits_as_single_inputs(classifier: Classifier) -> None:
    batch = np.random.default_rng(0).random((7, 28, 28), dtype=np.float32)

    def logits(model_inputs: ModelInput) -> ModelInput:
        result: ModelInput
        (result,) = classifier.session.run(["logits"], {classifier.input_name: model_inputs})
        return result

    singly = np.concatenate([logits(model_input[None]) for model_input in batch])
    assert np.allclose(logits(batch), singly, atol=1e-4)


def test_digit_is_recognized_and_non_digit_rejected(
    classifier: Classifier, seven: ModelInput, grid: ModelInput
) -> None:
    predictions = [classifier.predict(model_input) for model_input in (seven, grid)]
    assert [(prediction.digit, prediction.verdict) for prediction in predictions] == [
        (7, "digit"),
        (None, "not_a_digit"),
    ]
    for prediction in predictions:
        assert prediction.probabilities.shape == (10,)
        assert prediction.probabilities.sum() == pytest.approx(1)


def test_released_thresholds_and_temperature_are_plausible(classifier: Classifier) -> None:
    assert 0.1 < classifier.unsure_threshold < 1
    assert 0 < classifier.reject_threshold < 1
    assert 0.2 < classifier.temperature < 5


def test_thresholds_change_the_verdict_but_not_the_probabilities(
    seven: ModelInput, grid: ModelInput
) -> None:
    classifier = Classifier()
    before = classifier.predict(seven)
    classifier.unsure_threshold = 1.1
    unsure = classifier.predict(seven)
    assert (unsure.digit, unsure.verdict) == (7, "unsure")
    assert np.array_equal(unsure.probabilities, before.probabilities)
    classifier.reject_threshold = -0.1
    rejected = classifier.predict(seven)
    assert (rejected.digit, rejected.verdict) == (None, "not_a_digit")
    classifier.reject_threshold, classifier.unsure_threshold = 1.1, 0
    assert classifier.predict(grid).verdict == "digit"
