"""Ink as the library cuts it out of scenes and shows it to the classifier.

Some is a digit, as coarse as the finder's mask or lifted from the image. The rest is none: parts of
digits, several at once, letters and whatever else the finder takes for ink of digits.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from tqdm import tqdm

from recognizer import Box
from recognizer.classifier import NON_DIGIT
from recognizer.detection import MIN_MASK, MIN_PIECE, detect
from recognizer.lifting import enlarge, lift_ink
from recognizer.model_files import FINDER_PATH, MODEL_PATH
from recognizer.preprocessing import Ink, ModelInput, size_normalize
from training.code_files import files_of
from training.data.datasets import Digits
from training.data.pen_paths import LEARNED_PARTS, LearnedPart
from training.finder.batches import FOUND_MODULES, SCENE_MODULES, key_of
from training.finder.pens import Hands, load_hands
from training.finder.photos import Photo, draw_photo, in_scene, models
from training.finder.scenes import Scene
from training.training_run import RUNS
from training.whole_files import whole_file
from training.workers import in_workers

SCENES: dict[LearnedPart, int] = {"training": 10_000, "validation": 600}
"""Scenes that ink is cut out of."""

CHUNK = 100
"""Scenes that one process draws at a time."""

MIN_SHOWN, MAX_OTHERS, MIN_OWN = 0.85, 0.12, 0.75
"""Ink is a digit if it has so much of the digit's, hardly any of others' and little else: fractions
of the digit's own ink, of theirs, and of all."""

MAX_PART, MIN_SEVERAL, MAX_OWN = 0.45, 0.55, 0.4
"""Ink is none if it has less of any digit, more of others', or mostly something else."""

MIN_STRANGE = 0.1
"""Probability of a non-digit, by the released classifier, from which what is none is learned as
such: much else looks like a digit, and is one to anybody."""

MODULES = (*SCENE_MODULES, *FOUND_MODULES)
"""What the ink depends on, beside this file."""


class Piece(NamedTuple):
    """Ink that the classifier is shown."""

    ink: Ink
    """In the finder's mask."""
    box: Box
    """Where that is in the scene."""
    inputs: Sequence[ModelInput]
    """The ink as the classifier sees it; of what is found, as lifted, too."""


def load_found_digits(part: LearnedPart) -> Digits:
    """Return ink in scenes of a part of UNIPEN's writers, with NON_DIGIT among the labels.

    It is drawn once by all processors, and cached under runs/found-digits/. Raises DatasetError if
    the handwriting is missing.
    """
    hands = load_hands(part)
    key = key_of(hands.all, [Path(__file__), *files_of(MODULES)], [MODEL_PATH, FINDER_PATH])
    path = RUNS / "found-digits" / f"{part}-{key}.npz"
    if not path.exists():
        found = draw_found_digits(hands, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            np.savez(file, images=found.images, labels=found.labels)
    with np.load(path) as saved:
        return Digits(saved["images"], saved["labels"])


def draw_found_digits(hands: Hands, part: LearnedPart) -> Digits:
    """Return the labeled ink of a part's random scenes, drawn by all processors."""
    seeds = [(LEARNED_PARTS.index(part), number) for number in range(SCENES[part])]
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    drawn = in_workers(found_in_scenes, hands, chunks)
    parts = [*tqdm(drawn, "finding digits", len(chunks), unit_scale=CHUNK, unit=" scenes")]
    return Digits(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def found_in_scenes(hands: Hands, seeds: Sequence[Sequence[int]]) -> Digits:
    """Return the labeled ink of random scenes."""
    found = [sample for seed in seeds for sample in found_digits(hands, seed)]
    images = [(255 * ink).round().astype(np.uint8) for ink, _ in found]
    return Digits(
        np.array(images, dtype=np.uint8).reshape(-1, 28, 28),
        np.array([label for _, label in found], dtype=np.int64),
    )


def found_digits(hands: Hands, seed: Sequence[int]) -> Iterator[tuple[ModelInput, int]]:
    """Yield the model inputs of a random scene, each with its label."""
    photo = draw_photo(hands, seed)
    _, network = models()
    for piece in pieces_of(photo):
        label = label_of(photo.scene, piece)
        if label is None:
            continue
        for each in piece.inputs:
            if label != NON_DIGIT or network.class_probabilities(each)[-1] >= MIN_STRANGE:
                yield each, label


def pieces_of(photo: Photo) -> Iterator[Piece]:
    """Yield connected ink of a photo, then the digits that it is split into or joined to."""
    finding, network = models()
    sight = finding.find(photo.image)
    for patch in sight.found.pieces:
        inputs = [size_normalize(patch.ink)[0]]
        yield Piece(patch.ink, in_scene(patch.box, sight), inputs)
    for digit in detect(sight.found, network.class_probabilities):
        lifted, _ = lift_ink(sight.part, sight.found.mask, digit)
        inks = [digit.ink, lifted] if lifted.sum() >= MIN_PIECE else [digit.ink]
        inputs = [size_normalize(ink)[0] for ink in inks]
        yield Piece(digit.ink, in_scene(digit.box, sight), inputs)


def label_of(scene: Scene, piece: Piece) -> int | None:
    """Return which digit a piece of a scene's ink is, or NON_DIGIT; None if that is debatable."""
    left, top = (max(0, int(side)) for side in piece.box[:2])
    area = (
        slice(top, int(np.ceil(piece.box.bottom))),
        slice(left, int(np.ceil(piece.box.right))),
    )
    coverage, owners = scene.mask[area].astype(np.float32), scene.instances[area]
    if not coverage.any():
        return NON_DIGIT
    height, width = coverage.shape
    is_ink = enlarge(piece.ink, (width, height)) >= MIN_MASK
    reached = grown(is_ink)
    numbers = len(scene.labels) + 1
    ink = np.bincount(scene.instances.ravel(), scene.mask.ravel(), numbers)[1:]
    shown = np.bincount(owners[reached], coverage[reached], numbers)[1:] / ink
    most = int(shown.argmax())
    others = shown.sum() - shown[most]
    own = (is_ink & grown(owners == most + 1)).sum() / max(1, is_ink.sum())
    if shown[most] >= MIN_SHOWN and others <= MAX_OTHERS and own >= MIN_OWN:
        return scene.labels[most]
    is_none = shown[most] < MAX_PART or others > MIN_SEVERAL or own < MAX_OWN
    return NON_DIGIT if is_none else None


def grown(is_ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ink that is wider on each side, by a fortieth of its size."""
    reach = 1 + max(is_ink.shape) // 40
    image = Image.fromarray(is_ink.astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.MaxFilter(2 * reach + 1))) > 0
