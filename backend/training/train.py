"""Trains the network and exports it as the model file that `recognizer` loads.

    make train                                   this recipe: four hours on two cores
    make train ARGS="--epochs 2 --run look"      a quick look
    make train ARGS="--seed 1 --run seed-1"      the same recipe from another random state

(`make train ARGS=…` runs `python -m training.train …`.) First a wider network, the teacher, learns
from the labels; then the network that is served learns from the labels and from the teacher's
answers. An interrupted run resumes after its last complete epoch when it is started again. Of each
network the epoch with the best mean accuracy over all validation sets is taken. `make tensorboard`
shows a run while it is in progress; a completed run appends a row to results.csv.
"""

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from recognizer.classifier import Classifier
from training.calibration import calibrate
from training.data.augmented_cache import AugmentedDataset, Labels, ModelInputs
from training.data.datasets import DatasetError
from training.data.sources import FOUND_DIGITS, OPTIONAL_DATASETS, ValidationSet, load_sources
from training.evaluation.charts import validation_confusion_chart
from training.export_onnx import export_onnx
from training.model import CHANNELS, TEACHER_CHANNELS, Channels, DigitCNN
from training.run_log import RESULTS, append_run
from training.training_run import DEVICE, RUNS, TrainingRun, format_channels, mixed_precision
from training.whole_files import whole_file

# Everything that shapes the result, besides the architecture (model.py), data (data/) and what all
# recipes share (training_run.py).
EPOCHS = 24
TEACHER_EPOCHS = 2 / 3  # the teacher's, as a fraction of EPOCHS
EPOCHS_PER_COPY = 2  # of the augmented training data; then comes another copy
BATCH_SIZE = 256
LABEL_SMOOTHING = 0.03
TEACHER_WEIGHT = 0.8  # of the teacher's answers in the loss; the labels have the rest
SOFTENING = 2.0  # temperature at which the network imitates the teacher's probabilities
SEED = 2026

EXAMPLES = 1_000
"""Model inputs that the export sees, to choose the ranges of its integers."""

Answers = NDArray[np.float16]
"""(n, 11): a teacher's probabilities of the classes for n model inputs, softened by SOFTENING."""

LoadCopy = Callable[[int], tuple[ModelInputs, Labels]]
"""Returns the model inputs and labels of a numbered augmented copy."""

LoadAnswers = Callable[[int], Answers]
"""Returns a teacher's answers to a numbered augmented copy."""


def train(
    load_copy: LoadCopy,
    val_sets: Sequence[ValidationSet],
    folder: Path,
    recipe: str,
    epochs: int,
    seed: int,
    channels: Channels = CHANNELS,
    load_answers: LoadAnswers | None = None,
) -> tuple[DigitCNN, dict[str, float]]:
    """Train a model, writing a checkpoint to `folder` after each epoch.

    It learns from the labels alone if there are no answers of a teacher. Returns the best epoch's
    model, on the CPU, and its accuracy on each validation set. Raises SystemExit if the folder
    contains a run with other settings.
    """
    run = TrainingRun(lambda: DigitCNN(channels), folder, recipe, epochs, seed)
    if run.epoch == 0:
        run.results = {"weights": {}, "accuracies": {"no epoch yet": 0.0}}
        log_inputs(run.writer, load_copy(0)[0])
    for epoch in run.epochs():
        losses = []
        copy_number = epoch // EPOCHS_PER_COPY
        inputs, labels = load_copy(copy_number)
        answers = load_answers(copy_number) if load_answers else None
        for chosen, progress in batches(len(labels), seed * 1_000 + epoch):
            with mixed_precision():
                logits = run.network(to_tensor(inputs[chosen]).to(DEVICE))
            targets = torch.from_numpy(labels[chosen]).to(DEVICE)
            loss = F.cross_entropy(logits.float(), targets, label_smoothing=LABEL_SMOOTHING)
            if answers is not None:
                imitation = distillation_loss(logits.float(), torch.from_numpy(answers[chosen]))
                loss = TEACHER_WEIGHT * imitation + (1 - TEACHER_WEIGHT) * loss
            run.descend(loss, progress)
            losses.append(loss.detach())
        mean_loss = torch.stack(losses).mean().item()
        accuracies = {val_set.name: accuracy(run.ema_network, val_set) for val_set in val_sets}
        if mean(accuracies) > mean(run.results["accuracies"]):
            averages = run.ema_network.state_dict()
            weights = {name: value.cpu().clone() for name, value in averages.items()}
            run.results = {"weights": weights, "accuracies": accuracies}
        run.writer.add_scalar("loss", mean_loss, epoch + 1)
        for name, value in accuracies.items():
            run.writer.add_scalar(f"accuracy/{name}", value, epoch + 1)
        run.writer.flush()
        summary = ", ".join(f"{name} {value:.2%}" for name, value in accuracies.items())
        tqdm.write(f"epoch {epoch + 1:2d}  loss {mean_loss:.4f}  {summary}")
    trained = DigitCNN(channels)
    trained.load_state_dict(run.results["weights"])
    return trained.eval(), run.results["accuracies"]


def batches(count: int, seed: int) -> Iterator[tuple[NDArray[np.int64], float]]:
    """Yield shuffled batches of `count` samples, each with the progress so far, in [0, 1).

    A batch is the indices (BATCH_SIZE,) of its samples.
    """
    order = np.random.default_rng(seed).permutation(count)
    starts = range(0, max(1, count - BATCH_SIZE + 1), BATCH_SIZE)
    for start in tqdm(starts, "epoch", unit="batch", leave=False):
        yield order[start : start + BATCH_SIZE], start / count


def to_tensor(inputs: ModelInputs) -> Tensor:
    """Return model inputs (n, 28, 28) as float32 in [0, 1]."""
    return torch.from_numpy(inputs.astype(np.float32) / 255)


def distillation_loss(logits: Tensor, answers: Tensor) -> Tensor:
    """Return how far a network's logits (n, 11) are from a teacher's softened answers (n, 11).

    Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network" (2015), arXiv:1503.02531.
    """
    softened = F.log_softmax(logits / SOFTENING, dim=1)
    targets = answers.to(logits.device, logits.dtype)
    return SOFTENING**2 * F.kl_div(softened, targets, reduction="batchmean")


def answer(teacher: DigitCNN, inputs: ModelInputs) -> Answers:
    """Return a teacher's answers to model inputs (n, 28, 28)."""
    teacher.to(DEVICE, memory_format=torch.channels_last)  # type: ignore[call-overload]
    answers = []
    parts = np.array_split(inputs, -(-len(inputs) // 10_000))
    for part in tqdm(parts, "teacher's answers", leave=False):
        with mixed_precision():
            logits = predict_logits(teacher, to_tensor(part))
        answers.append(F.softmax(logits.float() / SOFTENING, dim=1).half().numpy())
    return np.concatenate(answers)


@torch.no_grad()
def predict_logits(model: torch.nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits (n, 11) of model inputs (n, 28, 28), in evaluation mode."""
    model.eval()
    device = next(model.parameters()).device
    return torch.cat([model(part.to(device)).cpu() for part in torch.split(inputs, 1_000)])


def accuracy(model: torch.nn.Module, val_set: ValidationSet) -> float:
    """Return the fraction of a validation set that is classified correctly."""
    predicted = predict_logits(model, val_set.inputs).argmax(1)
    return (predicted == val_set.labels).float().mean().item()


def mean(accuracies: dict[str, float]) -> float:
    """Return the mean accuracy; every validation set has the same weight."""
    return sum(accuracies.values()) / len(accuracies)


def log_inputs(writer: SummaryWriter, inputs: ModelInputs) -> None:
    """Write the network's graph and the first 256 model inputs to TensorBoard."""
    sheet = torch.from_numpy(inputs[:256]).reshape(16, 16, 28, 28).transpose(1, 2)
    writer.add_image("inputs", sheet.reshape(1, 16 * 28, 16 * 28))
    writer.add_graph(DigitCNN().eval(), torch.zeros(1, 28, 28))


def log_confusion_matrix(
    folder: Path, labels: NDArray[np.int64], predicted: NDArray[np.int64], version: str
) -> None:
    """Write the exported model's version and confusion matrix to TensorBoard."""
    with SummaryWriter(str(folder / "tensorboard")) as writer:
        writer.add_text("model", version)
        writer.add_figure("confusion", validation_confusion_chart(labels, predicted))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the digit model and export it.")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    parser.add_argument(
        "--without",
        nargs="+",
        choices=OPTIONAL_DATASETS,
        default=[],
        help="data sets to train without, if you cannot get them",
    )
    parser.add_argument("--run", default="release", help="folder under runs/ (default: release)")
    arguments = parser.parse_args()
    folder = RUNS / arguments.run
    try:
        sources, val_sets = load_sources(arguments.without)
    except DatasetError as error:
        optional = ", ".join(OPTIONAL_DATASETS)
        raise SystemExit(
            f"{error}\nTo train without a data set ({optional}): make train ARGS='--without …'"
        ) from error
    dataset = AugmentedDataset(sources, RUNS / "augmented")
    copies = -(-arguments.epochs // EPOCHS_PER_COPY)
    for number in tqdm(range(copies), "rendering", unit="copy"):
        dataset.load(number)
    recipe = (
        f"{format_channels(CHANNELS)} channels taught by {format_channels(TEACHER_CHANNELS)}, "
        f"{arguments.epochs} epochs, {copies} copies {dataset.fingerprint}"
    )
    teacher, _ = train(
        dataset.load,
        val_sets,
        folder / "teacher",
        recipe,
        math.ceil(TEACHER_EPOCHS * arguments.epochs),
        arguments.seed,
        TEACHER_CHANNELS,
    )

    def load_answers(number: int) -> Answers:
        path = folder / "teacher" / f"answers-{dataset.fingerprint}-{number:02d}.npy"
        if not path.exists():
            with whole_file(path) as file:
                np.save(file, answer(teacher, dataset.load(number)[0]))
        answers: Answers = np.load(path)
        return answers

    model, accuracies = train(
        dataset.load,
        val_sets,
        folder,
        recipe,
        arguments.epochs,
        arguments.seed,
        load_answers=load_answers,
    )

    whole = [val_set for val_set in val_sets if val_set.name != FOUND_DIGITS]
    logits = torch.cat([predict_logits(model, val_set.inputs) for val_set in whole]).numpy()
    labels = torch.cat([val_set.labels for val_set in whole]).numpy()
    target = folder / "digits.onnx"
    examples = to_tensor(dataset.load(0)[0][:EXAMPLES]).numpy()
    export_onnx(model, calibrate(logits, labels), recipe, target, examples)
    log_confusion_matrix(folder, labels, logits.argmax(1), Classifier(target).version)
    figures = {name: f"{value:.4f}" for name, value in accuracies.items()}
    run = {"recipe": recipe, "seed": arguments.seed, "bytes": target.stat().st_size} | figures
    append_run(RESULTS, run)
    print(f"Wrote {target}. To release and evaluate it: make release RUN={arguments.run}")


if __name__ == "__main__":
    main()
