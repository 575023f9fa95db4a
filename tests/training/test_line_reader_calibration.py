"""The confidence of what is found: a logistic regression, on scenes through the library."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from recognizer import Box
from recognizer.confidence import Confidence, Evidence
from recognizer.decoding import decode_image
from recognizer.line_reader import LineReader
from recognizer.model_files import LINE_READER_PATH
from recognizer.search import Candidate
from support.handwriting import synthetic_hands
from support.images import digit_image, encode, pair_image
from training.finder.pens import Hands
from training.finder.scenes import KINDS, Kind, Scene
from training.line_reader import calibration
from training.line_reader.calibration import (
    ReadScene,
    Whole,
    calibrate,
    fit_confidence,
    fit_logistic,
    label_at,
    numbers_of,
    whole_of,
)

EMPTY = np.zeros((60, 90), dtype=np.uint8)

SCENE = Scene(
    np.zeros((60, 90, 3), dtype=np.uint8),
    EMPTY,
    EMPTY,
    (4, 2),
    ((10, 10, 20, 40), (40, 10, 20, 40)),
)


def test_regression_finds_the_weights_that_made_the_labels() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, 2, (20_000, 2))
    odds = values @ [1.5, -0.5] + 0.7
    labels = rng.random(len(odds)) < 1 / (1 + np.exp(-odds))
    assert fit_logistic(values, labels) == pytest.approx([1.5, -0.5, 0.7], abs=0.1)


def test_candidate_has_the_label_of_the_digit_whose_box_it_covers() -> None:
    assert label_at(SCENE, Box(11, 9, 19, 42)) == 4
    assert label_at(SCENE, Box(38, 12, 20, 36)) == 2
    assert label_at(SCENE, Box(25, 10, 20, 40)) is None
    assert label_at(SCENE, Box(70, 10, 10, 40)) is None


def candidate(digit: int, box: Box, heat: float = 0.9) -> Candidate:
    """Return a candidate that is surely that digit, if it is one."""
    digits = np.full(10, 1e-4)
    digits[digit] = 1
    evidence = Evidence(digits / digits.sum(), 0.9, heat, 0.9, 0.9, box.height, 2)
    return Candidate(evidence, np.zeros((28, 28), dtype=np.float32), box)


LEFT, RIGHT = Box(10, 10, 20, 40), Box(40, 10, 20, 40)

OF_DIGITS = Confidence(
    digit=0.5, shape=0, heat=2, ink=0, line=0, height=0, row=0, bias=-2,
    number=1, number_bias=0, whole=1, whole_bias=0, agreed=1, agreed_bias=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([candidate(4, LEFT), candidate(2, RIGHT)], [True]),
        ([candidate(4, LEFT), candidate(7, RIGHT)], [False]),
        ([candidate(4, LEFT), candidate(2, RIGHT), candidate(1, Box(65, 10, 20, 40))], [False]),
        ([candidate(4, LEFT)], []),
        ([candidate(4, LEFT), candidate(2, RIGHT, heat=0.0)], []),
    ],
)
def test_number_is_right_if_its_digits_are_and_none_is_missing(
    row: list[Candidate], expected: list[bool]
) -> None:
    assert [is_right for _, is_right in numbers_of(SCENE, [row], OF_DIGITS)] == expected
    third = replace(SCENE, labels=(4, 2, 9), boxes=(*SCENE.boxes, (70, 12, 20, 40)))
    assert not any(is_right for _, is_right in numbers_of(third, [row], OF_DIGITS))
    below = replace(SCENE, labels=(4, 2, 9), boxes=(*SCENE.boxes, (40, 70, 20, 40)))
    assert [is_right for _, is_right in numbers_of(below, [row], OF_DIGITS)] == expected


def test_confidence_of_a_number_is_that_of_its_digits_one_by_one() -> None:
    row = [candidate(4, LEFT), candidate(2, RIGHT, heat=0.6)]
    ((confidence, _),) = numbers_of(SCENE, [row], OF_DIGITS)
    assert confidence == pytest.approx(
        OF_DIGITS.of(row[0].evidence) * OF_DIGITS.of(row[1].evidence)
    )


def test_scenes_give_the_same_weights_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "KINDS", KINDS[:4])
    monkeypatch.setattr(calibration, "SCENES_PER_KIND", 3)
    one, other = (calibrate(LINE_READER_PATH, synthetic_hands(2)) for _ in range(2))
    assert np.isfinite(one).all()
    assert one == other


def test_confidence_is_chosen_on_all_kinds_but_those_held_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = []

    def blank_scene(_: Hands, kind: Kind, *__: object) -> Scene:
        drawn.append(kind)
        return SCENE

    monkeypatch.setattr(calibration, "draw_scene", blank_scene)
    for name in ("SCENES_PER_KIND", "SCENES_PER_COMMON_KIND"):
        monkeypatch.setattr(calibration, name, 1)
    calibrate(LINE_READER_PATH, synthetic_hands(2))
    assert drawn == [kind for kind in KINDS if not kind.held_out]


def test_number_that_is_read_in_two_ways_is_likelier() -> None:
    both, one = [candidate(4, LEFT), candidate(2, RIGHT)], [candidate(4, LEFT)]
    whole, other = Whole((4, 2), 0.9), replace(SCENE, labels=(4, 7))
    read = [
        *[ReadScene(SCENE, [both], whole)] * 190,
        *[ReadScene(other, [both], whole)] * 10,
        *[ReadScene(SCENE, [one], whole)] * 50,
        *[ReadScene(other, [one], whole)] * 50,
    ]
    confidence = fit_confidence(read)
    assert confidence.of_whole(0.9) == pytest.approx(0.8, abs=0.01)
    assert confidence.of_agreed(0.9) == pytest.approx(0.95, abs=0.01)


def test_all_ink_of_even_paper_may_be_a_number() -> None:
    whole = whole_of(decode_image(encode(pair_image("42"))), LineReader())
    assert whole is not None
    assert whole.digits == (4, 2)
    assert 0.5 < whole.probability <= 1


def test_single_digit_and_uneven_paper_say_nothing_of_numbers() -> None:
    line_reader = LineReader()
    ramp = np.linspace(0.3, 1, 400)[None, :]
    shaded = Image.fromarray(
        (np.asarray(pair_image("42").resize((400, 300))) * ramp).astype(np.uint8)
    )
    for image in (digit_image(7), Image.new("L", (90, 60), 200), shaded):
        assert whole_of(decode_image(encode(image)), line_reader) is None
