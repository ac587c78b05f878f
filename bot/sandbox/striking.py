"""Lets a fault strike an HTTP request: after the deed, instead of it, late, or by hanging up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.faults import Fault


async def struck(
    request: web.Request,
    fault: Fault | None,
    act: Callable[[], Awaitable[web.Response]],
    failure: Callable[[Fault], web.Response],
) -> web.Response:
    """What the caller gets: the answer of `act`, nothing at all, or the `failure` in the words of that service."""
    if fault is None:
        return await act()
    if fault.kind == "drop":
        if not fault.before:
            await act()
        return hung_up(request)
    if fault.kind != "slow":
        return failure(fault)
    if fault.before:
        await asyncio.sleep(fault.seconds)
        return await act()
    answer = await act()
    await asyncio.sleep(fault.seconds)
    return answer


def hung_up(request: web.Request) -> web.Response:
    """Close the connection; the response that is returned reaches nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
