"""The clocks and rates of the stand-ins: real ones by default, settings so that tests are quick and do not depend on time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bot.sandbox.gmail_settings import GmailTimings


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `burst` calls at once, then `per_minute`."""

    per_minute: float
    burst: float


UNLIMITED = Rate(math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Timings:
    # Slack
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    redelivery: tuple[float, ...] = (0.0, 60.0, 300.0)  # seconds before each repeat of an event that was not acknowledged
    link_seconds: float = 30.0  # life of an unused Socket Mode URL
    connection_seconds: float = 3600.0
    warning_seconds: float = 10.0  # between a disconnect warning and the close
    ping_seconds: float = 30.0
    hook_seconds: float = 1800.0
    hook_uses: int = 5
    tier_1: Rate = Rate(1, 5)
    tier_2: Rate = Rate(20, 30)
    tier_3: Rate = Rate(50, 60)
    tier_4: Rate = Rate(100, 120)
    special: Rate = Rate(300, 300)
    posts: Rate = Rate(60, 30)  # chat.postMessage, per channel
    gmail: GmailTimings = field(default_factory=GmailTimings)
