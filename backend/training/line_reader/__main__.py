"""Trains the line reader and exports it as ONNX.

    make train-line-reader                                   this recipe: three hours on two cores
    make train-line-reader ARGS="--epochs 4 --run look"      a quick look
    make train-line-reader ARGS="--seed 1 --run seed-1"      from another random state

(`make train-line-reader ARGS=…` runs `python -m training.line_reader …`.) Lines are drawn by all
processors before the training. An interrupted run resumes after its last complete epoch when it is
started again. `make tensorboard` shows a run while it is in progress; a completed run appends a row
to results.csv.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from recognizer.line_reader import spans_of
from training.data.datasets import DatasetError
from training.line_reader.batches import LineCache, Lines, load_lines, shuffled
from training.line_reader.calibration import calibrate
from training.line_reader.export import export_line_reader
from training.line_reader.lines import load_handwriting
from training.line_reader.network import CHANNELS, LineNet, loss_of
from training.run_log import append_run
from training.training_run import DEVICE, RUNS, TrainingRun, format_channels, mixed_precision

# Everything that shapes the result, besides the architecture (network.py), the lines and what all
# recipes share (training_run.py).
EPOCHS = 168  # each of a synthetic part and of one found in scenes, in turn
SYNTHETIC_PARTS, SYNTHETIC_LINES = 52, 10_000  # parts, and lines of each
FOUND_PARTS, FOUND_LINES = 10, 2_500  # fewer, because a scene takes long
VAL_SYNTHETIC_LINES, VAL_FOUND_LINES = 2_000, 500
MAX_LR = 2e-3  # learning rate after the warm-up
MAX_GRADIENT = 5.0  # norm to which gradients are clipped
SEED = 2026

RESULTS = Path(__file__).with_name("results.csv")

LoadLines = Callable[[int], Lines]
"""Returns the lines of a numbered epoch."""


def train(
    load_epoch: LoadLines,
    val_sets: Mapping[str, Lines],
    folder: Path,
    recipe: str,
    epochs: int,
    seed: int,
) -> tuple[LineNet, dict[str, float]]:
    """Train a network, writing a checkpoint to `folder` after each epoch.

    Returns the averaged network, on the CPU, and the fraction of each validation set that it reads
    right. Raises SystemExit if the folder contains a run with other settings.
    """
    run = TrainingRun(LineNet, folder, recipe, epochs, seed, MAX_LR)
    for epoch in run.epochs():
        rng = np.random.default_rng((seed, epoch))
        losses = []
        for progress, batch in shuffled(load_epoch(epoch), rng):
            with mixed_precision():
                logits = run.network(batch.pixels.to(DEVICE))
            loss = loss_of(logits.float(), batch.digits.to(DEVICE), batch.counts.to(DEVICE))
            run.descend(loss, progress, MAX_GRADIENT)
            losses.append(loss.detach())
        run.results = {name: read_right(run.ema_network, each) for name, each in val_sets.items()}
        log_epoch(run.writer, torch.stack(losses).mean().item(), run.results, epoch + 1)
    return run.averaged(), run.results


@torch.no_grad()
def read_right(network: LineNet, lines: Lines) -> float:
    """Return the fraction of lines of which a network reads exactly the digits.

    Only lines of the same width are read together: nothing is added to any.
    """
    network.eval()
    images, right = lines.images, 0
    for width in np.unique(lines.widths):
        chosen = np.flatnonzero(lines.widths == width)
        pixels = torch.from_numpy(np.stack([images[index] for index in chosen])[:, None])
        classes = network(pixels.to(DEVICE).float() / 255).argmax(dim=1).cpu().numpy()
        for index, steps in zip(chosen, classes, strict=True):
            read = [digit for digit, _, _ in spans_of(steps)]
            right += read == lines.digits[index, : lines.counts[index]].tolist()
    return right / len(images)


def log_epoch(writer: SummaryWriter, loss: float, right: dict[str, float], epoch: int) -> None:
    """Write the loss and the validation figures to TensorBoard, and a line to the terminal."""
    writer.add_scalar("loss", loss, epoch)
    for name, value in right.items():
        writer.add_scalar(f"read right/{name}", value, epoch)
    writer.flush()
    figures = ", ".join(f"{name} {value:.2%}" for name, value in right.items())
    tqdm.write(f"epoch {epoch:2d}  loss {loss:.4f}  {figures}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the line reader and export it.")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    parser.add_argument("--run", default="line-reader", help="folder under runs/")
    arguments = parser.parse_args()
    folder = RUNS / arguments.run
    try:
        cache = LineCache(load_handwriting("training"), RUNS / "lines")
        val_cache = LineCache(load_handwriting("validation"), RUNS / "lines")
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    found = cache.found(min(arguments.epochs, FOUND_PARTS), FOUND_LINES)
    synthetic = cache.synthetic(min(arguments.epochs, SYNTHETIC_PARTS), SYNTHETIC_LINES)
    val_sets = {
        "synthetic": load_lines(val_cache.synthetic(1, VAL_SYNTHETIC_LINES)),
        "found": load_lines(val_cache.found(1, VAL_FOUND_LINES)),
    }

    def load_epoch(epoch: int) -> Lines:
        return load_lines([parts[epoch % len(parts)] for parts in (synthetic, found)])

    recipe = (
        f"{format_channels(CHANNELS)} channels, {arguments.epochs} epochs, "
        f"{len(synthetic)} synthetic and {len(found)} found parts {cache.key}"
    )
    network, right = train(load_epoch, val_sets, folder, recipe, arguments.epochs, arguments.seed)

    target = folder / "line_reader.onnx"
    with TemporaryDirectory() as temporary:  # what is in `folder` can be released
        uncalibrated = Path(temporary) / target.name
        export_line_reader(network, recipe, uncalibrated)
        confidence = calibrate(uncalibrated, val_cache.handwriting.hands)
    export_line_reader(network, recipe, target, confidence)
    figures = {name: f"{value:.4f}" for name, value in right.items()}
    run = {"recipe": recipe, "seed": arguments.seed, "bytes": target.stat().st_size} | figures
    append_run(RESULTS, run)
    print(f"Wrote {target}.")


if __name__ == "__main__":
    main()
