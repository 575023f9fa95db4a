"""What is wrong with an answer, if anything."""

import json
import math
from typing import Any

from api.errors import assert_is_error
from fuzz.cases import Case
from fuzz.doors import Answer

from recognizer.classifier import Verdict

SERVED = (200, 204, 307)
REJECTED = range(400, 500)
UNAVAILABLE = 503

VERDICTS: tuple[Verdict, ...] = ("digit", "unsure", "not_a_digit", "blank")
WITHOUT_DIGIT = ("not_a_digit", "blank")


def fault_of(case: Case, answer: Answer) -> str:
    """Return what is wrong with an answer; empty if nothing is."""
    if answer.trace:
        return answer.trace.strip().splitlines()[-1][:200]
    if answer.declined:
        return ""
    method = case.request.method if case.request else ""
    try:
        if answer.status in SERVED:
            check_served(case, answer)
        elif answer.status in REJECTED or answer.status == UNAVAILABLE:
            check_rejected(answer, has_body=method != "HEAD")
        else:
            return f"status {answer.status}"
    except (AssertionError, ValueError, KeyError, TypeError) as error:
        return f"status {answer.status}: {type(error).__name__} {error}"[:200]
    return ""


def check_served(case: Case, answer: Answer) -> None:
    """Raise AssertionError unless a success has the content that it must have."""
    if answer.status == 204:
        assert answer.body == b""
    path = case.request.path if case.request else ""
    if answer.status == 200 and b'"probabilities"' in answer.body and "openapi" not in path:
        check_prediction(json.loads(answer.body, parse_constant=reject_constant))
    elif case.kind in ("image", "wrapped image", "JSON", "form", "HTTP event"):
        assert answer.status == 204, "no prediction"


def check_prediction(prediction: dict[str, Any]) -> None:
    """Raise AssertionError unless a prediction is complete and consistent."""
    digits = [digit for number in prediction["numbers"] for digit in number["digits"]]
    assert prediction["verdict"] in VERDICTS
    assert (prediction["verdict"] in WITHOUT_DIGIT) == (not digits)
    assert 0 <= prediction["confidence"] <= 1
    assert prediction["digit"] == (digits[0]["digit"] if len(digits) == 1 else None)
    if len(digits) > 1:
        assert prediction["probabilities"] is None
    else:
        check_probabilities(prediction["probabilities"])
    for digit in digits:
        assert digit["digit"] in range(10)
        check_probabilities(digit["probabilities"])
        assert min(digit["box"][2:]) > 0


def check_probabilities(probabilities: list[float]) -> None:
    """Raise AssertionError unless ten probabilities sum to 1."""
    assert len(probabilities) == 10
    assert all(0 <= probability <= 1 for probability in probabilities)
    assert math.isclose(sum(probabilities), 1, abs_tol=1e-4)


def check_rejected(answer: Answer, *, has_body: bool) -> None:
    """Raise AssertionError unless a refusal is one sentence and a code, with its headers."""
    assert answer.headers["content-type"] == "application/json"
    if has_body:
        assert_is_error(answer.body.decode())
    if answer.status in (429, UNAVAILABLE):
        assert int(answer.headers["retry-after"]) > 0
    if answer.status == 405:
        assert answer.headers["allow"]


def reject_constant(name: str) -> float:
    """Raise ValueError for NaN and the infinities, which JSON lacks."""
    raise ValueError(f"{name} is not JSON")


def code_of(answer: Answer) -> str:
    """Return an answer's status, and the code of its error, for statistics."""
    if answer.declined:
        return "declined event"
    if answer.status >= 400:
        try:
            return f"{answer.status} {json.loads(answer.body)['code']}"
        except (ValueError, KeyError, TypeError):
            return str(answer.status)
    return str(answer.status)
