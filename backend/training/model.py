"""The network: seven small convolutions, then an average, then eleven logits."""

from torch import Tensor, nn

CHANNELS = (16, 64, 128)
"""Feature maps at 28×28, 14×14 and 7×7: multiples of 16, which processors' vectors hold."""


class Network(nn.Module):
    """Ink (n, 28, 28) float32 in [0, 1] → logits (n, 11) float32. 420,000 weights.

    A logit for each digit, and one for what is no digit.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third = CHANNELS
        self.layers = nn.Sequential(
            *convolution(1, first),
            *convolution(first, first),
            nn.MaxPool2d(2),
            *convolution(first, second),
            *convolution(second, second),
            nn.MaxPool2d(2),
            *convolution(second, third),
            *convolution(third, third),
            *convolution(third, third),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(third, 11),
        )

    def forward(self, ink: Tensor) -> Tensor:
        logits: Tensor = self.layers(ink.unsqueeze(1))
        return logits


def convolution(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    """3×3 convolution that keeps the size, batch normalisation, ReLU."""
    return (
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
