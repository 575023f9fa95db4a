"""How a found digit's confidence follows from the evidence, chosen on scenes of validation writers.

The scenes have the size of photos as the library works on them, and go through the library's own
pipeline as files.
"""

from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from recognizer import Box, Recognizer
from recognizer.answer import overlap
from recognizer.confidence import MIN_CONFIDENCE, Confidence, Evidence, log_odds, log_odds_of
from recognizer.decoding import DecodedImage
from recognizer.layout import MAX_GAP, enclosing_box
from recognizer.line_reader import LineReader
from recognizer.preprocessing import separate_ink
from recognizer.search import Candidate, rated
from training.finder.pens import Hands
from training.finder.photos import decoded
from training.finder.scenes import KINDS, Scene, draw_scene
from training.line_reader.export import UNCALIBRATED

SCENES_PER_KIND, SCENES_PER_COMMON_KIND = 12, 84
"""Scenes of each kind that is not held out, and of those that are met most."""

NUMBER_KINDS = ("number", "number as written", "touching digits")
"""Kinds with nothing but a number, as most people draw one."""

OTHER_KINDS = ("digits and letters", "letters", "drawings", "nothing")
"""Kinds of which few show digits: confidence is to be low there."""

SIZES = ((480, 360), (400, 400), (360, 480), (640, 480), (300, 225))
"""Width and height of scenes."""

RIDGE = 1e-4
"""Weight decay of the regression."""

MIN_SHARED = 0.5
"""Part of a digit's height that it shares with the number in whose row it stands."""

MIN_OVERLAP = 0.4
"""Overlap of a candidate and a digit from which the candidate is that digit."""


class Whole(NamedTuple):
    """All ink of even paper, read as one number."""

    digits: tuple[int, ...]
    """Two at least."""
    probability: float
    """What the line reader takes it to be."""


class ReadScene(NamedTuple):
    """A scene, and what the library makes of it."""

    scene: Scene
    rows: list[list[Candidate]]
    whole: Whole | None


def calibrate(line_reader: Path, hands: Hands) -> Confidence:
    """Return the confidence of what is found in scenes of some handwriting and read.

    `line_reader` is an exported one, with any confidence in its metadata; the other models are
    those that are served.
    """
    search = Recognizer(line_reader=line_reader).search
    known = [kind for kind in KINDS if not kind.held_out]
    common = [kind for kind in known if kind.name in (*NUMBER_KINDS, *OTHER_KINDS)]
    kinds = [*known * SCENES_PER_KIND, *common * (SCENES_PER_COMMON_KIND - SCENES_PER_KIND)]
    read: list[ReadScene] = []
    for number, kind in enumerate(tqdm(kinds, "calibrating", unit="scene")):
        scene = draw_scene(hands, kind, SIZES[number % len(SIZES)], [number])
        image = decoded(scene)
        rows = search.find_rows(search.finder.find(image))
        read.append(ReadScene(scene, rows, whole_of(image, search.line_reader)))
    return fit_confidence(read)


def fit_confidence(read: Sequence[ReadScene]) -> Confidence:
    """Return the confidence that follows from scenes: of digits, then of what is made of these."""
    candidates = [(scene, each) for scene, rows, _ in read for row in rows for each in row]
    odds = [log_odds(each.evidence) for _, each in candidates]
    right = [label_at(scene, each.box) == digit_of(each) for scene, each in candidates]
    weights = fit_logistic(
        np.reshape(odds, (-1, len(Evidence._fields))), np.array(right, dtype=bool)
    )
    confidence = Confidence(*weights.tolist(), *UNCALIBRATED[len(weights) :])
    numbers = [number for scene, rows, _ in read for number in numbers_of(scene, rows, confidence)]
    number, number_bias = fit_probabilities(numbers)
    confidence = confidence._replace(number=number, number_bias=number_bias)
    wholes = [
        (whole.probability, whole.digits == scene.labels, whole.digits == found(rows, confidence))
        for scene, rows, whole in read
        if whole is not None
    ]
    whole, whole_bias = fit_probabilities([answer[:2] for answer in wholes])
    agreed, agreed_bias = fit_probabilities([answer[:2] for answer in wholes if answer[2]])
    return confidence._replace(
        whole=whole, whole_bias=whole_bias, agreed=agreed, agreed_bias=agreed_bias
    )


def numbers_of(
    scene: Scene, rows: Sequence[Sequence[Candidate]], of_digits: Confidence
) -> Iterator[tuple[float, bool]]:
    """Yield how likely all digits of each number are right, one by one, and whether it is right.

    A number has two digits at least. It is right if its digits are, and no other stands in its row.
    """
    for row in rows:
        confidences = [of_digits.of(each.evidence) for each in row]
        digits = [
            (each, confidence)
            for each, confidence in zip(row, confidences, strict=True)
            if confidence >= MIN_CONFIDENCE
        ]
        if len(digits) < 2:
            continue
        labels = [label_at(scene, each.box) for each, _ in digits]
        box = enclosing_box([each.box for each, _ in digits])
        is_right = labels == [digit_of(each) for each, _ in digits]
        is_right &= len(digits) == sum(is_in_row(Box(*sides), box) for sides in scene.boxes)
        yield prod(confidence for _, confidence in digits), is_right


def whole_of(image: DecodedImage, line_reader: LineReader) -> Whole | None:
    """Return all ink of an image as one number; None if the paper is uneven, or it is none."""
    all_ink = separate_ink(image.gray)
    if all_ink is None or not all_ink.on_even_paper:
        return None
    readings, probability = line_reader.read(all_ink.ink)
    digits = tuple(each.digit for each in readings)
    return Whole(digits, probability) if len(digits) > 1 else None


def found(rows: Sequence[Sequence[Candidate]], confidence: Confidence) -> tuple[int, ...]:
    """Return the digits that are found in rows, as in `Search.find_among_others`."""
    return tuple(
        digit_of(each)
        for row in rows
        for each, sure in rated(row, confidence)
        if sure >= MIN_CONFIDENCE
    )


def is_in_row(digit: Box, number: Box) -> bool:
    """Return whether a digit stands in the row of a number, beside it or in it."""
    height = min(digit.bottom, number.bottom) - max(digit.top, number.top)
    reach = MAX_GAP * number.height
    is_near = number.left - reach < digit.right and digit.left < number.right + reach
    return height >= MIN_SHARED * digit.height and is_near


def digit_of(candidate: Candidate) -> int:
    """Return the likeliest digit of a candidate."""
    return int(candidate.evidence.digits.argmax())


def label_at(scene: Scene, box: Box) -> int | None:
    """Return the digit of a scene that is in a box; None if there is none."""
    boxes = [Box(*sides) for sides in scene.boxes]
    overlaps = [overlap(box, each) for each in boxes]
    nearest = int(np.argmax(overlaps)) if overlaps else 0
    return scene.labels[nearest] if overlaps and overlaps[nearest] >= MIN_OVERLAP else None


def fit_probabilities(answers: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return the weight of the log-odds of probabilities of being right, and the bias."""
    weight, bias = fit_logistic(
        np.reshape([log_odds_of(probability) for probability, _ in answers], (-1, 1)),
        np.array([is_right for _, is_right in answers], dtype=bool),
    )
    return float(weight), float(bias)


def fit_logistic(values: NDArray[np.float64], labels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights (k,) of values (n, k), then the bias, of a logistic regression.

    A little weight decay keeps them finite where the values tell all labels.
    """
    inputs = torch.from_numpy(np.pad(values, ((0, 0), (0, 1)), constant_values=1))
    targets = torch.from_numpy(labels.astype(np.float64))
    weights = torch.zeros(inputs.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimizer.zero_grad()
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(
            inputs @ weights, targets, reduction="sum"
        )
        value = entropy / max(1, len(labels)) + RIDGE * weights.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()
