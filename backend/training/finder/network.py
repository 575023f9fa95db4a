"""The network: a small U-Net that finds the ink of digits and the digits' centers."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recognizer.finder import MULTIPLE
from training.residual import Residual

CHANNELS = (16, 32, 64, 112, 128)
"""Feature maps of the encoder at strides 2, 4, 8, 16 and 32."""

DECODER_CHANNELS = (112, 64, 48, 24)
"""Feature maps of the decoder at strides 16, 8, 4 and 2."""


class Found(NamedTuple):
    """What the network makes of n pictures, before any sigmoid or softmax.

    STRIDE is that of `recognizer.detection`.
    """

    mask: Tensor
    """(n, height, width): whether a pixel is a digit's ink; logits."""
    heat: Tensor
    """(n, height / STRIDE, width / STRIDE): whether a cell is a digit's center; logits."""
    offsets: Tensor
    """(n, 2, height / STRIDE, width / STRIDE): from a cell of ink to the center of its digit: x and
    y, in pixels of the picture."""
    classes: Tensor
    """(n, 10, height / STRIDE, width / STRIDE): which digit's ink it is; logits."""


class FinderNet(nn.Module):
    """U-Net with 300,000 weights.

    Pictures (n, 3, height, width), RGB float32 in [0, 255], are standardized each by its own mean
    and deviation, so that neither exposure nor contrast matters. Centers and offsets are those of
    Panoptic-DeepLab (Cheng et al., CVPR 2020), without classes of instances.
    """

    def __init__(self) -> None:
        super().__init__()
        second, fourth, eighth, sixteenth, bottom = CHANNELS
        up16, up8, up4, up2 = DECODER_CHANNELS
        self.down2 = nn.Sequential(*conv(3, second, stride=2), *conv(second, second))
        self.down4 = nn.Sequential(*conv(second, fourth, stride=2), *conv(fourth, fourth))
        self.down8 = nn.Sequential(
            *conv(fourth, eighth, stride=2), *conv(eighth, eighth), separable_residual(eighth)
        )
        self.down16 = nn.Sequential(
            *separable(eighth, sixteenth, stride=2),
            *(separable_residual(sixteenth) for _ in range(3)),
        )
        self.down32 = nn.Sequential(
            *separable(sixteenth, bottom, stride=2), *(separable_residual(bottom) for _ in range(3))
        )
        self.context = nn.Linear(bottom, bottom)
        self.up16 = Up(bottom, sixteenth, up16)
        self.up8 = Up(up16, eighth, up8)
        self.up4 = Up(up8, fourth, up4)
        self.up2 = Up(up4, second, up2)
        self.mask = nn.Conv2d(up2, 4, 3, padding=1)
        self.refine4 = separable_residual(up4)
        self.digits = nn.Conv2d(up4, 1 + 2 + 10, 1)

    def forward(self, pictures: Tensor) -> Found:
        """Return what is found in pictures whose sides are multiples of MULTIPLE."""
        x2 = self.down2(standardized(pictures))
        x4 = self.down4(x2)
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        x32 = self.down32(x16)
        x32 = x32 + self.context(x32.mean(dim=(2, 3)))[:, :, None, None]
        y4 = self.up4(self.up8(self.up16(x32, x16), x8), x4)
        mask = F.pixel_shuffle(self.mask(self.up2(y4, x2)), 2)[:, 0]
        heat, offsets, classes = self.digits(self.refine4(y4)).split((1, 2, 10), dim=1)
        # Few pixels are ink, few cells centers: the network need not learn that first.
        return Found(mask - 3, heat[:, 0] - 4, offsets * MULTIPLE, classes)


class Depthwise(nn.Conv2d):
    """A depthwise convolution in float32: under autocast, CPUs take longer for it in bfloat16."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Return features of the same number of channels."""
        with torch.autocast(input.device.type, enabled=False):
            return super().forward(input.float())


class Up(nn.Module):
    """Doubles the resolution and adds the encoder's features, which have it."""

    def __init__(self, channels: int, skipped: int, out_channels: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, out_channels, 1)
        self.skip = nn.Conv2d(skipped, out_channels, 1)
        self.refine = separable_residual(out_channels)

    def forward(self, features: Tensor, skipped: Tensor) -> Tensor:
        """Return features of the resolution of `skipped`."""
        enlarged = F.interpolate(self.reduce(features), scale_factor=2.0, mode="nearest")
        refined: Tensor = self.refine(F.relu(enlarged + self.skip(skipped)))
        return refined


def standardized(pictures: Tensor) -> Tensor:
    """Return pictures (n, 3, height, width), each with mean 0 and deviation 1.

    The deviation of an even picture, which is only noise, counts as 4 levels of 255.
    """
    mean = pictures.mean(dim=(1, 2, 3), keepdim=True)
    variance = (pictures - mean).square().mean(dim=(1, 2, 3), keepdim=True)
    return (pictures - mean) / (variance + 16.0).sqrt()


def conv(in_channels: int, out_channels: int, stride: int = 1) -> tuple[nn.Module, ...]:
    """Return a 3×3 convolution, batch normalization and ReLU."""
    return (
        nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def separable(in_channels: int, out_channels: int, stride: int = 1) -> tuple[nn.Module, ...]:
    """Return a depthwise 5×5 convolution, one across channels, normalization and ReLU."""
    return (
        Depthwise(in_channels, in_channels, 5, stride, padding=2, groups=in_channels, bias=False),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def separable_residual(channels: int) -> Residual:
    """Return a separable convolution whose result is added to its input."""
    return Residual(*separable(channels, channels))


@torch.no_grad()
def find(network: nn.Module, pictures: Tensor) -> Found:
    """Return what a network in evaluation mode finds in pictures (n, height, width, 3) uint8."""
    device = next(network.parameters()).device
    found = network(pictures.to(device).permute(0, 3, 1, 2).float())
    return Found(*(part.float().cpu() for part in found))
