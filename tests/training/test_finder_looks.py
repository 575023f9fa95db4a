"""Scenes as the finder looks at them."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from recognizer.finder import LEARNED_PIXELS, View, scale_of
from support.handwriting import synthetic_hands
from support.scenes import bars
from training.finder.looks import around_digits, looks_at, seen
from training.finder.photos import Photo, decoded, draw_photo

HANDS = synthetic_hands(1)


def photo_of_bars(second: int = 150) -> Photo:
    """Return a photo of 480×360 with a 1 and a 7, bars of 8×60 pixels at column 100 and another."""
    scene = bars((480, 360), (1, (100, 200, 8, 60)), (7, (second, 200, 8, 60)))
    return Photo(scene, decoded(scene))


def center_of(box: tuple[int, int, int, int]) -> tuple[float, float]:
    left, top, width, height = box
    return left + width / 2, top + height / 2


def test_part_of_a_photo_is_seen_at_a_scale() -> None:
    whole = seen(photo_of_bars(), View(0, 0, 480, 360, 0.5))
    assert whole.picture.shape == (180, 240, 3)
    assert whole.labels == (1, 7)
    assert [center_of(box) for box in whole.boxes] == [(52, 115), (77, 115)]
    assert whole.mask[115, 52] == whole.mask[115, 77] == 255
    assert whole.picture[115, 52].max() == 0
    closer = seen(photo_of_bars(), View(130, 190, 230, 290, 2))
    assert closer.picture.shape == (200, 200, 3)
    assert closer.labels == (7,)
    assert center_of(closer.boxes[0]) == pytest.approx((48, 80), abs=1)
    assert closer.boxes[0][2:] == pytest.approx((16, 120), abs=3)
    assert set(np.unique(closer.instances)) == {0, 1}


def test_nothing_is_seen_beside_the_digits() -> None:
    beside = seen(photo_of_bars(), View(300, 0, 400, 100, 1))
    assert (beside.labels, beside.boxes) == ((), ())
    assert not beside.mask.any()
    assert not beside.instances.any()


def test_closer_look_is_around_the_digits() -> None:
    rng = np.random.default_rng(3)
    photo = photo_of_bars(second=200)
    views = [around_digits(photo, 0.4, rng) for _ in range(30)]
    labels = [seen(photo, view).labels for view in views if view is not None]
    assert len(labels) > 20
    assert set(labels) == {(1, 7), (1,)}  # now and then, only the first was found
    assert labels.count((1, 7)) > 15
    assert all(view.scale > 0.5 for view in views if view is not None)


def test_scene_is_seen_as_a_whole_and_closer() -> None:
    looks = [list(looks_at(HANDS, (seed,))) for seed in range(24)]
    for seed, (first, *closer) in enumerate(looks):
        photo = draw_photo(HANDS, (seed,))
        width, height = photo.image.colors.size
        scale = scale_of((width, height))
        assert first.mask.shape == (round(scale * height), round(scale * width))
        assert len(closer) <= 1
        assert all(look.mask.size <= 1.7 * LEARNED_PIXELS for look in closer)
    assert sum(len(each) == 2 for each in looks) >= 8
    again = list(looks_at(HANDS, (5,)))
    assert [look.picture.tobytes() for look in again] == [
        look.picture.tobytes() for look in looks[5]
    ]
