"""Exports a line reader as ONNX, with the file's SHA-256 beside it."""

from pathlib import Path

import torch
from torch import Tensor, nn

from recognizer.confidence import Confidence
from recognizer.line_reader import LINE_HEIGHT, STEP
from training.export_onnx import finish_export, store_in_half_precision
from training.line_reader.network import LineNet

UNCALIBRATED = Confidence(
    digit=1, shape=0, heat=1, ink=0, line=1, height=0, row=0, bias=0,
    number=1, number_bias=0, whole=1, whole_bias=0, agreed=1, agreed_bias=0,
)  # fmt: skip
"""Until the weights are chosen, for which the file is needed."""


class OneLine(nn.Module):
    """A network from a line to the probabilities of its steps."""

    def __init__(self, network: LineNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, line: Tensor) -> Tensor:
        """Return probabilities (width / STEP, 11) of a line (LINE_HEIGHT, width)."""
        logits: Tensor = self.network(line[None, None])
        return logits[0].T.softmax(dim=1)


def export_line_reader(
    network: LineNet, recipe: str, path: Path, confidence: Confidence = UNCALIBRATED
) -> None:
    """Export a network in evaluation mode to `path`, for lines whose width is a multiple of STEP.

    The ONNX model maps `line` (LINE_HEIGHT, width), ink in [0, 1], to `probabilities` (width /
    STEP, 11), both float32. Its metadata hold `recipe`, one line about how the network was trained,
    and the weights of the confidence.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        OneLine(network).eval(),
        (torch.zeros(LINE_HEIGHT, 10 * STEP),),
        path,
        input_names=["line"],
        output_names=["probabilities"],
        dynamic_shapes={"line": {1: STEP * torch.export.Dim("steps", min=1)}},
        external_data=False,
        verbose=False,
    )
    weights = {name: f"{value:.6g}" for name, value in confidence._asdict().items()}
    store_in_half_precision(path)
    finish_export(path, "Reads the digits in a line of ink.", {"recipe": recipe} | weights)
