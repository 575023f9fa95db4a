"""Exports a finder as ONNX, with the file's SHA-256 beside it."""

from pathlib import Path

import torch
from torch import Tensor, nn

from recognizer.finder import MULTIPLE
from training.export_onnx import finish_export, store_in_half_precision
from training.finder.network import FinderNet


class OnePicture(nn.Module):
    """A network from the bytes of a picture to probabilities and offsets."""

    def __init__(self, network: FinderNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the mask, heat, offsets and classes of a picture (height, width, 3) uint8."""
        found = self.network(picture.permute(2, 0, 1)[None].float())
        return (
            found.mask[0].sigmoid(),
            found.heat[0].sigmoid(),
            found.offsets[0],
            found.classes[0].softmax(dim=0),
        )


def export_finder(network: FinderNet, recipe: str, path: Path) -> None:
    """Export a network in evaluation mode to `path`, for pictures whose sides are multiples of 32.

    The ONNX model maps `picture` (height, width, 3) uint8, RGB, to float32: `mask` (height, width),
    `heat` (height / 4, width / 4), `offsets` (2, height / 4, width / 4) in pixels, x before y, and
    `classes` (10, height / 4, width / 4). All but the offsets are probabilities. Its metadata hold
    `recipe`, one line about how the network was trained.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = torch.export.Dim("rows", min=1), torch.export.Dim("columns", min=1)
    torch.onnx.export(
        OnePicture(network).eval(),
        (torch.zeros(3 * MULTIPLE, 4 * MULTIPLE, 3, dtype=torch.uint8),),
        path,
        input_names=["picture"],
        output_names=["mask", "heat", "offsets", "classes"],
        dynamic_shapes={"picture": {0: MULTIPLE * rows, 1: MULTIPLE * columns}},
        external_data=False,
        verbose=False,
    )
    store_in_half_precision(path)
    finish_export(path, "Finds the ink of handwritten digits in a picture.", {"recipe": recipe})
