"""Training learns, survives being stopped, and what it exports is what the server then runs."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from recognizer.classifier import OTHER, Classifier, ModelError
from training import train as trainer
from training.calibration import Calibration, choose_calibration
from training.data.augmented_cache import Inks, Labels, Rounds
from training.data.sources import Scans, Textures, Validation, redrawn
from training.export_onnx import export
from training.model import Network
from training.run_log import record
from training.train import logits_of, train


def shapes(count: int, seed: int) -> Scans:
    """Pictures easy to tell apart: 0 is a frame, 1 an upright bar, 2 a level one."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, count)
    pictures = np.zeros((count, 28, 28), dtype=np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        top, left = generator.integers(2, 6, 2)
        height, width = [(18, 16), (18, 3), (3, 18)][label]
        picture[top : top + height, left : left + width] = 255
        if label == 0:
            picture[top + 3 : top + height - 3, left + 3 : left + width - 3] = 0
    return Scans("shapes", pictures, labels.astype(np.int64))


def nothing(count: int) -> Textures:
    return Textures("textures", np.full(count, OTHER, dtype=np.int64))


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Rounds:
    """Two drawings of each of 600 shapes a round, and 200 pictures of nothing."""
    folder = tmp_path_factory.mktemp("rounds")
    return Rounds([(2, shapes(600, 1)), (1, nothing(200))], folder)


@pytest.fixture(scope="module")
def held_out() -> list[Validation]:
    return [redrawn(shapes(100, 2)), redrawn(nothing(50))]


def test_a_round_holds_every_source_as_often_as_it_should_anew_each_time(rounds: Rounds) -> None:
    (inks, labels), (others, _) = rounds(0), rounds(1)
    assert inks.shape[1:] == (28, 28)
    assert inks.any(axis=(1, 2)).all()  # what came out blank is left out
    assert 1190 <= (labels < 3).sum() <= 1200
    assert 150 <= (labels == OTHER).sum() <= 200
    assert len({ink.tobytes() for ink in (*inks, *others)}) > 0.7 * (len(inks) + len(others))
    upright, level = (inks[labels == label].astype(float) for label in (1, 2))
    taller = [(part.max(2).sum(1) > part.max(1).sum(1)).mean() for part in (upright, level)]
    assert taller[0] > 0.9 > 0.1 > taller[1]  # each kept its label


def test_a_round_is_drawn_once_and_the_same_everywhere(rounds: Rounds, tmp_path: Path) -> None:
    inks, labels = rounds(0)
    (file,) = rounds.folder.glob("00*")
    drawn_at = file.stat().st_mtime_ns
    assert np.array_equal(rounds(0)[0], inks)
    assert file.stat().st_mtime_ns == drawn_at
    again = Rounds(rounds.sources, tmp_path)(0)
    assert np.array_equal(again[0], inks)
    assert np.array_equal(again[1], labels)


def test_rounds_of_other_digits_are_others(rounds: Rounds, tmp_path: Path) -> None:
    more = [*rounds.sources, (1, shapes(40, 3))]
    assert Rounds(more, tmp_path).fingerprint != rounds.fingerprint
    assert Rounds(rounds.sources, tmp_path).fingerprint == rounds.fingerprint


def test_a_stopped_run_goes_on_and_ends_as_an_unbroken_one(
    rounds: Rounds, held_out: list[Validation], tmp_path: Path
) -> None:
    def stopping(number: int) -> tuple[Inks, Labels]:
        if number == 1:
            raise KeyboardInterrupt
        return rounds(number)

    unbroken, _ = train(rounds, held_out, tmp_path / "unbroken", epochs=2, seed=3)
    with pytest.raises(KeyboardInterrupt):
        train(stopping, held_out, tmp_path / "stopped", epochs=2, seed=3)
    resumed, _ = train(rounds, held_out, tmp_path / "stopped", epochs=2, seed=3)
    for name, weights in unbroken.state_dict().items():
        assert torch.allclose(weights, resumed.state_dict()[name], atol=1e-5), name


def test_the_best_epoch_is_kept_whatever_comes_after(
    rounds: Rounds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = iter([0.9, 0.5])
    kept = []

    def judge(network: torch.nn.Module, _: Validation) -> float:
        kept.append([value.clone() for value in network.state_dict().values()])
        return next(shares)

    monkeypatch.setattr(trainer, "accuracy", judge)
    best, accuracies = train(rounds, [redrawn(shapes(10, 2))], tmp_path, epochs=2, seed=3)
    assert accuracies == {"shapes": 0.9}
    for weights, first in zip(best.state_dict().values(), kept[0], strict=True):
        assert torch.equal(weights, first)


def test_a_run_with_other_settings_is_not_continued(
    rounds: Rounds, held_out: list[Validation], tmp_path: Path
) -> None:
    train(rounds, held_out, tmp_path, epochs=1, seed=3)
    with pytest.raises(SystemExit, match="other settings"):
        train(rounds, held_out, tmp_path, epochs=1, seed=4)


def test_tensorboard_shows_the_result(tmp_path: Path) -> None:
    labels, read = np.array([0, 1, 1, OTHER]), np.array([0, 1, 7, 1])
    trainer.show_result(tmp_path, labels, read, "0123456789ab")
    log = EventAccumulator(str(tmp_path / "tensorboard"))
    log.Reload()
    assert log.Tags()["images"] == ["confusion"]
    (event,) = log.Tensors("model/text_summary")
    assert event.tensor_proto.string_val == [b"0123456789ab"]


def test_tensorboard_shows_what_is_learnt_and_how_well(
    rounds: Rounds, held_out: list[Validation], tmp_path: Path
) -> None:
    _, accuracies = train(rounds, held_out, tmp_path, epochs=2, seed=3)
    log = EventAccumulator(str(tmp_path / "tensorboard"))
    log.Reload()
    assert set(log.Tags()["scalars"]) == {"loss", "accuracy/shapes", "accuracy/textures"}
    assert log.Tags()["images"] == ["inks"]
    assert log.Tags()["graph"]
    shown = [event.value for event in log.Scalars("accuracy/shapes")]
    assert len(shown) == 2
    assert any(value == pytest.approx(accuracies["shapes"]) for value in shown)


def test_what_is_learnt_is_exported_and_served(
    rounds: Rounds,
    held_out: list[Validation],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer, "BATCH", 32)  # more steps from fewer pictures
    network, accuracies = train(rounds, held_out, tmp_path / "run", epochs=3, seed=3)
    assert min(accuracies.values()) > 0.9  # a third or less would be chance
    logits = torch.cat([logits_of(network, part.inks) for part in held_out]).numpy()
    labels = torch.cat([part.labels for part in held_out]).numpy()
    path = tmp_path / "digits.onnx"
    export(network, choose_calibration(logits, labels), "a recipe", path)

    classify = Classifier(path)
    assert classify.session.get_modelmeta().custom_metadata_map["recipe"] == "a recipe"
    for unseen in (redrawn(shapes(100, 4)), redrawn(nothing(50))):
        readings = [classify(ink) for ink in unseen.inks.numpy()]
        read = np.array([OTHER if one.digit is None else one.digit for one in readings])
        assert (read == unseen.labels.numpy()).mean() > 0.8
        served = np.stack([reading.probabilities for reading in readings])
        exact = logits_of(network, unseen.inks)[:, :OTHER].double() / classify.temperature
        # Weights are stored in half precision, which costs a little.
        assert np.allclose(served, torch.softmax(exact, dim=1), atol=0.02)


def test_the_log_of_results_grows_by_a_line_a_run(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    for seed in (1, 2):
        record(path, {"recipe": "small, quick", "seed": seed, "MNIST": "0.9930"})
    assert path.read_text() == (
        'recipe,seed,MNIST\n"small, quick",1,0.9930\n"small, quick",2,0.9930\n'
    )
    record(path, {"recipe": "large", "seed": 1, "fonts": "0.9", "MNIST": "0.9940"})
    assert path.read_text() == (
        'recipe,seed,MNIST,fonts\n"small, quick",1,0.9930,\n"small, quick",2,0.9930,\n'
        "large,1,0.9940,0.9\n"
    )


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export(Network().eval(), Calibration(1, refuse_above=0.6, unsure_below=0.5), "", path)
    classify = Classifier(path)
    assert (classify.temperature, classify.refuse_above, classify.unsure_below) == (1, 0.6, 0.5)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="is not the one"):
        Classifier(path)


def test_the_exported_file_keeps_no_trace_of_where_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export(Network().eval(), Calibration(1, refuse_above=0.6, unsure_below=0.5), "", path)
    assert path.stat().st_size < 1_000_000
    for folder in (Path(torch.__file__).parent, Path(trainer.__file__).parents[1]):
        assert str(folder).encode() not in path.read_bytes()
