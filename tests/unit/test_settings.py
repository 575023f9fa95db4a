"""Settings from the environment."""

import pytest

from recognizer.api.settings import Settings
from support.paths import ROOT


def test_defaults_without_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAX_BYTES", "MAX_PIXELS", "PAGE_DIR", "FEEDBACK", "STORE_INPUTS"):
        monkeypatch.delenv(f"DIGITS_{name}", raising=False)
    settings = Settings.from_environment()
    assert settings == Settings()
    assert (settings.max_bytes, settings.max_pixels) == (4_000_000, 16_000_000)
    assert settings.page_dir == ROOT / "frontend" / "dist"
    assert (settings.feedback_uri, settings.store_inputs) == (":memory:", False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[
            ("DIGITS_MAX_BYTES", text)
            for text in ("", "0", "-1", "4MB", "1e6", "4_000", "²", "9" * 13)
        ],
        ("DIGITS_MAX_PIXELS", "16MP"),
        ("DIGITS_MAX_WAIT_MS", "0.5"),
        ("DIGITS_STORE_INPUTS", "yes"),
    ],
)
def test_invalid_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SystemExit, match=rf"{name} must be .*, not '{text}'\."):
        Settings.from_environment()


@pytest.mark.parametrize("name", ["DIGITS_PAGE_DIR", "DIGITS_FEEDBACK"])
def test_empty_setting_is_like_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    assert Settings.from_environment() == Settings()


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("0", False), ("", False)])
def test_switch_is_on_for_one_only(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: bool
) -> None:
    monkeypatch.setenv("DIGITS_STORE_INPUTS", text)
    assert Settings.from_environment().store_inputs is expected
