"""The form that every error response must have."""

import json
import re

MARK = "x9mk7q"
"""Stands in request bodies, paths and headers; no error response may repeat it."""

SENTENCE = re.compile(r"[A-Z][^\n]{15,250}\.")


def assert_is_error(text: str, code: str | None = None) -> None:
    """Assert that a body has one sentence and a code, and leaks nothing.

    `code` is the expected code, or None if any word will do.
    """
    error = json.loads(text)
    assert list(error) == ["detail", "code"]
    assert SENTENCE.fullmatch(error["detail"]), error["detail"]
    assert ". " not in error["detail"], "more than one sentence"
    assert re.fullmatch(r"[a-z][a-z0-9_]+", error["code"]), error["code"]
    assert code is None or error["code"] == code, error
    assert MARK not in text, "repeats the request"
    for trace in ("Traceback", 'File "', ".py", "Error", "0x"):
        assert trace not in text
