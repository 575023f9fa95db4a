"""Digits found among everything else in an image, by the released models."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import cos, radians, sin
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps

from recognizer import ModelError, Prediction, Recognizer, preprocessing
from recognizer.confidence import predict
from recognizer.decoding import DecodedImage, decode_image
from recognizer.finder import Sight, View
from recognizer.layout import PlacedDigit
from recognizer.line_reader import Reading
from recognizer.model_files import FINDER_PATH, LINE_READER_PATH
from recognizer.preprocessing import Ink, InkPatch
from recognizer.search import emptiest, is_likelier, places_of
from support.drawings import DIGITS, Box, Stroke, rasterize
from support.images import digit_image, encode, encode_animation, paint

SIZE = (400, 300)

LEFT = Box(0.05, 0.25, 0.2, 0.5)

WHOLE = Box(0, 0, 1, 1)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def two_digits(first: int, second: int, gap: float = 0.1, thickness: float = 0.03) -> Image.Image:
    """Return a number on white paper, its digits `gap` widths of the image apart."""
    image = Image.new("L", SIZE, 0)
    for digit, box in ((first, LEFT), (second, LEFT._replace(left=0.25 + gap))):
        mask = rasterize(DIGITS[digit], SIZE, box, thickness)
        image = Image.composite(Image.new("L", SIZE, 255), image, mask)
    return ImageOps.invert(image)


def read(recognizer: Recognizer, image: Image.Image) -> Prediction:
    return recognizer.recognize(encode(image)).prediction


@pytest.mark.parametrize("number", ["42", "70", "35", "68"])
@pytest.mark.parametrize("inverted", [False, True])
def test_two_digits_are_a_number(recognizer: Recognizer, number: str, inverted: bool) -> None:
    image = two_digits(int(number[0]), int(number[1]))
    prediction = read(recognizer, ImageOps.invert(image) if inverted else image)
    assert [each.text for each in prediction.numbers] == [number]
    assert prediction.digit is None
    assert prediction.probabilities is None
    assert prediction.verdict in ("number", "unsure")


def test_boxes_of_a_number_are_around_its_digits(recognizer: Recognizer) -> None:
    (number,) = read(recognizer, two_digits(4, 2)).numbers
    for placed, left in zip(number.digits, (0.05, 0.35), strict=True):
        expected = [left * SIZE[0], 0.25 * SIZE[1], 0.2 * SIZE[0], 0.5 * SIZE[1]]
        assert list(placed.box) == pytest.approx(expected, abs=9)
        assert placed.model_input.shape == (28, 28)


@pytest.mark.parametrize("size", [(54, 36), (63, 42)])
def test_number_in_a_small_image_is_read(recognizer: Recognizer, size: tuple[int, int]) -> None:
    (number,) = read(recognizer, written(["42"], size)).numbers
    assert number.text == "42"


@pytest.mark.parametrize("text", ["31", "41", "51", "81", "91"])
@pytest.mark.parametrize("gap", [0.05, 0.1])
def test_digit_beside_a_hair_thin_one_is_not_sure(
    recognizer: Recognizer, text: str, gap: float
) -> None:
    prediction = read(recognizer, two_digits(int(text[0]), int(text[1]), gap, thickness=0.01))
    assert prediction.verdict == "unsure" or prediction.numbers[0].text == text


def test_number_has_no_model_input_of_its_own(recognizer: Recognizer) -> None:
    assert recognizer.recognize(encode(two_digits(4, 2))).model_input is None


def test_wide_gap_parts_two_numbers(recognizer: Recognizer) -> None:
    prediction = read(recognizer, two_digits(4, 2, gap=0.5))
    assert [number.text for number in prediction.numbers] == ["4", "2"]
    assert prediction.confidence == pytest.approx(
        prediction.numbers[0].confidence * prediction.numbers[1].confidence
    )


SLASH: Stroke = [(0.9, -0.2), (0.1, 1.2)]


def written(
    rows: Sequence[str], size: tuple[int, int], margin: float = 0.5, height: float = 0.6
) -> Image.Image:
    """Return rows of digits and slashes in columns on white paper.

    Each is `height` of its cell high, and the margin is so many cells.
    """
    ink = Image.new("L", size, 0)
    cell_width = 1 / (2 * margin + max(map(len, rows)))
    cell_height = 1 / (2 * margin + len(rows))
    top = margin + (1 - height) / 2
    for y, row in enumerate(rows):
        for x, name in enumerate(row):
            strokes = [SLASH] if name == "/" else DIGITS[int(name)]
            box = Box(
                (x + margin + 0.2) * cell_width,
                (y + top) * cell_height,
                0.6 * cell_width,
                height * cell_height,
            )
            ink = ImageChops.lighter(ink, rasterize(strokes, size, box, 0.07 * cell_height))
    return ImageOps.invert(ink)


@pytest.mark.parametrize("date", ["28/4/2026", "3/5"])
def test_slashes_are_no_ones(recognizer: Recognizer, date: str) -> None:
    prediction = read(recognizer, written([date], (70 * len(date), 160)))
    assert "".join(number.text for number in prediction.numbers) == date.replace("/", "")


def rows_of_sheet(count: int) -> list[str]:
    """Return so many rows of so many digits."""
    return ["".join(str((3 * y + x * x + x) % 10) for x in range(count)) for y in range(count)]


def test_full_sheet_is_read_in_rows(recognizer: Recognizer) -> None:
    rows = rows_of_sheet(9)
    numbers = read(recognizer, written(rows, (900, 900))).numbers
    assert [number.text for number in numbers] == rows


@pytest.mark.parametrize("side", [399, 400, 1_000])
def test_sheet_of_many_rows_is_read_at_any_size(recognizer: Recognizer, side: int) -> None:
    rows = rows_of_sheet(12)
    numbers = read(recognizer, written(rows, (side, side))).numbers
    assert [number.text for number in numbers] == rows


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
@pytest.mark.parametrize("height", [0.02, 0.03, 0.05])
def test_line_on_a_large_page_is_read(
    recognizer: Recognizer, file_format: str, height: float
) -> None:
    """Its digits are so low, as a fraction of the page, as those that are written on paper."""
    page = Image.new("RGB", (2_400, 1_800), (226, 224, 215))
    digit_height = height * page.height
    size = round(4 * digit_height), round(2 * digit_height)
    line = written(["4275"], size, margin=0, height=0.5)
    page.paste((40, 40, 90), (700, 1_000), ImageOps.invert(line))
    (number,) = recognizer.recognize(encode(page, file_format)).prediction.numbers
    assert number.text == "4275"
    expected = [700 + 0.05 * size[0], 1_000 + 0.25 * size[1], 0.9 * size[0], 0.5 * size[1]]
    assert list(number.box) == pytest.approx(expected, abs=0.25 * digit_height)


@pytest.mark.parametrize("tilt", [-30, 30])
def test_tilted_line_on_a_large_page_is_read(recognizer: Recognizer, tilt: int) -> None:
    line = ImageOps.invert(written(["427539"], (432, 72), margin=0))
    turned = line.rotate(-tilt, Image.Resampling.BICUBIC, expand=True)
    page = Image.new("RGB", (2_400, 1_800), (226, 224, 215))
    page.paste((40, 40, 90), (700, 1_000), turned)
    (number,) = read(recognizer, page).numbers
    assert number.text == "427539"
    middle = number.box.left + number.box.width / 2, number.box.top + number.box.height / 2
    expected = 700 + turned.width / 2, 1_000 + turned.height / 2
    assert middle == pytest.approx(expected, abs=8)


def test_sheet_of_few_rows_is_no_single_number(recognizer: Recognizer) -> None:
    rows = ["".join(str((4 * y + x * x + x) % 10) for x in range(8)) for y in range(8)]
    numbers = read(recognizer, written(rows, (900, 900), margin=0, height=0.8)).numbers
    assert [number.text for number in numbers] == rows


def test_long_column_is_no_one(recognizer: Recognizer) -> None:
    numbers = read(recognizer, written(list("01234567"), (300, 1500), margin=0, height=0.8)).numbers
    assert [number.text for number in numbers] == list("01234567")


def test_long_number_on_a_slope_is_no_one(recognizer: Recognizer) -> None:
    level = written(["6504584925"], (1000, 130))
    for angle in (30, 45, 60):
        image = level.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        (number,) = read(recognizer, image).numbers
        assert (number.text, number.verdict) == ("6504584925", "number")
        for placed in number.digits:
            assert 0 <= placed.box.left < placed.box.right <= image.width
            assert 0 <= placed.box.top < placed.box.bottom <= image.height


def test_specks_in_a_small_image_are_searched(recognizer: Recognizer) -> None:
    """The finder looks at them so closely that a pixel of its mask is a tenth of the image's."""
    specks = np.random.default_rng(17).random((63, 65)) < 0.01
    image = Image.fromarray((255 * specks).astype(np.uint8))
    assert read(recognizer, image).verdict in ("not_a_digit", "unsure", "blank")


def ruled(image: Image.Image) -> Image.Image:
    """Return an image on paper with dark rules."""
    canvas = ImageDraw.Draw(image)
    for y in range(20, SIZE[1], 40):
        canvas.line([(0, y), (SIZE[0], y)], fill=(90, 120, 200), width=2)
    return image


def framed(image: Image.Image) -> Image.Image:
    """Return an image with a border at its very edge."""
    return ImageOps.expand(ImageOps.crop(image, 2), 2, (0, 0, 0))


def on_a_table(image: Image.Image) -> Image.Image:
    """Return an image whose paper lies on a brown table."""
    return ImageOps.expand(image, 90, (94, 62, 40))


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270])
def test_number_in_an_image_that_is_turned_by_a_quarter_is_read(
    recognizer: Recognizer, turn: Image.Transpose
) -> None:
    (number,) = read(recognizer, written(["4275"], (420, 200)).transpose(turn)).numbers
    assert number.text == "4275"
    assert number.box.height > 3 * number.box.width


def test_column_stays_a_column(recognizer: Recognizer) -> None:
    numbers = read(recognizer, written(list("4275"), (160, 420))).numbers
    assert [number.text for number in numbers] == list("4275")


@pytest.mark.parametrize("ground", [ImageOps.invert, framed, on_a_table])
@pytest.mark.parametrize("tilt", [-35, -18, 18, 35])
def test_number_that_rises_or_falls_is_read_as_if_it_were_level(
    recognizer: Recognizer, tilt: int, ground: Callable[[Image.Image], Image.Image]
) -> None:
    """The boxes are where the digits are in the image as it was sent."""
    upright = written(["4275"], (420, 300)).convert("RGB")
    image = ground(upright.rotate(-tilt, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)))
    (number,) = read(recognizer, image).numbers
    assert number.text == "4275"
    width, height = image.size
    for index, placed in enumerate(number.digits):
        right = (index - 1.5) * 420 / 5
        middle = (
            width / 2 + right * cos(radians(tilt)),
            height / 2 + right * sin(radians(tilt)),
        )
        found = (placed.box.left + placed.box.right) / 2, (placed.box.top + placed.box.bottom) / 2
        assert found == pytest.approx(middle, abs=12)


def in_shadow(image: Image.Image, share: float = 0.45) -> Image.Image:
    """Return an image of which a shadow with an edge covers about half, or another share."""
    levels = np.asarray(image, dtype=np.float32)
    shade = np.where(np.arange(SIZE[0]) < share * SIZE[0], 0.45, 1.0).astype(np.float32)
    return Image.fromarray((levels * shade[None, :, None]).astype(np.uint8))


@pytest.mark.parametrize("around", [ruled, framed, on_a_table, in_shadow])
@pytest.mark.parametrize("digit", [2, 3, 5])
def test_digit_is_read_whatever_is_around_it(
    recognizer: Recognizer, around: object, digit: int
) -> None:
    mask = rasterize(DIGITS[digit], SIZE, Box(0.3, 0.2, 0.3, 0.6), 0.04)
    assert callable(around)
    image = around(paint(mask, "RGB", (20, 24, 60), (236, 232, 224)))
    prediction = read(recognizer, image)
    assert [number.text for number in prediction.numbers] == [str(digit)]
    assert prediction.digit == digit
    assert prediction.probabilities is not None
    assert prediction.probabilities.argmax() == digit
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert prediction.confidence == prediction.probabilities.max()


@pytest.mark.parametrize("share", [0.2, 0.4])
@pytest.mark.parametrize("digit", [2, 3, 5])
def test_narrow_shadow_is_no_ink(recognizer: Recognizer, digit: int, share: float) -> None:
    mask = rasterize(DIGITS[digit], SIZE, Box(0.3, 0.2, 0.3, 0.6), 0.04)
    image = in_shadow(paint(mask, "RGB", (20, 24, 60), (236, 232, 224)), share)
    prediction = read(recognizer, image)
    assert (prediction.digit, prediction.verdict) == (digit, "digit")


def oval(height: float) -> Stroke:
    """Return an oval in the middle, so high and three quarters as wide."""
    turn = np.linspace(0, 2 * np.pi, 60)
    points = 0.5 + height / 2 * np.stack([0.75 * np.cos(turn), np.sin(turn)], axis=1)
    return [(float(x), float(y)) for x, y in points]


@pytest.mark.parametrize("digit", range(10))
def test_ring_around_a_digit_is_no_zero(recognizer: Recognizer, digit: int) -> None:
    ring = rasterize([oval(0.9)], (280, 280), WHOLE, 0.04)
    inner = rasterize(DIGITS[digit], (280, 280), Box(0.4, 0.3, 0.2, 0.4), 0.04)
    prediction = read(recognizer, paint(ImageChops.lighter(ring, inner), "L", 0, 255))
    assert prediction.digit == digit


@pytest.mark.parametrize("thickness", [0.01, 0.015, 0.02])
@pytest.mark.parametrize("around", [Box(0.2, 0.12, 0.55, 0.76), Box(0.05, 0.02, 0.8, 0.96)])
def test_thin_ring_around_a_one_is_no_zero(
    recognizer: Recognizer, thickness: float, around: Box
) -> None:
    """At the size of the model input, such a ring is broken."""
    ring = rasterize([oval(1)], SIZE, around, thickness)
    one = rasterize(DIGITS[1], SIZE, Box(0.35, 0.25, 0.25, 0.5), 0.03)
    prediction = read(recognizer, paint(ImageChops.lighter(ring, one), "L", 0, 255))
    assert prediction.digit == 1


def test_zero_of_two_lines_is_a_zero(recognizer: Recognizer) -> None:
    """A hollow pen leaves such."""
    mask = rasterize([oval(0.8), oval(0.6)], (280, 280), WHOLE, 0.02)
    prediction = read(recognizer, paint(mask, "L", 0, 255))
    assert (prediction.digit, prediction.verdict) == (0, "digit")


@pytest.mark.parametrize("around", [ruled, on_a_table, in_shadow])
def test_bare_paper_shows_no_digit(recognizer: Recognizer, around: object) -> None:
    assert callable(around)
    prediction = read(recognizer, around(Image.new("RGB", SIZE, (236, 232, 224))))
    assert prediction.numbers == ()
    assert prediction.digit is None
    assert prediction.verdict in ("not_a_digit", "blank")


def pale(digit: int) -> Image.Image:
    """Return a digit on unevenly lit paper, so pale that no ink is told from the light."""
    ink = np.asarray(rasterize(DIGITS[digit], SIZE, Box(0.3, 0.2, 0.3, 0.6), 0.03)) / 255
    y, x = np.mgrid[-1 : 1 : SIZE[1] * 1j, -1 : 1 : SIZE[0] * 1j]
    noise = np.random.default_rng(0).normal(0, 4, ink.shape)
    levels = (210 - 75 * (x**2 + y**2) - 25 * ink + noise).astype(np.uint8)
    assert preprocessing.preprocess(levels) is None
    return Image.fromarray(levels)


@pytest.mark.parametrize("digit", [2, 3, 5])
def test_pale_ink_on_unevenly_lit_paper_is_found(recognizer: Recognizer, digit: int) -> None:
    prediction = read(recognizer, pale(digit))
    assert (prediction.digit, prediction.verdict) == (digit, "digit")


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_pale_ink_before_blank_frames_is_found(recognizer: Recognizer, file_format: str) -> None:
    frames = [pale(5), *[Image.new("L", SIZE, level) for level in (255, 254)]]
    assert recognizer.recognize(encode_animation(frames, file_format)).prediction.digit == 5


def test_speckled_paper_is_blank(recognizer: Recognizer) -> None:
    """Its contrast is enough for a search, which finds nothing."""
    noise = np.random.default_rng(0).normal(200, 5, (*SIZE[::-1], 3))
    image = Image.fromarray(noise.clip(0, 255).astype(np.uint8))
    assert np.ptp(np.asarray(image)) > preprocessing.MIN_CONTRAST
    assert read(recognizer, image).verdict == "blank"


def test_ink_that_the_colors_do_not_show_is_left_out() -> None:
    """Mark ink on bare paper, as a finder may by mistake."""
    search = Recognizer().search
    paper = decode_image(encode(Image.new("RGB", (192, 128), (200, 200, 200))))
    seen = search.finder.look(paper, View(0, 0, 192, 128, 1))
    mask = np.zeros_like(seen.found.mask)
    mask[40:90, 60:70] = 1
    sight = seen._replace(found=replace(seen.found, mask=mask))
    assert search.find_among_others(sight) == []


@pytest.fixture
def overlooking(recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch) -> Recognizer:
    """A recognizer whose finder sees nothing in the right half of an image."""
    find = recognizer.search.finder.find

    def find_half(image: DecodedImage, ink_height: float) -> Sight:
        sight = find(image, ink_height)
        mask = sight.found.mask.copy()
        width = sight.image.colors.width
        half = (width / 2 - sight.view.left) * mask.shape[1] / sight.part.width
        mask[:, max(0, round(half)) :] = 0
        return sight._replace(found=replace(sight.found, mask=mask))

    monkeypatch.setattr(recognizer.search.finder, "find", find_half)
    return recognizer


def test_even_paper_hides_no_digit_that_the_finder_overlooks(overlooking: Recognizer) -> None:
    image = two_digits(4, 2, gap=0.2)
    (number,) = read(overlooking, image).numbers
    assert number.text == "42"
    for placed, left in zip(number.digits, (0.05, 0.45), strict=True):
        expected = [left * SIZE[0], 0.25 * SIZE[1], 0.2 * SIZE[0], 0.5 * SIZE[1]]
        assert list(placed.box) == pytest.approx(expected, abs=9)
        assert placed.model_input.shape == (28, 28)
    assert [each.text for each in read(overlooking, on_a_table(image.convert("RGB"))).numbers] == [
        "4"
    ]


def test_confidence_of_a_number_depends_on_whether_two_ways_agree(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    line_reader = recognizer.search.line_reader
    likelier = line_reader.confidence._replace(whole=1, whole_bias=-2, agreed=1, agreed_bias=3)
    monkeypatch.setattr(line_reader, "confidence", likelier)
    image = two_digits(4, 2, gap=0.2)
    ink = preprocessing.separate_ink(decode_image(encode(image)).gray)
    assert ink is not None
    _, probability = line_reader.read(ink.ink)
    agreed, whole = likelier.of_agreed(probability), likelier.of_whole(probability)
    assert read(recognizer, image).confidence == pytest.approx(agreed)
    overlooking: Recognizer = request.getfixturevalue("overlooking")
    assert read(overlooking, image).confidence == pytest.approx(whole)


PLACE = preprocessing.Box(10, 10, 25, 40)


@pytest.mark.parametrize(
    ("confidence", "count", "found", "expected"),
    [
        (0.1, 2, [], True),
        (0.8, 2, [0.9, 0.8], True),
        (0.7, 2, [0.9, 0.8], False),
        (0.7, 2, [0.9], True),
        (0.6, 2, [0.9], False),
        (0.6, 2, [0.9, 0.9, 0.8], False),
    ],
)
def test_all_ink_is_believed_if_it_is_likelier_or_has_more_digits(
    confidence: float, count: int, found: Sequence[float], expected: bool
) -> None:
    digits = [
        PlacedDigit(predict(np.full(10, 0.1), each), np.zeros((28, 28), np.float32), PLACE)
        for each in found
    ]
    assert is_likelier(confidence, count, digits) == expected


@pytest.mark.parametrize(
    ("near", "expected"), [(2.0, 3), (4.0, 4), (8.0, 7), (9.6, 11), (0.0, 1), (12.0, 11)]
)
def test_line_is_cut_at_the_nearest_column_with_the_least_ink(near: float, expected: int) -> None:
    columns = np.array([2, 1, 2, 0, 0, 0, 3, 1, 3, 2, 4, 1, 5], dtype=np.float32)
    assert emptiest(columns, near, reach=1.5) == expected


def test_digit_that_no_ink_is_left_for_has_no_place() -> None:
    ink = InkPatch(np.ones((20, 10), dtype=np.float32), 5, 6, True)
    sides = ((0, 4), (4, 4), (4, 10))
    readings = [Reading(np.full(10, 0.1), left, right) for left, right in sides]
    boxes = [box for _, box in places_of(readings, ink, (2, 1))]
    assert [round(box.left) for box in boxes] == [10, 18]
    assert [round(box.right) for box in boxes] == [18, 30]


def test_digit_that_is_read_beyond_the_ink_is_placed_at_its_end() -> None:
    ink = InkPatch(np.ones((20, 10), dtype=np.float32), 5, 6, True)
    readings = [Reading(np.full(10, 0.1), left, left + 6) for left in (0, 6, 12)]
    boxes = [box for _, box in places_of(readings, ink, (1, 1))]
    assert [round(box.right) for box in boxes][-2:] == [14, 15]


def test_all_ink_is_no_number_with_a_digit_that_no_ink_is_left_for(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_a_seven_between(ink: Ink) -> tuple[list[Reading], float]:
        half, width = ink.shape[1] // 2, ink.shape[1]
        sides = ((4, 0, half), (7, half, half), (2, half, width))
        return [Reading(np.eye(10)[digit], left, right) for digit, left, right in sides], 0.99

    monkeypatch.setattr(recognizer.search.line_reader, "read", read_a_seven_between)
    (number,) = read(recognizer, two_digits(4, 2)).numbers
    assert number.text == "42"


def test_what_the_line_reader_takes_for_no_digit_is_still_a_candidate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search = Recognizer().search
    monkeypatch.setattr(search.line_reader, "read", lambda _: ([], 0.7))
    sight = search.finder.find(decode_image(encode(two_digits(4, 2))))
    ((first, second),) = search.find_rows(sight)
    for candidate, digit in ((first, 4), (second, 2)):
        assert candidate.evidence.digits.argmax() == digit
        assert candidate.evidence.line == pytest.approx(0.3)
        assert candidate.evidence.row == 2


@pytest.mark.parametrize("model", ["finder", "line_reader"])
def test_plain_digit_does_without_the_other_models(tmp_path: Path, model: str) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.touch()
    (tmp_path / "damaged.onnx.sha256").write_text(f"{'0' * 64}  damaged.onnx\n")
    finder, line_reader = (
        damaged if name == model else path
        for name, path in (("finder", FINDER_PATH), ("line_reader", LINE_READER_PATH))
    )
    recognizer = Recognizer(finder=finder, line_reader=line_reader)
    assert read(recognizer, digit_image(7)).digit == 7
    with pytest.raises(ModelError, match=r"damaged\.onnx"):
        read(recognizer, two_digits(4, 2))


def test_digits_below_one_another_are_numbers_of_their_own(recognizer: Recognizer) -> None:
    mask = Image.new("L", SIZE[::-1], 0)
    for digit, top in ((7, 0.05), (6, 0.37), (2, 0.69)):
        one = rasterize(DIGITS[digit], SIZE[::-1], Box(0.35, top, 0.25, 0.25), 0.03)
        mask.paste(255, mask=one)
    prediction = read(recognizer, ImageOps.invert(mask))
    assert [number.text for number in prediction.numbers] == ["7", "6", "2"]


@pytest.mark.parametrize("height", [14, 18, 23, 30])
def test_small_number_on_a_large_image_is_found(recognizer: Recognizer, height: int) -> None:
    size = 760, 570
    image = Image.new("L", size, 255)
    for place, digit in enumerate((4, 2, 5)):
        box = Box(
            0.7 + 0.8 * place * height / size[0], 0.2, 0.6 * height / size[0], height / size[1]
        )
        image.paste(0, mask=rasterize(DIGITS[digit], size, box, 0.1 * height / size[1]))
    assert [number.text for number in read(recognizer, image).numbers] == ["425"]
