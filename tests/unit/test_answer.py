"""Which of two answers is believed: all ink as one digit or what was found; turned or as sent."""

import numpy as np
import pytest

from recognizer.answer import answer, answer_alone, answer_found, is_likelier
from recognizer.classifier import DigitPrediction, Verdict
from recognizer.layout import PlacedDigit
from recognizer.plain import is_plain
from recognizer.preprocessing import Box, Ink, InkPatch, Preprocessed

INK = np.ones((28, 28), dtype=np.float32)

WHOLE = Box(10, 10, 60, 40)

LEFT, RIGHT = Box(10, 10, 25, 40), Box(45, 10, 25, 40)

DASH_BESIDE, STROKE_BESIDE = np.zeros((2, 40, 60), dtype=np.float32)
DASH_BESIDE[18:22, 35:55] = STROKE_BESIDE[5:35, 45:49] = 1


def placed(digit: int | None, verdict: Verdict, confidence: float, box: Box) -> PlacedDigit:
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[digit or 0] = confidence
    return PlacedDigit(DigitPrediction(digit, verdict, probabilities), INK, box)


def outcome(
    alone: PlacedDigit, found: list[PlacedDigit], even_paper: bool = True, ink: Ink = INK
) -> tuple[Verdict, str]:
    """Return the verdict of an answer and its numbers."""
    drawn = Preprocessed(INK, WHOLE, InkPatch(ink, 10, 10, even_paper))
    prediction, model_input = answer(drawn, alone, found)
    assert (model_input is None) == (len(prediction.numbers) != 0 and prediction.digit is None)
    return prediction.verdict, " ".join(number.text for number in prediction.numbers)


def two(confidence: float) -> list[PlacedDigit]:
    return [placed(4, "digit", confidence, LEFT), placed(2, "digit", confidence, RIGHT)]


REJECTED = placed(None, "not_a_digit", 0.3, WHOLE)

UNSURE = placed(8, "unsure", 0.6, WHOLE)


@pytest.mark.parametrize(
    ("confidence", "non_digit", "even_paper", "expected"),
    [
        (0.99, 0.01, True, True),
        (0.99, 0.01, False, False),
        (0.99, 0.1, True, False),  # it may be two digits in one
        (0.9, 0.01, True, False),
    ],
)
def test_only_a_likely_digit_on_even_paper_is_not_searched(
    confidence: float, non_digit: float, even_paper: bool, expected: bool
) -> None:
    single = placed(8, "digit", confidence, WHOLE).prediction._replace(non_digit=non_digit)
    drawn = Preprocessed(INK, WHOLE, InkPatch(INK, 10, 10, even_paper))
    assert is_plain(drawn, single) == expected


@pytest.mark.parametrize(
    ("alone", "confidence", "expected"),
    [
        (REJECTED, 0.95, ("number", "42")),
        (REJECTED, 0.4, ("unsure", "42")),
        (REJECTED, 0.2, ("not_a_digit", "")),
        (UNSURE, 0.95, ("number", "42")),
        (UNSURE, 0.7, ("unsure", "42")),
        (UNSURE, 0.4, ("unsure", "8")),
    ],
)
def test_doubtful_numbers_on_even_paper_are_unsure_or_left_out(
    alone: PlacedDigit, confidence: float, expected: tuple[Verdict, str]
) -> None:
    assert outcome(alone, two(confidence)) == expected


@pytest.mark.parametrize("alone", [REJECTED, UNSURE])
def test_numbers_on_uneven_paper_are_believed(alone: PlacedDigit) -> None:
    assert outcome(alone, two(0.95), even_paper=False) == ("number", "42")
    assert outcome(alone, two(0.7), even_paper=False) == ("unsure", "42")


def test_very_doubtful_numbers_are_left_out_where_the_ink_is_no_digit() -> None:
    assert outcome(REJECTED, two(0.4), even_paper=False) == ("unsure", "42")
    assert outcome(REJECTED, two(0.2), even_paper=False) == ("not_a_digit", "")
    assert outcome(UNSURE, two(0.2), even_paper=False) == ("unsure", "42")


@pytest.mark.parametrize("even_paper", [False, True])
def test_nothing_found_leaves_the_first_answer(even_paper: bool) -> None:
    assert outcome(REJECTED, [], even_paper) == ("not_a_digit", "")
    assert outcome(UNSURE, [], even_paper) == ("unsure", "8")


@pytest.mark.parametrize("even_paper", [False, True])
def test_very_doubtful_digit_that_is_not_found_is_left_out(even_paper: bool) -> None:
    assert outcome(placed(8, "unsure", 0.2, WHOLE), [], even_paper) == ("not_a_digit", "")


def test_digit_that_is_not_found_is_reliable_on_even_paper_only() -> None:
    sure = placed(8, "digit", 0.99, WHOLE)
    assert outcome(sure, []) == ("digit", "8")
    assert outcome(sure, [], even_paper=False) == ("unsure", "8")


@pytest.mark.parametrize("even_paper", [False, True])
@pytest.mark.parametrize(
    ("confidence", "expected"), [(0.8, "8"), (0.99, "3")], ids=["less likely", "likelier"]
)
def test_likelier_of_two_readings_of_the_same_ink_is_believed(
    confidence: float, expected: str, even_paper: bool
) -> None:
    alone, found = placed(8, "digit", 0.9, WHOLE), placed(3, "digit", confidence, WHOLE)
    assert outcome(alone, [found], even_paper) == ("digit", expected)


def test_same_ink_found_leaves_a_doubtful_digit_on_even_paper_if_it_is_no_likelier() -> None:
    found = [placed(3, "unsure", 0.55, WHOLE)]
    assert outcome(UNSURE, found) == ("unsure", "8")
    assert outcome(UNSURE, found, even_paper=False) == ("unsure", "3")


def test_doubtful_digit_that_is_surely_found_is_sure() -> None:
    assert outcome(UNSURE, [placed(8, "digit", 0.95, WHOLE)]) == ("digit", "8")


def test_sure_digit_of_all_ink_on_even_paper_is_believed_rather_than_a_less_likely_part() -> None:
    alone = placed(8, "digit", 0.9, WHOLE)
    assert outcome(alone, [placed(3, "unsure", 0.8, LEFT)]) == ("digit", "8")
    assert outcome(alone, [placed(3, "digit", 0.95, LEFT)]) == ("digit", "3")
    assert outcome(alone, [placed(3, "digit", 0.88, LEFT)], even_paper=False) == ("digit", "3")


def test_same_ink_found_overrules_a_rejection_but_is_unsure_on_even_paper() -> None:
    found = [placed(3, "digit", 0.99, WHOLE)]
    assert outcome(REJECTED, found) == ("unsure", "3")
    assert outcome(REJECTED, found, even_paper=False) == ("digit", "3")


def test_doubtful_single_digit_does_not_overrule_a_rejection_on_even_paper() -> None:
    assert outcome(REJECTED, [placed(4, "unsure", 0.45, LEFT)]) == ("not_a_digit", "")


def test_single_digit_with_ink_beside_it_is_unsure_if_all_ink_is_none() -> None:
    beside = [placed(4, "digit", 0.95, LEFT)]
    assert outcome(REJECTED, beside) == ("unsure", "4")
    assert outcome(REJECTED, beside, even_paper=False) == ("digit", "4")


def test_single_digit_with_ink_beside_it_is_unsure_if_all_ink_may_be_none() -> None:
    """A thin 41 is one: a 4 is found, and together they look a little like an 8."""
    assert outcome(UNSURE, [placed(4, "digit", 0.95, LEFT)]) == ("unsure", "4")


def test_very_likely_digit_with_ink_beside_it_is_sure_unless_that_is_as_tall() -> None:
    very_likely = [placed(4, "digit", 0.99, LEFT)]
    assert outcome(REJECTED, very_likely, ink=DASH_BESIDE) == ("digit", "4")
    assert outcome(REJECTED, very_likely, ink=STROKE_BESIDE) == ("unsure", "4")
    assert outcome(REJECTED, [placed(4, "digit", 0.99, RIGHT)], ink=STROKE_BESIDE) == ("digit", "4")


@pytest.mark.parametrize(
    ("count", "width", "expected"),
    [(7, 4, "unsure"), (4, 4, "digit"), (7, 1, "digit")],
    ids=["row", "frame", "comb"],
)
def test_single_digit_among_many_marks_as_tall_is_unsure(
    count: int, width: int, expected: Verdict
) -> None:
    """Of a row on a slope, the finder may see no more than a digit in its middle."""
    ink = np.zeros((40, 60), dtype=np.float32)
    for left in range(0, 8 * count, 8):
        ink[left // 3 : left // 3 + 16, left : left + width] = 1
    middle = placed(4, "digit", 0.99, Box(35, 20, 10, 20))
    assert outcome(REJECTED, [middle], ink=ink)[0] == expected


@pytest.mark.parametrize(
    ("turned", "as_sent", "least", "expected"),
    [
        (two(0.97), two(0.94), 2, True),
        (two(0.94), two(0.97), 2, False),
        (two(0.97), two(0.94), 3, False),
        (two(0.97), [], 2, True),
        (two(0.9), [], 2, False),  # 0.81 is unsure
        ([placed(4, "digit", 0.99, LEFT)], two(0.94), 2, False),
        (two(0.97), [placed(1, "unsure", 1.0, WHOLE)], 2, True),
        (two(0.9), [placed(1, "unsure", 1.0, WHOLE)], 2, False),
        (two(0.97), [*two(0.94), placed(4, "digit", 0.97, LEFT)], 2, False),
    ],
    ids=[
        "likelier",
        "less likely",
        "too few",
        "sure",
        "unsure",
        "single",
        "1?",
        "both unsure",
        "fewer",
    ],
)
def test_turned_image_is_believed_if_its_number_is_likelier(
    turned: list[PlacedDigit], as_sent: list[PlacedDigit], least: int, expected: bool
) -> None:
    """Where nothing was seen in it as it was sent, the number must be sure."""
    other = answer_found(as_sent)[0] if as_sent else answer_alone(REJECTED)[0]
    assert is_likelier(answer_found(turned)[0], other, least) == expected
