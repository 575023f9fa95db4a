"""Exports a model and its calibration as ONNX, with the file's SHA-256 beside it."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from recognizer.preprocessing import INPUT_SIZE
from training.calibration import Calibration
from training.model import DigitCNN

INPUT_NAME = "input"


class Explained(nn.Module):
    """A network whose evidence is an output beside its logits."""

    def __init__(self, model: DigitCNN) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (n, 11) and evidence (n, 11, 7, 7), whose mean over the parts they are."""
        evidence = self.model.evidence(inputs)
        return evidence.mean(dim=(2, 3)), evidence


class Examples(CalibrationDataReader):  # type: ignore[misc]  # its package has no types
    """Model inputs (n, 28, 28), one by one."""

    def __init__(self, inputs: NDArray[np.float32]) -> None:
        self.inputs: Iterator[NDArray[np.float32]] = iter(inputs[:, None])

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Return the next model input, or None after the last."""
        model_input = next(self.inputs, None)
        return None if model_input is None else {INPUT_NAME: model_input}


def export_onnx(
    model: DigitCNN,
    calibration: Calibration,
    recipe: str,
    path: Path,
    examples: NDArray[np.float32],
) -> None:
    """Export a model in evaluation mode to `path`, for any batch size.

    The ONNX model maps `input` (n, 28, 28) to `logits` (n, 11) and `evidence` (n, 11, 7, 7), all
    float32. Its metadata hold the calibration's fields by name and `recipe`, one line about how the
    model was trained. `examples` are model inputs (n, 28, 28), whose range of values in each layer
    becomes that of its integers.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        Explained(model).eval(),
        (torch.zeros(2, INPUT_SIZE, INPUT_SIZE),),
        path,
        input_names=[INPUT_NAME],
        output_names=["logits", "evidence"],
        dynamic_shapes={"inputs": {0: "batch"}},
        external_data=False,
        verbose=False,
    )
    compute_in_integers(path, examples)
    metadata = {name: f"{value:.6g}" for name, value in asdict(calibration).items()}
    finish_export(
        path,
        "Recognizes a handwritten digit; see MODEL_CARD.md beside this file.",
        {"recipe": recipe} | metadata,
    )


def finish_export(path: Path, description: str, metadata: dict[str, str]) -> None:
    """Describe an exported file, and write its SHA-256 beside it."""
    exported = onnx.load(path)
    strip_traces(exported.graph)
    onnx.helper.set_model_props(exported, metadata)
    exported.doc_string = description
    onnx.save(exported, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".onnx.sha256").write_text(f"{digest}  {path.name}\n")


def compute_in_integers(path: Path, examples: NDArray[np.float32]) -> None:
    """Make the convolutions of an exported classifier those of 8-bit integers.

    The first and the last, which cost little, stay as they are: the evidence would be rounded.
    Weights have 7 bits: where a processor adds products of 8 bits in pairs, these could overflow
    (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
    """
    quant_pre_process(path, path, skip_symbolic_shape=True)
    convolutions = [node.name for node in onnx.load(path).graph.node if node.op_type == "Conv"]
    quantize_static(
        path,
        path,
        Examples(examples),
        quant_format=QuantFormat.QOperator,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=[convolutions[0], convolutions[-1]],
    )


def store_in_half_precision(path: Path) -> None:
    """Store an exported file's weights as float16 and cast them to float32: half the size."""
    exported = onnx.load(path)
    casts = []
    for weights in exported.graph.initializer:
        values = onnx.numpy_helper.to_array(weights)
        if values.dtype == np.float32 and values.size > 1:
            name = weights.name
            halved = onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half")
            weights.CopyFrom(halved)
            casts.append(
                onnx.helper.make_node("Cast", [halved.name], [name], to=onnx.TensorProto.FLOAT)
            )
    nodes = [*casts, *exported.graph.node]
    exported.graph.ClearField("node")
    exported.graph.node.extend(nodes)
    onnx.save(exported, path)


def strip_traces(graph: onnx.GraphProto) -> None:
    """Remove the exporter's notes about source code, which contain file paths."""
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("metadata_props")
