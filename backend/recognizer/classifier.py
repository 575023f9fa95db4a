"""Ink → probabilities → verdict. Owns the model: its file, its checksum, its ONNX session."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from recognizer.preprocessing import Ink

MODEL = Path(__file__).parent / "model" / "digits.onnx"

OTHER = 10
"""The class of what is no digit, after the ten."""

Verdict = Literal["digit", "unsure", "not_a_digit", "blank"]


class ModelError(Exception):
    """The model's file is missing, altered or unreadable; the message says which."""


@dataclass(frozen=True)
class Reading:
    """What the classifier makes of one ink."""

    digit: int | None
    verdict: Verdict
    probabilities: NDArray[np.float64]
    """(10,), sums to 1: of each digit, given that it is one; calibrated on validation digits."""

    @property
    def confidence(self) -> float:
        """Probability of the most likely digit, in [0, 1]."""
        return float(self.probabilities.max())


BLANK = Reading(None, "blank", np.full(10, 0.1))
"""There is no ink to read: every digit is as likely as any other."""


class Classifier:
    """The model, loaded once and ready to be called from any thread.

    `version` is the beginning of its file's SHA-256; `threads` share the work of each picture.
    Raises ModelError where the file is missing or is not the one whose SHA-256 stands in
    `<file>.sha256` beside it.
    """

    def __init__(self, path: Path = MODEL, threads: int = 1) -> None:
        content, digest = read_verified(path)
        self.version = digest[:12]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Else they would wait for the next picture in a loop, each on a processor of its own.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.temperature = float(metadata["temperature"])
        self.refuse_above = float(metadata["refuse_above"])
        self.unsure_below = float(metadata["unsure_below"])

    def __call__(self, ink: Ink | None) -> Reading:
        """Read one (28, 28) ink; None is a blank picture."""
        if ink is None:
            return BLANK
        logits = self.session.run(["logits"], {"ink": ink[None]})[0][0].astype(np.float64)
        shares = softmax(logits / self.temperature)
        digit, other = int(shares[:OTHER].argmax()), shares[OTHER]
        probabilities = shares[:OTHER] / shares[:OTHER].sum()
        if other > self.refuse_above:
            return Reading(None, "not_a_digit", probabilities)
        verdict: Verdict = "digit" if shares[digit] >= self.unsure_below else "unsure"
        return Reading(digit, verdict, probabilities)


def read_verified(path: Path) -> tuple[bytes, str]:
    """The model's bytes and their SHA-256, if it is the one in the file beside them."""
    digest_file = path.with_name(path.name + ".sha256")
    try:
        content = path.read_bytes()
        expected = digest_file.read_text().split()[0]
    except (OSError, IndexError) as error:
        raise ModelError(f"The model cannot be read from {path} and {digest_file.name}.") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected:
        raise ModelError(f"The model in {path} is not the one in {digest_file.name}.")
    return content, digest


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities from logits, both (n,)."""
    exponentials = np.exp(logits - logits.max())
    result: NDArray[np.float64] = exponentials / exponentials.sum()
    return result
