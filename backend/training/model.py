"""The network: seven small convolutions, then the evidence for each class, averaged."""

from torch import Tensor, nn

Channels = tuple[int, int, int]
"""Numbers of feature maps at 28×28, 14×14 and 7×7."""

CHANNELS: Channels = (16, 64, 128)
"""The served network's: multiples of 16, which fill a CPU's vector registers."""

TEACHER_CHANNELS: Channels = (32, 96, 192)
"""Those of the wider network that the served one learns from."""


class DigitCNN(nn.Module):
    """Convolutional network with 420,000 weights, or other `channels`.

    Model inputs (n, 28, 28) float32 in [0, 1] → logits (n, 11) float32: one per digit, and one for
    the class NON_DIGIT.
    """

    def __init__(self, channels: Channels = CHANNELS) -> None:
        super().__init__()
        first, second, third = channels
        self.features = nn.Sequential(
            *conv_bn_relu(1, first),
            *conv_bn_relu(first, first),
            nn.MaxPool2d(2),
            *conv_bn_relu(first, second),
            *conv_bn_relu(second, second),
            nn.MaxPool2d(2),
            *conv_bn_relu(second, third),
            *conv_bn_relu(third, third),
            *conv_bn_relu(third, third),
            nn.Dropout2d(0.2),
        )
        self.classify = nn.Conv2d(third, 11, 1)

    def evidence(self, inputs: Tensor) -> Tensor:
        """Return what each part of model inputs (n, 28, 28) says for each class: (n, 11, 7, 7).

        Its mean over the parts is the logit: a class activation map (Zhou et al., "Learning Deep
        Features for Discriminative Localization", CVPR 2016) that is the network's last step.
        """
        evidence: Tensor = self.classify(self.features(inputs.unsqueeze(1)))
        return evidence

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits (n, 11) of model inputs (n, 28, 28)."""
        return self.evidence(inputs).mean(dim=(2, 3))


def conv_bn_relu(in_channels: int, out_channels: int) -> tuple[nn.Module, ...]:
    """Return a 3×3 convolution that keeps the size, batch normalization and ReLU."""
    return (
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )
