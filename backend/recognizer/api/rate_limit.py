"""Rate limiting within one process."""

import math
import time
from collections.abc import Callable


class TokenBucket:
    """Rate limiter that allows `rate` calls a second on average, and `burst` at once.

    https://en.wikipedia.org/wiki/Token_bucket
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.clock = clock
        self.tokens = 0.0
        self.filled_at = -math.inf  # full at first; the clock may start anew before the first call

    def acquire(self) -> bool:
        """Take a token; return whether there was one."""
        now = self.clock()
        self.tokens = min(self.burst, self.tokens + self.rate * (now - self.filled_at))
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
