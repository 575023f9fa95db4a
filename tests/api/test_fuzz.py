"""Any bytes get a prediction or an error response, never a server error.

The application runs in this process, and the cases are the same in every run; `make fuzz` sends
others for as long as one likes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from api.requests import Request, json_request
from fuzz.broken import ANSWERS, ENDS, broken
from fuzz.cases import KINDS, Case, make_case
from fuzz.doors import Door, in_process
from fuzz.judge import fault_of
from fuzz.report import SLOW, Failure, Report, read, save
from fuzz.run import Plan, run, try_case
from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLES = settings(derandomize=True, database=None, deadline=None, max_examples=300)

pytestmark = [
    # Pillow warns of damaged metadata, and reads on.
    pytest.mark.filterwarnings("ignore::UserWarning"),
    # Starlette leaves the files of a form that cannot be parsed to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
    ),
]

CASES = {"image": 800}
"""How many cases of a kind are tried; 300 of each of the others."""


@pytest.fixture(scope="module")
def doors() -> Iterator[Sequence[Door]]:
    with in_process() as doors:
        yield doors


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_input_is_handled(doors: Sequence[Door], kind: str) -> None:
    report = Report()
    for seed in range(CASES.get(kind, 300)):
        try_case(make_case(seed, kind), doors, report)
    assert [failure for failure in report.failures if failure.fault != SLOW] == []


@EXAMPLES
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
    | st.builds("data:{},{}".format, st.text(), st.text())
)
def test_any_json_is_handled(doors: Sequence[Door], document: object) -> None:
    for request in (
        json_request({"image": document}),
        json_request(document),
        json_request(document, path="/feedback"),
    ):
        case = Case("JSON", 0, request)
        assert fault_of(case, doors[0].send(case)) == ""


# The fuzzer itself


REPEATABLE = set(KINDS) - {"feedback", "request", "any event", "HTTP event"}
"""The others contain the time."""


def test_case_is_the_same_for_the_same_seed() -> None:
    for kind in REPEATABLE:
        assert [make_case(seed, kind) for seed in range(20)] == [
            make_case(seed, kind) for seed in range(20)
        ]


def test_fuzzer_finds_faults_and_goes_on_after_a_crash() -> None:
    report = run(broken, Plan(first=0, cases=30), workers=2)
    assert {failure.seed for failure in report.failures} == {*ANSWERS, ENDS}
    assert report.codes["404 not_found"] > 0
    assert "status 500" in report.summary(1)
    assert not report.passed


@pytest.mark.parametrize("kind", KINDS)
def test_saved_case_can_be_read_again(kind: str, tmp_path: Path) -> None:
    (case,) = read([save(Failure(kind, 5, "status 500"), tmp_path)])
    assert (case.kind, case.seed) == (kind, 5)
    assert isinstance(case.request, Request) == isinstance(make_case(5, kind).request, Request)


def test_saved_case_is_the_one_that_failed(tmp_path: Path) -> None:
    cases = [case for case in map(make_case, range(20)) if case.kind in REPEATABLE]
    assert len(cases) > 10
    assert read([save(Failure(case.kind, case.seed, ""), tmp_path) for case in cases]) == cases
