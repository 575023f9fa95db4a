"""A door behind which some cases go wrong, by which the fuzzer itself is tested."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fuzz.cases import Case
from fuzz.doors import Answer, Door

JSON = {"content-type": "application/json"}

RIGHT = Answer(
    404, JSON, b'{"detail":"Not found; see /docs for the available endpoints.","code":"not_found"}'
)

ANSWERS = {
    3: Answer(200, JSON, b'{"probabilities":[NaN]}'),
    5: Answer(400, JSON, b'{"detail":"No","code":"bad"}'),
    7: Answer(500),
    9: Answer(400, JSON, b"", trace="Traceback\nValueError: no"),
    10: Answer(503, JSON, RIGHT.body),
}
"""Wrong answers by the seeds that get them."""

ENDS = 13
"""The seed that ends the process."""


class BrokenDoor:
    """A door that answers as above."""

    def takes(self, _: Case) -> bool:
        return True

    def send(self, case: Case) -> Answer:
        if case.seed == ENDS:
            raise SystemExit(3)
        return ANSWERS.get(case.seed, RIGHT)


@contextmanager
def broken() -> Iterator[Sequence[Door]]:
    yield [BrokenDoor()]
