"""How sure both networks are of a found digit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.confidence import (
    MIN_CONFIDENCE,
    SURE_CONFIDENCE,
    Confidence,
    Evidence,
    combine,
)

CONFIDENCE = Confidence(digit=0.5, heat=1.5, ink=0.2, height=0.3, bias=-1.0)


def probabilities(digit: int, sure: float) -> NDArray[np.float64]:
    """Return probabilities of ten digits."""
    others = np.full(10, (1 - sure) / 9)
    others[digit] = sure
    return others


def evidence(
    read: NDArray[np.float64], classes: NDArray[np.float64], heat: float, height: float = 40
) -> Evidence:
    return Evidence(combine(read, classes), heat, 0.8, height)


def test_confidence_grows_with_the_evidence() -> None:
    read = probabilities(3, 0.99)
    by_heat = [
        CONFIDENCE.predict(evidence(read, read, heat)).confidence for heat in (0.2, 0.6, 0.95)
    ]
    assert by_heat == sorted(by_heat)
    by_height = [
        CONFIDENCE.predict(evidence(read, read, 0.9, height)).confidence for height in (8, 30, 60)
    ]
    assert by_height == sorted(by_height)
    agreeing = CONFIDENCE.predict(evidence(read, probabilities(3, 0.9), 0.9))
    differing = CONFIDENCE.predict(evidence(read, probabilities(5, 0.9), 0.9))
    assert agreeing.digit == differing.digit == 3
    assert agreeing.confidence > differing.confidence


@pytest.mark.parametrize("sure", [0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("heat", [0.0, 0.4, 0.7, 1.0])
def test_found_digit_has_probabilities_and_a_verdict(sure: float, heat: float) -> None:
    prediction = CONFIDENCE.predict(evidence(probabilities(6, sure), probabilities(6, 0.5), heat))
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert (prediction.probabilities >= 0).all()
    if prediction.verdict == "not_a_digit":
        assert prediction.digit is None
        return
    assert prediction.digit == 6 == prediction.probabilities.argmax()
    assert prediction.confidence >= MIN_CONFIDENCE
    assert prediction.verdict == ("digit" if prediction.confidence >= SURE_CONFIDENCE else "unsure")


def test_all_verdicts_occur() -> None:
    read = probabilities(6, 0.99)
    verdicts = [CONFIDENCE.predict(evidence(read, read, heat)).verdict for heat in (0.0, 0.3, 1.0)]
    assert verdicts == ["not_a_digit", "unsure", "digit"]
