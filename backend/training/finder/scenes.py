"""Synthetic scenes: digits on paper, among everything else that people photograph.

A scene is determined by its kind, size and seed. KINDS is the table of all kinds, with those that
training leaves out: they measure how well a finder generalizes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.finder import cameras, grounds, light, lines, objects, pens, signs, writing
from training.finder.cameras import Camera
from training.finder.canvas import Box, Patch, Size, smooth_noise
from training.finder.grounds import Ground
from training.finder.light import Light
from training.finder.lines import Marks
from training.finder.objects import Objects
from training.finder.pens import Hands, MakePen
from training.finder.stage import Glyph, Stage
from training.finder.writing import Writing

NUMBER_PROB = 0.4
"""Probability that a scene of one kind shows a number instead of a digit."""

WITHOUT_DIGITS = 0.33
"""Probability that a scene shows no digit, unless its kind decides."""

MIN_INK = 4.0
"""Visible ink, in pixels, under which a digit does not count as one."""


@dataclass(frozen=True)
class Recipe:
    """How a scene is made: without arguments, a digit on a sheet of paper, and nothing special."""

    ground: Ground = grounds.paper
    pen: MakePen | None = None
    """None: one that suits the ground."""
    writing: Writing = writing.one_digit
    marks: Marks = lines.no_marks
    objects: Objects = objects.no_objects
    light: Light = light.even_light
    camera: Camera = cameras.ordinary
    inset: float = 0.0
    """How far the writing stays away from the edges, as a fraction of the shorter side."""


PLAIN = Recipe()


@dataclass(frozen=True)
class Kind:
    """A kind of scene: what is special about it."""

    name: str
    recipe: Recipe
    held_out: bool = False
    """Whether training leaves it out."""
    weight: int = 1
    """How often training draws it, for each time that it draws an ordinary kind."""


HELD_OUT = True
HARD = 3
"""Weight of kinds of which a finder learned less from as many scenes."""

KINDS = (
    Kind("plain", PLAIN),
    # Writing.
    Kind("number", Recipe(writing=writing.number)),
    Kind("number as written", Recipe(writing=writing.real_number)),
    Kind("touching digits", Recipe(writing=writing.touching)),
    Kind("rows", Recipe(writing=writing.rows)),
    Kind("scattered digits", Recipe(writing=writing.scattered)),
    Kind("amount", Recipe(writing=writing.amount)),
    Kind("digits and letters", Recipe(writing=writing.labeled), weight=HARD),
    Kind("letters", Recipe(writing=writing.letters), weight=HARD),
    Kind("drawings", Recipe(writing=writing.drawings)),
    Kind("nothing", Recipe(writing=writing.nothing)),
    # Pens.
    Kind("fine pen", Recipe(pen=pens.fine_pen)),
    Kind("marker", Recipe(pen=pens.marker)),
    Kind("pencil", Recipe(pen=pens.pencil)),
    Kind("crayon", Recipe(pen=pens.crayon)),
    Kind("hollow pen", Recipe(pen=pens.hollow_pen), weight=HARD),
    Kind("dashed pen", Recipe(pen=pens.dashed_pen), HELD_OUT),
    # Grounds.
    Kind("canvas", Recipe(ground=grounds.canvas)),
    Kind("dark theme", Recipe(ground=grounds.dark_theme)),
    Kind("desk", Recipe(ground=grounds.desk)),
    Kind("cluttered table", Recipe(ground=grounds.cluttered_table)),
    Kind("wooden table", Recipe(ground=grounds.wooden_table)),
    Kind("sticky note", Recipe(ground=grounds.sticky_note)),
    Kind("dark edge of a scan", Recipe(ground=grounds.dark_edge_of_scan)),
    Kind("patterned paper", Recipe(ground=grounds.patterned_paper)),
    Kind("recycled paper", Recipe(ground=grounds.recycled_paper), HELD_OUT),
    Kind("whiteboard", Recipe(ground=grounds.whiteboard)),
    Kind("wiped blackboard", Recipe(ground=grounds.wiped_board)),
    Kind("erased pencil", Recipe(ground=grounds.erased_paper)),
    Kind("correction fluid", Recipe(ground=grounds.correction_fluid), HELD_OUT),
    Kind("checkerboard", Recipe(ground=grounds.checkerboard)),
    # Lines and frames.
    Kind("ruled paper", Recipe(marks=lines.ruled)),
    Kind("dark rules", Recipe(marks=lines.dark_rules)),
    Kind("margin line", Recipe(marks=lines.margin_line)),
    Kind("squared paper", Recipe(marks=lines.squared)),
    Kind("dark squares", Recipe(marks=lines.dark_squares), weight=HARD),
    Kind("small squares", Recipe(marks=lines.small_squares)),
    Kind("dot grid", Recipe(marks=lines.dot_grid), HELD_OUT),
    Kind("music staves", Recipe(marks=lines.music_staves), HELD_OUT),
    Kind("underline", Recipe(marks=lines.underline, inset=0.1), weight=HARD),
    Kind("double underline", Recipe(marks=lines.double_underline, inset=0.1), HELD_OUT),
    Kind("ring", Recipe(marks=lines.ring, inset=0.12), weight=HARD),
    Kind("hand-drawn box", Recipe(marks=lines.hand_drawn_box, inset=0.12)),
    Kind("brackets", Recipe(marks=lines.brackets, inset=0.1), weight=HARD),
    Kind("form boxes", Recipe(marks=lines.form_box, inset=0.08)),
    Kind("comb", Recipe(marks=lines.comb, inset=0.08)),
    Kind("sudoku cell", Recipe(marks=lines.sudoku_cell, inset=0.15)),
    Kind("table", Recipe(marks=lines.table)),
    Kind("frame", Recipe(marks=lines.frame, inset=0.12)),
    Kind("frame at the edge", Recipe(marks=lines.edge_frame, inset=0.05)),
    Kind("bars", Recipe(marks=lines.bars, inset=0.15)),
    Kind("axes", Recipe(marks=lines.axes, inset=0.14)),
    Kind("crossed-out words", Recipe(marks=lines.crossed_out_words)),
    # Objects.
    Kind("finger", Recipe(objects=objects.finger, inset=0.16)),
    Kind("pen in the picture", Recipe(objects=objects.pen_on_paper, inset=0.15)),
    Kind("punch holes", Recipe(objects=objects.punch_holes, inset=0.17)),
    Kind("tape", Recipe(objects=objects.tape, inset=0.14)),
    Kind("paper clip", Recipe(objects=objects.paper_clip, inset=0.14), HELD_OUT),
    Kind("coffee stain", Recipe(objects=objects.coffee_stain)),
    Kind("printed words", Recipe(objects=objects.printed_words, inset=0.14)),
    Kind("screenshot", Recipe(objects=objects.screenshot, inset=0.18)),
    Kind("phone screen", Recipe(objects=objects.phone_screen, inset=0.16), HELD_OUT),
    Kind("color swatches", Recipe(objects=objects.color_swatches, inset=0.14)),
    # Light.
    Kind("gradient", Recipe(light=light.gradient)),
    Kind("uneven light", Recipe(light=light.uneven_light)),
    Kind("vignette", Recipe(light=light.vignette)),
    Kind("hard shadow", Recipe(light=light.hard_shadow), weight=HARD),
    Kind("soft shadow", Recipe(light=light.soft_shadow)),
    Kind("round shadow", Recipe(light=light.round_shadow)),
    Kind("shadow of a hand", Recipe(light=light.shadow_of_hand), weight=HARD),
    Kind("blinds", Recipe(light=light.blinds), HELD_OUT),
    Kind("flash", Recipe(light=light.flash)),
    Kind("glare", Recipe(light=light.glare)),
    Kind("folded paper", Recipe(light=light.folded)),
    Kind("crumpled paper", Recipe(light=light.crumpled)),
    # Cameras.
    Kind("noise", Recipe(camera=cameras.noisy)),
    Kind("out of focus", Recipe(camera=cameras.out_of_focus)),
    Kind("shaken", Recipe(camera=cameras.shaken), HELD_OUT),
    Kind("strong JPEG", Recipe(camera=cameras.compressed)),
    Kind("coarse pixels", Recipe(camera=cameras.coarse)),
    Kind("low contrast", Recipe(camera=cameras.faint)),
    Kind("black and white", Recipe(camera=cameras.black_and_white)),
    Kind("color cast", Recipe(camera=cameras.color_cast)),
    # At the end, so that the scenes of the others, whose seeds count kinds, stay the same.
    Kind("digits and signs", Recipe(writing=signs.digits_and_signs), weight=HARD),
    Kind("full sheet", Recipe(writing=writing.full_sheet), HELD_OUT),
    Kind("tilted number", Recipe(writing=writing.tilted_number), HELD_OUT),
)
"""Every kind of scene."""

TRAINING_KINDS = tuple(kind for kind in KINDS if not kind.held_out for _ in range(kind.weight))
"""What training draws from, hard kinds several times."""

SPECIAL = {"ground": 0.5, "pen": 0.3, "marks": 0.45, "objects": 0.25, "light": 0.4, "camera": 0.4}
"""How often a mixed scene has something special of each aspect that its kind leaves to chance."""


@dataclass(frozen=True)
class Scene:
    """A picture, and where its digits are."""

    picture: NDArray[np.uint8]
    """(height, width, 3): RGB."""
    mask: NDArray[np.uint8]
    """(height, width): how much of each pixel is ink of a digit; 255 is all of it."""
    instances: NDArray[np.uint8]
    """(height, width): whose ink it is: a digit's number in `labels`, counted from 1; else 0."""
    labels: tuple[int, ...]
    """The digits."""
    boxes: tuple[tuple[int, int, int, int], ...]
    """Left, top, width and height of each digit's ink, in pixels."""


def draw_mixed_scene(hands: Hands, size: Size, seed: Sequence[int]) -> Scene:
    """Return a training scene of a random kind and size (width, height), mixed with others."""
    rng = np.random.default_rng(seed)
    kind = TRAINING_KINDS[rng.integers(len(TRAINING_KINDS))]
    return draw(hands, mixed(kind.recipe, rng), size, rng)


def draw_scene(hands: Hands, kind: Kind, size: Size, seed: Sequence[int]) -> Scene:
    """Return a scene of a kind and size (width, height), plain in all other ways."""
    rng = np.random.default_rng(seed)
    recipe = kind.recipe
    if recipe.writing is PLAIN.writing and rng.random() < NUMBER_PROB:
        recipe = replace(recipe, writing=writing.number)
    return draw(hands, recipe, size, rng)


def mixed(recipe: Recipe, rng: np.random.Generator) -> Recipe:
    """Return a recipe to which chance added whatever else training may show."""
    changes: dict[str, Any] = {}
    inset = recipe.inset
    for aspect, probability in SPECIAL.items():
        if is_plain(recipe, aspect) and rng.random() < probability:
            kinds = [kind for kind in TRAINING_KINDS if not is_plain(kind.recipe, aspect)]
            other = kinds[rng.integers(len(kinds))].recipe
            changes[aspect] = getattr(other, aspect)
            inset = max(inset, other.inset)
    if is_plain(recipe, "writing"):
        changes["writing"] = random_writing(rng)
    return replace(recipe, **changes, inset=inset)


def is_plain(recipe: Recipe, aspect: str) -> bool:
    """Return whether a recipe has nothing special in a field of that name."""
    return getattr(recipe, aspect) is getattr(PLAIN, aspect)


def random_writing(rng: np.random.Generator) -> Writing:
    """Return a way to write; a fraction WITHOUT_DIGITS shows no digit."""
    if rng.random() < WITHOUT_DIGITS:
        return (writing.letters, writing.letters, writing.drawings, writing.nothing)[
            rng.integers(4)
        ]
    with_digits = (
        writing.one_digit, writing.one_digit, writing.one_digit, writing.number, writing.number,
        writing.real_number, writing.real_number, writing.touching, writing.rows,
        writing.scattered, writing.amount, writing.labeled, signs.digits_and_signs,
    )  # fmt: skip
    return with_digits[rng.integers(len(with_digits))]


def draw(hands: Hands, recipe: Recipe, size: Size, rng: np.random.Generator) -> Scene:
    """Return a scene of a recipe."""
    stage = recipe.ground(rng, hands, size)
    if recipe.pen:
        stage.pen = recipe.pen(rng)
    stage.region = inset_region(stage, recipe.inset)
    recipe.writing(stage)
    recipe.marks(stage)
    written = write(stage)
    recipe.objects(stage)
    recipe.light(stage)
    picture = recipe.camera(rng, stage.picture)
    levels = (picture.clip(0, 1) * 255).round().astype(np.uint8)
    return label(levels, stage, written)


def inset_region(stage: Stage, inset: float) -> Box:
    """Return the region for writing, that much smaller on each side."""
    left, top, right, bottom = stage.region
    margin = inset * min(right - left, bottom - top)
    return left + margin, top + margin, right - margin, bottom - margin


def write(stage: Stage) -> list[tuple[int, Patch]]:
    """Draw all glyphs; return the digits with the coverage of their ink."""
    pen, height = stage.pen, stage.height
    width = max(pen.width * height, 1.0)
    grain = smooth_noise(stage.rng, stage.size, (stage.size[0] // 2, stage.size[1] // 2))
    opacity = 1 - pen.grain * np.clip(0.5 + 0.5 * grain, 0, 1)
    written = []
    for glyph in stage.glyphs:
        patch = ink(stage, glyph, width, height)
        if patch is None:
            continue
        visible = patch.coverage * opacity[patch.area] * np.float32(pen.opacity)
        stage.blend(Patch(patch.top, patch.left, visible), stage.ink)
        if glyph.label is not None:
            written.append((glyph.label, patch))
    return written


def ink(stage: Stage, glyph: Glyph, width: float, height: float) -> Patch | None:
    """Return the coverage of a glyph's ink; `height` is the writing's."""
    strokes = glyph.strokes
    if stage.pen.dash:
        strokes = pens.dashes(strokes, stage.pen.dash * height, width)
    patch = stage.coverage(strokes, width)
    if patch and stage.pen.hollow:
        inner = stage.coverage(strokes, max(0.3, width - max(2.0, 0.3 * width)))
        if inner:
            rows, columns = inner.area
            part = patch.coverage[
                rows.start - patch.top : rows.stop - patch.top,
                columns.start - patch.left : columns.stop - patch.left,
            ]
            part -= np.minimum(part, inner.coverage)
    return patch


def label(picture: NDArray[np.uint8], stage: Stage, written: Sequence[tuple[int, Patch]]) -> Scene:
    """Return the scene of a picture and the ink of its digits, as far as that is visible."""
    mask = np.zeros(picture.shape[:2], dtype=np.uint8)
    instances = np.zeros_like(mask)
    labels = []
    for digit, patch in written:
        visible = patch.coverage * (1 - stage.hidden[patch.area])
        if visible.sum() < MIN_INK:
            continue
        labels.append(digit)
        levels = (visible * 255).round().astype(np.uint8)
        mine = levels > mask[patch.area]
        mask[patch.area][mine] = levels[mine]
        instances[patch.area][mine] = len(labels)
    return Scene(picture, mask, instances, tuple(labels), boxes_of(instances, len(labels)))


def boxes_of(instances: NDArray[np.uint8], count: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return the box around the ink of each digit."""
    boxes = []
    for number in range(1, count + 1):
        rows, columns = np.nonzero(instances == number)
        left, top = int(columns.min()), int(rows.min())
        boxes.append((left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1))
    return tuple(boxes)
