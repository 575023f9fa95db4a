"""Exports stored feedback as a data set to train on, and as a table to look at.

    make feedback-export FROM=feedback.sqlite          writes data/feedback.csv, data/feedback.npz
    make feedback-export FROM=s3://bucket/feedback     the same, with AWS's usual credentials

The data set contains the model inputs that people agreed to have stored, with their labels; numbers
are only in the table. Look at the table before training, because labels are not verified.
"""

import argparse
import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from tqdm import tqdm

from recognizer.classifier import NON_DIGIT
from recognizer.feedback import Feedback, StoreUnavailableError, open_store

DATA = Path(__file__).parents[2] / "data"

COLUMNS = ("predicted_at", "prediction_id", "model_version", "predicted", "label", "input")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "uri",
        nargs="?",
        default=os.environ.get("DIGITS_FEEDBACK") or None,
        help="a SQLite file or s3://bucket/prefix (default: the variable DIGITS_FEEDBACK)",
    )
    parser.add_argument("--to", type=Path, default=DATA, help="a folder (default: data)")
    arguments = parser.parse_args()
    feedback = read_store(arguments.uri)
    folder: Path = arguments.to
    folder.mkdir(parents=True, exist_ok=True)
    write_table(feedback, folder / "feedback.csv")
    inputs = write_data_set(feedback, folder / "feedback.npz")
    correct = sum(each.correct for each in feedback)
    print(
        f"Wrote {folder / 'feedback.csv'} (predictions: {len(feedback)}, of which correct: "
        f"{correct})\n"
        f"Wrote {folder / 'feedback.npz'} (model inputs with labels: {inputs})"
    )
    if inputs:
        print(
            "Next: look at feedback.csv, because labels are not verified. Then run `make train`, "
            "which also trains on data/feedback.npz as long as it exists."
        )
    else:
        print(
            "Without model inputs, `make train` learns nothing from this feedback: the server "
            "stores them only with DIGITS_STORE_INPUTS=1 and the person's consent."
        )


def read_store(uri: str | None) -> list[Feedback]:
    """Return all feedback in a store; raise SystemExit if it has none or is missing."""
    if uri is None:
        raise SystemExit(
            "Name the feedback store: make feedback-export FROM=feedback.sqlite "
            "(or FROM=s3://bucket/prefix), or set DIGITS_FEEDBACK."
        )
    if not uri.startswith("s3://") and not Path(uri).is_file():
        raise SystemExit(f"{uri} does not exist; FROM= takes a SQLite file or s3://bucket/prefix.")
    try:
        rows = tqdm(open_store(uri), "reading feedback", unit=" rows", leave=False, disable=None)
        feedback = list(rows)
    except StoreUnavailableError as error:
        raise SystemExit(str(error)) from error
    if not feedback:
        raise SystemExit(f"{uri} contains no feedback yet; nothing was written.")
    return feedback


def write_table(feedback: list[Feedback], path: Path) -> None:
    """Write a CSV file with one row per prediction.

    The columns `predicted` and `label` are digits, such as 7 or 42, or none. The column `input` is
    yes or no: whether the data set contains the model input.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in feedback:
            predicted_at = datetime.fromtimestamp(each.predicted_at, UTC)
            writer.writerow(
                (
                    predicted_at.isoformat(timespec="seconds"),
                    each.prediction_id,
                    each.model_version,
                    each.predicted or "none",
                    each.label or "none",
                    "yes" if is_sample(each) else "no",
                )
            )


def write_data_set(feedback: list[Feedback], path: Path) -> int:
    """Write the stored model inputs and their labels; return the number of inputs.

    The arrays are `inputs` (n, 28, 28) uint8, white on black, and `labels` (n,) int64: 0 to 9, or
    NON_DIGIT.
    """
    samples = [each for each in feedback if is_sample(each)]
    levels = b"".join(each.input or b"" for each in samples)
    inputs = np.frombuffer(levels, np.uint8).reshape(-1, 28, 28)
    labels = [NON_DIGIT if each.label is None else int(each.label) for each in samples]
    np.savez_compressed(path, inputs=inputs, labels=np.array(labels, dtype=np.int64))
    return len(samples)


def is_sample(feedback: Feedback) -> bool:
    """Return whether feedback has a model input that shows what the label says.

    It may not where the model or the person saw several digits.
    """
    texts = (feedback.predicted, feedback.label)
    return feedback.input is not None and all(text is None or len(text) == 1 for text in texts)


if __name__ == "__main__":
    main()
