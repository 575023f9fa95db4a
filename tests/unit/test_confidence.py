"""How sure all networks are of a found digit, and of a number."""

from math import prod

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.confidence import (
    MIN_CONFIDENCE,
    SURE_CONFIDENCE,
    Confidence,
    Evidence,
    combine,
    predict,
    shared_out,
)

CONFIDENCE = Confidence(
    digit=0.5,
    shape=0.3,
    heat=1.5,
    ink=0.2,
    line=0.4,
    height=0.3,
    row=0.6,
    bias=-3.0,
    number=0.8,
    number_bias=-0.4,
    whole=0.9,
    whole_bias=-1.3,
    agreed=0.9,
    agreed_bias=0.8,
)


def probabilities(digit: int, sure: float) -> NDArray[np.float64]:
    """Return probabilities of ten digits."""
    others = np.full(10, (1 - sure) / 9)
    others[digit] = sure
    return others


def evidence(
    read: NDArray[np.float64],
    classes: NDArray[np.float64],
    heat: float,
    *,
    height: float = 40,
    line: float = 0.5,
    shape: float = 0.95,
    row: int = 2,
) -> Evidence:
    return Evidence(combine(read, classes, classes), shape, heat, 0.8, line, height, row)


def test_confidence_grows_with_the_evidence() -> None:
    read = probabilities(3, 0.99)
    stronger_and_stronger = [
        [evidence(read, read, heat) for heat in (0.2, 0.6, 0.95)],
        [evidence(read, read, 0.9, height=height) for height in (8, 30, 60)],
        [evidence(read, read, 0.9, line=line) for line in (0.1, 0.6, 0.99)],
        [evidence(read, read, 0.9, shape=shape) for shape in (0.1, 0.6, 0.99)],
        [evidence(read, read, 0.9, row=row) for row in (1, 2, 5)],
    ]
    for weaker, middle, stronger in stronger_and_stronger:
        assert CONFIDENCE.of(weaker) < CONFIDENCE.of(middle) < CONFIDENCE.of(stronger)
    agreeing = evidence(read, probabilities(3, 0.9), 0.9)
    differing = evidence(read, probabilities(5, 0.9), 0.9)
    assert agreeing.digits.argmax() == differing.digits.argmax() == 3
    assert CONFIDENCE.of(agreeing) > CONFIDENCE.of(differing)


@pytest.mark.parametrize("sure", [0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("confidence", [MIN_CONFIDENCE, 0.5, 0.79, SURE_CONFIDENCE, 1.0])
def test_found_digit_has_probabilities_and_a_verdict(sure: float, confidence: float) -> None:
    found = evidence(probabilities(6, sure), probabilities(6, 0.5), 0.9)
    prediction = predict(found.digits, confidence)
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert (prediction.probabilities >= 0).all()
    assert prediction.digit == 6 == prediction.probabilities.argmax()
    assert prediction.confidence == confidence
    assert prediction.verdict == ("digit" if confidence >= SURE_CONFIDENCE else "unsure")


def row(*heats: float) -> list[Evidence]:
    """Return the evidence of digits in a row, which differ by their heat only."""
    return [evidence(probabilities(3, 0.99), probabilities(3, 0.9), heat) for heat in heats]


def test_confidence_of_a_row_is_that_of_its_number() -> None:
    missing = CONFIDENCE._replace(number=0.8, number_bias=-0.4)
    evidence_of_all = row(0.9, 0.5, 0.97)
    alone = [missing.of(each) for each in evidence_of_all]
    together = missing.of_row(evidence_of_all)
    assert prod(together) == pytest.approx(missing.of_number(alone))
    assert prod(together) < prod(alone)
    assert np.argsort(together).tolist() == np.argsort(alone).tolist()


def test_single_digit_of_a_row_keeps_its_confidence() -> None:
    digit, speck = evidence_of_both = row(0.9, 0.0)
    assert CONFIDENCE.of(speck) < MIN_CONFIDENCE
    assert CONFIDENCE.of_row(evidence_of_both) == [CONFIDENCE.of(digit), CONFIDENCE.of(speck)]


def test_certain_digits_make_a_nearly_certain_number() -> None:
    certain = Evidence(probabilities(1, 1.0), 1.0, 1.0, 1.0, 1.0, 80, 5)
    confidence = CONFIDENCE._replace(digit=50.0)
    assert confidence.of(certain) == 1
    assert 0.9 < prod(confidence.of_row([certain] * 5)) <= 1


def test_all_ink_is_a_number_less_surely_than_the_line_reader_takes_it_for_one() -> None:
    confidences = [CONFIDENCE.of_whole(line) for line in (0.3, 0.6, 0.9, 0.99)]
    assert confidences == sorted(confidences)
    assert all(
        confidence < line
        for confidence, line in zip(confidences, (0.3, 0.6, 0.9, 0.99), strict=True)
    )


def test_number_that_two_ways_agree_on_is_likelier() -> None:
    assert all(
        CONFIDENCE.of_agreed(line) > CONFIDENCE.of_whole(line) for line in (0.3, 0.6, 0.9, 0.99)
    )


@pytest.mark.parametrize("digits", [[0.9, 0.5, 0.97], [1.0, 1.0], [1.0, 0.6]])
@pytest.mark.parametrize("number", [0.1, 0.7, 0.99])
def test_digits_share_the_confidence_of_their_number(number: float, digits: list[float]) -> None:
    shares = shared_out(number, digits)
    assert prod(shares) == pytest.approx(number)
    assert np.argsort(shares).tolist() == np.argsort(digits).tolist()
