"""Load shedding: a request that could not begin in time is rejected at once.

With more requests than can be served, a long queue serves no more of them, only later
(https://sre.google/sre-book/handling-overload/).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from recognizer.api.errors import APIError

MAX_REJECTIONS = 16
"""Rejections in one pass of the event loop. They take as long as one or two predictions, so that no
flood of requests brings the predictions to a halt."""

AVERAGED_TURNS, RECENT_DECISIONS = 20, 100
"""Over how many the length of a turn, and the share of rejections, are averaged."""

IDLE_DECISIONS = 10
"""For how many decisions a turn counts that begins at once: the overload is over, or nearly so."""


class Slots:
    """A semaphore whose slots are taken again in the next pass of the event loop at the earliest.

    Between two passes the loop reads what has arrived, and so it serves health checks meanwhile.
    """

    def __init__(self, number: int) -> None:
        self.semaphore = asyncio.Semaphore(number)
        self.waiting = 0

    async def acquire(self) -> None:
        """Wait for a slot, first come, first served."""
        self.waiting += 1
        try:
            await self.semaphore.acquire()
        finally:
            self.waiting -= 1

    def release(self) -> None:
        """Give a slot to the first that waits, which begins in the next pass."""
        if self.waiting:
            self.semaphore.release()
        else:
            asyncio.get_running_loop().call_soon(self.semaphore.release)


class TurnQueue:
    """A queue of requests for turns; `slots` of them take theirs at the same time.

    A request is rejected if its turn would begin more than `max_wait` seconds later. While most are
    rejected, each is that finds another one waiting: as many are served, and all of these soon.
    """

    def __init__(
        self,
        slots: int,
        turn_seconds: float,
        max_wait: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.slots = Slots(slots)
        self.rejections = Slots(MAX_REJECTIONS)
        self.turn_seconds = turn_seconds
        """Between the beginnings of two turns, while requests wait; an estimate at first."""
        self.max_wait = max_wait
        self.clock = clock
        self.last_turn = 0.0
        self.rejected_share = 0.0

    async def check(self) -> None:
        """Raise APIError if a turn would begin too late."""
        max_wait = 0 if self.rejected_share > 0.5 else self.max_wait
        if self.slots.waiting * self.turn_seconds > max_wait:
            self.rejected_share += (1 - self.rejected_share) / RECENT_DECISIONS
            await self.rejections.acquire()
            self.rejections.release()
            raise APIError("overloaded", "Too many requests at the moment; try again in a second.")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and take it; raise APIError if it would begin too late."""
        await self.check()
        must_wait = self.slots.semaphore.locked()
        decisions = 1 if must_wait else IDLE_DECISIONS
        self.rejected_share -= self.rejected_share * decisions / RECENT_DECISIONS
        await self.slots.acquire()
        now = self.clock()
        if must_wait:
            self.turn_seconds += (now - self.last_turn - self.turn_seconds) / AVERAGED_TURNS
        self.last_turn = now
        try:
            yield
        finally:
            self.slots.release()
