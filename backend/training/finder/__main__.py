"""Trains the finder and exports it as ONNX.

    make train-finder                                   this recipe: four hours on two cores
    make train-finder ARGS="--epochs 4 --run look"      a quick look
    make train-finder ARGS="--seed 1 --run seed-1"      the same recipe from another random state

(`make train-finder ARGS=…` runs `python -m training.finder …`.) Scenes are drawn by all processors
before the training. An interrupted run resumes after its last complete epoch when it is started
again. `make tensorboard` shows a run while it is in progress; a completed run appends a row to
results.csv.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from training.data.datasets import DatasetError
from training.finder.augmentation import varied
from training.finder.batches import Batch, SceneCache, load_batch
from training.finder.export import export_finder
from training.finder.losses import WEIGHTS, losses, total, truth_of
from training.finder.network import CHANNELS, FinderNet, find
from training.finder.pens import load_hands
from training.finder.scenes import KINDS, Kind
from training.finder.validation import found_by_kind, overlay
from training.run_log import append_run
from training.training_run import DEVICE, RUNS, TrainingRun, format_channels, mixed_precision

# Everything that shapes the result, besides the architecture (network.py), the scenes and what
# all recipes share (training_run.py).
EPOCHS = 108
RESTART = 0.5  # progress at which the learning rate rises again
EPOCHS_PER_PART = 3  # of the scenes
PART_BATCHES = 200  # batches of a part
SIDES = ((0.15, 128), (0.35, 160), (RESTART, 192), (0.6, 160), (0.75, 192), (1.0, None))
"""Longer side of pictures, up to a progress; None for scenes as the finder looks at them."""
SEED = 2026

RESULTS = Path(__file__).with_name("results.csv")

LoadPart = Callable[[int], Sequence[Path]]
"""Returns the files of the batches of a numbered part."""


def train(
    load_part: LoadPart,
    val_batches: Sequence[tuple[Kind, Path]],
    folder: Path,
    recipe: str,
    epochs: int,
    seed: int,
) -> tuple[FinderNet, dict[str, float]]:
    """Train a network, writing a checkpoint to `folder` after each epoch.

    Returns the averaged network, on the CPU, and the fraction of validation scenes of each kind of
    which it finds exactly the digits, measured after each part of the scenes. Raises SystemExit if
    the folder contains a run with other settings.
    """
    run = TrainingRun(FinderNet, folder, recipe, epochs, seed, restart=RESTART)
    for epoch in run.epochs():
        rng = np.random.default_rng((seed, epoch))
        history = []
        files = load_part(part_at(epoch, epochs))
        for progress, batch in shuffled(files, rng):
            pictures, *truth = varied([torch.from_numpy(array).to(DEVICE) for array in batch], rng)
            with mixed_precision():
                outputs = run.network(pictures.permute(0, 3, 1, 2))
            found = type(outputs)(*(output.float() for output in outputs))
            parts = losses(found, truth_of(*truth))
            run.descend(total(parts), progress)
            history.append(torch.stack([part.detach() for part in parts.values()]))
        means = torch.stack(history).mean(dim=0).tolist()
        log_losses(run.writer, dict(zip(WEIGHTS, means, strict=True)), epoch + 1)
        if (epoch + 1) % EPOCHS_PER_PART == 0 or epoch + 1 == epochs:
            run.results = found_by_kind(run.ema_network, val_batches)
            log_found(run.writer, run.results, epoch + 1)
            log_scenes(run.writer, run.ema_network, val_batches, epoch + 1)
    return run.averaged(), run.results


def shuffled(files: Sequence[Path], rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
    """Yield the batches in random order, each with the progress through them, in [0, 1)."""
    order = rng.permutation(len(files))
    for number, index in enumerate(tqdm(order, "epoch", unit="batch", leave=False)):
        yield number / len(files), load_batch(files[index])


def part_at(epoch: int, epochs: int) -> int:
    """Return the number of the part of the scenes that an epoch is of.

    Parts of the same size follow each other in turn, since the same scenes three times in a row
    would be learned by heart.
    """
    parts = -(-epochs // EPOCHS_PER_PART)
    stages = pairwise([0, *stage_ends(parts)])
    start, end = next(stage for stage in stages if epoch < stage[1] * EPOCHS_PER_PART)
    return start + (epoch - start * EPOCHS_PER_PART) % (end - start)


def stage_ends(parts: int) -> list[int]:
    """Return the numbers of parts after which the size of the pictures changes, and that of all."""
    sides = [side_at(part, parts) for part in range(parts)]
    return [part for part in range(1, parts) if sides[part] != sides[part - 1]] + [parts]


def side_at(part: int, parts: int) -> int | None:
    """Return the longer side of the pictures in a part of the scenes, in pixels; None for looks."""
    progress = (part + 0.5) / parts
    return next(side for end, side in SIDES if progress <= end)


def means_of(found: dict[str, float]) -> dict[str, float]:
    """Return the mean over the kinds that training draws, and over those that it leaves out."""
    groups = {"training kinds": False, "held-out kinds": True}
    return {
        name: float(np.mean([found[kind.name] for kind in KINDS if kind.held_out == held_out]))
        for name, held_out in groups.items()
    }


def log_losses(writer: SummaryWriter, parts: dict[str, float], epoch: int) -> None:
    """Write the losses to TensorBoard, and a line to the terminal."""
    for name, value in parts.items():
        writer.add_scalar(f"loss/{name}", value, epoch)
    writer.flush()
    tqdm.write(f"epoch {epoch:2d}  {', '.join(f'{name} {v:.4f}' for name, v in parts.items())}")


def log_found(writer: SummaryWriter, found: dict[str, float], epoch: int) -> None:
    """Write the figures of each kind to TensorBoard, and their means to the terminal."""
    means = means_of(found)
    for name, value in means.items():
        writer.add_scalar(f"found/{name}", value, epoch)
    for name, value in found.items():
        writer.add_scalar(f"kinds/{name}", value, epoch)
    writer.flush()
    tqdm.write(f"found     {', '.join(f'{name} {value:.1%}' for name, value in means.items())}")


def log_scenes(
    writer: SummaryWriter,
    network: FinderNet,
    val_batches: Sequence[tuple[Kind, Path]],
    epoch: int,
) -> None:
    """Write a scene of each kind to TensorBoard, with what the network finds in it."""
    pictures = np.stack([load_batch(path).pictures[0] for _, path in val_batches])
    painted = overlay(pictures, find(network, torch.from_numpy(pictures)))
    columns = 10
    missing = -len(painted) % columns
    tiles = np.concatenate([painted, np.zeros((missing, *painted.shape[1:]), np.uint8)])
    rows = [
        np.concatenate(tiles[at : at + columns], axis=1) for at in range(0, len(tiles), columns)
    ]
    writer.add_image("scenes", np.concatenate(rows), epoch, dataformats="HWC")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the finder and export it.")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    parser.add_argument("--run", default="finder", help="folder under runs/ (default: finder)")
    arguments = parser.parse_args()
    folder = RUNS / arguments.run
    try:
        cache = SceneCache(load_hands("training"), RUNS / "scenes")
        val_cache = SceneCache(load_hands("validation"), RUNS / "scenes")
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    parts = -(-arguments.epochs // EPOCHS_PER_PART)

    def load_part(part: int) -> list[Path]:
        side = side_at(part, parts)
        if side is None:
            return cache.looks(part, PART_BATCHES)
        return cache.training(side, part, PART_BATCHES)

    val_batches = val_cache.validation()
    for part in tqdm(range(parts), "drawing scenes", unit="part"):
        load_part(part)
    recipe = (
        f"{format_channels(CHANNELS)} channels, {arguments.epochs} epochs, "
        f"{parts} parts {cache.key} {cache.looks_key}"
    )
    network, found = train(load_part, val_batches, folder, recipe, arguments.epochs, arguments.seed)

    target = folder / "finder.onnx"
    export_finder(network, recipe, target)
    figures = {name: f"{value:.4f}" for name, value in (means_of(found) | found).items()}
    run = {"recipe": recipe, "seed": arguments.seed, "bytes": target.stat().st_size} | figures
    append_run(RESULTS, run)
    print(f"Wrote {target}.")


if __name__ == "__main__":
    main()
