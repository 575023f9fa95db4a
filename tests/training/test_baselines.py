"""The models of the benchmarks: one like those of tutorials, and the released one in torch."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch

from benchmarks.targets import requirements_of
from recognizer.model_files import MODEL_PATH
from training.data.datasets import Digits
from training.small_baseline import SmallNetwork, accuracy_of, export, train
from training.torch_weights import released_network

BARS = Digits(
    np.stack([np.roll(np.eye(28, dtype=np.uint8) * 255, 2 * at, axis=0) for at in range(10)] * 4),
    np.array([*range(10)] * 4),
)
"""Ten kinds of images that are told apart easily."""


def random_inputs() -> torch.Tensor:
    return torch.rand(3, 28, 28, generator=torch.Generator().manual_seed(0))


def run(model: Path, inputs: torch.Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the first output of an ONNX file."""
    session = onnxruntime.InferenceSession(model)
    logits: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    logits = session.run(None, {"input": inputs.numpy()})[0]
    return logits


def test_small_network_has_the_weights_of_mnist_8() -> None:
    assert sum(weights.numel() for weights in SmallNetwork().parameters()) == 5_994


def test_small_network_learns_and_exports_what_it_has_learned(tmp_path: Path) -> None:
    network = train(BARS, epochs=60)
    assert accuracy_of(network, BARS) > 0.9
    path = tmp_path / "small.onnx"
    export(network, 1.0, path)
    inputs = random_inputs()
    expected = network(inputs).detach().numpy()
    np.testing.assert_allclose(run(path, inputs), expected, atol=1e-4)


def test_released_network_in_torch_answers_as_in_onnxruntime() -> None:
    inputs = torch.from_numpy(BARS.images[:10] / np.float32(255))
    logits = released_network()(inputs).detach().numpy()
    # Onnxruntime also rounds what goes from one convolution to the next.
    np.testing.assert_allclose(logits, run(MODEL_PATH, inputs), atol=0.3)
    assert np.abs(logits).max() > 3


def test_requirements_of_torch_include_what_its_requirements_require() -> None:
    assert {"torch", "sympy", "mpmath", "jinja2", "markupsafe"} <= requirements_of("torch")
