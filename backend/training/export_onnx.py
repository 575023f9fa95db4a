"""Exports a model and its calibration as ONNX, with the file's SHA-256 beside it."""

import hashlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from recognizer.preprocessing import INPUT_SIZE
from training.calibration import Calibration
from training.model import DigitCNN


class Explained(nn.Module):
    """A network whose evidence is an output beside its logits."""

    def __init__(self, model: DigitCNN) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (n, 11) and evidence (n, 11, 7, 7), whose mean over the parts they are."""
        evidence = self.model.evidence(inputs)
        return evidence.mean(dim=(2, 3)), evidence


def export_onnx(model: DigitCNN, calibration: Calibration, recipe: str, path: Path) -> None:
    """Export a model in evaluation mode to `path`, for any batch size.

    The ONNX model maps `input` (n, 28, 28) to `logits` (n, 11) and `evidence` (n, 11, 7, 7), all
    float32. Its metadata hold the calibration's fields by name and `recipe`, one line about how the
    model was trained.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        Explained(model).eval(),
        (torch.zeros(2, INPUT_SIZE, INPUT_SIZE),),
        path,
        input_names=["input"],
        output_names=["logits", "evidence"],
        dynamic_shapes={"inputs": {0: "batch"}},
        external_data=False,
        verbose=False,
    )
    metadata = {name: f"{value:.6g}" for name, value in asdict(calibration).items()}
    finish_export(
        path,
        "Recognizes a handwritten digit; see MODEL_CARD.md beside this file.",
        {"recipe": recipe} | metadata,
    )


def finish_export(path: Path, description: str, metadata: dict[str, str]) -> None:
    """Halve an exported file, describe it, and write its SHA-256 beside it."""
    exported = onnx.load(path)
    strip_traces(exported.graph)
    store_in_half_precision(exported.graph)
    onnx.helper.set_model_props(exported, metadata)
    exported.doc_string = description
    onnx.save(exported, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".onnx.sha256").write_text(f"{digest}  {path.name}\n")


def store_in_half_precision(graph: onnx.GraphProto) -> None:
    """Store weights as float16 and add casts to float32: half the file size."""
    casts = []
    for weights in graph.initializer:
        values = onnx.numpy_helper.to_array(weights)
        if values.dtype == np.float32 and values.size > 1:
            name = weights.name
            halved = onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half")
            weights.CopyFrom(halved)
            casts.append(
                onnx.helper.make_node("Cast", [halved.name], [name], to=onnx.TensorProto.FLOAT)
            )
    nodes = [*casts, *graph.node]
    graph.ClearField("node")
    graph.node.extend(nodes)


def strip_traces(graph: onnx.GraphProto) -> None:
    """Remove the exporter's notes about source code, which contain file paths."""
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("metadata_props")
