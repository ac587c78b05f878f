"""Who is who and which channel is which in Slack, remembered for some minutes."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any, Protocol

from bot.clients.slack_calls import WORDS
from bot.errors import Missing, Permanent
from bot.values import Person

log = logging.getLogger("triage.slack")

REMEMBER = 300.0  #: seconds
PAGES = 100  #: of 200 channels


class Caller(Protocol):
    """What this needs of the client."""

    async def call(self, method: str, *, priority: int = ..., pace: str = ..., **arguments: Any) -> Mapping[str, Any]: ...


class Directory:
    """People, channels and direct channels; a name is looked up once, however many ask at the same time."""

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._people: dict[str, tuple[float, Person]] = {}
        self._channels: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._dms: dict[str, str] = {}
        self._team = ""
        self._listing = asyncio.Lock()

    async def person(self, user_id: str) -> Person:
        """Who a Slack id is. An id that Slack does not know is nobody of ours."""
        now = asyncio.get_running_loop().time()
        known = self._people.get(user_id)
        if known and known[0] > now:
            return known[1]
        try:
            answer = await self._client.call("users.info", user=user_id)
        except Missing:
            return Person(id=user_id, name=user_id, local=False)
        found = _person(user_id, answer["user"], await self._own_team())
        self._people[user_id] = (now + REMEMBER, found)
        return found

    async def _own_team(self) -> str:
        if not self._team:
            self._team = str((await self._client.call("auth.test")).get("team_id") or "")
        return self._team

    async def dm(self, user: str) -> str:
        """The id of our direct channel with a person."""
        if user not in self._dms:
            answer = await self._client.call("conversations.open", users=user)
            self._dms[user] = str(answer["channel"]["id"])
        return self._dms[user]

    async def channel_id(self, name: str) -> str:
        """The id of a channel; joins a public one."""
        name = name.removeprefix("#")
        if name not in self._channels:
            async with self._listing:
                if name not in self._channels:
                    await self._look_up(name)
        return self._channels[name]

    async def _look_up(self, name: str) -> None:
        archived = False
        async for channel in self._listed():
            if name not in (channel.get("name"), channel.get("id")):
                continue
            if channel.get("is_archived"):
                archived = True
                continue
            await self._enter(channel)
            self._channels[name] = str(channel["id"])
            self._names[str(channel["id"])] = name
            return
        code = "is_archived" if archived else "channel_not_found"
        raise Permanent(WORDS[code].format(channel=f"#{name}"), code=code)

    async def _listed(self) -> Any:
        cursor = ""
        for _ in range(PAGES):
            types = "public_channel,private_channel"
            page = await self._client.call("conversations.list", types=types, limit=200, cursor=cursor or None)
            for channel in page.get("channels") or []:
                yield channel
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _enter(self, channel: Mapping[str, Any]) -> None:
        if not channel.get("is_member") and not channel.get("is_private"):
            await self._client.call("conversations.join", channel=channel["id"])
            log.info("joined channel=%s", channel["id"])

    def name_of(self, channel_id: str) -> str:
        """`#billing` for an id that we looked up, else the id."""
        name = self._names.get(channel_id)
        return f"#{name}" if name else channel_id

    def forget(self, channel_id: str) -> str:
        """Look the channel up again next time (somebody removed us, archived or renamed it); its name so far."""
        shown = self.name_of(channel_id)
        self._channels = {name: known for name, known in self._channels.items() if known != channel_id}
        return shown


def _person(user_id: str, user: Mapping[str, Any], team: str) -> Person:
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name") or user_id
    teams = (user.get("enterprise_user") or {}).get("teams") or []
    local = not user.get("is_stranger") and (not user.get("team_id") or user["team_id"] == team or team in teams)
    return Person(
        id=user_id,
        name=re.sub(r"\s+", " ", str(name)),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        local=bool(local) and not user.get("deleted"),
        bot=bool(user.get("is_bot")),
    )
