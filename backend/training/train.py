"""Trains the network and exports it as the model that the server loads.

    make train                        the released recipe: about 25 minutes on two cores
    make train ARGS="--epochs 2"      a quick look
    make train ARGS="--run again"     another run, beside the first

A run that was stopped goes on where it was when it is started again. Everything that shapes the
result stands below; the best epoch is the one that reads most of the validation digits, half of
them as MNIST has them and half of them distorted.
"""

import argparse
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from recognizer.preprocessing import preprocess
from training.augmentation import augment
from training.calibration import choose_calibration
from training.datasets import DatasetError, Digits, load_training, load_validation
from training.export import export
from training.network import Network

EPOCHS = 24
BATCH = 256
PEAK_LEARNING_RATE = 3e-3  # reached after a tenth of the steps, then a cosine down to zero
WEIGHT_DECAY = 0.02
LABEL_SMOOTHING = 0.03
AVERAGING = 0.995  # decay of the running average of the weights, which is what is released
SEED = 20_26
VALIDATION_SEED = 7  # one fixed distortion of the validation digits, in every run

RUNS = Path(__file__).parents[2] / "runs"


@dataclass(frozen=True)
class Validation:
    """Validation digits as the network reads them: (n, 28, 28) float32, and (n,) int64."""

    inks: Tensor
    labels: Tensor


class AugmentedBatches(Dataset[tuple[Tensor, Tensor]]):
    """One epoch of shuffled, distorted batches; each depends on nothing but seed, epoch, number."""

    def __init__(self, digits: Digits, seed: int, epoch: int) -> None:
        self.digits = digits
        self.seed = (seed * 1_000 + epoch) * 10_000
        self.order = np.random.default_rng(self.seed).permutation(len(digits))

    def __len__(self) -> int:
        return max(1, len(self.digits) // BATCH)

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        torch.set_num_threads(1)
        chosen = self.order[number * BATCH : (number + 1) * BATCH]
        generator = torch.Generator().manual_seed(self.seed + number)
        inks = augment(self.digits.pictures[chosen], generator)
        return torch.from_numpy(inks), torch.from_numpy(self.digits.labels[chosen])


def prepare_validation(digits: Digits) -> Validation:
    """The digits as they are, then the same digits distorted once."""
    distorted = augment(digits.pictures, torch.Generator().manual_seed(VALIDATION_SEED))
    inks = np.concatenate([plain_inks(digits.pictures), distorted])
    labels = np.concatenate([digits.labels, digits.labels])
    return Validation(torch.from_numpy(inks), torch.from_numpy(labels))


def plain_inks(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Ink (n, 28, 28) of undistorted pictures (n, height, width), none of them blank."""
    inks = [ink for picture in pictures if (ink := preprocess(picture)) is not None]
    return np.stack(inks)


@torch.no_grad()
def logits_of(network: torch.nn.Module, inks: Tensor) -> Tensor:
    """Logits (n, 10) of a network in evaluation mode, a batch at a time."""
    network.eval()
    return torch.cat([network(part) for part in torch.split(inks, 1_000)])


def train(
    training: Digits, validation: Digits, folder: Path, epochs: int, seed: int, workers: int
) -> Path:
    """Train, checkpointing to `folder` after each epoch; return the best epoch's weights' path."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    held_out = prepare_validation(validation)
    network = Network()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=PEAK_LEARNING_RATE,
        total_steps=epochs * len(AugmentedBatches(training, seed, 0)),
        pct_start=0.1,
    )
    parts: dict[str, Any] = {
        "network": network,
        "average": average,
        "optimizer": optimizer,
        "schedule": schedule,
    }
    checkpoint, best = folder / "checkpoint.pt", folder / "best.pt"
    start, best_accuracy = 0, 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        if (saved["epochs"], saved["seed"]) != (epochs, seed):
            raise SystemExit(f"{folder} holds a run with other settings; name another with --run.")
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        start, best_accuracy = saved["epoch"], saved["best_accuracy"]
        print(f"Going on after epoch {start} of {epochs}.")

    for epoch in range(start, epochs):
        torch.manual_seed(seed * 1_000 + epoch)  # so that a resumed run ends as an unbroken one
        network.train()
        losses = []
        for inks, labels in progress(AugmentedBatches(training, seed, epoch), epoch, workers):
            with torch.autocast("cpu", torch.bfloat16):
                loss = F.cross_entropy(network(inks), labels, label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            drift(average, network, schedule.last_epoch)
            losses.append(loss.item())
        right = logits_of(average, held_out.inks).argmax(1) == held_out.labels
        plain, distorted = (half.float().mean().item() for half in right.chunk(2))
        accuracy = (plain + distorted) / 2
        tqdm.write(
            f"epoch {epoch + 1:2d}  loss {np.mean(losses):.4f}  "
            f"validation {plain:.2%} plain, {distorted:.2%} distorted"
        )
        if accuracy > best_accuracy:
            best_accuracy = accuracy
            save(average.state_dict(), best)
        state = {name: part.state_dict() for name, part in parts.items()}
        progress_made = {"epoch": epoch + 1, "best_accuracy": best_accuracy}
        save(state | progress_made | {"epochs": epochs, "seed": seed}, checkpoint)
    return best


@torch.no_grad()
def drift(average: Network, network: Network, step: int) -> None:
    """Move the running average towards the present weights: much at first, little later."""
    share = max(1 - AVERAGING, 9 / (10 + step))
    for mean, present in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if mean.is_floating_point():
            mean.lerp_(present, share)
        else:
            mean.copy_(present)


def progress(
    batches: AugmentedBatches, epoch: int, workers: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """The epoch's batches, prepared in worker processes, under a progress bar."""
    loader = DataLoader(batches, batch_size=None, num_workers=workers)
    yield from tqdm(loader, desc=f"epoch {epoch + 1:2d}", unit="batch", leave=False)


def save(state: dict[str, object], path: Path) -> None:
    """Write a checkpoint so that a kill leaves the old one or the new one, never half of one."""
    temporary = path.with_suffix(".new")
    torch.save(state, temporary)
    temporary.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the digit model and export it.")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    parser.add_argument("--run", default="release", help="folder under runs/ (default: release)")
    arguments = parser.parse_args()
    folder = RUNS / arguments.run
    target = folder / "digits.onnx"
    try:
        training, validation = load_training(), load_validation()
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    best = train(training, validation, folder, arguments.epochs, arguments.seed, workers=1)

    network = Network()
    network.load_state_dict(torch.load(best, weights_only=True))
    held_out = prepare_validation(validation)
    logits = logits_of(network, held_out.inks).numpy()
    export(network.eval(), choose_calibration(logits, held_out.labels.numpy()), target)
    print(f"Wrote {target}. To serve and judge it: make release RUN={arguments.run}")


if __name__ == "__main__":
    main()
