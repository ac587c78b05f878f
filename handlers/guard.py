"""Around every listener: it always acknowledges, it never raises, and the person always hears what became of the click."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.board import Board
from bot.clients.slack import SlackClient
from bot.desk import Desk
from bot.values import Person
from handlers import errors
from handlers.payload import Body, Click, Command, Place, Submission, click, command, place, submission

Listener = Callable[..., Awaitable[None]]

#: A submission is decided before it is acknowledged, since the answer goes into the acknowledgement; Slack waits 3 s.
DECIDE = 2.4


@dataclass(frozen=True, slots=True)
class Answer:
    """What a submission is acknowledged with (nothing: the modal closes), and what is done after that."""

    payload: dict[str, Any] = field(default_factory=dict)
    then: Callable[[], Awaitable[None]] | None = None


def clear(then: Callable[[], Awaitable[None]] | None = None) -> Answer:
    """Close this modal and those under it."""
    return Answer({"response_action": "clear"}, then)


def wrong(block_id: str, text: str) -> Answer:
    """Keep the modal open, with `text` at one of its fields."""
    return Answer({"response_action": "errors", "errors": {block_id: _plain(text)}})


def update(view: dict[str, Any], then: Callable[[], Awaitable[None]] | None = None) -> Answer:
    """Show another view in the modal's place."""
    return Answer({"response_action": "update", "view": view}, then)


@dataclass(frozen=True, slots=True)
class Floor:
    """What every handler works with, and the listeners that are at work now."""

    desk: Desk
    board: Board
    slack: SlackClient
    running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def person(self, where: Place, stranger: bool = False) -> Person:
        """Who acts: Slack is asked (cached), because a payload does not tell guests from members."""
        found = await self.slack.person(where.user)
        return Person(found.id, found.name, found.guest, found.local and not stranger, found.bot)

    async def show(self, ticket: UUID) -> None:
        """Draw the card at once; if that fails the queued job repairs it, so the person need not hear of it."""
        try:
            await self.board.show(ticket, urgent=True)
        except Exception as error:
            errors.record(error, "show")

    @asynccontextmanager
    async def showing(self, ticket: UUID) -> AsyncIterator[UUID]:
        """Draw the card after what is done in the block, also when it was refused: then the card may be an old one."""
        try:
            yield ticket
        finally:
            await self.show(ticket)

    async def open(self, at: Click, view: dict[str, Any]) -> str:
        """Open a modal, on top of the one that was clicked in if there is one; returns its id."""
        opened = await (self.slack.push_view if at.place.view else self.slack.open_view)(at.trigger, view)
        return str(opened["id"])

    async def team_url(self) -> str:
        """The workspace's address, with which links to messages are made."""
        return (await self.slack.auth()).team_url

    async def drain(self, seconds: float = 5.0) -> None:
        """Wait for the listeners that are still at work; Slack's connection does not."""
        if self.running:
            await asyncio.wait(self.running, timeout=seconds)

    def clicked(self, act: Callable[[Floor, Click], Awaitable[None]]) -> Listener:
        """A listener for a button: acknowledged first, then done."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            with _at_work(self.running):
                try:
                    await act(self, click(body))
                except Exception as error:
                    errors.record(error, act.__name__)
                    await errors.tell(self.slack, place(body), errors.sentence(error))

        return listener

    def submitted(self, act: Callable[[Floor, Submission], Awaitable[Answer]]) -> Listener:
        """A listener for a modal's submit: decided first, within the time that Slack gives, then acknowledged."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            with _at_work(self.running):
                answer = await self._decided(act, body)
                await ack(**answer.payload)
                if answer.then is not None:
                    await self._after(answer.then, body)

        return listener

    async def _decided(self, act: Callable[[Floor, Submission], Awaitable[Answer]], body: Body) -> Answer:
        try:
            async with asyncio.timeout(DECIDE):
                return await act(self, submission(body))
        except Exception as error:
            errors.record(error, act.__name__)
            text = errors.sentence(error)
            blocks = list(((body.get("view") or {}).get("state") or {}).get("values") or {})
            if blocks:
                return wrong(blocks[0], text)

            async def say() -> None:
                await errors.tell(self.slack, place(body), text)

            return Answer(then=say)

    async def _after(self, then: Callable[[], Awaitable[None]], body: Body) -> None:
        try:
            await then()
        except Exception as error:
            errors.record(error, "after a submission")
            await errors.tell(self.slack, place(body), errors.sentence(error))

    def commanded(self, act: Callable[[Floor, Command], Awaitable[str]]) -> Listener:
        """A listener for a slash command: acknowledged first; what `act` returns is said to that person alone."""

        async def listener(ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
            await ack()
            with _at_work(self.running):
                try:
                    text = await act(self, command(body))
                except Exception as error:
                    errors.record(error, "command")
                    text = errors.sentence(error)
                if text:
                    await self._respond(respond, place(body), text)

        return listener

    async def _respond(self, respond: AsyncRespond, where: Place, text: str) -> None:
        """Answer through the command's own address, which works in every channel; else where we can."""
        try:
            said = await respond(text=text, response_type="ephemeral", unfurl_links=False)
            if said.status_code == 200:
                return
        except Exception as error:
            errors.record(error, "respond")
        await errors.tell(self.slack, where, text)


class _at_work:
    """Keeps the current task in `running` while a listener is at work, so that stopping can wait for it."""

    def __init__(self, running: set[asyncio.Task[Any]]) -> None:
        self._running = running
        self._task: asyncio.Task[Any] | None = None

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        if self._task is not None:
            self._running.add(self._task)

    def __exit__(self, *_: object) -> None:
        if self._task is not None:
            self._running.discard(self._task)


def _plain(text: str) -> str:
    """A sentence of ours for a place where Slack draws no markup: names and times as words."""
    text = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", text)
    return re.sub(r"<@[A-Z0-9]+>", "A colleague", text)
