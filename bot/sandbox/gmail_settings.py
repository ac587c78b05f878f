"""What can be set about the Gmail stand-in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class GmailTimings:
    """Limits and lifetimes; the defaults are Google's published ones. `clock` returns epoch seconds."""

    token_seconds: int = 3600
    history_seconds: float = 7 * 24 * 3600.0
    units_per_minute: int = 6000
    quota_status: Literal[403, 429] = 429
    overwrite_message_id: bool = True
    clock: Callable[[], float] = time.time
