"""Selects the handwriting that the web UI offers as examples: `make examples`.

The examples are pen digits that the classifier is validated with; the line reader learned them.
Their pen lifts are not recorded; the one that matters is put back by hand.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.datasets import load_pen_digits_training
from training.data.pen_lifts import joined_strokes
from training.data.rasterize import Stroke, smooth

EXAMPLES = Path(__file__).parents[2] / "frontend" / "src" / "examples.json"

LONGER_SIDE = 0.6
"""Longer side of each example, as a fraction of the side of the paper."""


@dataclass(frozen=True)
class Example:
    """A row of the pen digits, its name, and the point before which the pen was lifted."""

    row: int
    name: str
    pen_lift: int | None = None


EXAMPLES_SHOWN = (
    Example(2880, "a 0"),
    Example(980, "a 1 with an upstroke"),
    Example(3950, "a 1 with upstroke and foot"),
    Example(3740, "a 2 with a loop"),
    Example(1860, "a 3"),
    Example(1210, "an open 4"),
    Example(3170, "a closed 4"),
    Example(5710, "a 5"),
    Example(840, "a 6"),
    Example(1940, "a crossed 7", pen_lift=5),
    Example(3790, "an 8"),
    Example(2250, "a 9"),
)


def main() -> None:
    paths = joined_strokes(load_pen_digits_training())
    examples = []
    for example in EXAMPLES_SHOWN:
        (path,) = paths[example.row]
        lift = example.pen_lift
        parts = [path] if lift is None else [path[:lift], path[lift:]]
        strokes = center([smooth(part, steps=3) for part in parts])
        examples.append(
            {
                "name": example.name,
                "strokes": [stroke.round(3).tolist() for stroke in strokes],
            }
        )
    lines = ",\n".join(json.dumps(example, separators=(",", ":")) for example in examples)
    EXAMPLES.write_text(f"[\n{lines}\n]\n")


def center(strokes: list[Stroke]) -> list[Stroke]:
    """Return strokes scaled to LONGER_SIDE at the center of a paper of side 1."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = LONGER_SIDE / float((high - low).max())
    return [(stroke - (low + high) / 2) * scale + 0.5 for stroke in strokes]


if __name__ == "__main__":
    main()
