"""Trains the small baseline, a model like those of tutorials, on MNIST alone, in a minute.

    python -m training.small_baseline

writes benchmarks/small_baseline.onnx. The network is that of MNIST-8 in the ONNX model zoo: 5,994
weights (https://github.com/onnx/models/tree/main/validated/vision/classification/mnist).
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import trange

from training.data.datasets import Digits, load_mnist_training, load_mnist_validation
from training.export_onnx import strip_traces
from training.whole_files import whole_file

PATH = Path(__file__).parents[1] / "benchmarks" / "small_baseline.onnx"

EPOCHS, BATCH_SIZE, LEARNING_RATE = 6, 128, 5e-3


class SmallNetwork(nn.Module):
    """Two convolutions: model inputs (n, 28, 28) float32 in [0, 1] → logits (n, 10) float32."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3),
            nn.Flatten(),
            nn.Linear(256, 10),
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits (n, 10) of model inputs (n, 28, 28)."""
        logits: Tensor = self.layers(inputs.unsqueeze(1))
        return logits


def main() -> None:
    network = train(load_mnist_training())
    accuracy = accuracy_of(network, load_mnist_validation())
    export(network, accuracy, PATH)
    print(f"{accuracy:.2%} of MNIST's validation set, {PATH.stat().st_size / 1_000:.0f} kB: {PATH}")


def train(digits: Digits, epochs: int = EPOCHS) -> SmallNetwork:
    """Train a network on MNIST's digits, always from the same random state."""
    torch.manual_seed(0)
    network = SmallNetwork()
    inputs, labels = to_inputs(digits.images), torch.from_numpy(digits.labels)
    steps = -(-len(labels) // BATCH_SIZE)
    optimizer = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, epochs * steps)
    for _ in trange(epochs, desc="training", unit="epoch"):
        for batch in torch.split(torch.randperm(len(labels)), BATCH_SIZE):
            optimizer.zero_grad()
            loss = F.cross_entropy(network(inputs[batch]), labels[batch])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return network.eval()


def to_inputs(images: NDArray[np.uint8]) -> Tensor:
    """Return images (n, 28, 28) as model inputs."""
    return torch.from_numpy(images.astype(np.float32) / 255)


@torch.no_grad()
def accuracy_of(network: SmallNetwork, digits: Digits) -> float:
    """Return the fraction of digits that a network recognizes."""
    found = network(to_inputs(digits.images)).argmax(dim=1).numpy()
    return float((found == digits.labels).mean())


def export(network: SmallNetwork, accuracy: float, path: Path) -> None:
    """Write a network as ONNX: `input` (n, 28, 28) to `logits` (n, 10), both float32."""
    with whole_file(path) as temporary:
        torch.onnx.export(
            network,
            (torch.zeros(2, 28, 28),),
            temporary,
            input_names=["input"],
            output_names=["logits"],
            dynamic_shapes={"inputs": {0: "batch"}},
            external_data=False,
            verbose=False,
        )
        exported = onnx.load(temporary)
        strip_traces(exported.graph)
        exported.doc_string = f"Recognizes {accuracy:.2%} of MNIST's validation set."
        onnx.save(exported, temporary)


if __name__ == "__main__":
    main()
