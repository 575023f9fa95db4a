"""Writes kept feedback as a data set that training learns from, and as a table.

    make feedback-export FROM=feedback.sqlite          data/feedback.npz, data/feedback.csv
    make feedback-export FROM=s3://bucket/feedback     the same, with AWS's usual credentials

The data set holds the inks that may be kept, as what people said they are. Look at the table
before learning from it: nobody checks what they say.
"""

import argparse
import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from tqdm import tqdm

from recognizer.feedback import Feedback, StoreLost, open_store

DATA = Path(__file__).parents[1] / "data"

COLUMNS = ("answered", "answer", "model", "read", "drawn", "ink")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "place",
        nargs="?",
        default=os.environ.get("DIGITS_FEEDBACK") or None,
        help="a SQLite file or s3://bucket/prefix (default: what DIGITS_FEEDBACK says)",
    )
    parser.add_argument("--to", type=Path, default=DATA, help="a folder (default: data)")
    arguments = parser.parse_args()
    place, folder = arguments.place, arguments.to
    if place is None:
        parser.error("say where the feedback is: a SQLite file or s3://bucket/prefix")
    if not place.startswith("s3://") and not Path(place).is_file():
        parser.error(f"there is no file {place}")
    try:
        kept = list(tqdm(open_store(place), "reading", unit=" feedbacks"))
    except StoreLost as error:
        raise SystemExit(str(error)) from error
    folder.mkdir(parents=True, exist_ok=True)
    with_ink = write(kept, folder)
    right = sum(feedback.right for feedback in kept)
    print(f"{len(kept)} feedbacks, {right} of right answers: {folder / 'feedback.csv'}")
    print(f"{with_ink} inks to learn from: {folder / 'feedback.npz'}")


def write(kept: list[Feedback], folder: Path) -> int:
    """Write table and data set; return how many inks there are."""
    with (folder / "feedback.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for feedback in kept:
            answered = datetime.fromtimestamp(feedback.answered, UTC).isoformat(timespec="seconds")
            read = "" if feedback.read is None else feedback.read
            ink = "no" if feedback.ink is None else "yes"
            row = (answered, feedback.answer, feedback.model, read, feedback.drawn, ink)
            writer.writerow(row)
    inks = [(feedback.ink, feedback.drawn) for feedback in kept if feedback.ink is not None]
    pictures = np.frombuffer(b"".join(ink for ink, _ in inks), np.uint8).reshape(-1, 28, 28)
    labels = np.array([drawn for _, drawn in inks], dtype=np.int64)
    np.savez_compressed(folder / "feedback.npz", pictures=pictures, labels=labels)
    return len(inks)


if __name__ == "__main__":
    main()
