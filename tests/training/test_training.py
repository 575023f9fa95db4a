"""Training learns, survives being stopped, and what it exports is what the server then runs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch

from recognizer.classifier import Classifier, ModelError
from training import train as trainer
from training.calibration import Calibration, choose_calibration
from training.export import export
from training.network import Network
from training.sources import Paths, Scans, Source, redrawn
from training.strokes import smooth
from training.train import AugmentedBatches, logits_of, train
from training.variants import VARIANTS, draw_variants


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


def test_a_stopped_run_goes_on_and_ends_as_an_unbroken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, held_out = [shapes(512, 1)], [redrawn(shapes(64, 2))]

    def run(folder: Path) -> dict[str, torch.Tensor]:
        train(sources, held_out, folder, epochs=2, seed=3, workers=0)
        weights: dict[str, torch.Tensor] = torch.load(folder / "checkpoint.pt", weights_only=True)[
            "network"
        ]
        return weights

    unbroken = run(tmp_path / "unbroken")
    batches = trainer.progress

    def stop_in_second_epoch(
        part: AugmentedBatches, epoch: int, workers: int
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if epoch == 1:
            raise KeyboardInterrupt
        return batches(part, epoch, workers)

    with monkeypatch.context() as context:
        context.setattr(trainer, "progress", stop_in_second_epoch)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "stopped")
    resumed = run(tmp_path / "stopped")
    for name, weights in unbroken.items():
        assert torch.allclose(weights, resumed[name], atol=1e-5), name


def test_a_run_with_other_settings_is_not_continued(tmp_path: Path) -> None:
    sources, held_out = [shapes(256, 1)], [redrawn(shapes(16, 2))]
    train(sources, held_out, tmp_path, epochs=1, seed=3, workers=0)
    with pytest.raises(SystemExit, match="other settings"):
        train(sources, held_out, tmp_path, epochs=1, seed=4, workers=0)


def test_what_is_learnt_is_exported_and_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, held_out = [shapes(512, 1)], [redrawn(shapes(100, 2))]
    monkeypatch.setattr(trainer, "BATCH", 32)  # more steps from fewer pictures
    best = train(sources, held_out, tmp_path / "run", epochs=4, seed=3, workers=0)
    network = Network()
    network.load_state_dict(torch.load(best, weights_only=True))
    logits = logits_of(network, held_out[0].inks).numpy()
    path = tmp_path / "digits.onnx"
    export(network, choose_calibration(logits, held_out[0].labels.numpy()), path)

    classify = Classifier(path)
    unseen = redrawn(shapes(100, 4))
    inks = unseen.inks.numpy()
    readings = [classify(ink) for ink in inks]
    right = np.mean([reading.digit for reading in readings] == unseen.labels.numpy())
    assert right > 0.9  # a third would be chance

    batch = classify.session.run(["logits"], {"ink": inks})[0]
    assert np.allclose(batch, logits_of(network, unseen.inks), atol=1e-4)
    served = np.stack([reading.probabilities for reading in readings])
    expected = torch.softmax(torch.from_numpy(batch).double() / classify.temperature, dim=1)
    assert np.allclose(served, expected, atol=1e-5)


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export(Network().eval(), Calibration(temperature=1, unsure_below=0.5), path)
    assert Classifier(path).unsure_below == 0.5
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="is not the one"):
        Classifier(path)


def test_the_exported_file_keeps_no_trace_of_where_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    export(Network().eval(), Calibration(temperature=1, unsure_below=0.5), path)
    assert path.stat().st_size < 1_000_000
    for folder in (Path(torch.__file__).parent, Path(trainer.__file__).parents[1]):
        assert str(folder).encode() not in path.read_bytes()


def variants(count: int) -> Paths:
    drawings, labels = draw_variants(count, seed=5)
    return Paths("variants", drawings, np.array(labels, dtype=np.int64))


@pytest.mark.parametrize("source", [shapes(32, 1), variants(32)], ids=["scans", "paths"])
def test_redrawing_is_the_same_for_a_seed_and_another_for_another(source: Source) -> None:
    one, same, other = (AugmentedBatches([source], seed, 0)[0][0] for seed in (1, 1, 2))
    assert one.shape == (32, 28, 28)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert one.min() >= 0
    assert one.max() <= 1
    assert (one.flatten(1).amax(1) > 0.9).float().mean() > 0.9  # hardly any lost its ink


def test_a_batch_keeps_each_digit_with_its_label() -> None:
    frames = shapes(64, 1)
    chosen = [np.flatnonzero(frames.labels == label) for label in (1, 2)]
    upright, level = (frames.part(numbers) for numbers in chosen)
    inks, labels = AugmentedBatches([upright, level], seed=1, epoch=0)[0]
    taller = inks.amax(2).sum(1) > inks.amax(1).sum(1)
    assert ((labels == 1) == taller).float().mean() > 0.9


def test_every_digit_has_its_variants() -> None:
    drawings, labels = draw_variants(500, seed=1)
    assert set(labels) == set(range(10)) == {digit for digit, _, _ in VARIANTS}
    for drawing in drawings:
        points = np.concatenate(drawing)
        assert points.min() > -0.2
        assert points.max() < 1.2


def test_smoothing_keeps_the_points_it_goes_through() -> None:
    zigzag = np.array([(0.0, 0.0), (1.0, 2.0), (2.0, 0.0), (3.0, 2.0)])
    assert np.allclose(smooth(zigzag, steps=5)[::5], zigzag)
