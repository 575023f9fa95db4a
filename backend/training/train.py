"""Trains the network and exports it as the model that the server loads.

    make train                        the released recipe: about a quarter of an hour on two cores
    make train ARGS="--epochs 2"      a quick look
    make train ARGS="--run again"     another run, beside the first

A run that was stopped goes on where it was when it is started again. Everything that shapes the
result stands below. The best epoch is the one that reads most of the held-out digits: MNIST's as
they are, and those of every source redrawn once.
"""

import argparse
import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from training.augmentation import inks_of, speckle
from training.calibration import choose_calibration
from training.datasets import DatasetError
from training.export import export
from training.network import Network
from training.sources import Source, Validation, load_sources

EPOCHS = 12
BATCH = 256
PEAK_LEARNING_RATE = 3e-3  # reached after a tenth of the steps, then a cosine down to zero
WEIGHT_DECAY = 0.02
LABEL_SMOOTHING = 0.03
AVERAGING = 0.995  # decay of the running average of the weights, which is what is released
SEED = 2026

RUNS = Path(__file__).parents[2] / "runs"


class AugmentedBatches(Dataset[tuple[Tensor, Tensor]]):
    """One epoch of shuffled, redrawn batches; each depends on nothing but seed, epoch, number.

    A source that stands in the list twice is redrawn twice an epoch.
    """

    def __init__(self, sources: Sequence[Source], seed: int, epoch: int) -> None:
        self.sources = sources
        self.seed = (seed * 1_000 + epoch) * 10_000
        sizes = [len(source.labels) for source in sources]
        order = np.random.default_rng(self.seed).permutation(sum(sizes))
        self.origins = np.repeat(np.arange(len(sources)), sizes)[order]
        self.numbers = np.concatenate([np.arange(size) for size in sizes])[order]

    def __len__(self) -> int:
        return max(1, len(self.origins) // BATCH)

    def __getitem__(self, batch: int) -> tuple[Tensor, Tensor]:
        torch.set_num_threads(1)
        part = slice(batch * BATCH, (batch + 1) * BATCH)
        generator = torch.Generator().manual_seed(self.seed + batch)
        canvases, labels = [], []
        for origin, source in enumerate(self.sources):
            chosen = self.numbers[part][self.origins[part] == origin]
            if len(chosen):
                canvases.append(source.redraw(chosen, generator))
                labels.append(source.labels[chosen])
        inks = inks_of(speckle(torch.cat(canvases), generator))
        return torch.from_numpy(inks), torch.from_numpy(np.concatenate(labels))


@torch.no_grad()
def logits_of(network: torch.nn.Module, inks: Tensor) -> Tensor:
    """Logits (n, 10) of a network, put into evaluation mode, a batch at a time."""
    network.eval()
    return torch.cat([network(part) for part in torch.split(inks, 1_000)])


def train(
    sources: Sequence[Source],
    held_out: Sequence[Validation],
    folder: Path,
    epochs: int,
    seed: int,
    workers: int,
) -> Path:
    """Train, checkpointing to `folder` after each epoch; return the best epoch's weights' path."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    network = Network()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=PEAK_LEARNING_RATE,
        total_steps=epochs * len(AugmentedBatches(sources, seed, 0)),
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
        for inks, labels in progress(AugmentedBatches(sources, seed, epoch), epoch, workers):
            with torch.autocast("cpu", torch.bfloat16):
                loss = F.cross_entropy(network(inks), labels, label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            drift(average, network, schedule.last_epoch)
            losses.append(loss.item())
        right = [logits_of(average, part.inks).argmax(1) == part.labels for part in held_out]
        shares = (
            f"{part.name} {hits.float().mean():.2%}"
            for part, hits in zip(held_out, right, strict=True)
        )
        tqdm.write(f"epoch {epoch + 1:2d}  loss {np.mean(losses):.4f}  {', '.join(shares)}")
        accuracy = torch.cat(right).float().mean().item()
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


def save(state: dict[str, Any], path: Path) -> None:
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
    try:
        sources, held_out = load_sources()
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    best = train(sources, held_out, folder, arguments.epochs, arguments.seed, workers=1)

    network = Network()
    network.load_state_dict(torch.load(best, weights_only=True))
    logits = torch.cat([logits_of(network, part.inks) for part in held_out]).numpy()
    labels = torch.cat([part.labels for part in held_out]).numpy()
    target = folder / "digits.onnx"
    export(network, choose_calibration(logits, labels), target)
    print(f"Wrote {target}. To serve and judge it: make release RUN={arguments.run}")


if __name__ == "__main__":
    main()
