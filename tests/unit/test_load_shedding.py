"""The queue for turns, on a clock that stands still unless the test moves it; its middleware."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from recognizer.api.errors import APIError
from recognizer.api.load_shedding import (
    MAX_REJECTIONS,
    RECENT_DECISIONS,
    LoadSheddingMiddleware,
    TurnQueue,
)
from recognizer.api.middleware import RequestLogMiddleware

REJECTED = "overloaded"


class Scene:
    """Requests to one queue, whose outcomes are noted in order."""

    def __init__(self, slots: int = 1, turn_seconds: float = 1.0, max_wait: float = 5.0) -> None:
        self.now = 1_000.0
        self.queue = TurnQueue(slots, turn_seconds, max_wait, clock=lambda: self.now)
        self.events: list[object] = []

    async def request(self, name: object, seconds: float = 0.0) -> None:
        """Take a turn of some seconds on the clock, and note it."""
        try:
            async with self.queue.turn():
                self.events.append(name)
                self.now += seconds
        except APIError as error:
            self.events.append(error.code)

    async def requests(self, names: range, seconds: float = 0.0) -> list[object]:
        """Send requests at the same time; return the events of them."""
        self.events.clear()
        await asyncio.gather(*(self.request(name, seconds) for name in names))
        return list(self.events)

    async def overload(self) -> None:
        """Send far more requests than can be served, until nobody waits any more."""
        for _ in range(5):
            await self.requests(range(RECENT_DECISIONS))

    async def passes(self, coroutine: Coroutine[Any, Any, Any]) -> list[object]:
        """Return the events of a coroutine, with None for each pass of the event loop."""
        self.events.clear()
        task = asyncio.ensure_future(coroutine)
        while not task.done():
            await asyncio.sleep(0)
            self.events.append(None)
        return list(self.events)


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


def test_requests_that_begin_in_time_are_served_in_order() -> None:
    async def play() -> None:
        scene = Scene(max_wait=5.0)
        assert await scene.requests(range(6)) == list(range(6))

    run(play)


@pytest.mark.parametrize("slots", [1, 2])
def test_request_that_would_begin_too_late_is_rejected(slots: int) -> None:
    """One for each slot, and six more: the last of these after 5 s."""

    async def play() -> None:
        scene = Scene(slots, turn_seconds=1.0, max_wait=5.0)
        admitted = slots + 6
        events = await scene.requests(range(20))
        assert [event for event in events if event != REJECTED] == list(range(admitted))
        assert events.count(REJECTED) == 20 - admitted

    run(play)


def test_length_of_a_turn_is_measured() -> None:
    async def play() -> None:
        scene = Scene(turn_seconds=1.0, max_wait=5.0)
        for _ in range(50):
            await scene.requests(range(2), seconds=3.0)
        assert await scene.requests(range(9)) == [0, *[REJECTED] * 6, 1, 2]

    run(play)


def test_length_of_a_turn_does_not_grow_with_the_queue() -> None:
    async def play() -> None:
        scene = Scene(turn_seconds=1.0, max_wait=5.0)
        for _ in range(50):
            assert REJECTED not in await scene.requests(range(6), seconds=1.0)

    run(play)


def test_event_loop_has_a_pass_between_two_turns() -> None:
    async def play() -> None:
        scene = Scene(max_wait=100.0)
        events = await scene.passes(scene.requests(range(20)))
        turns = [place for place, event in enumerate(events) if event is not None]
        assert len(turns) == 20
        for turn, following in pairwise(turns):
            assert None in events[turn:following]

    run(play)


def test_flood_of_rejections_does_not_delay_a_turn() -> None:
    async def play() -> None:
        scene = Scene(max_wait=0.5)
        events = await scene.passes(scene.requests(range(1_000)))
        assert events.count(REJECTED) == 998
        assert events.index(1) < 3 * MAX_REJECTIONS
        for place in range(len(events)):
            assert events[place : place + MAX_REJECTIONS + 1].count(REJECTED) <= MAX_REJECTIONS

    run(play)


@pytest.mark.parametrize("slots", [1, 2])
def test_nobody_waits_while_most_are_rejected(slots: int) -> None:
    async def play() -> None:
        scene = Scene(slots)
        await scene.overload()
        events = await scene.requests(range(RECENT_DECISIONS))
        assert [event for event in events if event != REJECTED] == list(range(slots))

    run(play)


def test_each_pass_of_the_event_loop_serves_one_while_most_are_rejected() -> None:
    async def play() -> None:
        scene = Scene()
        await scene.overload()
        for number in range(50):
            assert await scene.requests(range(number, number + 3)) == [number, REJECTED, REJECTED]

    run(play)


@pytest.mark.parametrize("at_once", [1, 2])
def test_queue_is_used_again_after_the_overload(at_once: int) -> None:
    """Also if half of the requests still find another one at work."""

    async def play() -> None:
        scene = Scene(max_wait=5.0)
        await scene.overload()
        assert REJECTED in await scene.requests(range(6))
        for _ in range(2 * RECENT_DECISIONS):
            await scene.requests(range(at_once))
        assert await scene.requests(range(6)) == list(range(6))

    run(play)


def test_failed_turn_frees_its_slot() -> None:
    async def play() -> None:
        scene = Scene()
        with pytest.raises(LookupError):
            async with scene.queue.turn():
                raise LookupError
        assert await scene.requests(range(3)) == [0, 1, 2]

    run(play)


@pytest.mark.parametrize("root_path", ["", "/prod"])
def test_only_posts_to_the_route_are_rejected_before_the_application_is_called(
    root_path: str,
) -> None:
    queue = TurnQueue(slots=1, turn_seconds=1.0, max_wait=0.0)
    called: list[str] = []
    app = FastAPI()
    app.add_middleware(LoadSheddingMiddleware, path="/predict", queue=queue)
    app.add_middleware(RequestLogMiddleware, sinks=[])

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    def route(path: str) -> None:
        called.append(path)

    async def statuses(*requests: tuple[str, str]) -> list[int]:
        transport = httpx.ASGITransport(app, root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [
                (await client.request(method, root_path + path)).status_code
                for method, path in requests
            ]

    async def wait() -> None:
        async with queue.turn():
            pass

    async def play() -> None:
        assert await statuses(("POST", "/predict")) == [200]
        async with queue.turn():
            waiting = asyncio.ensure_future(wait())
            await asyncio.sleep(0)
            assert await statuses(("POST", "/predict"), ("POST", "/predict")) == [503, 503]
            assert await statuses(("GET", "/predict"), ("POST", "/predict/7")) == [200, 200]
        await waiting
        assert called == ["predict", "predict", "predict/7"]

    run(play)
