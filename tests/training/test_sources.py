"""What the network learns from is drawn as it should be: digits, letters, and what is neither."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch
from PIL import ImageFont

from recognizer.classifier import OTHER
from recognizer.preprocessing import preprocess
from training import fonts
from training.data.augmentation import CANVAS, enlarge, inks_of, spoil
from training.data.datasets import DatasetError
from training.data.doodles import doodle
from training.data.non_digits import (
    SCRIBBLES,
    SHAPES,
    UNSEEN_SHAPES,
    draw_others,
    side_by_side,
    texture,
)
from training.data.pen_lifts import lift_pen
from training.data.rasterize import fill, smooth, stroke
from training.data.sources import Paths, Scans, Source, Textures, glyphs, unbarred_sevens
from training.data.synthetic_digits import VARIANTS, draw_variants

if not fonts.PACKAGES.is_dir():
    pytest.skip("training needs its fonts (make setup-training)", allow_module_level=True)


def drawings() -> Paths:
    strokes, labels = draw_variants(32, seed=5)
    return Paths("variants", strokes, np.array(labels, dtype=np.int64))


SOURCES: list[Source] = [
    glyphs(fonts.training_fonts()[:4], fonts.DIGITS),
    drawings(),
    Textures("textures", np.full(32, OTHER, dtype=np.int64)),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_redrawing_is_the_same_for_a_seed_and_another_for_another(source: Source) -> None:
    chosen = np.arange(30)
    one, same, other = (
        spoil(source.redraw(chosen, generator), generator)
        for generator in (torch.Generator().manual_seed(seed) for seed in (1, 1, 2))
    )
    assert one.shape == (30, 1, CANVAS, CANVAS)
    assert torch.equal(one, same)
    assert (one - other).flatten(1).abs().amax(1).gt(0.1).float().mean() > 0.6
    assert one.min() >= 0
    assert one.max() <= 1
    blank = (inks_of(one).max(axis=(1, 2)) == 0).mean()
    assert blank < 0.1 or source.name == "textures"


def test_what_is_only_enlarged_gives_the_ink_of_the_picture_itself() -> None:
    pictures = glyphs(fonts.training_fonts()[:2], fonts.DIGITS).pictures
    canvases = enlarge(torch.from_numpy(pictures / np.float32(255))[:, None])
    for picture, ink in zip(pictures, inks_of(canvases), strict=True):
        expected = preprocess(picture)
        assert expected is not None
        assert np.allclose(ink, expected, atol=0.1)  # half a pixel aside would be 0.5


def test_every_digit_has_its_variants() -> None:
    strokes, labels = draw_variants(500, seed=1)
    assert set(labels) == set(range(10)) == {digit for digit, _, _ in VARIANTS}
    for drawing in strokes:
        points = np.concatenate(drawing)
        assert points.min() > -0.2
        assert points.max() < 1.2


def test_smoothing_keeps_the_points_it_goes_through() -> None:
    zigzag = np.array([(0.0, 0.0), (1.0, 2.0), (2.0, 0.0), (3.0, 2.0)])
    assert np.allclose(smooth(zigzag, steps=5)[::5], zigzag)


TOP_AND_LEG = [(0, 0), (40, 0), (80, 2), (65, 35), (50, 70), (35, 100)]
STEM_AND_BELLY = [(20, 5), (15, 45), (55, 45), (75, 75), (10, 95)]


@pytest.mark.parametrize(
    ("digit", "body", "rest", "last_stroke"),
    [
        (7, TOP_AND_LEG, [(25, 50), (85, 48)], [(25, 50), (85, 48)]),
        (7, TOP_AND_LEG, [(25, 68), (40, 52), (90, 50)], [(25, 68), (40, 52), (90, 50)]),
        (7, TOP_AND_LEG, [(55, 52), (20, 50), (90, 48)], [(20, 50), (90, 48)]),
        (7, TOP_AND_LEG, [(95, 72)], [(5, 72), (95, 72)]),
        (5, STEM_AND_BELLY, [(22, 3), (50, 1), (90, 0)], [(22, 3), (50, 1), (90, 0)]),
        (5, STEM_AND_BELLY, [(16, 50), (25, 4), (90, 0)], [(25, 4), (90, 0)]),
        (5, STEM_AND_BELLY, [(50, 50), (90, 0)], [(20, 5), (90, 0)]),
    ],
    ids=(
        "a bar", "a curved bar", "a point on the way to the bar", "the end of a bar",
        "a top", "a point on the way to the top", "the end of a top",
    ),
)  # fmt: skip
def test_the_pen_is_lifted_before_a_sevens_bar_and_a_fives_top(
    digit: int,
    body: list[tuple[float, float]],
    rest: list[tuple[float, float]],
    last_stroke: list[tuple[float, float]],
) -> None:
    first, last = lift_pen(stroke(*body, *rest), digit)
    assert first.tolist() == stroke(*body).tolist()
    assert last.tolist() == stroke(*last_stroke).tolist()


def test_what_was_drawn_without_a_lift_stays_one_stroke() -> None:
    plain_seven = stroke(*TOP_AND_LEG)
    five_from_its_top = stroke((90, 0), (30, 2), (20, 45), (70, 60), (65, 90), (10, 95))
    for path, digit in ((plain_seven, 7), (five_from_its_top, 5), (stroke((0, 0), (9, 9)), 1)):
        (only,) = lift_pen(path, digit)
        assert np.array_equal(only, path)


def test_a_seven_without_its_bar_is_left_out_where_it_is_narrow() -> None:
    leg, bracket = stroke(*TOP_AND_LEG), stroke((0, 0), (40, 50), (0, 100))
    bar = stroke((25, 50), (85, 48))
    drawn = [[leg, bar], [bracket, bar], [stroke((0, 0), (90, 90))]]
    sevens = unbarred_sevens(Paths("lifted", drawn, np.array([7, 7, 1])))
    ((only,),) = sevens.strokes
    assert np.array_equal(only, leg)
    assert sevens.labels.tolist() == [7]


def test_the_fonts_to_learn_from_to_choose_by_and_to_test_are_different_ones() -> None:
    parts = [fonts.training_fonts(), fonts.validation_fonts(), fonts.test_fonts()]
    assert min(len(part) for part in parts) >= 12
    assert sorted(font for part in parts for font in part) == fonts.font_files()


def test_every_font_draws_every_digit_and_letter() -> None:
    for path in fonts.font_files():
        font = ImageFont.truetype(path, fonts.GLYPH)
        assert all(fonts.has(font, character) for character in fonts.DIGITS + fonts.LETTERS), path
        assert not fonts.has(font, "\u0f00")  # a Tibetan sign


def test_glyphs_fit_into_their_box_near_the_middle() -> None:
    pictures, positions = fonts.draw_glyphs(fonts.font_files()[:3], fonts.DIGITS)
    assert pictures.shape == (30, 28, 28)
    assert positions.tolist() == 3 * list(range(10))
    for picture in pictures:
        rows, columns = (np.flatnonzero((picture > 40).any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in range(17, 21)
        assert abs(rows[0] + rows[-1] - 27) <= 4
        assert abs(columns[0] + columns[-1] - 27) <= 4


def test_missing_fonts_are_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(fonts, "PACKAGES", tmp_path_factory.mktemp("empty"))
    with pytest.raises(DatasetError, match="make setup-training"):
        fonts.training_fonts()


@pytest.mark.parametrize(
    "kind", [*SHAPES, *UNSEEN_SHAPES, *SCRIBBLES, doodle], ids=lambda kind: kind.__name__
)
def test_shapes_and_scribbles_vary_and_can_be_drawn(kind: object) -> None:
    assert callable(kind)
    inked = [
        np.mean(fill(strokes, pen=0.05, side=CANVAS) > 0.5)
        for strokes in draw_others([kind], 8, seed=1)
    ]
    assert min(inked) > 0.01
    assert len(set(inked)) > 1


def test_doodles_are_neither_narrow_nor_flat() -> None:
    for strokes in draw_others([doodle], 200, seed=1):
        width, height = np.ptp(np.concatenate(strokes), axis=0)
        assert 0.6 < width / height < 2.5


def test_digits_side_by_side_are_two_and_do_not_merge() -> None:
    digit = np.zeros((28, 28), dtype=np.uint8)
    digit[4:24, 12:16] = 255
    for picture in side_by_side(digit[None], 20, seed=1):
        across = np.flatnonzero(np.diff(picture.any(axis=0).astype(int)) == 1)
        assert len(across) == 2


def test_textures_use_the_whole_range_and_differ() -> None:
    random = np.random.default_rng(1)
    pictures = [texture(random, 40) for _ in range(20)]
    assert all(picture.min() == 0 and picture.max() == 1 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == 20


def test_thick_and_thin_scans_keep_their_labels() -> None:
    scans = Scans("bars", np.zeros((2, 28, 28), dtype=np.uint8), np.array([1, 7]))
    assert scans.part(np.array([1])).labels.tolist() == [7]
