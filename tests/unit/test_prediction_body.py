"""The JSON that goes over the wire for a recognition, also with several digits."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.answer import Prediction
from recognizer.api.prediction_body import Explain, predicted_text, prediction_body, whole_pixels
from recognizer.api.schemas import PredictionResponse
from recognizer.classifier import BLANK, DigitPrediction, Verdict
from recognizer.layout import Number, PlacedDigit
from recognizer.preprocessing import Box, ModelInput
from recognizer.recognizer import Recognition, StageTimings

VERSION, ID = "0123456789ab", "0123456789ab-x-00000000000aaaaaaaaaa"

TIMINGS = StageTimings(decode_ms=0.5, preprocess_ms=0.25, model_ms=0.25)


def placed(
    digit: int, box: Box, verdict: Verdict = "digit", confidence: float = 0.96
) -> PlacedDigit:
    """Return a digit whose model input has its value in one pixel."""
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[digit] = confidence
    model_input = np.zeros((28, 28), dtype=np.float32)
    model_input[14, 14] = digit / 10
    return PlacedDigit(DigitPrediction(digit, verdict, probabilities), model_input, box)


SEVEN = placed(7, Box(10.0, 20.5, 30.0, 40.0))

ROW = [placed(4, Box(0.0, 0.0, 20.0, 40.0)), placed(2, Box(25.0, 5.0, 20.0, 40.0))]


def of_numbers(*numbers: Sequence[PlacedDigit], verdict: Verdict = "number") -> Recognition:
    """Return the recognition of several digits."""
    found = tuple(Number(tuple(digits)) for digits in numbers)
    confidence = float(np.prod([number.confidence for number in found]))
    return Recognition(Prediction(None, verdict, confidence, None, found), None, TIMINGS)


def of_one(placed: PlacedDigit) -> Recognition:
    """Return the recognition of a single digit."""
    single = placed.prediction
    prediction = Prediction(
        single.digit, single.verdict, single.confidence, single.probabilities, (Number((placed,)),)
    )
    return Recognition(prediction, placed.model_input, TIMINGS)


def of_none(verdict: Verdict, model_input: ModelInput | None) -> Recognition:
    """Return the recognition of an image without a digit."""
    prediction = Prediction(None, verdict, BLANK.confidence, BLANK.probabilities, ())
    return Recognition(prediction, model_input, TIMINGS)


def body(recognition: Recognition, explain: Explain | None = None) -> dict[str, Any]:
    """Return the response as a client reads it."""
    sent: dict[str, Any] = json.loads(
        json.dumps(prediction_body(recognition, VERSION, ID, explain))
    )
    return sent


def explain(model_input: ModelInput) -> NDArray[np.float64]:
    """Speak for every digit with the model input's only value."""
    return np.full((10, 7, 7), float(model_input.max()))


def test_number_has_no_digit_of_its_own_but_all_of_its_digits() -> None:
    sent = body(of_numbers(ROW, [SEVEN]))
    assert (sent["digit"], sent["verdict"], sent["probabilities"]) == (None, "number", None)
    assert sent["confidence"] == pytest.approx(0.96**3)
    assert (sent["model"], sent["id"]) == (VERSION, ID)
    first, second = sent["numbers"]
    assert (first["text"], first["verdict"], first["box"]) == ("42", "number", [0, 0, 45, 45])
    assert first["confidence"] == pytest.approx(0.96**2)
    assert [digit["digit"] for digit in first["digits"]] == [4, 2]
    assert [digit["box"] for digit in first["digits"]] == [[0, 0, 20, 40], [25, 5, 20, 40]]
    assert (second["text"], second["verdict"]) == ("7", "digit")
    (seven,) = second["digits"]
    assert (seven["digit"], seven["verdict"], seven["confidence"]) == (7, "digit", 0.96)
    assert seven["probabilities"][7] == 0.96
    assert seven["box"] == second["box"] == [10, 20, 30, 41]


def test_doubtful_digit_makes_its_number_unsure() -> None:
    doubtful = placed(2, ROW[1].box, "unsure", 0.6)
    sent = body(of_numbers([ROW[0], doubtful], verdict="unsure"))
    assert (sent["digit"], sent["verdict"]) == (None, "unsure")
    (number,) = sent["numbers"]
    assert (number["text"], number["verdict"]) == ("42", "unsure")
    assert [digit["verdict"] for digit in number["digits"]] == ["digit", "unsure"]


def test_single_digit_is_at_the_top_and_among_the_numbers() -> None:
    sent = body(of_one(SEVEN))
    (number,) = sent["numbers"]
    (digit,) = number["digits"]
    for name in ("digit", "verdict", "confidence", "probabilities"):
        assert digit[name] == sent[name]
    assert (sent["digit"], number["text"], number["verdict"]) == (7, "7", "digit")


@pytest.mark.parametrize("recognition", [of_one(SEVEN), of_numbers(ROW, [SEVEN])])
def test_every_digit_is_explained_by_its_own_model_input(recognition: Recognition) -> None:
    sent = body(recognition, explain)
    digits = [digit for number in sent["numbers"] for digit in number["digits"]]
    for digit in digits:
        (evidence,) = digit["evidence"]
        assert evidence == {"digit": digit["digit"], "grid": [[digit["digit"] / 10] * 7] * 7}
    assert len({digit["input"] for digit in digits}) == len(digits)
    only = digits[0] if len(digits) == 1 else {"input": None, "evidence": None}
    assert (sent["input"], sent["evidence"]) == (only["input"], only["evidence"])


def test_rejected_ink_is_explained_at_the_top() -> None:
    sent = body(of_none("not_a_digit", SEVEN.model_input), explain)
    assert sent["input"].startswith("data:image/png;base64,")
    assert [evidence["digit"] for evidence in sent["evidence"]] == list(range(10))
    blank = body(of_none("blank", None), explain)
    assert (blank["input"], blank["evidence"]) == (None, None)


@pytest.mark.parametrize("explained", [None, explain], ids=["plain", "explained"])
@pytest.mark.parametrize(
    "recognition",
    [
        of_one(SEVEN),
        of_numbers(ROW, [SEVEN]),
        of_none("not_a_digit", SEVEN.model_input),
        of_none("blank", None),
    ],
    ids=["digit", "numbers", "not a digit", "blank"],
)
def test_response_is_as_documented(recognition: Recognition, explained: Explain | None) -> None:
    sent = body(recognition, explained)
    documented = PredictionResponse.model_validate_json(json.dumps(sent))
    assert documented.model_dump(mode="json", exclude_unset=True) == sent
    assert ("input" in sent) == (explained is not None)


@pytest.mark.parametrize(
    ("box", "pixels"),
    [
        (Box(3, 4, 5, 6), (3, 4, 5, 6)),
        (Box(3.9, 4.0, 5.2, 6.1), (3, 4, 7, 7)),
        (Box(0.0, 0.0, 0.1 * 3 * 10, 0.1 * 3), (0, 0, 3, 1)),  # a rounding error is no pixel
        (Box(7 * (1 - 1e-12), 0.0, 2.0, 2.0), (7, 0, 2, 2)),
    ],
)
def test_box_is_rounded_outward_to_whole_pixels(box: Box, pixels: tuple[int, ...]) -> None:
    assert whole_pixels(box) == pixels


@pytest.mark.parametrize(
    ("recognition", "text"),
    [
        (of_one(SEVEN), "7"),
        (of_numbers(ROW), "42"),
        (of_numbers(ROW, [SEVEN]), "42 7"),
        (of_none("blank", None), None),
    ],
)
def test_text_of_a_prediction_has_a_space_between_numbers(
    recognition: Recognition, text: str | None
) -> None:
    assert predicted_text(recognition.prediction) == text
