"""Light on a scene: it multiplies the colors of everything."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.rasterize import rotation
from training.finder.canvas import (
    Field,
    blur,
    fill_ellipse,
    fill_polygon,
    pixel_grid,
    smooth_noise,
)
from training.finder.stage import Stage

Light = Callable[[Stage], None]


def even_light(_: Stage) -> None:
    """Leave the light as it is."""


def gradient(stage: Stage) -> None:
    """Make one side darker."""
    x, y = pixel_grid(stage.size)
    angle = stage.rng.uniform(0, 2 * np.pi)
    along = (x / stage.size[0] - 0.5) * np.cos(angle) + (y / stage.size[1] - 0.5) * np.sin(angle)
    shine(stage, 1 + stage.rng.uniform(0.2, 0.8) * along - 0.1)


def uneven_light(stage: Stage) -> None:
    """Vary the light smoothly."""
    noise = smooth_noise(stage.rng, stage.size, (3, 3))
    shine(stage, 1 + stage.rng.uniform(0.05, 0.2) * noise)


def vignette(stage: Stage) -> None:
    """Darken the corners."""
    x, y = pixel_grid(stage.size)
    distance = (x / stage.size[0] - 0.5) ** 2 + (y / stage.size[1] - 0.5) ** 2
    shine(stage, 1 - stage.rng.uniform(0.4, 1.6) * distance)


def hard_shadow(stage: Stage) -> None:
    """Cast a shadow with an edge across the picture."""
    cast(stage, half_plane(stage), stage.rng.uniform(0.2, 1.2))


def soft_shadow(stage: Stage) -> None:
    """Cast a shadow with a soft edge across the picture."""
    cast(stage, half_plane(stage), stage.rng.uniform(3, 12))


def round_shadow(stage: Stage) -> None:
    """Cast the shadow of a head or a phone."""
    center = stage.rng.uniform((0, 0), stage.size)
    largest = 0.6 * min(stage.size)
    radii = stage.rng.uniform(largest / 3, largest, 2)
    shadow = fill_ellipse(center, radii, stage.rng.uniform(0, 3), stage.size)
    cast(stage, shadow, stage.rng.uniform(0.5, 7))


def shadow_of_hand(stage: Stage) -> None:
    """Cast the shadow of several fingers, from an edge."""
    rng = stage.rng
    shadow = np.zeros(stage.hidden.shape, dtype=np.float32)
    base = rng.uniform(-0.2, 1.2, 2) * stage.size
    toward = rng.uniform(0.2, 0.8, 2) * stage.size - base
    for number in range(int(rng.integers(2, 5))):
        turned = toward @ rotation((number - 1.5) * 0.25)
        center = base + turned * rng.uniform(0.3, 0.9)
        radii = np.array([0.5, 0.08]) * float(max(stage.size))
        angle = float(np.arctan2(turned[1], turned[0]))
        shadow = np.maximum(shadow, fill_ellipse(center, radii, angle, stage.size))
    cast(stage, shadow, rng.uniform(0.8, 4))


def blinds(stage: Stage) -> None:
    """Cast stripes of light through blinds or a window's bars."""
    x, y = pixel_grid(stage.size)
    angle = stage.rng.uniform(0, np.pi)
    period = stage.rng.uniform(0.12, 0.4) * max(stage.size)
    phase = (x * np.cos(angle) + y * np.sin(angle)) / period * 2 * np.pi
    sharpness = stage.rng.uniform(1, 6)
    stripes = np.clip(0.5 + sharpness * np.sin(phase + stage.rng.uniform(0, 6)), 0, 1)
    shine(stage, 1 - stage.rng.uniform(0.15, 0.45) * stripes)


def flash(stage: Stage) -> None:
    """Shine a lamp on the middle: bright there, dark around."""
    center = stage.rng.uniform(0.2, 0.8, 2) * stage.size
    spread = stage.rng.uniform(0.25, 0.6) * max(stage.size)
    spot = bell(stage, center, spread)
    shine(stage, stage.rng.uniform(0.35, 0.7) + stage.rng.uniform(0.5, 0.9) * spot)


def glare(stage: Stage) -> None:
    """Reflect a lamp: a white spot that lightens ink, but does not hide it."""
    rng = stage.rng
    center = rng.uniform(0, 1, 2) * stage.size
    spot = bell(stage, center, rng.uniform(0.06, 0.25) * max(stage.size))
    stage.picture += (1 - stage.picture) * (spot * np.float32(rng.uniform(0.3, 0.75)))[..., None]


def folded(stage: Stage) -> None:
    """Fold the paper once or twice: a line, with other light on each side."""
    light = np.ones(stage.hidden.shape, dtype=np.float32)
    for _ in range(int(stage.rng.integers(1, 3))):
        distance = distance_from_line(stage, upright=True)
        step = stage.rng.uniform(0.03, 0.15) * np.tanh(distance / stage.rng.uniform(0.5, 2))
        decay = np.exp(-np.abs(distance) / (stage.rng.uniform(0.1, 0.5) * max(stage.size)))
        line = stage.rng.uniform(-0.25, 0.15) * np.exp(
            -((distance / stage.rng.uniform(0.4, 1)) ** 2)
        )
        light = light + step * decay + line
    shine(stage, light)


def crumpled(stage: Stage) -> None:
    """Crumple the paper and smooth it again: many creases, each with a bright and a dark side."""
    light = np.ones(stage.hidden.shape, dtype=np.float32)
    for _ in range(int(stage.rng.integers(5, 14))):
        distance = distance_from_line(stage, upright=False)
        reach = stage.rng.uniform(0.03, 0.2) * max(stage.size)
        side = np.tanh(distance / stage.rng.uniform(0.4, 1.5)) * np.exp(-np.abs(distance) / reach)
        within = smooth_noise(stage.rng, stage.size, (4, 4)) > 0  # a crease ends somewhere
        light = light + stage.rng.normal(0, 0.09) * side * blur(within.astype(np.float32), 3)
    shine(stage, light)


def half_plane(stage: Stage) -> Field:
    """Return the coverage of what lies on one side of a line through the picture."""
    rng = stage.rng
    reach = 3.0 * max(stage.size)
    square = np.array([(0, -1), (1, -1), (1, 1), (0, 1)]) * reach
    if rng.random() < 0.4:  # a corner
        square[0] = (rng.uniform(-0.2, 0.2) * reach, -reach * rng.uniform(0, 0.5))
    at = rng.uniform(0.2, 0.8, 2) * stage.size
    return fill_polygon(square @ rotation(rng.uniform(0, 2 * np.pi)) + at, stage.size)


def cast(stage: Stage, shadow: Field, softness: float) -> None:
    """Darken the shadowed part; shadows are a little blue or brown."""
    depth = stage.rng.uniform(0.2, 0.6)
    tint = stage.rng.normal(0, 0.03, 3)
    stage.picture *= (1 - blur(shadow, softness)[..., None] * (depth + tint)).astype(np.float32)


def shine(stage: Stage, light: NDArray[np.floating[Any]]) -> None:
    """Multiply the picture by a light."""
    stage.picture *= np.maximum(light, 0.05).astype(np.float32)[..., None]


def bell(stage: Stage, center: NDArray[np.float64], spread: float) -> Field:
    """Return a bell around a point, 1 at its center."""
    x, y = pixel_grid(stage.size)
    squared = ((x - center[0]) ** 2 + (y - center[1]) ** 2) / spread**2
    spot: Field = np.exp(-squared).astype(np.float32)
    return spot


def distance_from_line(stage: Stage, *, upright: bool) -> Field:
    """Return each pixel's signed distance from a line: about upright or level, or any."""
    rng = stage.rng
    x, y = pixel_grid(stage.size)
    angle = rng.integers(2) * np.pi / 2 + rng.normal(0, 0.05) if upright else rng.uniform(0, np.pi)
    at = rng.uniform(0.1, 0.9, 2) * stage.size
    distance = (x - at[0]) * np.cos(angle) + (y - at[1]) * np.sin(angle)
    return np.asarray(distance, dtype=np.float32)
