"""Layers whose result is added to their input."""

from torch import Tensor, nn


class Residual(nn.Module):
    """Layers that keep the shape, and learn a difference (He et al., CVPR 2016)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, features: Tensor) -> Tensor:
        """Return the features with the result of the layers added."""
        result: Tensor = features + self.layers(features)
        return result
