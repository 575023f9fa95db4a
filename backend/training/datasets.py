"""MNIST, from the folder that DIGITS_DATA names or from its public mirrors, checksums verified."""

import gzip
import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from numpy.typing import NDArray

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

MD5_OF_UNPACKED = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}

VALIDATION_SIZE = 5_000
"""The last images of MNIST's 60,000: never trained on, they choose checkpoint and thresholds."""

CACHE = Path(__file__).parents[2] / "data"


class DatasetError(Exception):
    """A data set is missing, altered or out of reach; the message says what to do."""


@dataclass(frozen=True)
class Digits:
    """Labelled pictures: (n, 28, 28) uint8, white on black, and (n,) int64 in 0–9."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, part: slice) -> "Digits":
        return Digits(self.pictures[part], self.labels[part])


def load_training() -> Digits:
    """MNIST's first 55,000 training images."""
    return _load("train")[: -VALIDATION_SIZE or None]


def load_validation() -> Digits:
    """MNIST's last 5,000 training images."""
    return _load("train")[-VALIDATION_SIZE:]


def load_test() -> Digits:
    """MNIST's 10,000 test images: for the final figures of a released model, nothing else."""
    return _load("t10k")


def _load(part: str) -> Digits:
    pictures = parse_idx(_unpacked(f"{part}-images-idx3-ubyte"))
    labels = parse_idx(_unpacked(f"{part}-labels-idx1-ubyte"))
    return Digits(pictures, labels.astype(np.int64))


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes: two zeros, type 8, rank, big-endian sides, then data."""
    if content[:3] != b"\0\0\x08":
        raise DatasetError("This is not an IDX file of unsigned bytes.")
    rank = content[3]
    sides = np.frombuffer(content, dtype=">u4", count=rank, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * rank).reshape(sides)


def _unpacked(name: str) -> bytes:
    folder = os.environ.get("DIGITS_DATA")
    path = Path(folder) / "mnist" / f"{name}.gz" if folder else CACHE / "mnist" / f"{name}.gz"
    if not path.exists():
        if folder:
            raise DatasetError(f"DIGITS_DATA names {folder}, but {path} does not exist.")
        _fetch(path)
    return _verified(path.read_bytes(), name, str(path))


def _verified(packed: bytes, name: str, source: str) -> bytes:
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{source} is not a gzip file ({error}); delete it.") from error
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != MD5_OF_UNPACKED[name]:
        raise DatasetError(f"{source} is not the original (its MD5 differs); delete it.")
    return content


def _fetch(path: Path) -> None:
    failures = []
    for mirror in MIRRORS:
        url = mirror + path.name
        print(f"Fetching {url}")
        try:
            packed = httpx.get(url, timeout=60, follow_redirects=True).raise_for_status().content
            _verified(packed, path.stem, url)
        except (httpx.HTTPError, DatasetError) as error:
            failures.append(f"{url}: {error}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
        return
    reasons = "\n  ".join(failures)
    raise DatasetError(
        "MNIST could not be fetched; set DIGITS_DATA to a folder that holds "
        f"mnist/{path.name}.\n  {reasons}"
    )
