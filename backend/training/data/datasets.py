"""The data sets, from the folder that DIGITS_DATA names or from their public homes, verified.

MNIST comes as its authors' IDX files, checked by their MD5. The two sets from UCI come in archives
or as CSV; whatever the packing, the numbers in them are checked by their SHA-256.
"""

import csv
import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import numpy as np
from numpy.typing import NDArray

MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

MNIST_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""Of the unpacked files."""

MNIST_VALIDATION = 5_000
"""The last of MNIST's 60,000: never trained on, they choose checkpoint and thresholds."""

PEN_DIGITS_HOME = (
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
)
PEN_DIGITS_SHA256 = "4b0a68bbcd42238612e4cb5b581989525bb9fdfb02ab8a99287268cf99eb3fbd"
PEN_DIGITS_TRAINING = 7_494
"""Rows by the first 30 of the 44 writers; the rest is for testing."""

SEMEION_HOME = "https://archive.ics.uci.edu/static/public/178/semeion+handwritten+digit.zip"
SEMEION_SHA256 = "18e0d5244698e09979ddf843d4517d5c9e042f7cb1c1f5f2e3bb40fb1102f080"
SEMEION_TRAINING = 797
"""Rows to learn from; the rest is for testing."""

CACHE = Path(__file__).parents[2] / "data"

T = TypeVar("T")


class DatasetError(Exception):
    """A data set is missing, altered or out of reach; the message says what to do."""


@dataclass(frozen=True)
class Digits:
    """Labelled pictures: (n, height, width) uint8, white on black, and (n,) int64 in 0–9."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __getitem__(self, part: slice) -> "Digits":
        return Digits(self.pictures[part], self.labels[part])


@dataclass(frozen=True)
class PenDigits:
    """Labelled pen paths: (n, 8, 2) uint8 points, x and y in 0–100, y up; and (n,) int64."""

    paths: NDArray[np.uint8]
    labels: NDArray[np.int64]


def load_mnist_training() -> Digits:
    """MNIST's first 55,000 training images, (28, 28)."""
    return _load_mnist("train")[:-MNIST_VALIDATION]


def load_mnist_validation() -> Digits:
    """MNIST's last 5,000 training images, (28, 28)."""
    return _load_mnist("train")[-MNIST_VALIDATION:]


def load_mnist_test() -> Digits:
    """MNIST's 10,000 test images: for the final figures of a released model, nothing else."""
    return _load_mnist("t10k")


def _load_mnist(part: str) -> Digits:
    images, labels = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    return Digits(_mnist_array(images), _mnist_array(labels).astype(np.int64))


def _mnist_array(name: str) -> NDArray[np.uint8]:
    def parse(packed: bytes) -> NDArray[np.uint8]:
        content = gzip.decompress(packed)
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != MNIST_MD5[name]:
            raise DatasetError("its MD5 is not the original's")
        return parse_idx(content)

    path = f"mnist/{name}.gz"
    return read(path, path, [f"{mirror}{name}.gz" for mirror in MNIST_MIRRORS], parse)


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes: two zeros, type 8, rank, big-endian sides, then data."""
    if content[:3] != b"\0\0\x08":
        raise DatasetError("it is not an IDX file of unsigned bytes")
    rank = content[3]
    sides = np.frombuffer(content, dtype=">u4", count=rank, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * rank).reshape(sides)


def load_pen_digits_training() -> PenDigits:
    """Pen digits of 30 writers (Alpaydin, Alimoglu; UCI; CC BY 4.0)."""
    return _load_pen_digits(slice(None, PEN_DIGITS_TRAINING))


def load_pen_digits_test() -> PenDigits:
    """Pen digits of the 14 other writers: for the final figures of a released model."""
    return _load_pen_digits(slice(PEN_DIGITS_TRAINING, None))


def _load_pen_digits(part: slice) -> PenDigits:
    def parse(packed: bytes) -> NDArray[np.uint8]:
        text = unpacked_text(packed, ("pendigits.tra", "pendigits.tes"))
        rows = [
            [int(cell) for cell in row] for row in csv.reader(text) if row[-1].strip() != "class"
        ]
        return verified(rows, PEN_DIGITS_SHA256)

    table = read("pendigits/pendigits.csv.gz", "pendigits/pendigits.zip", [PEN_DIGITS_HOME], parse)
    paths, labels = table[:, :-1].reshape(-1, 8, 2), table[:, -1].astype(np.int64)
    return PenDigits(paths[part], labels[part])


def load_semeion_training() -> Digits:
    """The first half of 1,593 scanned digits, (16, 16) (Semeion, Rome; UCI; CC BY 4.0)."""
    return _load_semeion()[:SEMEION_TRAINING]


def load_semeion_test() -> Digits:
    """The other half, (16, 16): for the final figures of a released model."""
    return _load_semeion()[SEMEION_TRAINING:]


def _load_semeion() -> Digits:

    def parse(packed: bytes) -> NDArray[np.uint8]:
        lines = [
            line.replace(",", " ").split() for line in unpacked_text(packed, ("semeion.data",))
        ]
        rows = [[int(float(cell)) for cell in line] for line in lines if line[0][0] != "V"]
        # The original ends each row with ten columns of which the digit's is 1.
        rows = [row if len(row) == 257 else [*row[:256], row[256:].index(1)] for row in rows]
        return verified(rows, SEMEION_SHA256)

    table = read("semeion/semeion.csv.gz", "semeion/semeion.zip", [SEMEION_HOME], parse)
    return Digits(table[:, :-1].reshape(-1, 16, 16) * np.uint8(255), table[:, -1].astype(np.int64))


def load_feedback() -> Digits:
    """What people said of their own drawings, (28, 28), as `make feedback-export` wrote it.

    There is none of it where that was not run.
    """
    path = CACHE / "feedback.npz"
    if not path.exists():
        return Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64))
    try:
        with np.load(path) as saved:
            return Digits(saved["pictures"], saved["labels"])
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path} cannot be read ({error}); export it anew.") from error


def unpacked_text(packed: bytes, members: Iterable[str]) -> list[str]:
    """Lines of the named members of a ZIP file, or of a gzip file that holds it all."""
    if packed[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            content = b"\n".join(archive.read(member) for member in members)
    else:
        content = gzip.decompress(packed)
    return [line for line in content.decode("ascii").splitlines() if line.strip()]


def verified(rows: list[list[int]], sha256: str) -> NDArray[np.uint8]:
    """The rows as an array, if its bytes have the right SHA-256."""
    table = np.array(rows, dtype=np.uint8)
    if hashlib.sha256(table.tobytes()).hexdigest() != sha256:
        raise DatasetError("the SHA-256 of its numbers is not the original's")
    return table


def read(name: str, cached: str, homes: list[str], parse: Callable[[bytes], T]) -> T:
    """Parse a file: `name` in the folder DIGITS_DATA, else `cached`, fetched if it is not there."""
    folder = os.environ.get("DIGITS_DATA")
    path = Path(folder) / name if folder else CACHE / cached
    if path.exists():
        return _parsed(path.read_bytes(), parse, str(path))
    if folder:
        raise DatasetError(f"DIGITS_DATA names {folder}, but {path} does not exist.")
    failures = []
    for url in homes:
        print(f"Fetching {url}")
        try:
            packed = httpx.get(url, timeout=60, follow_redirects=True).raise_for_status().content
            parsed = _parsed(packed, parse, url)
        except (httpx.HTTPError, DatasetError) as error:
            failures.append(f"{url}: {error}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
        return parsed
    reasons = "\n  ".join(failures)
    raise DatasetError(
        f"{cached} could not be fetched; set DIGITS_DATA to a folder that holds {name}."
        f"\n  {reasons}"
    )


def _parsed(packed: bytes, parse: Callable[[bytes], T], source: str) -> T:
    try:
        return parse(packed)
    except (OSError, EOFError, ValueError, KeyError, zlib.error, zipfile.BadZipFile) as error:
        raise DatasetError(f"{source} cannot be read ({error}); delete it.") from error
    except DatasetError as error:
        raise DatasetError(f"{source} is not what it should be: {error}; delete it.") from error
