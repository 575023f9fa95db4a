"""Middleware that stops reading a request once it is too long, whatever its headers claim."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recognizer.refusals import Refusal


class BodyLimit:
    """Raise Refusal, out of `receive`, for bodies of more than `max_bytes`."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                limit = f"{self.max_bytes / 1_000_000:.3g} MB"
                raise Refusal(
                    "too_many_bytes", f"The request is too large; at most {limit} are accepted."
                )
            return message

        await self.app(scope, receive_limited, send)
