"""One counter that every change of the pretend world turns, and the way to wait for it without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """`changed()` wakes everybody who waits; they look again and go on, or wait for the next change."""

    def __init__(self) -> None:
        self.rev = 0
        self._turn = asyncio.Event()

    def changed(self) -> None:
        self.rev += 1
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def next(self, seen: int) -> int:
        """The first revision after `seen`."""
        while self.rev <= seen:
            await self._turn.wait()
        return self.rev

    async def until(self, true: Callable[[], object], timeout: float, what: Callable[[], str]) -> None:
        """Wait until `true()` is; a LookupError inside counts as not yet. `what()` words the failure."""
        try:
            async with asyncio.timeout(timeout):
                while not _holds(true):
                    await self._turn.wait()
        except TimeoutError:
            raise TimeoutError(f"after {timeout:g} s still waiting for {what()}") from None


def _holds(true: Callable[[], object]) -> bool:
    try:
        return bool(true())
    except LookupError:
        return False
