"""Writes the network as an ONNX file that carries its calibration, with its SHA-256 beside it."""

import hashlib
from dataclasses import asdict
from pathlib import Path

import onnx
import torch

from recognizer.preprocessing import FIELD
from training.calibration import Calibration
from training.network import Network


def export(network: Network, calibration: Calibration, path: Path) -> None:
    """Export a network in evaluation mode to `path`, for any number of inks at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network,
        (torch.zeros(2, FIELD, FIELD),),
        path,
        input_names=["ink"],
        output_names=["logits"],
        dynamic_shapes={"ink": {0: "batch"}},
        external_data=False,
        verbose=False,
    )
    model = onnx.load(path)
    strip_traces(model.graph)
    onnx.helper.set_model_props(
        model, {name: f"{value:.6g}" for name, value in asdict(calibration).items()}
    )
    model.doc_string = "Reads a handwritten digit; see card.md beside this file."
    onnx.save(model, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".onnx.sha256").write_text(f"{digest}  {path.name}\n")


def strip_traces(graph: onnx.GraphProto) -> None:
    """Remove what the exporter notes about the source of each node, file paths among it."""
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("metadata_props")
