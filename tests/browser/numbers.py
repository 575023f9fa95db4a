"""Responses about numbers, for digits drawn at known places."""

from typing import Any

from browser.mouse import draw
from browser.page_objects import predicted_digit
from playwright.sync_api import Page, Route, expect

from support.drawings import DIGITS, Box

SENT_SIDE = 196
"""Pixels of the image that the page sends of a drawing."""

PLACES = (Box(0.1, 0.3, 0.3, 0.4), Box(0.55, 0.3, 0.3, 0.4))


def draw_four_and_two(page: Page, *, sure: float = 0.98, separate: bool = False) -> None:
    """Draw a 4 and a 2 at PLACES, read as 42, or else as two numbers.

    `sure` is the confidence of the 2.
    """
    read_as(page, reading(sure, separate))
    for digit, place in zip((4, 2), PLACES, strict=True):
        draw(page, DIGITS[digit], place)
    expect(predicted_digit(page)).to_have_text("4 2" if separate else "42")


def read_as(page: Page, part: dict[str, Any]) -> None:
    """Let the API respond to what is drawn, but for the part of the response that is given."""

    def respond(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | part)

    page.route("**/predict*", respond)


def reading(sure: float, separate: bool) -> dict[str, Any]:
    """Return the part of a response that is about 42 or 4 and 2."""
    four, two = placed(4, 0.99, PLACES[0]), placed(2, sure, PLACES[1])
    numbers = [number(four), number(two)] if separate else [number(four, two)]
    confidence = 0.99 * sure
    verdict = "unsure" if two["verdict"] == "unsure" else "number"
    return {
        "digit": None,
        "verdict": verdict,
        "confidence": confidence,
        "probabilities": None,
        "input": None,
        "evidence": None,
        "numbers": numbers,
    }


def number(*digits: dict[str, Any]) -> dict[str, Any]:
    """Return a number of digits."""
    verdicts = {digit["verdict"] for digit in digits}
    return {
        "text": "".join(str(digit["digit"]) for digit in digits),
        "verdict": "unsure" if "unsure" in verdicts else "digit" if len(digits) == 1 else "number",
        "confidence": 0.9,
        "box": [0, 0, SENT_SIDE, SENT_SIDE],
        "digits": digits,
    }


def placed(digit: int, sure: float, place: Box) -> dict[str, Any]:
    """Return a digit of a number, of which another has the rest of the probability."""
    probabilities = [0.0] * 10
    probabilities[digit], probabilities[7] = sure, 1 - sure
    return {
        "digit": digit,
        "verdict": "digit" if sure > 0.8 else "unsure",
        "confidence": sure,
        "probabilities": probabilities,
        "box": [round(SENT_SIDE * side) for side in place],
        "input": "data:image/png;base64,"
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
        "evidence": [{"digit": digit, "grid": [[1.0] * 7] * 7}],
    }
