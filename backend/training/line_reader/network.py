"""The network: convolutions from a line to the digit, if any, that each of its steps shows."""

import torch.nn.functional as F
from torch import Tensor, nn

from recognizer.line_reader import BLANK
from training.residual import Residual

CHANNELS = (16, 32, 64, 96, 128)
"""Feature maps at heights 32, 16, 8, 4 and 1; the width is that of a step from the third on."""

DILATIONS = (1, 2, 4, 8)
"""Distances, in steps, between what each layer of context looks at: 60 steps reach 240 pixels."""


class LineNet(nn.Module):
    """Convolutional network with 344,000 weights.

    It is trained by connectionist temporal classification (Graves et al., ICML 2006): where a digit
    is need not be known, only which digits there are. Having no recurrent layer, it is as fast as
    its convolutions. STEP, LINE_HEIGHT and BLANK are those of `recognizer.line_reader`.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth, last = CHANNELS
        self.shapes = nn.Sequential(
            *conv(1, first), nn.MaxPool2d(2),
            *conv(first, second), nn.MaxPool2d(2),
            *conv(second, third), Residual(*conv(third, third)), nn.MaxPool2d((2, 1)),
            *conv(third, fourth), Residual(*conv(fourth, fourth)), nn.MaxPool2d((2, 1)),
            *conv(fourth, last, kernel=(2, 3), padding=(0, 1)),
        )  # fmt: skip
        self.context = nn.Sequential(*(context(last, dilation) for dilation in DILATIONS))
        self.classes = nn.Conv1d(last, BLANK + 1, 1)

    def forward(self, lines: Tensor) -> Tensor:
        """Return logits (n, BLANK + 1, width / STEP) of lines (n, 1, LINE_HEIGHT, width).

        Their ink is in [0, 1], their width a multiple of STEP.
        """
        logits: Tensor = self.classes(self.context(self.shapes(lines).squeeze(2)))
        return logits


def conv(
    in_channels: int,
    out_channels: int,
    kernel: tuple[int, int] = (3, 3),
    padding: tuple[int, int] = (1, 1),
) -> tuple[nn.Module, ...]:
    """Return a convolution, batch normalization and ReLU."""
    return (
        nn.Conv2d(in_channels, out_channels, kernel, padding=padding, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def context(channels: int, dilation: int) -> Residual:
    """Return a separable convolution along the line whose result is added to its input."""
    return Residual(
        nn.Conv1d(
            channels, channels, 5, padding=2 * dilation, dilation=dilation, groups=channels,
            bias=False,
        ),
        nn.Conv1d(channels, channels, 1, bias=False),
        nn.BatchNorm1d(channels),
        nn.ReLU(),
    )  # fmt: skip


def loss_of(logits: Tensor, digits: Tensor, counts: Tensor) -> Tensor:
    """Return how unlikely the digits of lines are, by their logits (n, BLANK + 1, steps).

    `digits` is (n, k), of which only the first of `counts` (n,) count. A line that is too short for
    its digits counts as 0.
    """
    log_probabilities = F.log_softmax(logits, dim=1).permute(2, 0, 1)
    steps = counts.new_full((len(counts),), len(log_probabilities))
    return F.ctc_loss(log_probabilities, digits, steps, counts, blank=BLANK, zero_infinity=True)
