"""Trains the network and exports it as the model that the server loads.

    make train                                   the released recipe: an hour on two cores
    make train ARGS="--epochs 2 --run look"      a quick look
    make train ARGS="--seed 1 --run seed-1"      the same recipe, begun from other random weights

A run that was stopped goes on where it was when it is started again. Everything that shapes the
result stands below. The best epoch is the one that reads the held-out drawings of all sources
best. `make tensorboard` shows a run while it goes on; one that ends adds a line to results.csv.
"""

import argparse
import copy
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from recognizer.classifier import Classifier
from training.calibration import choose_calibration
from training.data.augmented_cache import Inks, Labels, Rounds
from training.data.datasets import DatasetError
from training.data.sources import Validation, load_sources
from training.evaluation.charts import held_out_confusion_chart
from training.export_onnx import export
from training.model import CHANNELS, Network
from training.run_log import RESULTS, record

EPOCHS = 28
ROUNDS = 7  # times that everything is redrawn; the epochs take them in turn
BATCH = 256
PEAK_LEARNING_RATE = 3e-3  # reached after a tenth of the steps, then a cosine down to zero
WEIGHT_DECAY = 0.02
LABEL_SMOOTHING = 0.03
AVERAGING = 0.998  # decay of the running average of the weights, which is what is released
SEED = 2026

RUNS = Path(__file__).parents[2] / "runs"

Draw = Callable[[int], tuple[Inks, Labels]]
"""Gives the inks and labels of a numbered round."""


def train(
    draw: Draw, held_out: Sequence[Validation], folder: Path, epochs: int, seed: int
) -> tuple[Network, dict[str, float]]:
    """Train, checkpointing to `folder` after each epoch.

    Returns the best epoch's network, on the CPU, and its share of right answers by source.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = Network().to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)
    parts: dict[str, Any] = {"network": network, "average": average, "optimizer": optimizer}
    start, step = 0, 0
    best: dict[str, Any] = {"weights": {}, "accuracies": {"none yet": 0.0}}
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True, map_location=device)
        if (saved["epochs"], saved["seed"]) != (epochs, seed):
            raise SystemExit(f"{folder} holds a run with other settings; name another with --run.")
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        start, step, best = saved["epoch"], saved["step"], saved["best"]
        print(f"Going on after epoch {start} of {epochs}.")

    log = SummaryWriter(str(folder / "tensorboard"), purge_step=start)
    if start == 0:
        show(log, draw(0)[0])
    epochs_left = tqdm(range(start, epochs), "training", epochs, initial=start, unit="epoch")
    for epoch in epochs_left:
        torch.manual_seed(seed * 1_000 + epoch)  # so that a resumed run ends as an unbroken one
        network.train()
        losses = []
        for inks, labels, share in batches(draw(epoch % ROUNDS), seed * 1_000 + epoch):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate((epoch + share) / epochs)
            with torch.autocast(device, torch.bfloat16):
                logits = network(inks.to(device))
                loss = F.cross_entropy(logits, labels.to(device), label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            step += 1
            drift(average, network, step)
            losses.append(loss.detach())
        mean_loss = torch.stack(losses).mean().item()
        accuracies = {part.name: accuracy(average, part) for part in held_out}
        if mean(accuracies) > mean(best["accuracies"]):
            weights = {name: value.cpu().clone() for name, value in average.state_dict().items()}
            best = {"weights": weights, "accuracies": accuracies}
        save(
            {name: part.state_dict() for name, part in parts.items()}
            | {"epoch": epoch + 1, "step": step, "best": best, "epochs": epochs, "seed": seed},
            checkpoint,
        )
        log.add_scalar("loss", mean_loss, epoch + 1)
        for name, share in accuracies.items():
            log.add_scalar(f"accuracy/{name}", share, epoch + 1)
        log.flush()
        shares = ", ".join(f"{name} {share:.2%}" for name, share in accuracies.items())
        tqdm.write(f"epoch {epoch + 1:2d}  loss {mean_loss:.4f}  {shares}")
    log.close()
    trained = Network()
    trained.load_state_dict(best["weights"])
    return trained.eval(), best["accuracies"]


def batches(drawn: tuple[Inks, Labels], seed: int) -> Iterator[tuple[Tensor, Tensor, float]]:
    """Shuffled batches of inks and labels, and what share of the round went before."""
    inks, labels = drawn
    order = np.random.default_rng(seed).permutation(len(labels))
    starts = range(0, max(1, len(order) - BATCH + 1), BATCH)
    for start in tqdm(starts, "epoch", unit="batch", leave=False):
        chosen = order[start : start + BATCH]
        yield (
            torch.from_numpy(inks[chosen].astype(np.float32) / 255),
            torch.from_numpy(labels[chosen]),
            start / len(order),
        )


def learning_rate(share: float) -> float:
    """At a share of the training: up in a straight line, then down along a cosine."""
    warm_up = 0.1
    if share < warm_up:
        return PEAK_LEARNING_RATE * (0.04 + 0.96 * share / warm_up)
    return PEAK_LEARNING_RATE * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up))) / 2


@torch.no_grad()
def drift(average: Network, network: Network, step: int) -> None:
    """Move the running average towards the present weights: much at first, little later."""
    share = max(1 - AVERAGING, 9 / (10 + step))
    for mean_value, present in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if mean_value.is_floating_point():
            mean_value.lerp_(present, share)
        else:
            mean_value.copy_(present)


@torch.no_grad()
def logits_of(network: torch.nn.Module, inks: Tensor) -> Tensor:
    """Logits (n, 11) of a network, put into evaluation mode, a batch at a time."""
    network.eval()
    device = next(network.parameters()).device
    return torch.cat([network(part.to(device)).cpu() for part in torch.split(inks, 1_000)])


def accuracy(network: torch.nn.Module, part: Validation) -> float:
    """Share of the inks that are read right, in [0, 1]."""
    return (logits_of(network, part.inks).argmax(1) == part.labels).float().mean().item()


def mean(accuracies: dict[str, float]) -> float:
    """Of all sources, each weighing the same."""
    return sum(accuracies.values()) / len(accuracies)


def show(log: SummaryWriter, inks: Inks) -> None:
    """Put the network's graph and a sheet of inks into TensorBoard."""
    sheet = torch.from_numpy(inks[:256]).reshape(16, 16, 28, 28).transpose(1, 2)
    log.add_image("inks", sheet.reshape(1, 16 * 28, 16 * 28))
    log.add_graph(Network().eval(), torch.zeros(1, 28, 28))


def show_result(
    folder: Path, labels: NDArray[np.int64], read: NDArray[np.int64], version: str
) -> None:
    """Put the exported model's version and its confusion matrix into TensorBoard."""
    with SummaryWriter(str(folder / "tensorboard")) as log:
        log.add_text("model", version)
        log.add_figure("confusion", held_out_confusion_chart(labels, read))


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
    rounds = Rounds(sources, RUNS / "rounds")
    for number in tqdm(range(ROUNDS), "drawing", unit="round"):
        rounds(number)
    network, accuracies = train(rounds, held_out, folder, arguments.epochs, arguments.seed)

    recipe = (
        f"{'-'.join(map(str, CHANNELS))} channels, {arguments.epochs} epochs, "
        f"{ROUNDS} rounds {rounds.fingerprint}"
    )
    logits = torch.cat([logits_of(network, part.inks) for part in held_out]).numpy()
    labels = torch.cat([part.labels for part in held_out]).numpy()
    target = folder / "digits.onnx"
    export(network, choose_calibration(logits, labels), recipe, target)
    show_result(folder, labels, logits.argmax(1), Classifier(target).version)
    figures = {name: f"{share:.4f}" for name, share in accuracies.items()}
    line = {"recipe": recipe, "seed": arguments.seed, "bytes": target.stat().st_size} | figures
    record(RESULTS, line)
    print(f"Wrote {target}. To serve and judge it: make release RUN={arguments.run}")


if __name__ == "__main__":
    main()
