"""Data sets: read from DIGITS_DATA or a mirror, verified against their checksums."""

import gzip
import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from training.data import datasets
from training.data.datasets import DatasetError, parse_idx


def encode_idx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    sides = b"".join(side.to_bytes(4, "big") for side in array.shape)
    return b"\0\0\x08" + bytes([array.ndim]) + sides + array.tobytes()


def test_idx_file_is_parsed_in_its_shape() -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert np.array_equal(parse_idx(encode_idx(array)), array)


def test_file_of_another_kind_is_not_parsed_as_idx() -> None:
    with pytest.raises(DatasetError, match="not an IDX file"):
        parse_idx(b"\x89PNG\r\n\x1a\n" + bytes(40))


def test_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    with pytest.raises(DatasetError, match=r"t10k-images-idx3-ubyte\.gz does not exist"):
        datasets.load_mnist_test()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(encode_idx(np.zeros((3, 28, 28), dtype=np.uint8))), "MD5 differs"),
        (b"<html>404</html>", "cannot be read"),
        (gzip.compress(bytes(10_000))[:30], "cannot be read"),
    ],
    ids=["altered", "not gzip", "truncated"],
)
def test_file_that_differs_from_the_original_is_rejected(
    content: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte.gz").write_bytes(content)
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    with pytest.raises(DatasetError, match=message):
        datasets.load_mnist_test()


@pytest.fixture
def mirror(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a local server that sends the same body in every response."""
    body: bytes = request.param

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("mirror", [b"<html>moved</html>"], indirect=True)
def test_wrong_file_from_a_mirror_is_not_cached(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGITS_DATA", raising=False)
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", (mirror,))
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    with pytest.raises(DatasetError, match="set DIGITS_DATA"):
        datasets.load_mnist_test()
    assert list(tmp_path.rglob("*")) == []


LABELS = np.arange(10, dtype=np.uint8)


@pytest.mark.parametrize("mirror", [gzip.compress(encode_idx(LABELS))], indirect=True)
def test_file_from_a_mirror_is_verified_and_cached(
    mirror: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "t10k-labels-idx1-ubyte"
    monkeypatch.delenv("DIGITS_DATA", raising=False)
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", ("http://127.0.0.1:9/", mirror))
    monkeypatch.setattr(datasets, "CACHE", tmp_path)
    monkeypatch.setitem(
        datasets.MNIST_MD5, name, hashlib.md5(encode_idx(LABELS), usedforsecurity=False).hexdigest()
    )
    assert np.array_equal(datasets._load_mnist_array(name), LABELS)
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", ("http://127.0.0.1:9/",))
    assert np.array_equal(datasets._load_mnist_array(name), LABELS)
