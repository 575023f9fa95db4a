"""Training: learning, resuming, logging and the exported model."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from recognizer.classifier import NON_DIGIT, Classifier, softmax
from recognizer.errors import ModelError
from training import train as trainer
from training import training_run
from training.calibration import Calibration, calibrate
from training.data import datasets
from training.data.augmented_cache import AugmentedDataset, Labels, ModelInputs
from training.data.datasets import load_feedback
from training.data.sources import RasterSource, TextureSource, ValidationSet, augmented
from training.export_onnx import export_onnx
from training.model import DigitCNN
from training.run_log import append_run
from training.train import Answers, answer, predict_logits, to_tensor, train


def shapes(count: int, seed: int) -> RasterSource:
    """Return simple images: 0 is a frame, 1 a vertical bar, 2 a horizontal one."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    images = np.zeros((count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        top, left = rng.integers(2, 6, 2)
        height, width = [(18, 16), (18, 3), (3, 18)][label]
        image[top : top + height, left : left + width] = 255
        if label == 0:
            image[top + 3 : top + height - 3, left + 3 : left + width - 3] = 0
    return RasterSource("shapes", images, labels.astype(np.int64))


def textures(count: int) -> TextureSource:
    return TextureSource("textures", np.full(count, NON_DIGIT, dtype=np.int64))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> AugmentedDataset:
    """Copies that contain each of 600 shapes twice, and 200 textures."""
    folder = tmp_path_factory.mktemp("augmented")
    return AugmentedDataset([(2, shapes(600, 1)), (1, textures(200))], folder)


@pytest.fixture(scope="module")
def val_sets() -> list[ValidationSet]:
    return [augmented(shapes(100, 2)), augmented(textures(50))]


def test_copy_contains_every_source_as_often_as_given(dataset: AugmentedDataset) -> None:
    inputs, labels = dataset.load(0)
    assert inputs.shape[1:] == (28, 28)
    assert inputs.any(axis=(1, 2)).all()  # blank ones are left out
    assert 1190 <= (labels < 3).sum() <= 1200
    assert 150 <= (labels == NON_DIGIT).sum() <= 200


def test_feedback_that_it_was_not_a_digit_is_trained_on_as_a_non_digit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    inputs = shapes(40, 3).images
    labels = np.array([1, NON_DIGIT] * 20)
    np.savez(tmp_path / "feedback.npz", inputs=inputs, labels=labels)
    feedback = load_feedback()
    source = RasterSource("feedback", feedback.images, feedback.labels)
    _, augmented_labels = AugmentedDataset([(4, source)], tmp_path).load(0)
    assert dict(zip(*np.unique(augmented_labels, return_counts=True), strict=True)) == {
        1: 80,
        NON_DIGIT: 80,
    }


def test_samples_of_a_copy_keep_their_labels(dataset: AugmentedDataset) -> None:
    inputs, labels = dataset.load(0)
    vertical, horizontal = (inputs[labels == label].astype(float) for label in (1, 2))
    taller = [(part.max(2).sum(1) > part.max(1).sum(1)).mean() for part in (vertical, horizontal)]
    assert taller[0] > 0.9 > 0.1 > taller[1]


def test_every_copy_is_augmented_differently(dataset: AugmentedDataset) -> None:
    (first, _), (second, _) = dataset.load(0), dataset.load(1)
    distinct = {model_input.tobytes() for model_input in (*first, *second)}
    assert len(distinct) > 0.7 * (len(first) + len(second))


def test_copy_is_rendered_once_and_reproducible(dataset: AugmentedDataset, tmp_path: Path) -> None:
    inputs, labels = dataset.load(0)
    (file,) = dataset.folder.glob("00*")
    rendered_at = file.stat().st_mtime_ns
    assert np.array_equal(dataset.load(0)[0], inputs)
    assert file.stat().st_mtime_ns == rendered_at
    again = AugmentedDataset(dataset.sources, tmp_path).load(0)
    assert np.array_equal(again[0], inputs)
    assert np.array_equal(again[1], labels)


def test_resumed_run_ends_like_an_uninterrupted_one(
    dataset: AugmentedDataset,
    val_sets: list[ValidationSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer, "EPOCHS_PER_COPY", 1)

    def interrupted(copy: int) -> tuple[ModelInputs, Labels]:
        if copy == 1:
            raise KeyboardInterrupt
        return dataset.load(copy)

    uninterrupted, _ = train(dataset.load, val_sets, tmp_path / "whole", "recipe", epochs=2, seed=3)
    with pytest.raises(KeyboardInterrupt):
        train(interrupted, val_sets, tmp_path / "interrupted", "recipe", epochs=2, seed=3)
    resumed, _ = train(dataset.load, val_sets, tmp_path / "interrupted", "recipe", epochs=2, seed=3)
    for name, weights in uninterrupted.state_dict().items():
        assert torch.allclose(weights, resumed.state_dict()[name], atol=1e-5), name
    log = EventAccumulator(str(tmp_path / "interrupted" / "tensorboard"))
    log.Reload()
    assert [event.step for event in log.Scalars("loss")] == [1, 2]
    assert len(log.Images("inputs")) == 1


def test_best_epoch_is_returned_even_if_it_is_not_the_last(
    dataset: AugmentedDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracy_by_epoch = iter([0.9, 0.5])
    weights_by_epoch = []

    def accuracy(model: torch.nn.Module, _: ValidationSet) -> float:
        weights_by_epoch.append([value.clone() for value in model.state_dict().values()])
        return next(accuracy_by_epoch)

    monkeypatch.setattr(trainer, "accuracy", accuracy)
    val_sets = [augmented(shapes(10, 2))]
    best, accuracies = train(dataset.load, val_sets, tmp_path, "recipe", epochs=2, seed=3)
    assert accuracies == {"shapes": 0.9}
    for weights, first in zip(best.state_dict().values(), weights_by_epoch[0], strict=True):
        assert torch.equal(weights, first)


def test_run_with_other_settings_is_not_resumed(
    dataset: AugmentedDataset, val_sets: list[ValidationSet], tmp_path: Path
) -> None:
    train(dataset.load, val_sets, tmp_path, "recipe", epochs=1, seed=3)
    for recipe, epochs, seed in (("of other data", 1, 3), ("recipe", 2, 3), ("recipe", 1, 4)):
        with pytest.raises(SystemExit, match="other settings"):
            train(dataset.load, val_sets, tmp_path, recipe, epochs, seed)


def test_checkpoint_of_another_version_is_not_resumed(
    dataset: AugmentedDataset, val_sets: list[ValidationSet], tmp_path: Path
) -> None:
    settings = {"recipe": "recipe", "epochs": 1, "seed": 3}
    torch.save({"network": {}, **settings}, tmp_path / "checkpoint.pt")
    with pytest.raises(SystemExit, match="another name with --run"):
        train(dataset.load, val_sets, tmp_path, "recipe", epochs=1, seed=3)


def test_learning_rate_rises_then_falls_to_zero() -> None:
    rates = [training_run.get_lr(progress) for progress in np.linspace(0, 1, 101)]
    peak = int(np.argmax(rates))
    assert rates[0] == pytest.approx(training_run.MIN_WARMUP_LR * training_run.MAX_LR)
    assert rates[peak] == pytest.approx(training_run.MAX_LR)
    assert peak == round(100 * training_run.WARMUP)
    assert rates[-1] == pytest.approx(0)
    assert (np.diff(rates[peak:]) < 0).all()


def test_learning_rate_does_the_same_half_as_high_after_a_restart() -> None:
    progress = np.linspace(0, 1, 50, endpoint=False)
    rates = [training_run.get_lr(each) for each in progress]
    first = [training_run.get_lr(0.6 * each, restart=0.6) for each in progress]
    second = [training_run.get_lr(0.6 + 0.4 * each, restart=0.6) for each in progress]
    assert first == pytest.approx(rates)
    assert second == pytest.approx([rate / 2 for rate in rates])
    assert training_run.get_lr(1.0, restart=0.6) == pytest.approx(0)


@pytest.mark.parametrize("instructions", ["amx_bf16", "avx512_bf16"])
def test_cpu_computes_in_bfloat16_if_it_has_instructions_for_it(
    instructions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "DEVICE", "cpu")
    ones = torch.ones(2, 2)
    results = []
    for has_them in (False, True):
        capabilities = {"avx2": True, instructions: has_them}
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=capabilities: found)
        with training_run.mixed_precision():
            results.append((ones @ ones).dtype)
    assert results == [torch.float32, torch.bfloat16]


def test_tensorboard_shows_the_exported_model(tmp_path: Path) -> None:
    labels, predicted = np.array([0, 1, 1, NON_DIGIT]), np.array([0, 1, 7, 1])
    trainer.log_confusion_matrix(tmp_path, labels, predicted, "0123456789ab")
    log = EventAccumulator(str(tmp_path / "tensorboard"))
    log.Reload()
    assert log.Tags()["images"] == ["confusion"]
    (event,) = log.Tensors("model/text_summary")
    assert event.tensor_proto.string_val == [b"0123456789ab"]


def test_tensorboard_shows_inputs_graph_loss_and_accuracy(
    dataset: AugmentedDataset, val_sets: list[ValidationSet], tmp_path: Path
) -> None:
    _, accuracies = train(dataset.load, val_sets, tmp_path, "recipe", epochs=2, seed=3)
    log = EventAccumulator(str(tmp_path / "tensorboard"))
    log.Reload()
    assert set(log.Tags()["scalars"]) == {"loss", "accuracy/shapes", "accuracy/textures"}
    assert log.Tags()["images"] == ["inputs"]
    assert log.Tags()["graph"]
    shown = [event.value for event in log.Scalars("accuracy/shapes")]
    assert len(shown) == 2
    assert any(value == pytest.approx(accuracies["shapes"]) for value in shown)


def test_trained_model_is_exported_and_loaded(
    dataset: AugmentedDataset,
    val_sets: list[ValidationSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer, "BATCH_SIZE", 32)  # more steps from few samples
    model, accuracies = train(dataset.load, val_sets, tmp_path / "run", "recipe", epochs=3, seed=3)
    assert min(accuracies.values()) > 0.9  # chance is a third or less
    logits = torch.cat([predict_logits(model, val_set.inputs) for val_set in val_sets]).numpy()
    labels = torch.cat([val_set.labels for val_set in val_sets]).numpy()
    path = tmp_path / "digits.onnx"
    examples = np.concatenate([val_set.inputs.numpy() for val_set in val_sets])
    export_onnx(model, calibrate(logits, labels), "a recipe", path, examples)

    classifier = Classifier(path)
    assert classifier.metadata["recipe"] == "a recipe"
    assert classifier.input_name == "input"
    for test_set in (augmented(shapes(100, 4)), augmented(textures(50))):
        predictions = [classifier.predict(model_input) for model_input in test_set.inputs.numpy()]
        predicted = [NON_DIGIT if each.digit is None else each.digit for each in predictions]
        assert (np.array(predicted) == test_set.labels.numpy()).mean() > 0.8
        found = [classifier.class_probabilities(each) for each in test_set.inputs.numpy()]
        logits = predict_logits(model, test_set.inputs).double().numpy()
        exact = [softmax(each / classifier.temperature) for each in logits]
        # Computing in integers costs a little accuracy.
        assert np.abs(np.array(found) - exact).mean() < 0.01


def test_network_learns_from_a_teachers_answers_and_not_from_labels_alone(
    dataset: AugmentedDataset,
    val_sets: list[ValidationSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer, "BATCH_SIZE", 32)

    def load_mislabeled(copy: int) -> tuple[ModelInputs, Labels]:
        inputs, labels = dataset.load(copy)
        return inputs, np.zeros_like(labels)

    def load_answers(copy: int) -> Answers:
        return np.eye(11, dtype=np.float16)[dataset.load(copy)[1]]

    _, untaught = train(
        load_mislabeled, val_sets, tmp_path / "untaught", "recipe", epochs=3, seed=3
    )
    assert max(untaught.values()) < 0.5
    _, taught = train(
        load_mislabeled,
        val_sets,
        tmp_path / "taught",
        "recipe",
        epochs=3,
        seed=3,
        load_answers=load_answers,
    )
    assert min(taught.values()) > 0.9


def test_answers_are_the_softened_probabilities_of_a_teacher(dataset: AugmentedDataset) -> None:
    inputs, _ = dataset.load(0)
    teacher = DigitCNN((4, 8, 16)).eval()
    answers = answer(teacher, inputs[:20])
    logits = predict_logits(teacher, to_tensor(inputs[:20]))
    assert np.allclose(answers, torch.softmax(logits / trainer.SOFTENING, dim=1), atol=1e-3)


def test_run_log_grows_by_a_row_per_run(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    for seed in (1, 2):
        append_run(path, {"recipe": "small, quick", "seed": seed, "MNIST": "0.9930"})
    assert path.read_text() == (
        'recipe,seed,MNIST\n"small, quick",1,0.9930\n"small, quick",2,0.9930\n'
    )
    append_run(path, {"recipe": "large", "seed": 1, "fonts": "0.9", "MNIST": "0.9940"})
    assert path.read_text() == (
        'recipe,seed,MNIST,fonts\n"small, quick",1,0.9930,\n"small, quick",2,0.9930,\n'
        "large,1,0.9940,0.9\n"
    )
    append_run(path, {"recipe": "small, quick", "seed": 2, "MNIST": "0.9950"})  # again
    assert path.read_text() == (
        'recipe,seed,MNIST,fonts\n"small, quick",1,0.9930,\nlarge,1,0.9940,0.9\n'
        '"small, quick",2,0.9950,\n'
    )


EXAMPLES = np.random.default_rng(2).random((8, 28, 28), dtype=np.float32)

CALIBRATION = Calibration(temperature=1.5, reject_threshold=0.6, unsure_threshold=0.5)


def test_exported_model_carries_its_calibration(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export_onnx(DigitCNN().eval(), CALIBRATION, "", path, EXAMPLES)
    classifier = Classifier(path)
    assert classifier.metadata["reject_threshold"] == "0.6"
    loaded = Calibration(
        classifier.temperature, classifier.reject_threshold, classifier.unsure_threshold
    )
    assert loaded == CALIBRATION


def test_logits_are_the_mean_of_the_evidence(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export_onnx(DigitCNN().eval(), CALIBRATION, "", path, EXAMPLES)
    inputs = np.random.default_rng(1).random((2, 28, 28), dtype=np.float32)
    logits, evidence = Classifier(path).session.run(["logits", "evidence"], {"input": inputs})
    assert evidence.shape == (2, 11, 7, 7)
    assert evidence.std(axis=(2, 3)).min() > 0
    assert np.allclose(evidence.mean(axis=(2, 3)), logits, atol=1e-6)


def test_altered_model_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export_onnx(DigitCNN().eval(), CALIBRATION, "", path, EXAMPLES)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="does not match its checksum"):
        Classifier(path)


def test_exported_file_contains_no_path_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export_onnx(DigitCNN().eval(), CALIBRATION, "", path, EXAMPLES)
    assert path.stat().st_size < 500_000
    for folder in (Path(torch.__file__).parent, Path(trainer.__file__).parents[1]):
        assert str(folder).encode() not in path.read_bytes()
