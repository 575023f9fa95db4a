"""The finder: the scale at which it looks at an image, and how closely at what ink."""

import pytest

from recognizer.finder import LEARNED_SIDE, MAX_SIDE, closer_look, scale_of


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (200, 200), (2000, 60), (64, 64)])
def test_scaled_image_is_about_as_large_as_those_learned_from(size: tuple[int, int]) -> None:
    width, height = (scale_of(size) * side for side in size)
    assert LEARNED_SIDE - 1 <= max(width, height) <= MAX_SIDE + 1
    assert width * height <= LEARNED_SIDE**2 + 1


@pytest.mark.parametrize(
    ("columns", "beside"),
    [([slice(60, 66)], 5), ([slice(60, 66), slice(70, 76)], 10)],
    ids=["digit", "row"],
)
def test_closer_look_shows_more_beside_a_row_of_digits(columns: list[slice], beside: int) -> None:
    """The ink is 10 pixels high, in an image whose pixels are the finder's."""
    closer = closer_look([(slice(50, 60), each) for each in columns], (160, 120), 1)
    assert closer is not None
    assert closer[:4] == (60 - beside, 45, columns[-1].stop + beside, 65)


def test_closer_look_ends_with_the_image() -> None:
    pieces = [(slice(2, 12), slice(3, 20))]
    closer = closer_look(pieces, (160, 16), 1)
    assert closer is not None
    assert closer[:4] == (0, 0, 30, 16)
