"""Picks the real handwriting that the page offers as examples: `make examples`.

They are pen digits that were held out of training, where the pen's lifts were lost; the one that
matters is put back by hand.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.datasets import load_pen_digits_training
from training.data.rasterize import Stroke, smooth
from training.data.sources import as_strokes

EXAMPLES = Path(__file__).parents[2] / "frontend" / "src" / "examples.json"

LONGER_SIDE = 0.6
"""Of each example, as a share of the paper's side."""


@dataclass(frozen=True)
class Choice:
    """A row of the pen digits, what to call it, and before which point the pen was lifted."""

    row: int
    name: str
    lift: int | None = None


CHOICES = (
    Choice(2880, "a 0"),
    Choice(980, "a 1 with an upstroke"),
    Choice(3950, "a 1 with upstroke and foot"),
    Choice(3740, "a 2 with a loop"),
    Choice(1860, "a 3"),
    Choice(1210, "an open 4"),
    Choice(3170, "a closed 4"),
    Choice(5710, "a 5"),
    Choice(840, "a 6"),
    Choice(1940, "a crossed 7", lift=5),
    Choice(3790, "an 8"),
    Choice(2250, "a 9"),
)


def main() -> None:
    drawings = as_strokes(load_pen_digits_training())
    examples = []
    for choice in CHOICES:
        (path,) = drawings[choice.row]
        parts = [path] if choice.lift is None else [path[: choice.lift], path[choice.lift :]]
        strokes = on_paper([smooth(part, steps=3) for part in parts])
        examples.append(
            {
                "name": choice.name,
                "strokes": [stroke.round(3).tolist() for stroke in strokes],
            }
        )
    lines = ",\n".join(json.dumps(example, separators=(",", ":")) for example in examples)
    EXAMPLES.write_text(f"[\n{lines}\n]\n")


def on_paper(strokes: list[Stroke]) -> list[Stroke]:
    """Strokes in the middle of a paper whose sides run from 0 to 1."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = LONGER_SIDE / float((high - low).max())
    return [(stroke - (low + high) / 2) * scale + 0.5 for stroke in strokes]


if __name__ == "__main__":
    main()
