"""The finder: network, export, losses, validation, cached scenes and training."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import Tensor

from recognizer.detection import STRIDE
from support.handwriting import synthetic_hands
from support.scenes import bars
from training.data.pen_paths import PenPaths
from training.finder import __main__ as trainer
from training.finder import batches
from training.finder.__main__ import side_at, train
from training.finder.batches import (
    Batch,
    Job,
    SceneCache,
    load_batch,
    make_batches,
    random_size,
    stack,
)
from training.finder.export import OnePicture, export_finder
from training.finder.losses import Truth, losses, total, truth_of
from training.finder.network import FinderNet, Found, find
from training.finder.pens import Hand
from training.finder.scenes import KINDS, TRAINING_KINDS, Kind, Scene
from training.finder.validation import is_found

SOME_KINDS = (KINDS[0], KINDS[1], next(kind for kind in KINDS if kind.held_out))

HANDS = synthetic_hands(1)


@pytest.fixture(scope="module")
def network() -> FinderNet:
    """A network with random weights whose normalization has seen pictures."""
    torch.manual_seed(1)
    network = FinderNet()
    network(torch.rand(8, 3, 96, 64) * 255)
    return network.eval()


@pytest.fixture(scope="module")
def batch() -> Batch:
    """A batch of numbers on paper."""
    (drawn,) = make_batches(HANDS, Job((Path(),), (128, 96), (1,), KINDS[1]))
    return drawn


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SceneCache:
    monkeypatch.setattr(batches, "KINDS", SOME_KINDS)
    monkeypatch.setattr(trainer, "KINDS", SOME_KINDS)
    return SceneCache(HANDS, tmp_path / "scenes")


def test_outputs_have_the_size_of_the_picture_or_a_quarter(network: FinderNet) -> None:
    assert sum(weights.numel() for weights in network.parameters()) <= 310_000
    for height, width in ((32, 32), (96, 192), (192, 160)):
        found = network(torch.zeros(2, 3, height, width))
        cells = (height // STRIDE, width // STRIDE)
        assert found.mask.shape == (2, height, width)
        assert found.heat.shape == (2, *cells)
        assert found.offsets.shape == (2, 2, *cells)
        assert found.classes.shape == (2, 10, *cells)


def test_exposure_and_contrast_do_not_matter(network: FinderNet) -> None:
    bright = 100 + 155 * torch.rand(1, 3, 64, 96)
    for first, second in zip(network(bright), network(0.5 * bright - 30), strict=True):
        assert first.std() > 1e-3
        assert (first - second).abs().max() < 0.1 * first.std()


def test_exported_model_finds_the_same_at_any_size(network: FinderNet, tmp_path: Path) -> None:
    path = tmp_path / "finder.onnx"
    export_finder(network, "a recipe", path)
    assert path.stat().st_size <= 650_000
    for folder in (Path(torch.__file__).parent, Path(trainer.__file__).parents[1]):
        assert str(folder).encode() not in path.read_bytes()
    session = onnxruntime.InferenceSession(path)
    assert session.get_modelmeta().custom_metadata_map == {"recipe": "a recipe"}
    rng = np.random.default_rng(1)
    for height, width in ((32, 64), (160, 192), (192, 96)):
        picture = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        names = ["mask", "heat", "offsets", "classes"]
        exported = session.run(names, {"picture": picture})
        with torch.no_grad():
            exact = OnePicture(network)(torch.from_numpy(picture))
        for output, expected in zip(exported, exact, strict=True):
            assert output.shape == expected.shape
            # Storing weights in half precision costs a little accuracy.
            assert np.allclose(output, expected.numpy(), atol=0.02)
        assert np.allclose(exported[3].sum(axis=0), 1, atol=1e-5)


def bar_scene() -> Scene:
    """Return a scene with a 1, a vertical bar: columns 20 to 23 and rows 8 to 39."""
    return bars((64, 64), (1, (20, 8, 4, 32)))


def tensors(batch: Batch) -> tuple[Tensor, ...]:
    return tuple(torch.from_numpy(array) for array in batch[1:])


def test_truth_of_a_scene() -> None:
    truth = truth_of(*tensors(stack([bar_scene()])))
    assert truth.owners.sum() == 8  # eight cells of 4×4 pixels
    assert truth.owners[0, 0, 2:10, 5].all()
    assert truth.heat.max() == 1
    assert {(y, x) for _, y, x in (truth.heat == 1).nonzero().tolist()} == {(5, 5), (6, 5)}
    # The center is (22, 24); that of the topmost cell is (22, 10).
    assert truth.offsets[0, 0, :, 2, 5].tolist() == [0, 14]
    assert truth.labels[0, 0] == 1


def test_truth_tells_many_digits_apart() -> None:
    ones = [(1, (8 * column, 16 * row, 4, 12)) for row in range(8) for column in range(8)]
    both = stack([bars((64, 128), *ones), bars((64, 128), ones[0])])
    truth = truth_of(*tensors(both))
    assert truth.owners[0].sum(dim=(1, 2)).tolist() == [3] * 64
    assert truth.owners[0].amax(dim=0).sum() == 3 * 64
    assert truth.labels[0].tolist() == [1] * 64
    assert truth.owners[1].sum() == 3
    assert both.labels[1].tolist() == [1, *[-1] * 63]


def perfect(truth: Truth) -> Found:
    """Return outputs that are as true as they can be."""
    owners = truth.owners[:, :, None]
    classes = torch.nn.functional.one_hot(truth.labels, 10).float()
    return Found(
        (truth.mask - 0.5) * 40,
        (truth.heat.eq(1).float() - 0.5) * 40,
        (truth.offsets * owners).sum(dim=1),
        torch.einsum("ndyx,ndc->ncyx", truth.owners, classes) * 20,
    )


def test_loss_is_least_for_the_truth(batch: Batch) -> None:
    truth = truth_of(*tensors(batch))
    best = perfect(truth)
    parts = losses(best, truth)
    assert parts["offsets"] < 1 + 1e-3  # cells of two digits can point to one center only
    worse = Found(
        best.mask.roll(3, dims=2), best.heat.roll(1, dims=2), best.offsets + 2,
        best.classes.roll(1, dims=1),
    )  # fmt: skip
    for name, part in losses(worse, truth).items():
        assert part > parts[name] + 0.05, name
    assert total(parts) < 0.2 * total(losses(worse, truth))


class Fixed(torch.nn.Module):
    """A network that finds the same in any picture."""

    def __init__(self, found: Found) -> None:
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))
        self.found = found

    def forward(self, _: Tensor) -> Found:
        return self.found


def test_scene_is_found_if_exactly_its_digits_are() -> None:
    batch = stack([bar_scene()])
    truth = perfect(truth_of(*tensors(batch)))

    def found(change: Found) -> list[bool]:
        return [bool(each) for each in is_found(Fixed(change), batch)]

    assert found(truth) == [True]
    assert found(truth._replace(classes=truth.classes.roll(1, dims=1))) == [False]
    missed = truth.mask.clone()
    missed[:, 8:24] = -20
    assert found(truth._replace(mask=missed)) == [False]
    stray = truth.mask.clone()
    stray[:, 50:54, 50:54] = 20
    assert found(truth._replace(mask=stray)) == [False]


def test_batches_are_drawn_once_by_worker_processes(cache: SceneCache) -> None:
    paths = cache.training(96, part=2, count=2)
    first, second = (load_batch(path) for path in paths)
    assert max(first.pictures.shape[1:3]) == max(second.pictures.shape[1:3]) == 96
    assert all(side % 32 == 0 for side in (*first.mask.shape[1:], *second.mask.shape[1:]))
    assert first.pictures.tobytes() != second.pictures.tobytes()
    drawn_at = paths[1].stat().st_mtime_ns
    paths[0].unlink()  # as if the drawing had been interrupted
    assert cache.training(96, part=2, count=2) == paths
    assert paths[1].stat().st_mtime_ns == drawn_at
    for name, array in load_batch(paths[0])._asdict().items():
        assert np.array_equal(array, getattr(first, name)), name


def test_other_handwriting_has_another_key(tmp_path: Path) -> None:
    assert SceneCache(HANDS, tmp_path).key == SceneCache(synthetic_hands(1), tmp_path).key
    assert SceneCache(HANDS, tmp_path).key != SceneCache(synthetic_hands(2), tmp_path).key


def test_other_pen_lifts_have_another_key() -> None:
    (stroke,) = HANDS.digits[0].paths.drawings[0][:1]
    labels, writers = np.array(["7"]), np.array(["a"])
    whole, split = (
        Hand(PenPaths([drawing], labels, writers))
        for drawing in ([stroke], [stroke[:2], stroke[2:]])
    )
    assert batches.key_of([whole], []) != batches.key_of([split], [])


def test_looks_are_drawn_together_and_sorted_by_their_shape(
    cache: SceneCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LOOKS_BATCHES", 2)
    paths = cache.looks(0, count=1)
    drawn = [load_batch(path) for path in paths]
    assert [len(batch.pictures) for batch in drawn] == [32, 32]
    assert all(side % 32 == 0 for batch in drawn for side in batch.mask.shape[1:])
    shapes = [batch.mask.shape[2] / batch.mask.shape[1] for batch in drawn]
    assert shapes[0] < shapes[1]
    again = make_batches(HANDS, Job(tuple(paths), None, (0, 0, 0)))
    assert [batch.pictures.tobytes() for batch in again] == [
        batch.pictures.tobytes() for batch in drawn
    ]


def test_size_of_a_batch_says_nothing_of_the_kind_of_its_first_scene() -> None:
    kinds = defaultdict(set)
    for number in range(400):
        seed = (192, 0, number)
        kind = np.random.default_rng((*seed, 0)).integers(len(TRAINING_KINDS))
        kinds[random_size(192, seed)].add(TRAINING_KINDS[kind].name)
    assert max(len(names) for names in kinds.values()) > len(set(TRAINING_KINDS)) / 2


def test_looks_stay_those_of_the_finder_that_was_released_at_first(
    cache: SceneCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "in_workers", lambda *_: [])
    paths = cache.looks(0, count=1)
    another = tmp_path / "finder.onnx"
    another.write_bytes(b"another")
    monkeypatch.setattr(batches, "FINDER_PATH", another)
    assert cache.looks(0, count=1) == paths
    assert SceneCache(HANDS, tmp_path).looks_key != cache.looks_key


def test_pictures_grow_during_training_and_once_more_after_the_restart() -> None:
    sides = [side_at(part, 20) for part in range(20)]
    before, after = sides[:10], [side for side in sides[10:] if side is not None]
    assert before == sorted(before, key=lambda side: side or 0)
    assert after == sorted(after)
    assert (set(before), set(after)) == ({128, 160, 192}, {160, 192})
    assert sides[10:] == [*after, *[None] * (10 - len(after))]
    assert side_at(0, 1) in sides


def test_every_part_is_learned_three_times_but_never_twice_in_a_row() -> None:
    epochs = trainer.EPOCHS
    parts = epochs // trainer.EPOCHS_PER_PART
    order = [trainer.part_at(epoch, epochs) for epoch in range(epochs)]
    assert sorted(order) == sorted([*range(parts)] * trainer.EPOCHS_PER_PART)
    assert all(before != after for before, after in pairwise(order))
    assert [side_at(part, parts) for part in order] == [
        side_at(part, parts) for part in sorted(order)
    ]
    assert [trainer.part_at(epoch, 2) for epoch in range(2)] == [0, 0]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two parts of a batch each, and a batch to validate with."""
    cache = SceneCache(HANDS, tmp_path_factory.mktemp("scenes"))
    return [*cache.training(64, 0, 1), *cache.training(64, 1, 1), *cache.training(64, 2, 1)]


def val_batches(files: Sequence[Path]) -> list[tuple[Kind, Path]]:
    return [(kind, files[2]) for kind in SOME_KINDS]


@pytest.mark.usefixtures("cache")
def test_resumed_run_ends_like_an_uninterrupted_one(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "EPOCHS_PER_PART", 1)

    def load_part(part: int) -> list[Path]:
        return [files[part]]

    def interrupted(part: int) -> list[Path]:
        if part == 1:
            raise KeyboardInterrupt
        return load_part(part)

    validation = val_batches(files)
    whole, found = train(load_part, validation, tmp_path / "whole", "recipe", epochs=2, seed=3)
    with pytest.raises(KeyboardInterrupt):
        train(interrupted, validation, tmp_path / "interrupted", "recipe", epochs=2, seed=3)
    resumed, found_again = train(
        load_part, validation, tmp_path / "interrupted", "recipe", epochs=2, seed=3
    )
    assert found == found_again
    torch.manual_seed(3)
    initial = FinderNet().state_dict()
    for name, weights in whole.state_dict().items():
        assert torch.allclose(weights, resumed.state_dict()[name], atol=1e-5), name
    assert not torch.allclose(whole.state_dict()["mask.weight"], initial["mask.weight"])
    with pytest.raises(SystemExit, match="other settings"):
        train(load_part, validation, tmp_path / "whole", "recipe", epochs=2, seed=4)


@pytest.mark.usefixtures("cache")
def test_training_reduces_the_loss_and_is_shown_in_tensorboard(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "EPOCHS_PER_PART", 8)
    train(lambda _: [files[0]] * 4, val_batches(files), tmp_path, "recipe", epochs=8, seed=3)
    log = EventAccumulator(str(tmp_path / "tensorboard"))
    log.Reload()
    first, *_, last = (event.value for event in log.Scalars("loss/dice"))
    assert last < 0.8 * first
    scalars = set(log.Tags()["scalars"])
    assert {f"kinds/{kind.name}" for kind in SOME_KINDS} <= scalars
    assert {"found/training kinds", "found/held-out kinds", "loss/mask"} <= scalars
    assert log.Tags()["images"] == ["scenes"]


def test_command_trains_exports_and_logs_a_run(
    cache: SceneCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "load_hands", lambda _: HANDS)
    monkeypatch.setattr(trainer, "RUNS", tmp_path)
    monkeypatch.setattr(trainer, "RESULTS", tmp_path / "results.csv")
    monkeypatch.setattr(trainer, "PART_BATCHES", 1)
    monkeypatch.setattr(trainer, "SIDES", ((1.0, 64),))
    monkeypatch.setattr("sys.argv", ["training.finder", "--epochs", "1", "--run", "small"])
    trainer.main()
    session = onnxruntime.InferenceSession(tmp_path / "small" / "finder.onnx")
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata.keys() == {"recipe"}
    recipe = metadata["recipe"]
    assert recipe == f"16-32-64-112-128 channels, 1 epochs, 1 parts {cache.key} {cache.looks_key}"
    columns, row = (tmp_path / "results.csv").read_text().splitlines()
    assert columns.startswith("recipe,seed,bytes,training kinds,held-out kinds,plain,number,")
    assert row.startswith(f'"{recipe}",2026,')


def test_network_finds_in_batches_what_it_finds_alone(network: FinderNet, batch: Batch) -> None:
    pictures = torch.from_numpy(batch.pictures[:3])
    together, alone = find(network, pictures), find(network, pictures[1:2])
    for many, one in zip(together, alone, strict=True):
        assert torch.allclose(many[1:2], one, atol=1e-3)
    most = int((batch.labels >= 0).sum(axis=1).max())
    assert batch.labels.shape == (len(batch.pictures), most)
