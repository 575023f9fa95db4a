"""backend/README.md lists every error code and setting, and its example runs."""

import re
from typing import get_args

import pytest

from recognizer.api.errors import STATUS_CODES, ErrorCode
from recognizer.api.settings import Settings
from support.paths import BACKEND, ROOT

README = (BACKEND / "README.md").read_text()


def test_every_error_code_is_listed_with_its_status() -> None:
    listed = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", README, re.MULTILINE)
    codes = {code for literal in get_args(ErrorCode) for code in get_args(literal)}
    expected = {str(code): status for code, status in STATUS_CODES.items()}
    expected |= {"not_found": 404, "method_not_allowed": 405, "internal_error": 500}
    assert codes < expected.keys()
    assert {code: int(status) for status, code in listed} == expected
    assert len(listed) == len(expected)


def test_every_setting_is_listed_with_its_default() -> None:
    listed = dict(re.findall(r"^\| `(DIGITS_\w+)` \| `?([^`|]*?)`? ?\|", README, re.MULTILINE))
    source = (BACKEND / "recognizer" / "api" / "settings.py").read_text()
    assert listed.keys() == set(re.findall(r"DIGITS_[A-Z_]+[A-Z]", source))
    defaults = Settings()
    assert listed == {
        "DIGITS_MAX_BYTES": str(defaults.max_bytes),
        "DIGITS_MAX_PIXELS": str(defaults.max_pixels),
        "DIGITS_MAX_WAIT_MS": str(defaults.max_wait_ms),
        "DIGITS_FEEDBACK": defaults.feedback_uri,
        "DIGITS_STORE_INPUTS": str(int(defaults.store_inputs)),
        "DIGITS_PAGE_DIR": str(defaults.page_dir.relative_to(ROOT.resolve())),
        "DIGITS_PAGE_URL": defaults.page_url,
        "DIGITS_DASHBOARD_URL": defaults.dashboard_url,
    }


def test_every_file_named_in_the_table_of_changes_exists() -> None:
    _, _, rest = README.partition("| to change | open")
    rows = rest.partition("\n\n")[0].splitlines()[2:]
    names = [name for row in rows for name in re.findall(r"`([\w./]+(?:/|\.py|file))`", row)]
    assert len(names) > len(rows)
    for name in names:
        folders = (BACKEND / "recognizer", BACKEND)
        assert any((folder / name).exists() for folder in folders), name


def test_library_example_prints_the_prediction(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (comment,) = re.findall(r"# (7 .*)", example)
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out.splitlines()[0] == comment
