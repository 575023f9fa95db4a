"""The finder: the scale at which it looks at an image."""

import pytest

from recognizer.finder import LEARNED_SIDE, MAX_SIDE, scale_of


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (200, 200), (2000, 60), (64, 64)])
def test_scaled_image_is_about_as_large_as_those_learned_from(size: tuple[int, int]) -> None:
    width, height = (scale_of(size) * side for side in size)
    assert LEARNED_SIDE - 1 <= max(width, height) <= MAX_SIDE + 1
    assert width * height <= LEARNED_SIDE**2 + 1
