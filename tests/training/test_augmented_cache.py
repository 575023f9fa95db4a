"""The key of the augmented cache: changed by code and data, but not by prose."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch (make setup-training)")

from training.data.augmented_cache import CODE, fingerprint
from training.data.sources import RasterSource, Source, StrokeSource, TextureSource

CODE_BEFORE = '''"""Module."""

import math

LIMIT = 0.5
"""Largest value."""


class Point:
    """A point."""

    x: int
    """To the right."""

    def scaled(self, factor: float) -> float:
        """Scale."""
        return factor * self.x + math.pi  # in pixels
'''

SAME_CODE = {
    "module docstring": ('"""Module."""', '"""Another module.\n\nIn more words.\n"""'),
    "no module docstring": ('"""Module."""\n', ""),
    "class docstring": ('"""A point."""', '"""A point in an image."""'),
    "function docstring": ('"""Scale."""', '"""Return the scaled abscissa."""'),
    "docstring of a constant": ('"""Largest value."""', '"""The largest value, in pixels."""'),
    "docstring of a field": ('    """To the right."""\n', ""),
    "comment": ("# in pixels", "# in canvas pixels"),
    "formatting": (
        "return factor * self.x + math.pi",
        "return (\n            factor*self.x+math.pi)",
    ),
}

OTHER_CODE = {
    "constant": ("LIMIT = 0.5", "LIMIT = 0.6"),
    "expression": ("factor * self.x", "factor + self.x"),
    "default": ("factor: float", "factor: float = 1"),
    "import": ("import math", "import cmath as math"),
    "string that is used": ("math.pi", "len('pi')"),
}


def key_of(folder: Path, code: str) -> str:
    """Return the cache key of one Python file, without data."""
    path = folder / "module.py"
    path.write_text(code)
    return fingerprint([], [path])


@pytest.mark.parametrize("change", SAME_CODE.values(), ids=SAME_CODE)
def test_key_ignores_prose(change: tuple[str, str], tmp_path: Path) -> None:
    changed = CODE_BEFORE.replace(*change)
    assert changed != CODE_BEFORE
    assert key_of(tmp_path, changed) == key_of(tmp_path, CODE_BEFORE)


@pytest.mark.parametrize("change", OTHER_CODE.values(), ids=OTHER_CODE)
def test_key_changes_with_the_code(change: tuple[str, str], tmp_path: Path) -> None:
    changed = CODE_BEFORE.replace(*change)
    assert changed != CODE_BEFORE
    assert key_of(tmp_path, changed) != key_of(tmp_path, CODE_BEFORE)


def test_key_depends_on_the_modules_that_render(tmp_path: Path) -> None:
    """In the real code, prose does not change the key and a new constant does."""
    names = {path.name for path in CODE}
    assert {"preprocessing.py", "augmentation.py", "sources.py", "augmented_cache.py"} <= names
    copies = []
    for path in CODE:
        copies.append(tmp_path / path.name)
        copies[-1].write_text(path.read_text())
    key = fingerprint([], CODE)
    assert fingerprint([], copies) == key
    augmentation = tmp_path / "augmentation.py"
    code = augmentation.read_text()
    augmentation.write_text(f"# A comment.\n{code.replace('Radians, either way', 'In radians')}")
    assert "In radians" in augmentation.read_text()
    assert fingerprint([], copies) == key
    for path in copies:
        code = path.read_text()
        path.write_text(f"{code}\nADDED = 1\n")
        assert fingerprint([], copies) != key, path
        path.write_text(code)


LABELS = np.array([1, 7])
IMAGES = np.zeros((2, 28, 28), dtype=np.uint8)
STROKES = [[np.array([(0.0, 0.0), (1.0, 1.0)])], [np.array([(0.0, 1.0), (1.0, 0.0)])]]
SPLIT = [[stroke[:1], stroke[1:]] for (stroke,) in STROKES]

BASE: list[tuple[int, Source]] = [
    (2, RasterSource("scans", IMAGES, LABELS)),
    (1, StrokeSource("drawings", STROKES, LABELS)),
]

OTHER_DATA: dict[str, list[tuple[int, Source]]] = {
    "images": [(2, RasterSource("scans", IMAGES + np.uint8(1), LABELS)), BASE[1]],
    "labels": [(2, RasterSource("scans", IMAGES, LABELS[::-1].copy())), BASE[1]],
    "strokes": [BASE[0], (1, StrokeSource("drawings", STROKES[::-1], LABELS))],
    "pen lifts": [BASE[0], (1, StrokeSource("drawings", SPLIT, LABELS))],
    "repetitions": [(3, BASE[0][1]), BASE[1]],
    "one more source": [*BASE, (1, TextureSource("textures", LABELS))],
    "one source less": BASE[:1],
}


@pytest.mark.parametrize("sources", OTHER_DATA.values(), ids=OTHER_DATA)
def test_key_changes_with_the_data(sources: list[tuple[int, Source]]) -> None:
    assert fingerprint(sources) != fingerprint(BASE)


def test_key_is_the_same_for_equal_data() -> None:
    equal: list[tuple[int, Source]] = [
        (2, RasterSource("scans", IMAGES.copy(), LABELS.copy())),
        BASE[1],
    ]
    assert fingerprint(equal) == fingerprint(BASE)
