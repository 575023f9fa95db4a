"""The token bucket, with a clock that stands still unless the test moves it."""

import pytest

from recognizer.api.rate_limit import TokenBucket


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def accepted(bucket: TokenBucket, calls: int) -> int:
    """Return how many of a number of calls at the same time are accepted."""
    return sum(bucket.acquire() for _ in range(calls))


def test_full_bucket_allows_exactly_a_burst(clock: Clock) -> None:
    assert accepted(TokenBucket(rate=5, burst=50, clock=clock), calls=200) == 50


def test_empty_bucket_refills_at_the_rate(clock: Clock) -> None:
    bucket = TokenBucket(rate=5, burst=50, clock=clock)
    accepted(bucket, calls=50)
    clock.now += 2
    assert accepted(bucket, calls=200) == 10


def test_fractions_of_a_token_add_up(clock: Clock) -> None:
    bucket = TokenBucket(rate=0.5, burst=1, clock=clock)
    assert bucket.acquire()
    results = []
    for _ in range(6):
        clock.now += 1
        results.append(bucket.acquire())
    assert results == [False, True, False, True, False, True]


def test_rejected_calls_take_no_tokens(clock: Clock) -> None:
    bucket = TokenBucket(rate=1, burst=1, clock=clock)
    assert accepted(bucket, calls=100) == 1
    clock.now += 1
    assert bucket.acquire()


def test_idle_bucket_holds_no_more_than_a_burst(clock: Clock) -> None:
    bucket = TokenBucket(rate=5, burst=50, clock=clock)
    accepted(bucket, calls=20)
    clock.now += 3_600
    assert accepted(bucket, calls=200) == 50
