"""Load shedding: a request that could not begin in time is rejected at once.

With more requests than can be served, a long queue serves no more of them, only later
(https://sre.google/sre-book/handling-overload/).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from recognizer.api.errors import APIError, rejection

MAX_REJECTIONS = 16
"""Rejections in one pass of the event loop. They take as long as one or two predictions, so that no
flood of requests brings the predictions to a halt."""

DETAIL = "Too many requests at the moment; try again in a second."

AVERAGED_TURNS, RECENT_DECISIONS = 20, 100
"""Over how many the length of a turn, and the share of rejections, are averaged."""

OVERLOAD = 0.6
"""Share of rejections above which nothing may wait. A little more than a half, so that two clients
that send at the same time, and of which one is rejected, get their queue back."""


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
    rejected, each is that finds no free slot: about as many are served, and all of these soon.
    """

    def __init__(
        self,
        slots: int,
        turn_seconds: float,
        max_wait: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.slots = Slots(slots)
        self.turn_seconds = turn_seconds
        """Between the beginnings of two turns, while requests wait; an estimate at first."""
        self.max_wait = max_wait
        self.clock = clock
        self.last_turn = 0.0
        self.rejected_share = 0.0
        self.rejections = 0
        """In this pass of the event loop."""

    def is_full(self) -> bool:
        """Return whether a turn would begin too late."""
        if self.rejected_share > OVERLOAD:
            return self.slots.semaphore.locked()
        return self.slots.waiting * self.turn_seconds > self.max_wait

    async def admits(self) -> bool:
        """Return whether a turn would begin in time, or false once a request may be rejected."""
        if not self.is_full():
            return True
        self.rejected_share += (1 - self.rejected_share) / RECENT_DECISIONS
        while self.rejections == MAX_REJECTIONS:
            await asyncio.sleep(0)
        if not self.rejections:
            asyncio.get_running_loop().call_soon(self.begin_pass)
        self.rejections += 1
        return False

    def begin_pass(self) -> None:
        """Allow rejections again, in a new pass of the event loop."""
        self.rejections = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and take it; raise APIError if it would begin too late."""
        if not await self.admits():
            raise APIError("overloaded", DETAIL)
        self.rejected_share -= self.rejected_share / RECENT_DECISIONS
        must_wait = self.slots.semaphore.locked()
        await self.slots.acquire()
        now = self.clock()
        if must_wait:
            self.turn_seconds += (now - self.last_turn - self.turn_seconds) / AVERAGED_TURNS
        self.last_turn = now
        try:
            yield
        finally:
            self.slots.release()


class LoadSheddingMiddleware:
    """ASGI middleware that rejects requests to a route while its queue is full.

    The route does so too, but routing, dependencies and exception handlers would make up a third of
    what a rejection costs.
    """

    def __init__(self, app: ASGIApp, path: str, queue: TurnQueue) -> None:
        self.app = app
        self.path = path
        self.queue = queue
        self.response = rejection("overloaded", DETAIL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.is_for_route(scope) or await self.queue.admits():
            await self.app(scope, receive, send)
            return
        scope["state"]["record"].update(rejected=1, error_code="overloaded", route=self.path)
        await self.response(scope, receive, send)

    def is_for_route(self, scope: Scope) -> bool:
        """Return whether a request posts to the route."""
        path: str = scope.get("path", "")
        return (
            scope.get("method") == "POST"
            and path.removeprefix(scope.get("root_path", "")) == self.path
        )
