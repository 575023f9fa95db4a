"""Augmentation of 28×28 images: other handwriting, other pens, poor cameras.

Each image is rendered on a larger canvas through one random affine and elastic transform, with a
thinner or thicker pen. Some canvases, from here or from strokes, are then degraded like a photo.
All pass through `recognizer.preprocessing`, exactly like an image sent to the API.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from recognizer.preprocessing import INPUT_SIZE, preprocess

CANVAS_SIZE = 72
"""Side of the canvas, in pixels."""

DIGIT_SCALE = 1.9
"""Canvas pixels per image pixel before distortion: a digit of 20 pixels becomes 38."""

MAX_ROTATION = 0.26
"""Radians, either way (15°)."""

MAX_SHEAR = 0.25
"""Horizontal shift per unit of height, either way: from upright to slanted handwriting."""

MAX_LOG_STRETCH = 0.2
"""Logarithm of the factor that stretches one axis and shrinks the other, either way."""

ELASTIC_GRID = 5
"""Points per side of the coarse grid whose random shifts, interpolated, bend the strokes."""

MAX_ELASTIC_SHIFT = 1.3
"""Largest standard deviation of those shifts, in image pixels (of 28)."""

MIN_RESOLUTION = 22
"""Side, in pixels, of the coarsest canvas: its digit has about 12 pixels."""

MAX_BLUR_RADIUS = 2
"""Radius of the widest box blur, which is applied twice, in canvas pixels."""

DEGRADE_PROB = 0.3
"""Probability that a canvas may get a low resolution, blur, or a photo's light and noise."""


def preprocess_batch(canvases: Tensor) -> NDArray[np.float32]:
    """Return the model inputs (n, 28, 28) of canvases (n, 1, height, width) in [0, 1].

    This is the API's preprocessing. The model input of a blank canvas is all zeros.
    """
    levels = (canvases[:, 0] * 255).round().to(torch.uint8).numpy()
    blank = np.zeros((INPUT_SIZE, INPUT_SIZE), dtype=np.float32)
    found = (preprocess(canvas) for canvas in levels)
    return np.stack([blank if each is None else each.model_input for each in found])


def upscale(images: Tensor) -> Tensor:
    """Return square images (n, 1, side, side) enlarged by a whole number, undistorted.

    The canvases are (n, 1, CANVAS_SIZE, CANVAS_SIZE).
    """
    factor = CANVAS_SIZE // images.shape[-1]
    margin = (CANVAS_SIZE - factor * images.shape[-1]) // 2
    return F.pad(F.interpolate(images, scale_factor=factor), [margin] * 4)


def random_affine_elastic(images: Tensor, generator: torch.Generator) -> Tensor:
    """Render square images (n, 1, side, side) slanted and bent at random.

    Returns canvases (n, 1, CANVAS_SIZE, CANVAS_SIZE). Elastic distortion after Simard, Steinkraus,
    Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis"
    (ICDAR 2003), on a coarse grid.
    """
    count = len(images)

    def uniform(limit: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    angle, shear = uniform(MAX_ROTATION), uniform(MAX_SHEAR)
    stretch = torch.exp(uniform(MAX_LOG_STRETCH))
    sine, cosine = torch.sin(angle), torch.cos(angle)
    zoom = CANVAS_SIZE / INPUT_SIZE / DIGIT_SCALE
    matrix = torch.stack(
        [
            torch.stack([cosine * stretch, (shear - sine) / stretch, torch.zeros(count)], dim=1),
            torch.stack([sine * stretch, cosine / stretch, torch.zeros(count)], dim=1),
        ],
        dim=1,
    )
    matrix[:, :, :2] *= zoom
    grid = F.affine_grid(matrix, [count, 1, CANVAS_SIZE, CANVAS_SIZE], align_corners=False)
    strength = torch.rand(count, generator=generator) * MAX_ELASTIC_SHIFT * 2 / INPUT_SIZE
    shifts = torch.randn(count, 2, ELASTIC_GRID, ELASTIC_GRID, generator=generator)
    bend = F.interpolate(
        shifts * strength[:, None, None, None], size=CANVAS_SIZE, mode="bicubic", align_corners=True
    )
    return F.grid_sample(images, grid + bend.permute(0, 2, 3, 1), align_corners=False)


def random_stroke_width(canvases: Tensor, generator: torch.Generator) -> Tensor:
    """Thin or thicken the strokes on four canvases in ten by up to two pixels per side.

    Canvases are (n, 1, height, width) in [0, 1].
    """
    choice = torch.randint(0, 10, (len(canvases),), generator=generator)
    canvases = canvases.clone()
    for number, (size, thicker) in enumerate([(3, True), (5, True), (3, False), (5, False)]):
        chosen = choice == number
        strokes = canvases[chosen]
        pooled = F.max_pool2d(strokes if thicker else -strokes, size, stride=1, padding=size // 2)
        changed = pooled if thicker else -pooled
        # Strokes that thinning would erase stay as they are.
        survives = changed.flatten(1).amax(1) > 0.6
        canvases[chosen] = torch.where(survives[:, None, None, None], changed, strokes)
    return canvases


def degrade(canvases: Tensor, generator: torch.Generator) -> Tensor:
    """Degrade a fraction DEGRADE_PROB of the canvases as a poor camera would.

    Each of them gets, with a probability of one half each: a low resolution; blur; uneven light,
    low contrast and noise. Canvases are (n, 1, CANVAS_SIZE, CANVAS_SIZE) in [0, 1].
    """
    chosen = (torch.rand(len(canvases), generator=generator) < DEGRADE_PROB).nonzero().flatten()
    canvases = canvases.clone()
    for number in chosen.tolist():
        coarse, blurred, noisy = torch.rand(3, generator=generator).tolist()
        canvas = canvases[number : number + 1]
        if coarse < 0.5:
            side = int(torch.randint(MIN_RESOLUTION, CANVAS_SIZE, (1,), generator=generator))
            small = F.interpolate(canvas, size=(side, side), mode="area")
            canvas = F.interpolate(small, size=(CANVAS_SIZE, CANVAS_SIZE), mode="bilinear")
        if blurred < 0.5:
            width = 2 * int(torch.randint(1, MAX_BLUR_RADIUS + 1, (1,), generator=generator)) + 1
            for _ in range(2):  # two box blurs approximate a Gaussian
                canvas = F.avg_pool2d(
                    canvas, width, stride=1, padding=width // 2, count_include_pad=False
                )
        if noisy < 0.5:
            light = torch.rand(2, generator=generator) * 0.3 - 0.15
            position = torch.linspace(-1, 1, CANVAS_SIZE)
            noise, contrast = torch.rand(2, generator=generator).tolist()
            paper = 0.25 + light[0] * position[None, :] + light[1] * position[:, None]
            grain = torch.randn(canvas.shape, generator=generator) * 0.06 * noise
            canvas = (paper + canvas * (0.35 + 0.25 * contrast) + grain).clamp(0, 1)
        canvases[number] = canvas[0]
    return canvases
