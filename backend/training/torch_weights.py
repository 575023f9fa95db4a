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
    """Return the released network, in evaluation mode.

    The export has merged each normalization into its convolution; what is left of it is a bias.
    """
    stored = {
        weights.name.removeprefix("model.").removesuffix(".half"): torch.from_numpy(
            onnx.numpy_helper.to_array(weights).astype("float32")
        )
        for weights in onnx.load(MODEL_PATH).graph.initializer
    }
    network = DigitCNN().eval()
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            module.weight.copy_(stored[f"{name}.weight"])
            convolution = name
        elif isinstance(module, nn.BatchNorm2d):
            module.weight.fill_((1 + module.eps) ** 0.5)
            module.bias.copy_(stored[f"{convolution}.weight_bias"])
    network.classify.bias.copy_(stored["classify.bias"])  # type: ignore[union-attr]
    return network


if __name__ == "__main__":
    main()
