"""Scenes for the finder: what they show, what they say of it, and what training leaves out."""

import gzip
import json
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from types import CodeType, FrameType

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from support.handwriting import synthetic_hands, synthetic_handwriting
from training.data.pen_paths import UNIPEN_DIGITS, UNIPEN_NUMBERS, UNIPEN_OTHERS
from training.data.synthetic_digits import VARIANTS
from training.finder import scenes, writing
from training.finder.canvas import Size
from training.finder.grounds import stage_on
from training.finder.pens import (
    OF_EACH_VARIANT,
    VARIANT_HANDS,
    Hands,
    Pen,
    load_hands,
    variant_hand,
)
from training.finder.scenes import (
    KINDS,
    PLAIN,
    SPECIAL,
    TRAINING_KINDS,
    Kind,
    Recipe,
    Scene,
    draw_mixed_scene,
    draw_scene,
    is_plain,
)
from training.finder.signs import among_signs, random_sign
from training.finder.stage import Stage, gray
from training.finder.writing import digits_of_one_writer, rewritten_digits
from training.line_reader.lines import synthetic_lines

SIZE = (128, 96)

HANDS = synthetic_hands(1)

WITHOUT_DIGITS = (writing.letters, writing.drawings, writing.nothing)


def white_paper(rng: np.random.Generator, hands: Hands, size: Size) -> Stage:
    stage = stage_on(rng, hands, size, gray(1), np.eye(3))
    stage.ink, stage.pen = gray(0), Pen(0.1)
    return stage


BLACK_ON_WHITE = Recipe(
    ground=white_paper, writing=writing.number, camera=lambda _, picture: picture
)


def all_scenes(count: int) -> list[Scene]:
    """Return scenes of every kind, and as many of mixed kinds."""
    of_kinds = [draw_scene(HANDS, kind, SIZE, (at,)) for at in range(count) for kind in KINDS]
    return of_kinds + [draw_mixed_scene(HANDS, SIZE, (at,)) for at in range(len(of_kinds))]


def test_every_scene_says_where_the_ink_of_its_digits_is() -> None:
    for scene in all_scenes(2):
        assert scene.picture.shape == (96, 128, 3)
        assert scene.mask.shape == scene.instances.shape == (96, 128)
        assert np.array_equal(scene.mask > 0, scene.instances > 0)
        assert len(scene.labels) == len(scene.boxes)
        assert set(scene.labels) <= set(range(10))
        numbers = np.unique(scene.instances[scene.instances > 0])
        assert numbers.tolist() == list(range(1, len(scene.labels) + 1))
        for number, (left, top, width, height) in enumerate(scene.boxes, 1):
            own = scene.instances == number
            assert own.sum() == own[top : top + height, left : left + width].sum()
            assert own[top].any()
            assert own[top + height - 1].any()
            assert own[:, left].any()
            assert own[:, left + width - 1].any()


def test_mask_is_the_exact_coverage_by_ink() -> None:
    digit = Kind("a digit", replace(BLACK_ON_WHITE, writing=writing.scattered))
    number = Kind("digits that overlap", replace(BLACK_ON_WHITE, writing=writing.touching))
    for seed in range(10):
        scene = draw_scene(HANDS, digit, SIZE, (seed,))
        darkness = 255 - scene.picture.astype(int)
        assert scene.labels
        assert np.abs(darkness - scene.mask[..., None]).max() <= 2
        scene = draw_scene(HANDS, number, SIZE, (seed,))
        darkness = 255 - scene.picture.astype(int)
        # Where the edges of two digits overlap, the picture is darker than the ink of either.
        assert (darkness >= scene.mask[..., None].astype(int) - 2).all()
        assert ((darkness > 2).all(axis=2) == (scene.mask > 2)).all()


def test_only_full_sheets_have_more_than_eight_digits() -> None:
    for kind in KINDS:
        most = 64 if kind.name == "full sheet" else 8
        assert all(len(draw_scene(HANDS, kind, SIZE, (at,)).labels) <= most for at in range(2))
    mixed = [draw_mixed_scene(HANDS, SIZE, (at,)) for at in range(2 * len(KINDS))]
    assert max(len(scene.labels) for scene in mixed) <= 8


def test_hidden_ink_is_not_in_the_mask() -> None:
    def hide_the_right_half(stage: Stage) -> None:
        coverage = np.zeros(stage.size[::-1], dtype=np.float32)
        coverage[:, 64:] = 1
        stage.cover(coverage, gray(0.5))

    recipe = replace(BLACK_ON_WHITE, objects=hide_the_right_half)
    hidden = [draw_scene(HANDS, Kind("hidden", recipe), SIZE, (seed,)) for seed in range(20)]
    assert all(not scene.mask[:, 64:].any() for scene in hidden)
    assert any(scene.mask[:, :64].any() for scene in hidden)


def test_signs_stand_among_the_digits() -> None:
    rng = np.random.default_rng(0)
    digits = digits_of_one_writer(HANDS, rng, 3)
    rows = [among_signs(digits, HANDS, rng) for _ in range(60)]
    assert all([each for each in row if each.label is not None] == digits for row in rows)
    places = [tuple(each.label is None for each in row) for row in rows]
    assert (True, False, False, False, True) in places
    assert (True, False, False, False) in places
    assert (False, False, False, True) in places
    assert len(set(places)) > 3


@pytest.mark.parametrize(
    ("names", "top", "bottom"), [("([{", -1.15, 0.15), ("-", -0.57, -0.32), (".", -0.1, 0.0)]
)
def test_signs_have_their_places_beside_digits_1_high(
    names: str, top: float, bottom: float
) -> None:
    rng = np.random.default_rng(0)
    boxes = np.array([random_sign(names, HANDS, rng).box for _ in range(60)])
    assert (boxes[:, 1] + boxes[:, 3]).mean() / 2 == pytest.approx((top + bottom) / 2, abs=0.03)
    assert (boxes[:, 3] - boxes[:, 1]).max() >= bottom - top
    assert (boxes[:, 3] - boxes[:, 1]).max() <= 1.5 * (bottom - top)


def test_scene_is_determined_by_its_seed() -> None:
    def draw(seed: int) -> list[Scene]:
        mixed = draw_mixed_scene(HANDS, SIZE, (1, seed))
        return [mixed, draw_scene(HANDS, KINDS[20], SIZE, (1, seed))]

    for first, again, other in zip(draw(2), draw(2), draw(3), strict=True):
        assert np.array_equal(first.picture, again.picture)
        assert np.array_equal(first.instances, again.instances)
        assert first.labels == again.labels
        assert not np.array_equal(first.picture, other.picture)


def recipes_of_training(count: int, monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """Return the recipes by which mixed scenes are drawn."""
    recipes: list[Recipe] = []

    def remember(_: Hands, recipe: Recipe, *__: object) -> None:
        recipes.append(recipe)

    monkeypatch.setattr(scenes, "draw", remember)
    for seed in range(count):
        draw_mixed_scene(HANDS, SIZE, (seed,))
    return recipes


def special_functions(kinds: list[Kind]) -> dict[str, Callable[..., object]]:
    """Return the function that makes a kind what it is, by the kind's name."""
    return {
        kind.name: getattr(kind.recipe, field.name)
        for kind in kinds
        for field in fields(Recipe)
        if field.name != "inset"
        and getattr(kind.recipe, field.name) is not getattr(PLAIN, field.name)
    }


def test_training_draws_every_other_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = recipes_of_training(4_000, monkeypatch)
    drawn = {getattr(recipe, field.name) for recipe in recipes for field in fields(Recipe)}
    missing = {
        name
        for name, function in special_functions(list(TRAINING_KINDS)).items()
        if function not in drawn
    }
    assert not missing


def test_a_third_of_training_scenes_show_no_digit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipes = recipes_of_training(4_000, monkeypatch)
    share = sum(recipe.writing in WITHOUT_DIGITS for recipe in recipes) / len(recipes)
    assert 0.3 < share < 0.36


def test_scenes_without_digits_have_an_empty_mask() -> None:
    for make in WITHOUT_DIGITS:
        scene = draw_scene(HANDS, Kind("no digit", Recipe(writing=make)), SIZE, (1,))
        assert scene.labels == ()
        assert not scene.mask.any()


def code_called_by(draw: Callable[[], object]) -> set[CodeType]:
    """Return the code of all Python functions that a function calls."""
    called: set[CodeType] = set()

    def remember(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    sys.setprofile(remember)
    try:
        draw()
    finally:
        sys.setprofile(None)
    return called


def kinds_among(called: set[CodeType], *, held_out: bool) -> set[str]:
    """Return the kinds, held out or not, whose own function is among those that were called."""
    kinds = special_functions([kind for kind in KINDS if kind.held_out == held_out])
    return {name for name, function in kinds.items() if function.__code__ in called}


def test_every_aspect_has_a_kind_that_is_held_out() -> None:
    assert sum(kind.held_out for kind in KINDS) >= 10
    for aspect in SPECIAL:
        assert any(kind.held_out and not is_plain(kind.recipe, aspect) for kind in KINDS), aspect


def test_kinds_that_are_held_out_are_not_drawn_for_training() -> None:
    called = code_called_by(lambda: [draw_mixed_scene(HANDS, SIZE, (seed,)) for seed in range(150)])
    trained = special_functions(list(TRAINING_KINDS))
    assert len(kinds_among(called, held_out=False)) > 0.8 * len(trained)
    assert not kinds_among(called, held_out=True)


def test_synthetic_lines_are_of_no_kind_that_is_held_out() -> None:
    handwriting = synthetic_handwriting(1)
    called = code_called_by(lambda: synthetic_lines(handwriting, 100, (1,)))
    assert {"marker", "pencil", "hollow pen"} <= kinds_among(called, held_out=False)
    assert not kinds_among(called, held_out=True)


def test_hands_of_a_part_are_those_of_its_writers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    (tmp_path / "unipen").mkdir()
    writers = {"training": "0000000001", "validation": "0000000005", "test": "000000000a"}
    for name, label in ((UNIPEN_DIGITS, "3"), (UNIPEN_OTHERS, "K")):
        rows = [
            {"writer": writer, "label": label, "strokes": [[[0, 0], [10, 15], [0, 30]]]}
            for writer in writers.values()
        ]
        (tmp_path / name).write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    whole = {"writer": writers["test"], "label": "42", "strokes": [[[0, 0], [10, 30]]]}
    in_digits = [
        {"writer": writer, "label": "35", "digits": [[[[0, 0], [10, 30]]], [[[20, 0], [30, 30]]]]}
        for writer in writers.values()
    ]
    numbers = "\n".join(map(json.dumps, [whole, *in_digits]))
    (tmp_path / UNIPEN_NUMBERS).write_bytes(gzip.compress(numbers.encode()))
    for part in ("training", "validation", "test"):
        hands = load_hands(part)
        made_up = [["variants"] * 10 * OF_EACH_VARIANT] * VARIANT_HANDS
        for written, others in (
            (hands.digits, made_up if part == "training" else []),
            (hands.letters, []),
        ):
            assert [hand.paths.writers.tolist() for hand in written] == [[writers[part]], *others]
        (number,) = hands.numbers
        assert number.paths.labels.tolist() == ["3", "5"]
        assert number.paths.writers.tolist() == [writers[part]] * 2
        assert number.paths.drawings[1][0][0].tolist() == [20, 0]


def test_variant_hands_write_each_digit_in_one_way_and_together_in_all() -> None:
    ways = {way.__code__: label for label, _, way in VARIANTS}
    seen: set[CodeType] = set()
    for seed in range(VARIANT_HANDS):
        rng = np.random.default_rng(seed)
        called = code_called_by(partial(variant_hand, rng)) & ways.keys()
        assert sorted(ways[way] for way in called) == list(range(10))
        seen |= called
    assert seen == ways.keys()


def test_variants_are_digits_1_high() -> None:
    rng = np.random.default_rng(1)
    hands = [variant_hand(rng) for _ in range(20)]
    glyphs = [glyph for hand in hands for glyph in rewritten_digits(hand.choose(rng, 20), rng)]
    assert {glyph.label for glyph in glyphs} == set(range(10))
    for glyph in glyphs:
        left, top, right, bottom = glyph.box
        assert (left, bottom) == pytest.approx((0, 0), abs=0.05)
        assert 0.5 < max(right, -top) < 1.7
