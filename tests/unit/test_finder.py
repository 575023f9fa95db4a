"""The finder: the scale at which it looks at an image, and how closely at what ink."""

import pytest
from PIL import Image

from recognizer import Box
from recognizer.decoding import DecodedImage, decode_image
from recognizer.finder import (
    LEARNED_SIDE,
    MAX_PIXELS,
    MAX_SIDE,
    MIN_HEIGHT,
    Finder,
    Sight,
    View,
    closer_look,
    scale_of,
    wider_look,
)
from support import drawings
from support.images import digit_image, encode


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (200, 200), (2000, 60), (64, 64)])
def test_scaled_image_is_about_as_large_as_those_learned_from(size: tuple[int, int]) -> None:
    width, height = (scale_of(size) * side for side in size)
    assert LEARNED_SIDE - 1 <= max(width, height) <= MAX_SIDE + 1
    assert width * height <= LEARNED_SIDE**2 + 1


@pytest.mark.parametrize(
    ("size", "ink_height", "expected"),
    [
        ((1_200, 900), 0, [1, 1, 2, 4]),  # of the working size, then in detail
        ((1_200, 900), 30, [1, 1]),  # it is 19 pixels high there
        ((1_200, 900), 15, [1, 1, 2]),
        ((400, 300), 0, [1, 2]),
        ((160, 120), 0, [1]),
    ],
)
def test_blank_image_is_looked_at_again_as_long_as_tiny_ink_may_show(
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    ink_height: float,
    expected: list[float],
) -> None:
    finder, scales = Finder(), []
    look = finder.look

    def recorded_look(image: DecodedImage, view: View) -> Sight:
        scales.append(view.scale / image.scale[0])
        return look(image, view)

    monkeypatch.setattr(finder, "look", recorded_look)
    finder.find(decode_image(encode(Image.new("RGB", size, (240, 240, 240)))), ink_height)
    assert [scale / scales[0] for scale in scales] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(("height", "scale"), [(0.4, 4), (0.05, 1)])
def test_low_ink_is_looked_at_in_detail(height: float, scale: float) -> None:
    box = drawings.Box(0.4, 0.3, 0.5 * height, height)
    image = digit_image(4, size=(1_200, 900), box=box, pen=0.1 * height)
    sight = Finder().find(decode_image(encode(image)))
    assert sight.found.pieces
    assert sight.image.scale == (scale, scale)


def test_closer_look_is_around_all_ink() -> None:
    """The ink is 10 pixels high, in an image whose pixels are the finder's."""
    pieces = [Box(60, 50, 6, 10), Box(70, 50, 6, 10)]
    closer = closer_look(pieces, (160, 120), 1)
    assert closer is not None
    assert closer[:4] == (50, 45, 86, 65)


def test_closer_look_ends_with_the_image() -> None:
    closer = closer_look([Box(3, 2, 17, 10)], (160, 16), 1)
    assert closer is not None
    assert closer[:4] == (0, 0, 30, 16)


def test_closer_look_at_a_full_sheet_enlarges_its_ink_as_far_as_time_allows() -> None:
    def scale_for(height: int) -> float:
        """Return the scale for ink of that height in all corners of a sheet."""
        sheet = [Box(x, y, height, height) for x in (0, 200 - height) for y in (0, 150 - height)]
        closer = closer_look(sheet, (400, 300), 0.5)
        assert closer is not None
        return closer.scale

    assert scale_for(15) == pytest.approx(0.5 * MIN_HEIGHT / 15)
    assert scale_for(5) == pytest.approx((MAX_PIXELS / (400 * 300)) ** 0.5)


@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        (Box(10, 0, 24, 20), None),
        (Box(1, 0, 19, 20), (85, 95, 125, 115)),
        (Box(10, 0, 29, 20), (90, 95, 135, 115)),
    ],
    ids=["in the middle", "on the left", "on the right"],
)
def test_wider_look_is_for_ink_that_may_go_on(
    ink: Box, expected: tuple[int, int, int, int] | None
) -> None:
    """The ink is 20 pixels high, in a view of 20×10 pixels of the image at twice their scale."""
    view = View(100, 100, 120, 110, 2)
    wider = wider_look([ink], (300, 300), view)
    assert (None if wider is None else wider[:4]) == expected


def test_no_wider_look_beyond_the_image() -> None:
    ink = [Box(0, 0, 40, 20)]
    assert wider_look(ink, (20, 300), View(0, 100, 20, 110, 2)) is None
    assert wider_look([], (20, 300), View(0, 100, 20, 110, 2)) is None
