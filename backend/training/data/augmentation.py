"""Distorts scanned digits into what other people, pens and cameras would have made of them.

Each 28×28 digit is redrawn on a larger canvas through one random warp (affine and elastic), and
its pen made thinner or fatter. Canvases, from here or elsewhere, are blurred and speckled now and
then and pass through `recognizer.preprocessing`, just like a picture that a stranger sends.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from recognizer.preprocessing import FIELD, preprocess

CANVAS = 72
"""Side of the canvas, in pixels."""

DIGIT = 1.9
"""Canvas pixels a digit's pixel covers before distortion: 20 pixels become 38."""

ROTATION = 0.26
"""Radians, either way (15°)."""

SHEAR = 0.25
"""Horizontal shift per unit of height, either way: upright to slanted handwriting."""

STRETCH = 0.2
"""Log of the factor that one axis is stretched by and the other shrunk, either way."""

ELASTIC_GRID = 5
"""Points a side of the coarse grid whose random shifts, interpolated, bend the strokes."""

ELASTIC_SHIFT = 1.3
"""Digit pixels (of 28): standard deviation of those shifts, at most."""

COARSEST = 22
"""Pixels a side of the canvas at its coarsest: the digit has 12."""

WIDEST_BLUR = 2
"""Canvas pixels either way: the blur's reach, applied twice."""

SPOILED = 0.3
"""Share of canvases that look as if seen by a poor camera, a few pixels small, or both."""


def inks_of(canvases: Tensor) -> NDArray[np.float32]:
    """Ink (n, 28, 28) of canvases (n, 1, CANVAS, CANVAS), as the server would see them."""
    levels = (canvases[:, 0] * 255).round().to(torch.uint8).numpy()
    blank = np.zeros((FIELD, FIELD), dtype=np.float32)
    inks = (preprocess(canvas) for canvas in levels)
    return np.stack([blank if ink is None else ink for ink in inks])


def enlarge(pictures: Tensor) -> Tensor:
    """Square pictures (n, 1, …) as they are, only larger, on (n, 1, CANVAS, CANVAS)."""
    times = CANVAS // pictures.shape[-1]
    margin = (CANVAS - times * pictures.shape[-1]) // 2
    return F.pad(F.interpolate(pictures, scale_factor=times), [margin] * 4)


def warp(digits: Tensor, generator: torch.Generator) -> Tensor:
    """Redraw square pictures (n, 1, …) on (n, 1, CANVAS, CANVAS), slanted and bent at random.

    Elastic distortion after Simard, Steinkraus, Platt, "Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis" (ICDAR 2003), on a coarse grid.
    """
    count = len(digits)

    def spread(limit: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    angle, shear = spread(ROTATION), spread(SHEAR)
    stretch = torch.exp(spread(STRETCH))
    sine, cosine = torch.sin(angle), torch.cos(angle)
    zoom = CANVAS / FIELD / DIGIT
    matrix = torch.stack(
        [
            torch.stack([cosine * stretch, (shear - sine) / stretch, torch.zeros(count)], dim=1),
            torch.stack([sine * stretch, cosine / stretch, torch.zeros(count)], dim=1),
        ],
        dim=1,
    )
    matrix[:, :, :2] *= zoom
    grid = F.affine_grid(matrix, [count, 1, CANVAS, CANVAS], align_corners=False)
    strength = torch.rand(count, generator=generator) * ELASTIC_SHIFT * 2 / FIELD
    shifts = torch.randn(count, 2, ELASTIC_GRID, ELASTIC_GRID, generator=generator)
    bend = F.interpolate(
        shifts * strength[:, None, None, None], size=CANVAS, mode="bicubic", align_corners=True
    )
    return F.grid_sample(digits, grid + bend.permute(0, 2, 3, 1), align_corners=False)


def change_pen(canvases: Tensor, generator: torch.Generator) -> Tensor:
    """Thin or fatten the strokes of four canvases in ten by up to two canvas pixels."""
    choice = torch.randint(0, 10, (len(canvases),), generator=generator)
    canvases = canvases.clone()
    for number, (size, fatter) in enumerate([(3, True), (5, True), (3, False), (5, False)]):
        chosen = choice == number
        strokes = canvases[chosen]
        pooled = F.max_pool2d(strokes if fatter else -strokes, size, stride=1, padding=size // 2)
        changed = pooled if fatter else -pooled
        # A stroke that thinning would wipe out stays as it is.
        survives = changed.flatten(1).amax(1) > 0.6
        canvases[chosen] = torch.where(survives[:, None, None, None], changed, strokes)
    return canvases


def spoil(canvases: Tensor, generator: torch.Generator) -> Tensor:
    """Give some of the canvases coarse pixels, blur, uneven light, little contrast and noise."""
    chosen = (torch.rand(len(canvases), generator=generator) < SPOILED).nonzero().flatten()
    canvases = canvases.clone()
    for number in chosen.tolist():
        coarse, blurred, noisy = torch.rand(3, generator=generator).tolist()
        canvas = canvases[number : number + 1]
        if coarse < 0.5:
            side = int(torch.randint(COARSEST, CANVAS, (1,), generator=generator))
            small = F.interpolate(canvas, size=(side, side), mode="area")
            canvas = F.interpolate(small, size=(CANVAS, CANVAS), mode="bilinear")
        if blurred < 0.5:
            width = 2 * int(torch.randint(1, WIDEST_BLUR + 1, (1,), generator=generator)) + 1
            for _ in range(2):  # a box twice is nearly a bell
                canvas = F.avg_pool2d(
                    canvas, width, stride=1, padding=width // 2, count_include_pad=False
                )
        if noisy < 0.5:
            light = torch.rand(2, generator=generator) * 0.3 - 0.15
            across = torch.linspace(-1, 1, CANVAS)
            noise, contrast = torch.rand(2, generator=generator).tolist()
            paper = 0.25 + light[0] * across[None, :] + light[1] * across[:, None]
            grain = torch.randn(canvas.shape, generator=generator) * 0.06 * noise
            canvas = (paper + canvas * (0.35 + 0.25 * contrast) + grain).clamp(0, 1)
        canvases[number] = canvas[0]
    return canvases
