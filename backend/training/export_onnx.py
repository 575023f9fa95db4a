"""Writes the network as an ONNX file that carries its calibration, with its SHA-256 beside it."""

import hashlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import torch

from recognizer.preprocessing import FIELD
from training.calibration import Calibration
from training.model import Network


def export(network: Network, calibration: Calibration, recipe: str, path: Path) -> None:
    """Export a network in evaluation mode to `path`, for any number of inks at a time.

    `recipe` says in a line how it was trained, for the file's metadata.
    """
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
    store_in_half_precision(model.graph)
    thresholds = {name: f"{value:.6g}" for name, value in asdict(calibration).items()}
    onnx.helper.set_model_props(model, {"recipe": recipe} | thresholds)
    model.doc_string = "Reads a handwritten digit; see card.md beside this file."
    onnx.save(model, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".onnx.sha256").write_text(f"{digest}  {path.name}\n")


def store_in_half_precision(graph: onnx.GraphProto) -> None:
    """Keep the weights as float16, cast back to float32 when the file is loaded: half the size."""
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
    """Remove what the exporter notes about the source of each node, file paths among it."""
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("metadata_props")
