"""Public data sets, from the folder DIGITS_DATA or downloaded, and verified.

MNIST comes as its authors' IDX files, checked by their MD5. The two UCI sets come as archives or
as CSV; in either packaging, their numbers are checked by SHA-256. Whole pen paths are in
pen_paths.py.
"""

import csv
import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
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
"""Of the decompressed files."""

MNIST_VALIDATION = 5_000
"""Size of the validation set: the last of MNIST's 60,000 training images."""

PEN_DIGITS_URL = (
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
)
PEN_DIGITS_SHA256 = "4b0a68bbcd42238612e4cb5b581989525bb9fdfb02ab8a99287268cf99eb3fbd"
PEN_DIGITS_TRAINING = 7_494
"""Rows by the first 30 of the 44 writers; the rest is the test set."""

SEMEION_URL = "https://archive.ics.uci.edu/static/public/178/semeion+handwritten+digit.zip"
SEMEION_SHA256 = "18e0d5244698e09979ddf843d4517d5c9e042f7cb1c1f5f2e3bb40fb1102f080"
SEMEION_TRAINING = 797
"""Rows to train on; the rest is the test set."""

CACHE = Path(__file__).parents[3] / "data"
"""Folder that downloaded files and exported feedback are stored in."""

T = TypeVar("T")


class DatasetError(Exception):
    """A data set is missing, altered or unreachable; the message says what to do."""


@dataclass(frozen=True)
class Digits:
    """Labeled images, white on black."""

    images: NDArray[np.uint8]
    """(n, height, width)."""
    labels: NDArray[np.int64]
    """(n,), 0 to 9; NON_DIGIT in feedback only."""

    def __getitem__(self, part: slice) -> "Digits":
        return Digits(self.images[part], self.labels[part])


@dataclass(frozen=True)
class PenDigits:
    """Labeled paths of a pen."""

    paths: NDArray[np.uint8]
    """(n, 8, 2): points (x, y) in 0 to 100, with y pointing up."""
    labels: NDArray[np.int64]
    """(n,), 0 to 9."""


def load_mnist_training() -> Digits:
    """Return MNIST's first 55,000 training images, (28, 28)."""
    return _load_mnist("train")[:-MNIST_VALIDATION]


def load_mnist_validation() -> Digits:
    """Return MNIST's last 5,000 training images, (28, 28)."""
    return _load_mnist("train")[-MNIST_VALIDATION:]


def load_mnist_test() -> Digits:
    """Return MNIST's 10,000 test images: only for evaluating a released model."""
    return _load_mnist("t10k")


def _load_mnist(part: str) -> Digits:
    images, labels = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    return Digits(_load_mnist_array(images), _load_mnist_array(labels).astype(np.int64))


def _load_mnist_array(name: str) -> NDArray[np.uint8]:
    def parse(packed: bytes) -> NDArray[np.uint8]:
        content = gzip.decompress(packed)
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != MNIST_MD5[name]:
            raise DatasetError("its MD5 differs from the original's")
        return parse_idx(content)

    return load_cached(f"mnist/{name}.gz", [f"{url}{name}.gz" for url in MNIST_MIRRORS], parse)


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """Parse an IDX file of unsigned bytes.

    The format: two zero bytes, type 8, the rank, big-endian sides, then the data. Raises
    DatasetError if the file is of another kind.
    """
    if content[:3] != b"\0\0\x08":
        raise DatasetError("it is not an IDX file of unsigned bytes")
    rank = content[3]
    sides = np.frombuffer(content, dtype=">u4", count=rank, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * rank).reshape(sides)


def load_pen_digits_training() -> PenDigits:
    """Return the pen digits of 30 writers (Alpaydin, Alimoglu; UCI; CC BY 4.0)."""
    return _load_pen_digits(slice(None, PEN_DIGITS_TRAINING))


def load_pen_digits_test() -> PenDigits:
    """Return the other 14 writers' pen digits: only for evaluating a released model."""
    return _load_pen_digits(slice(PEN_DIGITS_TRAINING, None))


def _load_pen_digits(part: slice) -> PenDigits:
    def parse(packed: bytes) -> NDArray[np.uint8]:
        text = read_lines(packed, ("pendigits.tra", "pendigits.tes"))
        rows = [
            [int(cell) for cell in row] for row in csv.reader(text) if row[-1].strip() != "class"
        ]
        return verified_table(rows, PEN_DIGITS_SHA256)

    table = load_cached("pendigits/pendigits.csv.gz", [PEN_DIGITS_URL], parse)
    paths, labels = table[:, :-1].reshape(-1, 8, 2), table[:, -1].astype(np.int64)
    return PenDigits(paths[part], labels[part])


def load_semeion_training() -> Digits:
    """Return half of 1,593 scanned digits, (16, 16) (Semeion; UCI; CC BY 4.0)."""
    return _load_semeion()[:SEMEION_TRAINING]


def load_semeion_test() -> Digits:
    """Return the other half, (16, 16): only for evaluating a released model."""
    return _load_semeion()[SEMEION_TRAINING:]


def _load_semeion() -> Digits:
    def parse(packed: bytes) -> NDArray[np.uint8]:
        lines = [line.replace(",", " ").split() for line in read_lines(packed, ("semeion.data",))]
        rows = [[int(float(cell)) for cell in line] for line in lines if line[0][0] != "V"]
        # The original encodes the label as ten columns, of which one is 1.
        rows = [row if len(row) == 257 else [*row[:256], row[256:].index(1)] for row in rows]
        return verified_table(rows, SEMEION_SHA256)

    table = load_cached("semeion/semeion.csv.gz", [SEMEION_URL], parse)
    return Digits(table[:, :-1].reshape(-1, 16, 16) * np.uint8(255), table[:, -1].astype(np.int64))


def load_feedback() -> Digits:
    """Return the feedback that `make feedback-export` wrote.

    The images are model inputs, (28, 28); a label is NON_DIGIT if the person said that it was not a
    digit. The arrays are empty if no feedback has been exported. Raises DatasetError if the file is
    damaged.
    """
    path = CACHE / "feedback.npz"
    if not path.exists():
        return Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64))
    try:
        with np.load(path) as saved:
            return Digits(saved["inputs"], saved["labels"])
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path} cannot be read ({error}); export it again.") from error


def read_lines(packed: bytes, members: Iterable[str]) -> list[str]:
    """Return the lines of members of a ZIP file, or of one gzip file, as text."""
    if packed[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            content = b"\n".join(archive.read(member) for member in members)
    else:
        content = gzip.decompress(packed)
    return [line for line in content.decode("latin-1").splitlines() if line.strip()]


def verified_table(rows: list[list[int]], sha256: str) -> NDArray[np.uint8]:
    """Return the rows as an array; raise DatasetError if its SHA-256 differs."""
    table = np.array(rows, dtype=np.uint8)
    if hashlib.sha256(table.tobytes()).hexdigest() != sha256:
        raise DatasetError("the SHA-256 of its numbers differs from the original's")
    return table


def load_cached(name: str, urls: Sequence[str], parse: Callable[[bytes], T]) -> T:
    """Parse a data file: from the folder DIGITS_DATA if that is set, else downloaded.

    `name` is its path in that folder. A download comes from the first of `urls` whose file `parse`
    accepts, and is stored in CACHE under its name with the URL's suffix. Raises DatasetError if the
    file is missing, altered or unreachable.
    """
    folder = os.environ.get("DIGITS_DATA")
    if folder:
        path = Path(folder) / name
        if not path.exists():
            raise DatasetError(f"DIGITS_DATA is {folder}, but {path} does not exist.")
        return _parse_file(path.read_bytes(), parse, str(path))
    path = CACHE / (name.split(".")[0] + Path(urls[0]).suffix)
    if path.exists():
        return _parse_file(path.read_bytes(), parse, str(path))
    failures = []
    for url in urls:
        print(f"Downloading {url}")
        try:
            packed = httpx.get(url, timeout=60, follow_redirects=True).raise_for_status().content
            parsed = _parse_file(packed, parse, url)
        except (httpx.HTTPError, DatasetError) as error:
            failures.append(f"{url}: {error}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
        return parsed
    reasons = "\n  ".join(failures)
    raise DatasetError(
        f"{name} could not be downloaded; set DIGITS_DATA to a folder that contains it."
        f"\n  {reasons}"
    )


def _parse_file(packed: bytes, parse: Callable[[bytes], T], source: str) -> T:
    try:
        return parse(packed)
    except (OSError, EOFError, ValueError, KeyError, zlib.error, zipfile.BadZipFile) as error:
        raise DatasetError(f"{source} cannot be read ({error}); delete it.") from error
    except DatasetError as error:
        raise DatasetError(f"{source} is not the original file: {error}; delete it.") from error
