"""Judges the released model as its callers meet it: PNG bytes in, verdict out.

    make evaluate

Reads MNIST's 10,000 test images once, through the same decoding and preprocessing as the server,
and writes what it finds to evaluation.json and card.md beside the model, and to the README.
"""

import argparse
import hashlib
import json
import time
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from recognizer.classifier import MODEL, Classifier, Reading
from recognizer.decoding import decode_picture
from recognizer.preprocessing import preprocess
from recognizer.settings import Settings
from training.datasets import DatasetError, Digits, load_test

BINS = 15
"""Of equal width, for the expected calibration error."""

README = Path(__file__).parents[2] / "README.md"
EVALUATION = MODEL.with_name("evaluation.json")
CARD = MODEL.with_name("card.md")
CARD_TEMPLATE = Path(__file__).with_name("card_template.md")

BEGIN, END = "<!-- figures: written by `make evaluate` -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Evaluation:
    """What was measured, of which model. Shares and probabilities are in [0, 1]."""

    model: str
    """SHA-256 of the ONNX file."""
    size_bytes: int
    temperature: float
    unsure_below: float
    images: int
    right: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    """95 %, Wilson's."""
    expected_calibration_error: float
    unsure: float
    """Share of images with the verdict `unsure`."""
    accuracy_when_sure: float
    accuracy_by_digit: list[float]
    confusion: list[list[int]]
    """confusion[true digit][digit read]: number of images."""
    milliseconds: dict[str, float]
    """Median time of one image on this machine, by stage; it varies from machine to machine."""


def evaluate(classify: Classifier, digits: Digits, model: Path) -> Evaluation:
    """Read every picture and sum up how well that went."""
    settings = Settings()
    readings: list[Reading] = []
    times = np.empty((len(digits), 3))
    for number, picture in enumerate(tqdm(digits.pictures, unit="image", leave=False)):
        content = as_png(picture)
        start = time.perf_counter()
        decoded = decode_picture(content, settings.max_bytes, settings.max_pixels)
        decoding = time.perf_counter()
        ink = preprocess(decoded)
        preprocessing = time.perf_counter()
        readings.append(classify(ink))
        done = time.perf_counter()
        times[number] = decoding - start, preprocessing - decoding, done - preprocessing
    # A blank reading has no digit: it counts as wrong, in the row of its true digit.
    read = np.array([-1 if reading.digit is None else reading.digit for reading in readings])
    confidence = np.array([reading.confidence for reading in readings])
    sure = np.array([reading.verdict == "digit" for reading in readings])
    right = read == digits.labels
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (digits.labels[read >= 0], read[read >= 0]), 1)
    return Evaluation(
        model=hashlib.sha256(model.read_bytes()).hexdigest(),
        size_bytes=model.stat().st_size,
        temperature=classify.temperature,
        unsure_below=classify.unsure_below,
        images=len(digits),
        right=int(right.sum()),
        accuracy=float(right.mean()),
        accuracy_interval=wilson_interval(int(right.sum()), len(digits)),
        expected_calibration_error=expected_calibration_error(confidence, right),
        unsure=float(1 - sure.mean()),
        accuracy_when_sure=float(right[sure].mean()),
        accuracy_by_digit=[float(right[digits.labels == digit].mean()) for digit in range(10)],
        confusion=confusion.tolist(),
        milliseconds={
            stage: round(float(median) * 1_000, 3)
            for stage, median in zip(
                ("decode", "preprocess", "model"), np.median(times, axis=0), strict=True
            )
        },
    )


def as_png(picture: NDArray[np.uint8]) -> bytes:
    """A greyscale picture as the bytes of a PNG file."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return buffer.getvalue()


def wilson_interval(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a share (Wilson, 1927); z = 1.96 is 95 %."""
    share = right / count
    middle = share + z * z / (2 * count)
    margin = z * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    scale = 1 + z * z / count
    return (middle - margin) / scale, (middle + margin) / scale


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean gap between confidence and accuracy over bins (Guo et al., 2017, arXiv:1706.04599)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = (
        abs(float(confidence[bins == number].sum() - right[bins == number].sum()))
        for number in range(BINS)
    )
    return sum(gaps) / len(right)


def figures_table(evaluation: Evaluation) -> str:
    """The figures that README and card show, as a Markdown table."""
    low, high = evaluation.accuracy_interval
    rows = [
        ("MNIST test, 10,000 images", f"{evaluation.accuracy:.2%}"),
        ("95 % interval", f"{low:.2%} – {high:.2%}"),
        ("answered `unsure`", f"{evaluation.unsure:.2%}"),
        ("right when not `unsure`", f"{evaluation.accuracy_when_sure:.2%}"),
        ("expected calibration error", f"{evaluation.expected_calibration_error:.2%}"),
        ("model file", f"{evaluation.size_bytes / 1000:.0f} kB"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def confusions_table(evaluation: Evaluation) -> str:
    """The commonest misreadings, as a Markdown table."""
    pairs = [
        (count, true, read)
        for true, row in enumerate(evaluation.confusion)
        for read, count in enumerate(row)
        if count and true != read
    ]
    rows = [f"| {true} | {read} | {count} |" for count, true, read in sorted(pairs)[::-1][:8]]
    return "\n".join(["| true | read as | images |", "|---|---|---|", *rows])


def write_card(evaluation: Evaluation) -> None:
    """Fill the card's template with the figures."""
    CARD.write_text(
        CARD_TEMPLATE.read_text().format(
            version=evaluation.model[:12],
            sha256=evaluation.model,
            size=f"{evaluation.size_bytes:,}",
            temperature=f"{evaluation.temperature:.3f}",
            unsure_below=f"{evaluation.unsure_below:.3f}",
            figures=figures_table(evaluation),
            confusions=confusions_table(evaluation),
        )
    )


def write_readme(evaluation: Evaluation) -> None:
    """Replace the figures between their two marks in the README."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"README.md has no place for the figures: {BEGIN} … {END}")
    README.write_text(f"{before}{BEGIN}\n{figures_table(evaluation)}\n{END}{after}")


def main() -> None:
    argparse.ArgumentParser(
        description="Judge the released model on MNIST's test set."
    ).parse_args()
    try:
        digits = load_test()
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    evaluation = evaluate(Classifier(), digits, MODEL)
    EVALUATION.write_text(json.dumps(asdict(evaluation), indent=2) + "\n")
    write_card(evaluation)
    write_readme(evaluation)
    print(figures_table(evaluation))


if __name__ == "__main__":
    main()
