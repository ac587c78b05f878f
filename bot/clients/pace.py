"""Keeps our calls under a rate that Slack allows, urgent ones first."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from dataclasses import dataclass, field

from bot.errors import Temporary

CLICK, CARD, THREAD = 0, 1, 2  #: priorities: what a person waits for, then cards, then what stands under them


_ENDED = "Triage is stopping."


@dataclass(order=True)
class _Waiter:
    priority: int
    number: int
    turn: asyncio.Future[None] = field(compare=False)


class Pace:
    """A token bucket whose waiters are served by priority.

    A click waits only when Slack itself told us to stop. Threads leave most of the bucket to cards, so that a burst of mails
    becomes cards at once and threads as they can.
    """

    def __init__(self, per_second: float, burst: int) -> None:
        self.rate = per_second
        self.burst = float(burst)
        self.tokens = float(burst)
        self.kept = burst * 0.6  #: tokens that threads leave alone
        self._refilled = 0.0
        self._stopped_until = 0.0
        self._numbers = itertools.count()
        self._waiting: list[_Waiter] = []
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False

    async def turn(self, priority: int) -> None:
        """Return when this call may go out."""
        self._refill()
        stopped = asyncio.get_running_loop().time() < self._stopped_until
        if not stopped and (priority == CLICK or (not self._waiting and self._enough(priority))):
            self.tokens -= 1
            return
        if self._ended:
            raise Temporary(_ENDED)
        waiter = _Waiter(priority, next(self._numbers), asyncio.get_running_loop().create_future())
        heapq.heappush(self._waiting, waiter)
        self._arm()
        await waiter.turn

    def end(self) -> None:
        """The process stops: nobody waits any more, and what nobody clicked for is done by the next process."""
        self._ended = True
        for waiter in self._waiting:
            if not waiter.turn.done():
                waiter.turn.set_exception(Temporary(_ENDED))
        self._waiting.clear()

    def back(self) -> None:
        """Return a turn that was not used after all."""
        self.tokens += 1

    def stop(self, seconds: float) -> None:
        """Slack said 429: nobody goes out for so long."""
        self._stopped_until = max(self._stopped_until, asyncio.get_running_loop().time() + seconds)
        self.tokens = min(self.tokens, 1.0)
        self._arm()

    def _refill(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._refilled:
            self.tokens = min(self.burst, self.tokens + (now - self._refilled) * self.rate)
        self._refilled = now

    def _needed(self, priority: int) -> float:
        return min(self.burst, 1 + self.kept) if priority == THREAD else 1

    def _enough(self, priority: int) -> bool:
        return self.tokens >= self._needed(priority) - 0.001

    def _arm(self) -> None:
        """Wake up when the first waiter may go; whoever comes before it wakes us earlier."""
        if not self._waiting:
            return
        if self._timer:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        lacking = (self._needed(self._waiting[0].priority) - self.tokens) / self.rate
        self._timer = loop.call_later(max(lacking, self._stopped_until - loop.time(), 0.0), self._grant)

    def _grant(self) -> None:
        self._timer = None
        self._refill()
        while self._waiting and (self._waiting[0].turn.done() or self._enough(self._waiting[0].priority)):
            waiter = heapq.heappop(self._waiting)
            if not waiter.turn.done():  # done: cancelled while it waited
                waiter.turn.set_result(None)
                self.tokens -= 1
        self._arm()
