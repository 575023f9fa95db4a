"""How a found digit's confidence follows from the evidence, chosen on scenes of validation writers.

The scenes have the size of photos as the library works on them, and go through the library's own
pipeline as files.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from recognizer import Box, Recognizer
from recognizer.confidence import Confidence, log_odds
from recognizer.decoding import decode_image
from recognizer.recognizer import overlap
from training.finder.pens import Hands
from training.finder.scenes import KINDS, Scene, draw_scene

SCENES_PER_KIND = 12

SIZES = ((480, 360), (400, 400), (360, 480), (640, 480), (300, 225))
"""Width and height of scenes."""

RIDGE = 1e-4
"""Weight decay of the regression."""

MIN_OVERLAP = 0.4
"""Overlap of a candidate and a digit from which the candidate is that digit."""


def calibrate(finder: Path, hands: Hands) -> Confidence:
    """Return the confidence of what an exported finder finds in scenes of some handwriting.

    The file needs any confidence in its metadata.
    """
    recognizer = Recognizer(finder=finder)
    odds, right = [], []
    numbers = range(len(KINDS) * SCENES_PER_KIND)
    for number in tqdm(numbers, "calibrating", unit="scene"):
        scene = draw_scene(hands, KINDS[number % len(KINDS)], SIZES[number % len(SIZES)], [number])
        file = BytesIO()
        Image.fromarray(scene.picture).save(file, "PNG", compress_level=1)
        for candidate in recognizer.find_candidates(decode_image(file.getvalue())):
            odds.append(log_odds(candidate.evidence))
            right.append(label_at(scene, candidate.box) == candidate.evidence.digits.argmax())
    values = np.reshape(odds, (-1, len(Confidence._fields) - 1))
    return Confidence(*fit_logistic(values, np.array(right, dtype=bool)).tolist())


def label_at(scene: Scene, box: Box) -> int | None:
    """Return the digit of a scene that is in a box; None if there is none."""
    boxes = [Box(*sides) for sides in scene.boxes]
    overlaps = [overlap(box, each) for each in boxes]
    nearest = int(np.argmax(overlaps)) if overlaps else 0
    return scene.labels[nearest] if overlaps and overlaps[nearest] >= MIN_OVERLAP else None


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
