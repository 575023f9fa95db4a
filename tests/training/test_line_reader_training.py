"""The line reader: cache, batches, network, export and training."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch
from numpy.typing import NDArray
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from recognizer.confidence import Confidence
from recognizer.line_reader import BLANK, LINE_HEIGHT, MAX_WIDTH, STEP, LineReader
from recognizer.preprocessing import center_of_mass
from support.handwriting import synthetic_handwriting
from training.data.pen_paths import LEARNED_PARTS
from training.finder.scenes import KINDS
from training.line_reader import __main__ as trainer
from training.line_reader import batches, calibration
from training.line_reader.__main__ import LoadLines, read_right, train
from training.line_reader.batches import (
    BATCH_SIZE,
    MAX_ROOM,
    MAX_SHIFT,
    LineCache,
    Lines,
    load_lines,
    shuffled,
    stack,
    varied,
)
from training.line_reader.export import OneLine, export_line_reader
from training.line_reader.lines import MAX_DIGITS, LabeledLine, synthetic_lines
from training.line_reader.network import LineNet, loss_of

HANDWRITING = synthetic_handwriting(1)


@pytest.fixture(scope="module")
def network() -> LineNet:
    """A network with random weights whose normalization has seen lines."""
    torch.manual_seed(1)
    network = LineNet()
    network(torch.rand(8, 1, LINE_HEIGHT, 80))
    return network.eval()


@pytest.fixture(scope="module")
def lines() -> Lines:
    """A hundred synthetic lines."""
    return stack(synthetic_lines(HANDWRITING, 100, (3,)))


def test_parts_are_drawn_once_by_worker_processes(tmp_path: Path) -> None:
    cache = LineCache(HANDWRITING, tmp_path)
    paths = cache.synthetic(2, 5)
    first, second = (load_lines([path]) for path in paths)
    assert len(first.widths) == len(second.widths) == 5
    assert first.pixels.tobytes() != second.pixels.tobytes()
    drawn_at = paths[1].stat().st_mtime_ns
    paths[0].unlink()  # as if the drawing had been interrupted
    assert cache.synthetic(2, 5) == paths
    assert paths[1].stat().st_mtime_ns == drawn_at
    for name, array in load_lines(paths[:1])._asdict().items():
        assert np.array_equal(array, getattr(first, name)), name
    assert not set(cache.found(1, 1)) & set(paths)


def test_other_handwriting_has_another_key(tmp_path: Path) -> None:
    key = LineCache(HANDWRITING, tmp_path).key
    assert LineCache(synthetic_handwriting(1), tmp_path).key == key
    assert LineCache(synthetic_handwriting(2), tmp_path).key != key


def test_validation_lines_have_seeds_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[tuple[int, ...]] = []

    def remember(_: object, __: object, jobs: list[batches.Job]) -> list[None]:
        seeds.extend(job.seed for job in jobs)
        return []

    monkeypatch.setattr(batches, "in_workers", remember)
    for part in LEARNED_PARTS:
        cache = LineCache(synthetic_handwriting(1, part), tmp_path)
        cache.synthetic(2, 5)
        cache.found(2, 5)
    assert len(seeds) == 8
    assert len(set(seeds)) == 4


def test_batches_have_every_line_once_beside_others_of_similar_width(lines: Lines) -> None:
    drawn = [batch for _, batch in shuffled(lines, np.random.default_rng(1))]
    assert sorted(len(batch.counts) for batch in drawn) == [100 - BATCH_SIZE, BATCH_SIZE]
    narrow, wide = sorted(drawn, key=lambda batch: batch.pixels.shape[3])
    assert narrow.pixels.shape[3] < 0.7 * wide.pixels.shape[3]
    for batch in drawn:
        assert batch.pixels.shape[1:3] == (1, LINE_HEIGHT)
        assert batch.pixels.shape[3] % STEP == 0
        darkest = batch.pixels.amax(dim=(1, 2, 3))
        assert darkest.min() > 0.7
        assert darkest.median() > 0.95
    read = [
        tuple(digits[:count].tolist())
        for batch in drawn
        for digits, count in zip(batch.digits, batch.counts, strict=True)
    ]
    assert sorted(read) == sorted(
        tuple(digits[:count].tolist())
        for digits, count in zip(lines.digits, lines.counts, strict=True)
    )


def two_marks(width: int) -> NDArray[np.uint8]:
    """Return a line with a mark of 6×12 pixels near each end, beside the usual margin."""
    pixels = np.zeros((LINE_HEIGHT, width), dtype=np.uint8)
    pixels[10:22, 2:8] = pixels[10:22, -8:-2] = 255
    return pixels


def test_varied_lines_keep_their_ink_when_they_are_widened_and_slanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "BEND_SPREAD", 0)
    widths = (24, 40, 56, 80) * 8
    rng = np.random.default_rng(1)
    for _ in range(10):
        drawn = varied([two_marks(width) for width in widths], rng)[:, 0].numpy()
        room = drawn.shape[2] - max(widths)
        assert 0 <= room <= MAX_ROOM
        assert room % STEP == 0
        stretches = []
        for ink, width in zip(drawn, widths, strict=True):
            columns = ink.sum(axis=0)
            inked = np.flatnonzero(columns > 1.2)  # a tenth of a mark's height
            assert 0 < inked[0] < inked[-1] < len(columns) - 1
            middle = int(inked[0] + inked[-1] + 1) // 2
            distance = middle + center_of_mass(columns[middle:]) - center_of_mass(columns[:middle])
            stretches.append(distance / (width - 10))
            assert columns.sum() == pytest.approx(2 * 6 * 12 * stretches[-1], rel=0.12)
        assert min(stretches) < 0.95
        assert max(stretches) > 1.05


def test_varied_lines_are_slanted_shifted_and_lighter_or_darker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "BEND_SPREAD", 0)
    line = np.zeros((LINE_HEIGHT, 24), dtype=np.uint8)
    line[2:-2, 10:14] = 128
    drawn = varied([line] * 64, np.random.default_rng(1))[:, 0].numpy()
    upper, lower = drawn[:, 4:16].sum(axis=1), drawn[:, 16:28].sum(axis=1)
    slants = [
        center_of_mass(top) - center_of_mass(bottom)
        for top, bottom in zip(upper, lower, strict=True)
    ]
    assert min(slants) < -0.5
    assert max(slants) > 0.5
    assert np.std([center_of_mass(columns) for columns in drawn.sum(axis=1)]) > 0.5
    assert {
        round(center_of_mass(rows) - center_of_mass(line.sum(axis=1))) for rows in drawn.sum(axis=2)
    } == {*range(-MAX_SHIFT, MAX_SHIFT + 1)}
    darkest = drawn.max(axis=(1, 2))
    assert darkest.min() < 0.45
    assert darkest.max() > 0.55


def test_varied_lines_are_bent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SLANT_SPREAD", 0)
    line = np.zeros((LINE_HEIGHT, 24), dtype=np.uint8)
    line[2:-2, 10:14] = 255
    drawn = varied([line] * 64, np.random.default_rng(1))[:, 0, 4:-4].numpy()
    places = np.array([[center_of_mass(row) for row in ink] for ink in drawn])
    assert 0.5 < places.std(axis=1).mean() < 1.5  # pixels, within an upright stroke
    assert np.abs(np.diff(places, axis=1)).max() < 1  # but it stays one stroke


def test_varied_lines_are_determined_by_the_seed() -> None:
    images = [two_marks(width) for width in (24, 40)]
    first, again, other = (varied(images, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_network_has_an_output_for_each_step(network: LineNet) -> None:
    assert sum(weights.numel() for weights in network.parameters()) <= 350_000
    for width in (STEP, 40, MAX_WIDTH):
        logits = network(torch.zeros(2, 1, LINE_HEIGHT, width))
        assert logits.shape == (2, BLANK + 1, width // STEP)


def test_loss_is_least_for_the_digits_of_the_line() -> None:
    steps = torch.tensor([[BLANK, 4, 4, BLANK, 4, 2, BLANK, BLANK]])
    logits = 20 * torch.nn.functional.one_hot(steps, BLANK + 1).float().permute(0, 2, 1)

    def loss(*digits: int) -> float:
        padded = torch.tensor([[*digits, *[0] * (MAX_DIGITS - len(digits))]])
        return loss_of(logits, padded, torch.tensor([len(digits)])).item()

    assert loss(4, 4, 2) < 1e-3
    for others in ((4, 2), (4, 4, 3), (), (4, 4, 2, 0)):
        assert loss(*others) > 4


def test_exported_model_reads_like_the_network(network: LineNet, tmp_path: Path) -> None:
    path = tmp_path / "line_reader.onnx"
    export_line_reader(network, "a recipe", path)
    assert path.stat().st_size <= 750_000
    for folder in (Path(torch.__file__).parent, Path(trainer.__file__).parents[1]):
        assert str(folder).encode() not in path.read_bytes()
    reader = LineReader(path)
    assert reader.metadata.keys() == {"recipe", *Confidence._fields}
    assert reader.metadata["recipe"] == "a recipe"
    rng = np.random.default_rng(1)
    for width in (STEP, 40, MAX_WIDTH):
        line = rng.random((LINE_HEIGHT, width), dtype=np.float32)
        (exported,) = reader.session.run(["probabilities"], {"line": line})
        with torch.no_grad():
            exact = OneLine(network)(torch.from_numpy(line))
        assert exported.shape == (width // STEP, BLANK + 1)
        # Storing weights in half precision costs a little accuracy.
        assert np.allclose(exported, exact.numpy(), atol=0.02)
        assert np.allclose(exported.sum(axis=1), 1, atol=1e-5)


def test_resumed_run_ends_like_an_uninterrupted_one(lines: Lines, tmp_path: Path) -> None:
    def interrupted(epoch: int) -> Lines:
        if epoch == 1:
            raise KeyboardInterrupt
        return lines

    def train_in(folder: Path, load_epoch: LoadLines) -> tuple[LineNet, dict[str, float]]:
        return train(load_epoch, {"all": lines}, folder, "recipe", epochs=2, seed=3)

    whole, right = train_in(tmp_path / "whole", lambda _: lines)
    with pytest.raises(KeyboardInterrupt):
        train_in(tmp_path / "interrupted", interrupted)
    resumed, right_again = train_in(tmp_path / "interrupted", lambda _: lines)
    assert right == right_again
    torch.manual_seed(3)
    initial = LineNet().state_dict()
    for name, weights in whole.state_dict().items():
        assert torch.allclose(weights, resumed.state_dict()[name], atol=1e-5), name
    assert not torch.allclose(whole.state_dict()["classes.weight"], initial["classes.weight"])
    with pytest.raises(SystemExit, match="other settings"):
        train(lambda _: lines, {"all": lines}, tmp_path / "whole", "recipe", epochs=2, seed=4)


def test_training_learns_to_read_and_is_shown_in_tensorboard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_SIZE", 16)
    one, zero = bar(), ring()
    drawn = stack([one, zero, beside(one, zero), beside(zero, one)] * 16)
    network, right = train(
        lambda _: drawn, {"bars and rings": drawn}, tmp_path, "recipe", 20, seed=3
    )
    assert right == {"bars and rings": 1.0}
    assert read_right(network, stack([one, zero._replace(digits=(0, 0))])) == 0.5
    log = EventAccumulator(str(tmp_path / "tensorboard"))
    log.Reload()
    first, *_, last = (event.value for event in log.Scalars("loss"))
    assert last < 0.1 * first
    assert "read right/bars and rings" in log.Tags()["scalars"]


def bar() -> LabeledLine:
    """Return a line with a 1, a vertical bar."""
    pixels = np.zeros((LINE_HEIGHT, 12), dtype=np.uint8)
    pixels[2:-2, 5:7] = 255
    return LabeledLine(pixels, (1,))


def ring() -> LabeledLine:
    """Return a line with a 0, a rectangle."""
    pixels = np.zeros((LINE_HEIGHT, 24), dtype=np.uint8)
    pixels[2:-2, 2:-2] = 255
    pixels[5:-5, 5:-5] = 0
    return LabeledLine(pixels, (0,))


def beside(left: LabeledLine, right: LabeledLine) -> LabeledLine:
    """Return a line of two."""
    return LabeledLine(np.hstack([left.pixels, right.pixels]), left.digits + right.digits)


def test_command_trains_exports_and_logs_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "load_handwriting", lambda _: HANDWRITING)
    monkeypatch.setattr(trainer, "RUNS", tmp_path)
    monkeypatch.setattr(trainer, "RESULTS", tmp_path / "results.csv")
    for kind in ("SYNTHETIC", "FOUND", "VAL_SYNTHETIC", "VAL_FOUND"):
        monkeypatch.setattr(trainer, f"{kind}_LINES", 6)
    monkeypatch.setattr(trainer, "SYNTHETIC_PARTS", 2)
    monkeypatch.setattr(trainer, "FOUND_PARTS", 1)
    monkeypatch.setattr("sys.argv", ["training.line_reader", "--epochs", "3", "--run", "small"])

    def interrupted(*_: object) -> Confidence:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "calibrate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trainer.main()
    assert not [*(tmp_path / "small").glob("*.onnx*")]  # none without its confidence
    monkeypatch.setattr(trainer, "calibrate", calibration.calibrate)
    monkeypatch.setattr(calibration, "KINDS", KINDS[:3])
    monkeypatch.setattr(calibration, "SCENES_PER_KIND", 1)
    trainer.main()
    recipe = LineReader(tmp_path / "small" / "line_reader.onnx").metadata["recipe"]
    key = LineCache(HANDWRITING, tmp_path).key
    channels = "16-32-64-96-128 channels"
    assert recipe == f"{channels}, 3 epochs, 2 synthetic and 1 found parts {key}"
    columns, row = (tmp_path / "results.csv").read_text().splitlines()
    assert columns == Path(trainer.__file__).with_name("results.csv").read_text().splitlines()[0]
    assert row.startswith(f'"{recipe}",2026,')
