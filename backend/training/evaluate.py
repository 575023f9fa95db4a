"""Judges the released model as its callers meet it: PNG bytes in, verdict out.

    make evaluate

Reads two test sets that nothing was trained on or tuned to, through the same decoding and
preprocessing as the server: MNIST's, and the pen digits of 14 writers drawn at any size and place
with any pen. Writes what it finds to evaluation.json and card.md beside the model, and the README.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from recognizer.classifier import MODEL, Classifier, Reading
from recognizer.decoding import decode_picture
from recognizer.preprocessing import Picture, preprocess
from recognizer.settings import Settings
from training.datasets import DatasetError, PenDigits, load_mnist_test, load_pen_digits_test
from training.strokes import draw, smooth

BINS = 15
"""Of equal width, for the expected calibration error."""

CANVAS = 400
"""Pixels a side of the paper that pen digits are drawn on."""

SMALLEST, LARGEST = 0.25, 0.9
"""Sizes of the pen digits, as shares of the paper's side."""

THINNEST, FATTEST = 0.01, 0.1
"""Widths of the pen, as shares of the paper's side."""

PLACING_SEED = 44

README = Path(__file__).parents[2] / "README.md"
EVALUATION = MODEL.with_name("evaluation.json")
CARD = MODEL.with_name("card.md")
CARD_TEMPLATE = Path(__file__).with_name("card_template.md")

BEGIN, END = "<!-- figures: written by `make evaluate` -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Result:
    """How a test set was read. Shares are in [0, 1]."""

    name: str
    digits: int
    right: int
    accuracy: float
    interval: tuple[float, float]
    """Of the accuracy, 95 %, Wilson's."""
    unsure: float
    """Share with the verdict `unsure`."""
    accuracy_when_sure: float
    expected_calibration_error: float
    confusion: list[list[int]]
    """confusion[true digit][digit read]; blank readings are in no column."""


@dataclass(frozen=True)
class Evaluation:
    """Which model, and how it read each test set."""

    sha256: str
    size_bytes: int
    temperature: float
    unsure_below: float
    milliseconds: dict[str, float]
    """Median time of a 400×400 PNG by stage, on the machine at hand: no two agree."""
    results: list[Result]


def pen_drawings(digits: PenDigits) -> Iterator[Picture]:
    """Each path drawn black on white, at a random size and place and with a random pen."""
    random = np.random.default_rng(PLACING_SEED)
    for path in digits.paths:
        pen = random.uniform(THINNEST, FATTEST) * CANVAS
        extent = random.uniform(SMALLEST, LARGEST) * CANVAS - pen
        reach = (extent + pen) / 2
        x, y = random.uniform(reach, CANVAS - reach, 2)
        points = smooth(path * np.array([1.0, -1.0]))
        ink = draw([points], extent, (float(x), float(y)), pen, CANVAS)
        yield (255 * (1 - ink)).round().astype(np.uint8)


def judge(
    name: str, classify: Classifier, pictures: Iterator[Picture], labels: NDArray[np.int64]
) -> tuple[Result, NDArray[np.float64]]:
    """Read every picture; also return the seconds (n, 3) to decode, preprocess and classify it."""
    settings = Settings()
    readings: list[Reading] = []
    seconds = np.empty((len(labels), 3))
    progress = tqdm(pictures, desc=name, total=len(labels), unit="digit", leave=False)
    for number, picture in enumerate(progress):
        content = as_png(picture)
        times = [time.perf_counter()]
        decoded = decode_picture(content, settings.max_bytes, settings.max_pixels)
        times.append(time.perf_counter())
        ink = preprocess(decoded)
        times.append(time.perf_counter())
        readings.append(classify(ink))
        times.append(time.perf_counter())
        seconds[number] = np.diff(times)
    read = np.array([-1 if reading.digit is None else reading.digit for reading in readings])
    confidence = np.array([reading.confidence for reading in readings])
    sure = np.array([reading.verdict == "digit" for reading in readings])
    right = read == labels
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (labels[read >= 0], read[read >= 0]), 1)
    result = Result(
        name=name,
        digits=len(labels),
        right=int(right.sum()),
        accuracy=float(right.mean()),
        interval=wilson_interval(int(right.sum()), len(labels)),
        unsure=float(np.mean([reading.verdict == "unsure" for reading in readings])),
        accuracy_when_sure=float(right[sure].mean()),
        expected_calibration_error=expected_calibration_error(confidence, right),
        confusion=confusion.tolist(),
    )
    return result, seconds


def as_png(picture: Picture) -> bytes:
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
    rows = [
        (
            result.name,
            f"{result.accuracy:.2%}",
            f"{result.interval[0]:.2%} – {result.interval[1]:.2%}",
            f"{result.unsure:.2%}",
            f"{result.accuracy_when_sure:.2%}",
            f"{result.expected_calibration_error:.2%}",
        )
        for result in evaluation.results
    ]
    titles = ("", "right", "95 % interval", "unsure", "right when sure", "calibration error")
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def confusions_table(evaluation: Evaluation) -> str:
    """The commonest misreadings in each test set, as a Markdown table."""
    lines = ["| | true → read: times |", "|---|---|"]
    for result in evaluation.results:
        pairs = [
            (times, true, read)
            for true, row in enumerate(result.confusion)
            for read, times in enumerate(row)
            if times and true != read
        ]
        commonest = sorted(pairs, reverse=True)[:8]
        named = (f"{true} → {read}: {times}" for times, true, read in commonest)
        lines.append(f"| {result.name} | {', '.join(named)} |")
    return "\n".join(lines)


def card(evaluation: Evaluation) -> str:
    """The model card: its template, filled with the figures."""
    return CARD_TEMPLATE.read_text(encoding="utf-8").format(
        version=evaluation.sha256[:12],
        sha256=evaluation.sha256,
        size=f"{evaluation.size_bytes:,}",
        temperature=f"{evaluation.temperature:.3f}",
        unsure_below=f"{evaluation.unsure_below:.3f}",
        figures=figures_table(evaluation),
        confusions=confusions_table(evaluation),
    )


def with_figures(readme: str, evaluation: Evaluation) -> str:
    """The README, with the figures between their two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"README.md has no place for the figures: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{figures_table(evaluation)}\n\n{END}{after}"


def main() -> None:
    argparse.ArgumentParser(description="Judge the released model on the test sets.").parse_args()
    classify = Classifier()
    try:
        mnist, pen_digits = load_mnist_test(), load_pen_digits_test()
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    scans, _ = judge("MNIST test set", classify, iter(mnist.pictures), mnist.labels)
    drawings, seconds = judge(
        "pen digits, 14 other writers", classify, pen_drawings(pen_digits), pen_digits.labels
    )
    content = MODEL.read_bytes()
    stages = zip(("decode", "preprocess", "model"), np.median(seconds, axis=0), strict=True)
    evaluation = Evaluation(
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        temperature=classify.temperature,
        unsure_below=classify.unsure_below,
        milliseconds={stage: round(float(median) * 1_000, 3) for stage, median in stages},
        results=[scans, drawings],
    )
    EVALUATION.write_text(json.dumps(asdict(evaluation), indent=1) + "\n", encoding="utf-8")
    CARD.write_text(card(evaluation), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_figures(readme, evaluation), encoding="utf-8")
    print(figures_table(evaluation))


if __name__ == "__main__":
    main()
