"""The application's settings: environment variables that begin with DIGITS_."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from recognizer.decoding import MAX_BYTES, MAX_PIXELS


@dataclass(frozen=True)
class Settings:
    """The settings that an operator may change, with their defaults."""

    max_bytes: int = MAX_BYTES
    """DIGITS_MAX_BYTES: the largest image accepted, in bytes of the file."""

    max_pixels: int = MAX_PIXELS
    """DIGITS_MAX_PIXELS: the largest image accepted, width times height."""

    max_wait_ms: int = 1_000
    """DIGITS_MAX_WAIT_MS: how long an image may wait for its turn, in milliseconds."""

    page_dir: Path = Path(__file__).parents[3] / "frontend" / "dist"
    """DIGITS_PAGE_DIR: the built frontend, served at / if the folder exists."""

    page_url: str = ""
    """DIGITS_PAGE_URL: address of the frontend, for hosts that do not serve it themselves."""

    feedback_uri: str = ":memory:"
    """DIGITS_FEEDBACK: where feedback is stored: the path of a SQLite file, s3://bucket/prefix, or
    :memory:, which is lost when the process ends."""

    store_inputs: bool = False
    """DIGITS_STORE_INPUTS: 1 to store the model input with feedback, where the person agreed."""

    dashboard_url: str = ""
    """DIGITS_DASHBOARD_URL: address of TensorBoard, to which /dashboard redirects."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment; raise SystemExit naming the variable that is invalid."""
        defaults = cls()
        return cls(
            max_bytes=_positive_int("DIGITS_MAX_BYTES", defaults.max_bytes),
            max_pixels=_positive_int("DIGITS_MAX_PIXELS", defaults.max_pixels),
            max_wait_ms=_positive_int("DIGITS_MAX_WAIT_MS", defaults.max_wait_ms),
            page_dir=Path(os.environ.get("DIGITS_PAGE_DIR") or defaults.page_dir),
            page_url=os.environ.get("DIGITS_PAGE_URL", defaults.page_url),
            feedback_uri=os.environ.get("DIGITS_FEEDBACK") or defaults.feedback_uri,
            store_inputs=_switch("DIGITS_STORE_INPUTS"),
            dashboard_url=os.environ.get("DIGITS_DASHBOARD_URL", defaults.dashboard_url),
        )


def _positive_int(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not re.fullmatch("0*[1-9][0-9]{0,11}", text):
        raise SystemExit(f"{name} must be a whole number from 1 to 999999999999, not {text!r}.")
    return int(text)


def _switch(name: str) -> bool:
    text = os.environ.get(name, "")
    if text not in ("", "0", "1"):
        raise SystemExit(f"{name} must be 1 or 0, not {text!r}.")
    return text == "1"
