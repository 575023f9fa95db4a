"""What the network should find in scenes, and how far it is from that."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from recognizer.detection import STRIDE
from training.finder.network import Found

LEVELS = 256
"""Of the coverage and of the owner of a pixel, which are bytes."""

MIN_CELL_INK = 0.25
"""Coverage of its most covered pixel from which a cell belongs to a digit."""

HEAT_RADIUS = 0.12
"""Standard deviation of the heat around a center, as a fraction of a digit's longer side."""

WEIGHTS = {"mask": 1.0, "dice": 1.0, "heat": 0.5, "offsets": 0.05, "classes": 0.5}
"""Of the parts of the loss."""


class Truth(NamedTuple):
    """What is in n scenes; cells are those of the network's outputs about digits."""

    mask: Tensor
    """(n, height, width) in [0, 1]."""
    heat: Tensor
    """(n, rows, columns) in [0, 1]: 1 in the cells of the centers."""
    owners: Tensor
    """(n, digits, rows, columns) in {0, 1}: which digit's ink is in a cell."""
    offsets: Tensor
    """(n, digits, 2, rows, columns): from a cell to the center of each digit, in pixels."""
    labels: Tensor
    """(n, digits) int64; 0 where there is no digit."""


def truth_of(mask: Tensor, instances: Tensor, labels: Tensor, boxes: Tensor) -> Truth:
    """Return the truth of scenes.

    `mask` and `instances` (n, height, width) are uint8, as in `Scene`; `labels` (n, digits), -1
    where there is no digit, and `boxes` (n, digits, 4), left, top, width and height, are int64.
    """
    numbers = torch.arange(1, labels.shape[1] + 1, device=mask.device)[:, None, None]
    # The coverage and owner of each cell's most covered pixel.
    largest = F.max_pool2d((mask.int() * LEVELS + instances).float()[:, None], STRIDE)
    is_ink = largest >= MIN_CELL_INK * 255 * LEVELS
    owners = ((largest.int() % LEVELS == numbers) & is_ink).float()
    rows, columns = owners.shape[2:]
    x = (torch.arange(columns, device=mask.device) + 0.5) * STRIDE
    y = (torch.arange(rows, device=mask.device)[:, None] + 0.5) * STRIDE
    places = boxes.float()
    centers = (places[..., :2] + places[..., 2:] / 2)[..., None, None]
    to_x, to_y = centers[:, :, 0] - x, centers[:, :, 1] - y
    radius = (HEAT_RADIUS * places[..., 2:].amax(dim=2)).clamp(min=STRIDE)[..., None, None]
    bells = torch.exp(-(to_x**2 + to_y**2) / (2 * radius**2))
    in_center = (to_x.abs() <= STRIDE / 2) & (to_y.abs() <= STRIDE / 2)
    bells = torch.where(in_center, 1.0, bells) * (labels >= 0)[..., None, None]
    offsets = torch.stack([to_x.expand_as(to_y + to_x), to_y.expand_as(to_y + to_x)], dim=2)
    return Truth(mask.float() / 255, bells.amax(dim=1), owners, offsets, labels.clamp(min=0))


def losses(found: Found, truth: Truth) -> dict[str, Tensor]:
    """Return the parts of the loss, not yet weighted."""
    cells = truth.owners.sum(dim=(2, 3))
    digits = (cells > 0).sum().clamp(min=1)
    # Every digit counts alike, whatever its size.
    shares = truth.owners / cells.clamp(min=1)[..., None, None]
    distance = (found.offsets[:, None] - truth.offsets).abs().sum(dim=2)
    log_likelihoods = F.log_softmax(found.classes, dim=1)
    chosen = truth.labels[:, :, None, None].expand_as(truth.owners)
    of_labels = log_likelihoods.gather(1, chosen)
    return {
        "mask": mask_loss(found.mask, truth.mask),
        "dice": dice_loss(found.mask.sigmoid(), truth.mask),
        "heat": focal_loss(found.heat, truth.heat),
        "offsets": (distance * shares).sum() / digits,
        "classes": -(of_labels * shares).sum() / digits,
    }


def total(parts: dict[str, Tensor]) -> Tensor:
    """Return the weighted sum of the parts of the loss."""
    return torch.stack([WEIGHTS[name] * part for name, part in parts.items()]).sum()


def mask_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """Return the cross-entropy, in which pixels count by how wrong they are, per pixel of ink.

    That is quality focal loss (Li et al., NeurIPS 2020) with an exponent of 1.
    """
    entropy = F.binary_cross_entropy_with_logits(logits, mask, reduction="none")
    wrong = (logits.detach().sigmoid() - mask).abs()
    return (entropy * wrong).sum() / mask.sum().clamp(min=logits.numel() / 100)


def dice_loss(probabilities: Tensor, mask: Tensor) -> Tensor:
    """Return 1 less the Dice coefficient, averaged over scenes (Milletari et al., 3DV 2016).

    For a scene without digits, it grows with the area that is taken for ink.
    """
    smoothing = 20.0  # pixels
    both = (probabilities * mask).sum(dim=(1, 2))
    areas = probabilities.square().sum(dim=(1, 2)) + mask.square().sum(dim=(1, 2))
    return (1 - (2 * both + smoothing) / (areas + smoothing)).mean()


def focal_loss(logits: Tensor, heat: Tensor) -> Tensor:
    """Return the focal loss of CornerNet (Law, Deng, ECCV 2018), per center."""
    probabilities = logits.sigmoid()
    is_center = heat >= 1
    at_centers = F.logsigmoid(logits) * (1 - probabilities) ** 2
    elsewhere = F.logsigmoid(-logits) * probabilities**2 * (1 - heat) ** 4
    centers = is_center.sum().clamp(min=1)
    return -torch.where(is_center, at_centers, elsewhere).sum() / centers
