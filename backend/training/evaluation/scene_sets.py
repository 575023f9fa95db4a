"""Test sets of scenes, of every kind, written by hands that nothing is trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from training.data.pen_paths import load_uji, load_unipen_numbers, load_unipen_others
from training.evaluation.conditions import encode
from training.evaluation.number_sets import NumberTestSet, without_spaces
from training.finder import writing
from training.finder.grounds import Ground
from training.finder.pens import Hand, Hands, hands_of
from training.finder.scenes import KINDS, PLAIN, Kind, draw, draw_scene
from training.finder.writing import Writing

SEED = 46

SCENES = 20
"""Scenes of each kind."""

SCENES_OF_GROUND = 15
"""Scenes without digits of each kind of writing on each ground."""

SIZES = ((640, 480), (480, 640))
"""Width and height of the scenes, in turn."""

QUALITY = 90
"""Of the JPEG files."""

WITHOUT_DIGITS: dict[str, Writing] = {
    "scenes with letters": writing.letters,
    "scenes with drawings": writing.drawings,
    "scenes without writing": writing.nothing,
}
"""Test sets without any digit, and what is written in them."""

GROUNDS: Sequence[Ground] = tuple(dict.fromkeys(kind.recipe.ground for kind in KINDS))
"""All that is written on."""


def has_digits(kind: Kind) -> bool:
    """Return whether scenes of a kind show digits."""
    return kind.recipe.writing not in WITHOUT_DIGITS.values()


def unseen_hands() -> Hands:
    """Return UJI's digits, and letters and numbers of UNIPEN's writers for the test sets."""
    return Hands(
        hands_of(load_uji()),
        hands_of(load_unipen_others("test")),
        [Hand(number) for number in load_unipen_numbers("test")],
    )


def scene_set(hands: Hands, kind: Kind) -> NumberTestSet:
    """Return the scenes of a kind.

    The digits have to be recognized in reading order; scattered ones in any.
    """
    scattered = kind.recipe.writing is writing.scattered
    compared = in_any_order if scattered else without_spaces
    return NumberTestSet(kind.name, SCENES, partial(scenes, hands, kind), compared)


def scenes(hands: Hands, kind: Kind) -> Iterator[tuple[bytes, str]]:
    """Yield SCENES scenes of a kind as JPEG files with their digits."""
    for number in range(SCENES):
        seed = (SEED, KINDS.index(kind), number)
        scene = draw_scene(hands, kind, SIZES[number % len(SIZES)], seed)
        content = encode(scene.picture.astype(np.float32), "JPEG", quality=QUALITY)
        yield content, "".join(map(str, scene.labels))


def scenes_without_digits(hands: Hands, write: Writing) -> Iterator[bytes]:
    """Yield scenes of one kind of writing on every ground as JPEG files."""
    rng = np.random.default_rng(SEED)
    for ground in GROUNDS:
        for number in range(SCENES_OF_GROUND):
            recipe = replace(PLAIN, ground=ground, writing=write)
            scene = draw(hands, recipe, SIZES[number % len(SIZES)], rng)
            yield encode(scene.picture.astype(np.float32), "JPEG", quality=QUALITY)


def in_any_order(text: str) -> str:
    """Return the digits of a text, sorted."""
    return "".join(sorted(without_spaces(text)))
