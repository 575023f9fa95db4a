"""The finder: what it looks at, and how sure both networks are of a digit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.finder import (
    LEARNED_SIDE,
    MAX_SIDE,
    MIN_CONFIDENCE,
    SURE_CONFIDENCE,
    Confidence,
    scale_of,
    weigh,
)

CONFIDENCE = Confidence(agreement=0.5, heat=1.5, bias=-1.0)


def probabilities(digit: int, sure: float) -> NDArray[np.float64]:
    """Return probabilities of ten digits."""
    others = np.full(10, (1 - sure) / 9)
    others[digit] = sure
    return others


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (200, 200), (2000, 60), (64, 64)])
def test_scaled_image_is_about_as_large_as_those_learned_from(size: tuple[int, int]) -> None:
    width, height = (scale_of(size) * side for side in size)
    assert LEARNED_SIDE - 1 <= max(width, height) <= MAX_SIDE + 1
    assert width * height <= LEARNED_SIDE**2 + 1


def test_confidence_grows_with_the_evidence() -> None:
    read = probabilities(3, 0.99)
    by_heat = [CONFIDENCE.predict(weigh(read, read, heat)).confidence for heat in (0.2, 0.6, 0.95)]
    assert by_heat == sorted(by_heat)
    agreeing = CONFIDENCE.predict(weigh(read, probabilities(3, 0.9), 0.9))
    differing = CONFIDENCE.predict(weigh(read, probabilities(5, 0.9), 0.9))
    assert agreeing.digit == differing.digit == 3
    assert agreeing.confidence > differing.confidence


@pytest.mark.parametrize("sure", [0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("heat", [0.0, 0.4, 0.7, 1.0])
def test_found_digit_has_probabilities_and_a_verdict(sure: float, heat: float) -> None:
    prediction = CONFIDENCE.predict(weigh(probabilities(6, sure), probabilities(6, 0.5), heat))
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
    verdicts = [CONFIDENCE.predict(weigh(read, read, heat)).verdict for heat in (0.0, 0.3, 1.0)]
    assert verdicts == ["not_a_digit", "unsure", "digit"]
