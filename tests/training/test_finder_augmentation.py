"""Variations of the finder's scenes: the truth goes with the picture, and no digit is lost."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

import torch
from numpy.typing import NDArray

from support.handwriting import synthetic_hands
from training.finder.augmentation import varied
from training.finder.batches import Batch, Job, make_batches, stack
from training.finder.scenes import Scene

HANDS = synthetic_hands(1)

COPIES = 200


@pytest.fixture(scope="module")
def batches() -> list[Batch]:
    """Batches of training scenes, wide and high."""
    sizes = ((128, 96), (96, 128), (128, 64), (96, 96))
    jobs = [Job((Path(),), size, (at,)) for at, size in enumerate(sizes)]
    return [batch for job in jobs for batch in make_batches(HANDS, job)]


def vary(batch: Batch, seed: int) -> Batch:
    """Return a batch, varied; its pictures are float32."""
    tensors = [torch.from_numpy(array) for array in batch]
    return Batch(*(tensor.numpy() for tensor in varied(tensors, np.random.default_rng(seed))))


def black_on_white(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures that show ink of coverage `mask`, without anything else."""
    return np.repeat(255 - mask[..., None], 3, axis=-1)


def bounds(ink: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return left, top, width and height of some ink (height, width)."""
    rows, columns = np.nonzero(ink)
    left, top = int(columns.min()), int(rows.min())
    return left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1


def blocks(*areas: tuple[slice, slice]) -> NDArray[np.uint8]:
    """Return the instances (64, 128) of digits that fill some rows and columns each."""
    instances = np.zeros((64, 128), dtype=np.uint8)
    for number, area in enumerate(areas, 1):
        instances[area] = number
    return instances


def copies(instances: NDArray[np.uint8]) -> Batch:
    """Return a batch that shows the same digits in each scene, black on white."""
    mask = np.where(instances > 0, 255, 0).astype(np.uint8)
    count = int(instances.max())
    boxes = tuple(bounds(instances == number) for number in range(1, count + 1))
    return stack([Scene(black_on_white(mask), mask, instances, (1,) * count, boxes)] * COPIES)


def test_variation_is_determined_by_the_seed(batches: list[Batch]) -> None:
    first, again, other = (vary(batches[0], seed) for seed in (1, 1, 2))
    for name, array in first._asdict().items():
        assert np.array_equal(array, getattr(again, name)), name
    for name in ("pictures", "mask", "instances", "boxes"):
        assert not np.array_equal(getattr(first, name), getattr(other, name)), name


def test_varied_scenes_are_a_batch_of_the_same_size(batches: list[Batch]) -> None:
    for seed, batch in enumerate(batches):
        after = vary(batch, seed)
        assert after.pictures.dtype == np.float32
        assert after.pictures.min() >= 0
        assert after.pictures.max() <= 255 + 1e-3  # by rounding
        for name, array in batch._asdict().items():
            assert getattr(after, name).shape == array.shape, name
            assert name == "pictures" or getattr(after, name).dtype == array.dtype, name


def test_no_digit_is_lost_and_none_is_added(batches: list[Batch]) -> None:
    for seed, batch in enumerate(batches):
        assert (batch.labels >= 0).any()
        assert (batch.labels < 0).all(axis=1).any()
        assert np.array_equal(vary(batch, seed).labels, batch.labels)


def test_boxes_are_the_bounds_of_the_digits_ink(batches: list[Batch]) -> None:
    for seed, batch in enumerate(batches):
        after = vary(batch, seed)
        for instances, labels, boxes in zip(
            after.instances, after.labels, after.boxes, strict=True
        ):
            numbers = np.flatnonzero(labels >= 0) + 1
            assert np.unique(instances[instances > 0]).tolist() == numbers.tolist()
            for number in numbers:
                assert tuple(boxes[number - 1]) == bounds(instances == number)


def test_digits_lie_where_the_mask_has_ink(batches: list[Batch]) -> None:
    for seed, batch in enumerate(batches):
        after = vary(batch, seed)
        for mask, instances in zip(after.mask, after.instances, strict=True):
            owned = instances > 0
            assert (mask > 0)[owned].sum() >= 0.9 * owned.sum()
            assert owned[mask >= 128].sum() >= 0.9 * (mask >= 128).sum()


def test_picture_moves_with_the_mask(batches: list[Batch]) -> None:
    moved = 0
    for seed, batch in enumerate(batches):
        after = vary(batch._replace(pictures=black_on_white(batch.mask)), seed)
        for picture, mask, before in zip(after.pictures, after.mask, batch.mask, strict=True):
            # Outside, a picture goes on like its edge, which the mask does not.
            if np.median(picture) > 128 and before.any() and not edges(before).any():
                agreement = np.corrcoef(mask.ravel(), 255 - picture.mean(axis=2).ravel())[0, 1]
                assert agreement > 0.97
                moved += not np.array_equal(mask, before)
    assert moved > 20


def edges(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the first and last rows and columns of a mask."""
    return np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])


@pytest.mark.parametrize("quarters", range(4))
def test_digit_at_an_edge_is_not_pushed_out(quarters: int) -> None:
    bars = blocks((slice(16, 48), slice(8)), (slice(16, 48), slice(60, 68)))
    before = copies(np.rot90(bars, quarters).copy())
    after = vary(before, 1)
    # No warp changes how large one bar is beside the other, unless it is cut off.
    at_the_edge, in_the_middle = (
        np.where(after.instances == number, after.mask, 0).sum(axis=(1, 2)) for number in (1, 2)
    )
    assert np.abs(at_the_edge / in_the_middle - 1).max() < 0.2
    stays = (after.mask == before.mask).all(axis=(1, 2))
    assert 0 < stays.sum() < COPIES


def test_scenes_are_enlarged_shifted_turned_slanted_and_stretched() -> None:
    upper, lower, left, right = slice(16, 24), slice(40, 48), slice(48, 56), slice(72, 80)
    after = vary(copies(blocks((upper, left), (upper, right), (lower, left))), 1)
    corner, beside, below = (centers(after.instances == number) for number in (1, 2, 3))
    across, down = (beside - corner) / 24, (below - corner) / 24
    width, height = np.linalg.norm(across, axis=1), np.linalg.norm(down, axis=1)
    column, row = ((beside + below) / 2 / (128, 64)).T
    variations = {
        "size": np.log(width * height) / 2,
        "column": column,
        "row": row,
        "angle": across[:, 1],
        "slant": (across * down).sum(axis=1) / (width * height),
        "stretch": np.log(width / height),
    }
    for name, variation in variations.items():
        assert 0.03 < variation.std() < 0.15, name


def centers(inks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the centers (n, 2), x and y, of ink (n, height, width), in pixels."""
    return np.array([np.argwhere(ink).mean(axis=0)[::-1] for ink in inks])


def test_some_pictures_are_inverted() -> None:
    after = vary(copies(blocks((slice(16, 48), slice(60, 68)))), 1)
    inverted = np.median(after.pictures, axis=(1, 2, 3)) < 128
    assert 0.15 < inverted.mean() < 0.45


def test_colors_of_some_pictures_change_places_and_all_become_lighter_or_darker() -> None:
    plain = copies(blocks())
    plain.pictures[:] = (10, 30, 60)
    colors = vary(plain, 1).pictures[:, 32, 32]
    colors = colors[colors.mean(axis=1) < 128]  # not inverted
    orders = [tuple(order) for order in np.argsort(colors, axis=1).tolist()]
    assert set(orders) == set(permutations(range(3)))
    assert 0.5 < orders.count((0, 1, 2)) / len(orders) < 0.9
    darkest = colors.min(axis=1)
    assert (darkest < 9).any()
    assert (darkest > 11).any()
