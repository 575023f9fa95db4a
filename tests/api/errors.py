"""What every refusal must look like, whatever was refused."""

import json
import re

MARK = "x9mk7q"
"""Stands in what tests send wherever it can; no answer may repeat it."""

SENTENCE = re.compile(r"[A-Z][^\n]{15,250}\.")


def assert_is_problem(text: str) -> None:
    """Assert that an answer's body is one sentence for people, and leaks nothing."""
    problem = json.loads(text)
    assert list(problem) == ["detail"]
    assert SENTENCE.fullmatch(problem["detail"]), problem["detail"]
    assert ". " not in problem["detail"], "more than one sentence"
    assert MARK not in text, "repeats what was sent"
    for trace in ("Traceback", 'File "', ".py", "Error", "0x"):
        assert trace not in text
