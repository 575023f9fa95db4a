"""The pipeline: limits, stage timings, blank images and threads."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageDraw

from recognizer import ImageError, Recognizer, recognize
from recognizer.errors import ImageErrorCode
from support.images import digit_image, encode, encode_animation
from support.paths import ROOT


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


@pytest.fixture(scope="module")
def seven() -> bytes:
    return (ROOT / "tests" / "seven.png").read_bytes()


def test_recognize_gives_the_same_prediction_as_a_recognizer(
    recognizer: Recognizer, seven: bytes
) -> None:
    expected, prediction = recognizer.recognize(seven).prediction, recognize(seven)
    assert (prediction.digit, prediction.verdict) == (7, "digit")
    assert prediction.confidence == expected.confidence


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"words", "unreadable")])
def test_bytes_that_are_not_an_image_raise_image_error(content: bytes, code: str) -> None:
    with pytest.raises(ImageError) as caught:
        recognize(content)
    assert caught.value.code == code
    assert str(caught.value) == caught.value.message
    assert "send a PNG, JPEG, WebP, GIF or BMP image" in caught.value.message


def code_of(recognizer: Recognizer, content: bytes) -> ImageErrorCode:
    """Return the code of the error that an image causes."""
    with pytest.raises(ImageError) as caught:
        recognizer.recognize(content)
    return caught.value.code


def test_limits_are_inclusive_and_passed_on() -> None:
    content = encode(digit_image(7, size=(60, 50)))
    exact = Recognizer(max_bytes=len(content), max_pixels=3_000)
    assert exact.recognize(content).prediction.digit == 7
    assert code_of(Recognizer(max_bytes=len(content) - 1), content) == "too_many_bytes"
    assert code_of(Recognizer(max_pixels=2_999), content) == "too_many_pixels"


def test_threads_are_passed_on() -> None:
    for threads in (1, 2):
        search = Recognizer(threads=threads).search
        for session in (search.finder.session, search.line_reader.session):
            assert session.get_session_options().intra_op_num_threads == threads
        session = search.classifier.session
        assert session.get_session_options().intra_op_num_threads == 1


def test_stage_timings_are_positive_and_within_the_wall_time(
    recognizer: Recognizer, seven: bytes
) -> None:
    start = time.perf_counter()
    timings = recognizer.recognize(seven).timings
    wall_ms = 1_000 * (time.perf_counter() - start)
    assert len(timings) == 3
    assert min(timings) > 0
    assert sum(timings) < wall_ms


def test_model_input_is_what_the_model_saw(recognizer: Recognizer, seven: bytes) -> None:
    recognition = recognizer.recognize(seven)
    assert recognition.model_input is not None
    assert recognition.model_input.shape == (28, 28)
    again = recognizer.classifier.predict(recognition.model_input)
    assert recognition.prediction.probabilities is not None
    assert np.array_equal(again.probabilities, recognition.prediction.probabilities)


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
def test_later_frames_are_not_decoded_at_first(recognizer: Recognizer, file_format: str) -> None:
    """Their number and size are not bounded by those of the first."""
    frames = [Image.new("L", (60, 60), 255), digit_image(4, size=(60, 60))]
    glance = recognizer.begin(encode_animation(frames, file_format))
    assert (glance.drawn, glance.is_settled) == (None, False)
    assert recognizer.finish(glance).prediction.digit == 4
    assert recognizer.begin(encode(frames[0])).is_settled


def test_blank_image_has_no_model_input(recognizer: Recognizer) -> None:
    recognition = recognizer.recognize(encode(Image.new("L", (50, 50), 255)))
    assert recognition.model_input is None
    assert recognition.prediction.verdict == "blank"


def test_two_threads_get_the_results_of_one(recognizer: Recognizer) -> None:
    images = [encode(digit_image(digit)) for digit in range(10)] * 4

    def confidence(content: bytes) -> float:
        return recognizer.recognize(content).prediction.confidence

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(confidence, images)) == [confidence(i) for i in images]


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize("orientation", [1, 6])
def test_box_is_around_the_digit_in_pixels_of_the_upright_image(
    recognizer: Recognizer, scale: int, orientation: int
) -> None:
    upright = Image.new("L", (300 * scale, 240 * scale), 255)
    draw = ImageDraw.Draw(upright)
    draw.rectangle([60 * scale, 30 * scale, 150 * scale, 44 * scale], fill=0)
    draw.line([143 * scale, 40 * scale, 100 * scale, 180 * scale], fill=0, width=14 * scale)
    sent = upright.transpose(Image.Transpose.ROTATE_90) if orientation == 6 else upright
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    recognition = recognizer.recognize(encode(sent, "JPEG", exif=exif, quality=95))
    (number,) = recognition.prediction.numbers
    assert number.text == "7"
    expected = [side * scale for side in (60, 30, 91, 152)]
    assert list(number.box) == pytest.approx(expected, abs=3 * scale)
