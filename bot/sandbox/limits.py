"""Rate limits as token buckets with a stated burst."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from bot.sandbox.timings import Rate


@dataclass(slots=True)
class Bucket:
    rate: Rate
    tokens: float
    at: float

    def wait(self) -> float:
        """Take one token and return 0, or return the seconds until there is one."""
        now = time.monotonic()
        if not math.isinf(self.rate.per_minute):
            self.tokens = min(self.rate.burst, self.tokens + (now - self.at) * self.rate.per_minute / 60)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return math.inf if self.rate.per_minute == 0 else (1 - self.tokens) * 60 / self.rate.per_minute


@dataclass(slots=True)
class Limits:
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def wait(self, name: str, rate: Rate) -> float:
        if name not in self.buckets:
            self.buckets[name] = Bucket(rate, rate.burst, time.monotonic())
        return self.buckets[name].wait()
