"""Sources of training samples, and their augmentation."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch
from PIL import ImageFont

from recognizer.classifier import NON_DIGIT
from recognizer.preprocessing import preprocess
from training.data import fonts
from training.data.augmentation import CANVAS_SIZE, degrade, preprocess_batch, upscale
from training.data.datasets import DatasetError
from training.data.doodles import doodle
from training.data.non_digits import (
    SCRIBBLES,
    SHAPES,
    UNSEEN_SHAPES,
    digit_pairs,
    random_texture,
    sample_drawings,
)
from training.data.pen_lifts import split_at_pen_lifts
from training.data.rasterize import Sampler, rasterize_to_fit, smooth, stroke
from training.data.sources import (
    RasterSource,
    Source,
    StrokeSource,
    TextureSource,
    glyphs,
    unbarred_sevens,
)
from training.data.synthetic_digits import VARIANTS, sample_synthetic_digits

if not fonts.PACKAGES.is_dir():
    pytest.skip("training needs its fonts (make setup-training)", allow_module_level=True)


def synthetic_digits() -> StrokeSource:
    drawings, labels = sample_synthetic_digits(32, seed=5)
    return StrokeSource("variants", drawings, np.array(labels, dtype=np.int64))


SOURCES: list[Source] = [
    glyphs(fonts.training_fonts()[:4], fonts.DIGITS),
    synthetic_digits(),
    TextureSource("textures", np.full(32, NON_DIGIT, dtype=np.int64)),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_rendering_depends_only_on_the_seed(source: Source) -> None:
    indices = np.arange(30)
    one, same, other = (
        degrade(source.render(indices, generator), generator)
        for generator in (torch.Generator().manual_seed(seed) for seed in (1, 1, 2))
    )
    assert one.shape == (30, 1, CANVAS_SIZE, CANVAS_SIZE)
    assert torch.equal(one, same)
    assert (one - other).flatten(1).abs().amax(1).gt(0.1).float().mean() > 0.6
    assert one.min() >= 0
    assert one.max() <= 1
    blank = (preprocess_batch(one).max(axis=(1, 2)) == 0).mean()
    assert blank < 0.1 or source.name == "textures"


def test_upscaling_does_not_change_the_model_input() -> None:
    images = glyphs(fonts.training_fonts()[:2], fonts.DIGITS).images
    canvases = upscale(torch.from_numpy(images / np.float32(255))[:, None])
    for image, model_input in zip(images, preprocess_batch(canvases), strict=True):
        expected = preprocess(image)
        assert expected is not None
        assert np.allclose(
            model_input, expected.model_input, atol=0.1
        )  # a shift by half a pixel gives 0.5


def test_synthetic_digits_include_every_digit_within_its_box() -> None:
    drawings, labels = sample_synthetic_digits(500, seed=1)
    assert set(labels) == set(range(10)) == {digit for digit, _, _ in VARIANTS}
    for strokes in drawings:
        points = np.concatenate(strokes)
        assert points.min() > -0.2
        assert points.max() < 1.2


def test_smoothing_keeps_the_original_points() -> None:
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
        "bar", "curved bar", "point on the way to the bar", "only the end of the bar",
        "top", "point on the way to the top", "only the end of the top",
    ),
)  # fmt: skip
def test_path_is_split_before_the_bar_of_a_7_and_the_top_of_a_5(
    digit: int,
    body: list[tuple[float, float]],
    rest: list[tuple[float, float]],
    last_stroke: list[tuple[float, float]],
) -> None:
    first, last = split_at_pen_lifts(stroke(*body, *rest), digit)
    assert first.tolist() == stroke(*body).tolist()
    assert last.tolist() == stroke(*last_stroke).tolist()


def test_path_without_pen_lift_stays_one_stroke() -> None:
    plain_seven = stroke(*TOP_AND_LEG)
    five_from_its_top = stroke((90, 0), (30, 2), (20, 45), (70, 60), (65, 90), (10, 95))
    for path, digit in ((plain_seven, 7), (five_from_its_top, 5), (stroke((0, 0), (9, 9)), 1)):
        (only,) = split_at_pen_lifts(path, digit)
        assert np.array_equal(only, path)


def test_narrow_seven_without_its_bar_is_left_out() -> None:
    leg, bracket = stroke(*TOP_AND_LEG), stroke((0, 0), (40, 50), (0, 100))
    bar = stroke((25, 50), (85, 48))
    drawings = [[leg, bar], [bracket, bar], [stroke((0, 0), (90, 90))]]
    sevens = unbarred_sevens(StrokeSource("lifted", drawings, np.array([7, 7, 1])))
    ((only,),) = sevens.drawings
    assert np.array_equal(only, leg)
    assert sevens.labels.tolist() == [7]


def test_training_validation_and_test_fonts_are_disjoint() -> None:
    parts = [fonts.training_fonts(), fonts.validation_fonts(), fonts.test_fonts()]
    assert min(len(part) for part in parts) >= 12
    assert sorted(font for part in parts for font in part) == fonts.font_files()


def test_every_font_has_every_digit_and_letter() -> None:
    for path in fonts.font_files():
        font = ImageFont.truetype(path, fonts.GLYPH_SIZE)
        assert all(
            fonts.has_glyph(font, character) for character in fonts.DIGITS + fonts.LETTERS
        ), path
        assert not fonts.has_glyph(font, "\u0f00")  # a Tibetan sign


def test_glyphs_are_fitted_and_centered() -> None:
    images, positions = fonts.rasterize_glyphs(fonts.font_files()[:3], fonts.DIGITS)
    assert images.shape == (30, 28, 28)
    assert positions.tolist() == 3 * list(range(10))
    for image in images:
        rows, columns = (np.flatnonzero((image > 40).any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in range(17, 21)
        assert abs(rows[0] + rows[-1] - 27) <= 4
        assert abs(columns[0] + columns[-1] - 27) <= 4


def test_missing_fonts_are_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(fonts, "PACKAGES", tmp_path_factory.mktemp("empty"))
    with pytest.raises(DatasetError, match="make setup-training"):
        fonts.training_fonts()


@pytest.mark.parametrize(
    "sampler", [*SHAPES, *UNSEEN_SHAPES, *SCRIBBLES, doodle], ids=lambda sampler: sampler.__name__
)
def test_sampled_drawings_vary_and_are_visible(sampler: Sampler) -> None:
    ink = [
        np.mean(rasterize_to_fit(strokes, pen=0.05, side=CANVAS_SIZE) > 0.5)
        for strokes in sample_drawings([sampler], 8, seed=1)
    ]
    assert min(ink) > 0.01
    assert len(set(ink)) > 1


def test_doodles_are_neither_narrow_nor_flat() -> None:
    for strokes in sample_drawings([doodle], 200, seed=1):
        width, height = np.ptp(np.concatenate(strokes), axis=0)
        assert 0.6 < width / height < 2.5


def test_digits_of_a_pair_do_not_merge() -> None:
    digit = np.zeros((28, 28), dtype=np.uint8)
    digit[4:24, 12:16] = 255
    for image in digit_pairs(digit[None], 20, seed=1):
        left_edges = np.flatnonzero(np.diff(image.any(axis=0).astype(int)) == 1)
        assert len(left_edges) == 2


def test_textures_use_the_whole_range_and_differ() -> None:
    rng = np.random.default_rng(1)
    textures = [random_texture(rng, 40) for _ in range(20)]
    assert all(texture.min() == 0 and texture.max() == 1 for texture in textures)
    assert len({texture.tobytes() for texture in textures}) == 20


def test_subset_of_a_source_keeps_its_labels() -> None:
    source = RasterSource("bars", np.zeros((2, 28, 28), dtype=np.uint8), np.array([1, 7]))
    assert source.subset(np.array([1])).labels.tolist() == [7]
