"""Every environment variable that the application reads; all begin with DIGITS_."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What an operator may change, and what holds if nobody does."""

    max_bytes: int = 4_000_000
    """DIGITS_MAX_BYTES: the largest picture accepted, in bytes as it is stored in a file."""

    max_pixels: int = 16_000_000
    """DIGITS_MAX_PIXELS: the largest picture accepted, width times height."""

    page_dir: Path = Path(__file__).parents[2] / "frontend" / "dist"
    """DIGITS_PAGE_DIR: the built page, served at / where the folder exists."""

    page_url: str = ""
    """DIGITS_PAGE_URL: where the page is, for hosts that do not serve it themselves."""

    feedback: str = ":memory:"
    """DIGITS_FEEDBACK: where feedback is kept: the path of a SQLite file, s3://bucket/prefix, or
    :memory:, which forgets it when the process ends."""

    keep_ink: bool = False
    """DIGITS_KEEP_INK: 1 to keep what was drawn too, where the one who drew it agrees."""

    dashboard_url: str = ""
    """DIGITS_DASHBOARD_URL: where TensorBoard is, to which /dashboard leads."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment; raise SystemExit naming the variable that makes no sense."""
        defaults = cls()
        return cls(
            max_bytes=_number("DIGITS_MAX_BYTES", defaults.max_bytes),
            max_pixels=_number("DIGITS_MAX_PIXELS", defaults.max_pixels),
            page_dir=Path(os.environ.get("DIGITS_PAGE_DIR", defaults.page_dir)),
            page_url=os.environ.get("DIGITS_PAGE_URL", defaults.page_url),
            feedback=os.environ.get("DIGITS_FEEDBACK") or defaults.feedback,
            keep_ink=_switch("DIGITS_KEEP_INK"),
            dashboard_url=os.environ.get("DIGITS_DASHBOARD_URL", defaults.dashboard_url),
        )


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SystemExit(f"{name} must be a whole number above 0, not {text!r}.")
    return int(text)


def _switch(name: str) -> bool:
    text = os.environ.get(name, "")
    if text not in ("", "0", "1"):
        raise SystemExit(f"{name} must be 1 or 0, not {text!r}.")
    return text == "1"
