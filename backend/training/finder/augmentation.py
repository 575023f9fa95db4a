"""Variations of scenes: each time that a scene is learned, it is another picture."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

RECOLOR_PROB = 0.3
"""Probability that a picture is inverted; that its colors change places."""

GAMMA_SPREAD = 0.25
"""Deviation of the logarithm of the power to which a picture's light is raised."""

TURN_SPREAD = 0.06
"""Deviation of the angle by which a picture is turned, in radians."""

SHAPE_SPREAD = 0.06
"""Deviation of its slant, and of the logarithm of its stretch."""

MAX_LOG_SCALE = 0.2
"""Logarithm of the factor by which it is enlarged or reduced, at most."""

MAX_SHIFT = 0.08
"""How far it is shifted, as a fraction of each side, at most."""

UNIT_SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
"""The corners of a square."""

Tensors = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""The arrays of a `Batch`, as tensors."""


def varied(batch: Sequence[Tensor], rng: np.random.Generator) -> Tensors:
    """Return the scenes of a batch, each in other colors and warped at random.

    `batch` has the arrays of a `Batch`. The pictures (n, height, width, 3) become float32, in
    [0, 255] as before. A scene is not warped if that would hide a digit.
    """
    pictures, mask, instances, labels, boxes = batch
    count, height, width = mask.shape
    warps = torch.from_numpy(random_warps(labels, boxes, (width, height), rng)).to(mask.device)
    grid = F.affine_grid(warps, [count, 1, height, width], align_corners=False)
    planes = recolored(pictures, rng).permute(0, 3, 1, 2)
    planes = F.grid_sample(planes, grid, padding_mode="border", align_corners=False)
    coverage = F.grid_sample(mask[:, None].float(), grid, align_corners=False)[:, 0]
    owners = F.grid_sample(instances[:, None].float(), grid, "nearest", align_corners=False)[:, 0]
    numbers = torch.arange(1, labels.shape[1] + 1, device=mask.device)
    places, is_there = boxes_of(owners[:, None] == numbers[:, None, None])
    return (
        planes.permute(0, 2, 3, 1),
        coverage.round().to(mask.dtype),
        owners.to(instances.dtype),
        torch.where(is_there, labels, -1),
        places,
    )


def recolored(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Return pictures, lighter or darker, as float32.

    Some are inverted, or their colors change places.
    """
    inverted = rng.random(len(pictures)) < RECOLOR_PROB
    orders = np.tile(np.arange(3), (len(pictures), 1))
    mixed = rng.random(len(pictures)) < RECOLOR_PROB
    orders[mixed] = rng.permuted(orders[mixed], axis=1)
    powers = np.exp(rng.normal(0, GAMMA_SPREAD, (len(pictures), 1, 1, 1))).astype(np.float32)
    device = pictures.device
    chosen = torch.from_numpy(orders).to(device)[:, None, None].expand(pictures.shape)
    light = pictures.gather(3, chosen).float() / 255
    is_inverted = torch.from_numpy(inverted).to(device)[:, None, None, None]
    light = torch.where(is_inverted, 1 - light, light)
    return 255 * light ** torch.from_numpy(powers).to(device)


def random_warps(
    labels: Tensor, boxes: Tensor, size: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return affine maps (n, 2, 3) from where a pixel goes to where it was.

    Coordinates are those of `affine_grid`; `size` is the pictures' width and height. A picture of
    which a digit would come to lie outside stays as it is.
    """
    count, half = len(labels), np.divide(size, 2)
    spreads = [[TURN_SPREAD], [SHAPE_SPREAD], [SHAPE_SPREAD]]
    angle, slant, stretch = rng.normal(0, spreads, (3, count))
    scale = np.exp(rng.uniform(-MAX_LOG_SCALE, MAX_LOG_SCALE, count))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shape = np.array([[np.exp(stretch), slant], [np.zeros(count), np.exp(-stretch)]])
    matrices = scale[:, None, None] * np.einsum("ijn,jkn->nik", turn, shape)
    shifts = rng.uniform(-MAX_SHIFT, MAX_SHIFT, (count, 2)) * size
    # In pixels around the picture's center, a pixel at p was at matrix @ p + shift.
    places = boxes.cpu().numpy()[:, :, None]
    corners = places[..., :2] + UNIT_SQUARE * places[..., 2:] - half
    moved = np.einsum("nij,ndcj->ndci", np.linalg.inv(matrices), corners - shifts[:, None, None])
    is_outside = (np.abs(moved) > half).any(axis=(2, 3))
    stays = (is_outside & (labels.cpu().numpy() >= 0)).any(axis=1)
    matrices[stays], shifts[stays] = np.eye(2), 0
    matrices *= half / half[:, None]
    warps = np.concatenate([matrices, (shifts / half)[..., None]], axis=2)
    return np.asarray(warps, dtype=np.float32)


def boxes_of(inks: Tensor) -> tuple[Tensor, Tensor]:
    """Return the boxes (n, k, 4) int64 around ink (n, k, height, width), and where there is any.

    A box is left, top, width and height, in pixels; without ink, it is not one.
    """
    ends = []
    for axis in (2, 3):  # the ink's columns, then its rows
        there = inks.any(dim=axis)
        length = there.shape[2]
        first = there.int().argmax(dim=2)
        ends.append((first, length - there.flip(2).int().argmax(dim=2) - first))
    (left, width), (top, height) = ends
    return torch.stack([left, top, width, height], dim=2), inks.flatten(2).any(dim=2)
