"""What is written on: paper, screens and boards, and what lies around a sheet.

A function returns a new stage of a size; its picture shows the ground only.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.non_digits import random_texture
from training.data.rasterize import perturb, rotation, smooth
from training.finder.canvas import (
    Field,
    Size,
    blur,
    corners,
    draw_strokes,
    fill_polygon,
    homography,
    pixel_grid,
    smooth_noise,
)
from training.finder.pens import Hands, Pen, crayon, fine_pen, marker, pencil
from training.finder.stage import Color, Picture, Stage, gray, luminance, tinted

Ground = Callable[[np.random.Generator, Hands, Size], Stage]

MIN_CONTRAST = 0.3
"""Least difference between the luminances of ink and paper."""


def paper(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a part of a sheet, seen from above or a little from the side."""
    return stage_on(rng, hands, size, paper_color(rng), tilted_view(rng, size))


def canvas(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a perfectly even ground: black on white, white on black, or two colors."""
    pairs = [(gray(1), gray(0)), (gray(0), gray(1))]
    if rng.random() < 0.6:
        background, ink = pairs[rng.integers(2)]
    else:
        background = tinted(rng, rng.uniform(0, 1), 0.2)
        ink = contrasting(rng, background)
    stage = stage_on(rng, hands, size, background, np.eye(3))
    stage.ink = ink
    return stage


def dark_theme(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a dark ground for light ink: a screen at night, or a board."""
    background = tinted(rng, rng.uniform(0.02, 0.3), 0.05)
    stage = stage_on(rng, hands, size, background, tilted_view(rng, size))
    stage.ink = tinted(rng, rng.uniform(0.7, 1), 0.1)
    return stage


def desk(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a whole sheet on a table of one color."""
    table = even(tinted(rng, rng.uniform(0.05, 0.75), 0.12), size)
    return sheet_on(rng, hands, size, table, paper_color(rng))


def wooden_table(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a whole sheet on a table with a grain."""
    cells = (2, 40) if rng.random() < 0.5 else (40, 2)
    brown = np.array([0.55, 0.38, 0.22], dtype=np.float32) * rng.uniform(0.5, 1.4)
    table = even(brown, size) * (1 + 0.12 * smooth_noise(rng, size, cells))[..., None]
    return sheet_on(rng, hands, size, table, paper_color(rng))


def cluttered_table(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a whole sheet on something with a pattern."""
    texture = resized(random_texture(rng, 48), size)
    first, second = tinted(rng, rng.uniform(0, 0.6), 0.2), tinted(rng, rng.uniform(0.2, 0.8), 0.2)
    table = first + (second - first) * texture[..., None]
    return sheet_on(rng, hands, size, table, paper_color(rng))


def sticky_note(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a bright square note on a light or dark ground."""
    ground = even(tinted(rng, rng.uniform(0.1, 0.95), 0.05), size)
    hues = [(1, 0.93, 0.45), (1, 0.65, 0.75), (0.65, 0.9, 1), (0.75, 1, 0.6), (1, 0.75, 0.4)]
    note = np.array(hues[rng.integers(len(hues))], dtype=np.float32)
    return sheet_on(rng, hands, size, ground, note)


def dark_edge_of_scan(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a sheet that a scanner saw with a dark strip at one or two sides."""
    stage = stage_on(rng, hands, size, paper_color(rng), tilted_view(rng, size))
    width, height = size
    for side in rng.permutation(4)[: rng.integers(1, 3)]:
        depth = rng.uniform(0.01, 0.12) * max(size)
        slope = rng.normal(0, 0.03) * max(size)
        strip = np.array([(-9, -9), (width + 9, -9), (width + 9, depth + slope), (-9, depth)])
        if side % 2:
            strip = strip[:, ::-1] * (1, height / width)
        if side > 1:
            strip = np.array([width, height]) - strip
        softness = rng.uniform(0.3, 3)
        edge = blur(fill_polygon(strip, size), softness)
        stage.cover(edge, gray(rng.uniform(0, 0.35)))
    stage.hidden[:] = 0  # the writing is clear of it
    inset = 0.13 * min(size)
    stage.region = (inset, inset, width - inset, height - inset)
    return stage


def patterned_paper(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return paper with a faint wavy pattern, like a bank's."""
    stage = paper(rng, hands, size)
    x, y = pixel_grid(size)
    for _ in range(int(rng.integers(1, 3))):
        angle, period = rng.uniform(0, np.pi), rng.uniform(4, 14)
        wave = np.sin((x * np.cos(angle) - y * np.sin(angle)) / rng.uniform(4, 20)) * rng.uniform(
            0, 3
        )
        phase = (x * np.sin(angle) + y * np.cos(angle) + wave) / period * 2 * np.pi
        color = tinted(rng, luminance(stage.paper) - rng.uniform(0.08, 0.3), 0.15)
        share = np.clip(0.5 + rng.uniform(0.5, 2) * np.sin(phase), 0, 1).astype(np.float32)
        stage.picture += (color - stage.picture) * share[..., None] * np.float32(0.7)
    return stage


def recycled_paper(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return coarse paper with fibers and specks."""
    stage = paper(rng, hands, size)
    stage.picture += (rng.uniform(0.01, 0.04) * rng.normal(size=size[::-1]))[..., None]
    for _ in range(int(rng.integers(10, 50))):
        at, length = rng.uniform((0, 0), size), rng.uniform(0.5, 5)
        fiber = at + rng.normal(0, length, (3, 2)).cumsum(axis=0)
        patch = draw_strokes([fiber], rng.uniform(0.3, 0.9), size)
        if patch:
            stage.blend(patch, stage.paper * np.float32(rng.uniform(0.4, 0.9)), 0.6)
    return stage


def wiped_board(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a blackboard, with smears of chalk that was wiped off, and chalk to write with."""
    stage = dark_theme(rng, hands, size)
    stage.pen = crayon(rng)
    for _ in range(int(rng.integers(2, 6))):
        outline = smooth(perturb([corners((0, 0, 1, 1))[[0, 1, 2, 3, 0]]], rng, 3)[0])
        place = outline * rng.uniform(0.2, 0.9) * max(size) + rng.uniform(-0.3, 0.8, 2) * size
        smear = blur(fill_polygon(place, size), rng.uniform(2, 8))
        cells = (60, 6) if rng.random() < 0.5 else (12, 12)
        smear *= np.clip(1 + 0.5 * smooth_noise(rng, size, cells), 0, 2)
        stage.picture += smear[..., None] * rng.uniform(0.05, 0.2)
    return stage


def whiteboard(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return a white board with the pale remains of marker that was wiped off."""
    stage = stage_on(rng, hands, size, gray(rng.uniform(0.8, 1)), tilted_view(rng, size))
    stage.pen = marker(rng)
    remains(rng, stage, tinted(rng, 0.5, 0.2), (0.05, 0.25))
    return stage


def erased_paper(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return paper on which pencil strokes were rubbed out."""
    stage = paper(rng, hands, size)
    stage.pen = pencil(rng)
    remains(rng, stage, gray(0.4), (0.05, 0.3))
    return stage


def correction_fluid(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return tinted paper, a part of which is painted over in white."""
    stage = stage_on(rng, hands, size, tinted(rng, rng.uniform(0.7, 0.92), 0.05), np.eye(3))
    for _ in range(int(rng.integers(1, 4))):
        at = rng.uniform(0.1, 0.9, 2) * size
        strokes = [at + rng.normal(0, 0.12, (5, 2)).cumsum(axis=0) * max(size)]
        patch = draw_strokes([smooth(strokes[0])], rng.uniform(0.08, 0.25) * max(size), size)
        if patch:
            stage.blend(patch, gray(rng.uniform(0.93, 1)))
    return stage


def checkerboard(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    """Return the two grays that some programs show where a picture is transparent."""
    stage = stage_on(rng, hands, size, gray(1), np.eye(3))
    x, y = pixel_grid(size)
    side = rng.uniform(3, 16)
    second = gray(rng.uniform(0.7, 0.9))
    odd = ((x // side + y // side) % 2 == 1)[..., None]
    stage.picture = np.where(odd, second, gray(rng.uniform(0.95, 1)))
    return stage


def remains(
    rng: np.random.Generator, stage: Stage, color: Color, opacity: tuple[float, float]
) -> None:
    """Leave pale scribbles, partly smeared."""
    for _ in range(int(rng.integers(2, 6))):
        at = rng.uniform(0, 1, 2) * stage.size
        path = smooth(
            at + rng.normal(0, 0.07, (int(rng.integers(4, 12)), 2)).cumsum(axis=0) * max(stage.size)
        )
        patch = draw_strokes([path], rng.uniform(0.8, 5), stage.size)
        if patch:
            stage.blend(patch, color, rng.uniform(*opacity))


def stage_on(
    rng: np.random.Generator,
    hands: Hands,
    size: Size,
    color: Color,
    view: NDArray[np.float64],
) -> Stage:
    """Return a stage whose whole picture is a sheet of one color."""
    width, height = size
    inset = rng.uniform(0.01, 0.08) * min(size)
    # Where a tilted sheet is larger than the picture, lines on it go on beyond the edges.
    beyond = (-0.4 * width, -0.4 * height, 1.4 * width, 1.4 * height)
    return Stage(
        rng, hands, size, even(color, size), view, color, contrasting(rng, color),
        random_pen(rng), (inset, inset, width - inset, height - inset), beyond,
    )  # fmt: skip


def sheet_on(
    rng: np.random.Generator, hands: Hands, size: Size, table: Picture, color: Color
) -> Stage:
    """Return a stage on which a sheet of a color lies on a table, one or more edges visible."""
    stage = stage_on(rng, hands, size, color, np.eye(3))
    width, height = size
    inner = np.array(size) * rng.uniform(0.5, 0.9)
    corner = (np.array(size) - inner) * rng.uniform(-0.15, 1.15, 2)
    sheet = (0.0, 0.0, float(inner[0]), float(inner[1]))
    turned = corners(sheet) - inner / 2
    angle = rng.normal(0, 0.12)
    turned = turned @ rotation(angle)
    quad = turned + inner / 2 + corner + rng.normal(0, 0.025, (4, 2)) * size
    stage.view = homography(corners(sheet), quad)
    inset = rng.uniform(0.05, 0.1) * min(inner)
    low = np.maximum(-corner, 0) + inset
    high = inner - np.maximum(corner + inner - (width, height), 0) - inset
    stage.region = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    stage.sheet = sheet
    coverage = fill_polygon(quad, size)
    shade = blur(coverage, rng.uniform(1, 5))[..., None]
    stage.picture = table * (1 - shade * np.float32(rng.uniform(0, 0.5)))
    stage.picture += (color - stage.picture) * coverage[..., None]
    return stage


def tilted_view(rng: np.random.Generator, size: Size) -> NDArray[np.float64]:
    """Return a slightly rotated view, at times from the side, or a straight one."""
    if rng.random() < 0.33:
        return np.eye(3)
    source = corners((0, 0, *size))
    angle = rng.normal(0, 0.05)
    turned = (source - source.mean(axis=0)) @ rotation(angle) + source.mean(axis=0)
    return homography(source, turned + rng.normal(0, rng.uniform(0, 0.03), (4, 2)) * size)


def paper_color(rng: np.random.Generator) -> Color:
    """Return white, off-white or a pale color."""
    return tinted(rng, rng.uniform(0.72, 1), rng.choice([0.01, 0.03, 0.08]))


def contrasting(rng: np.random.Generator, ground: Color) -> Color:
    """Return an ink that differs from the ground by MIN_CONTRAST at least, mostly by much more."""
    level = luminance(ground)
    away = level + MIN_CONTRAST if level < 0.5 else level - MIN_CONTRAST
    extreme = 1.0 if level < 0.5 else 0.0
    chosen = extreme + (away - extreme) * rng.beta(1, 2.2)
    for _ in range(20):
        ink = tinted(rng, chosen, rng.choice([0.0, 0.1, 0.25]))
        if abs(luminance(ink) - level) > MIN_CONTRAST * 0.9:
            return ink
    return gray(extreme)


def random_pen(rng: np.random.Generator) -> Pen:
    """Return an ordinary pen."""
    return (fine_pen, fine_pen, marker, pencil)[rng.integers(4)](rng)


def even(color: Color, size: Size) -> Picture:
    """Return a picture of one color."""
    return np.broadcast_to(color, (size[1], size[0], 3)).astype(np.float32).copy()


def resized(field: Field, size: Size) -> Field:
    """Return a field at another size, interpolated."""
    return np.asarray(Image.fromarray(field).resize(size, Image.Resampling.BILINEAR))
