"""The models' files: where they are, their checksums, and sessions that run them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import onnxruntime

from recognizer.errors import ModelError

MODELS = Path(__file__).parent / "model"

MODEL_PATH, FINDER_PATH, LINE_READER_PATH = (
    MODELS / name for name in ("digits.onnx", "finder.onnx", "line_reader.onnx")
)
"""The classifier, which reads every image, and the two models for those that it does not settle."""


def open_session(path: Path, threads: int) -> tuple[onnxruntime.InferenceSession, str]:
    """Return a session of a model file, whose runs are each computed by so many threads.

    With it comes the file's SHA-256. Raises ModelError as `read_verified` does.
    """
    content, digest = read_verified(path)
    options = session_options(threads)
    return onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"]), digest


def read_verified(path: Path) -> tuple[bytes, str]:
    """Return the bytes and the SHA-256 of a model file.

    Raises ModelError if a file is missing or the checksum does not match.
    """
    expected = read_checksum(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model cannot be read from {path}.") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected:
        raise ModelError(f"The model in {path} does not match its checksum in {path.name}.sha256.")
    return content, digest


def read_checksum(path: Path) -> str:
    """Return the SHA-256 that belongs to a model file; raise ModelError if it is missing."""
    digest_file = path.with_name(path.name + ".sha256")
    try:
        return digest_file.read_text().split()[0]
    except (OSError, IndexError) as error:
        raise ModelError(
            f"The model cannot be read from {path}, because {digest_file.name} is missing or empty."
        ) from error


def version_of(paths: Iterable[Path]) -> str:
    """Return the version of models that are used together, 12 hexadecimal digits.

    It is that of their checksums. Raises ModelError if one is missing.
    """
    checksums = " ".join(map(read_checksum, paths))
    return hashlib.sha256(checksums.encode()).hexdigest()[:12]


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Return options for a session whose predictions are each computed by so many threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Without this, idle threads busy-wait and each occupies a core.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options
