"""Writes the weights of the released network, which is stored as ONNX only, for torch.

Run as `python -m training.torch_weights PATH`.
"""

import sys

import onnx
import torch
from torch import nn

from recognizer.model_files import MODEL_PATH
from training.model import DigitCNN


def main() -> None:
    (path,) = sys.argv[1:]
    torch.save(released_network().state_dict(), path)


@torch.no_grad()
def released_network() -> DigitCNN:
    """Return the released network, in evaluation mode, with its rounded weights.

    The export has merged each normalization into its convolution; what is left of it is a bias.
    """
    graph = onnx.load(MODEL_PATH).graph
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "QLinearConv":
            _, scale_of_input, _, weights, scale, *_, bias = node.input
            name = weights.removesuffix("_quantized")
            stored[name] = stored[weights] * stored[scale][:, None, None, None]
            stored[f"{name}_bias"] = stored[bias] * stored[scale] * stored[scale_of_input]
    network = DigitCNN().eval()
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            weights = f"model.{name}.weight"
            module.weight.copy_(torch.tensor(stored[weights]))
            bias = f"{weights}_bias"
        elif isinstance(module, nn.BatchNorm2d):
            module.weight.fill_((1 + module.eps) ** 0.5)
            module.bias.copy_(torch.tensor(stored[bias]))
    last = torch.tensor(stored["model.classify.bias"])
    network.classify.bias.copy_(last)  # type: ignore[union-attr]
    return network


if __name__ == "__main__":
    main()
