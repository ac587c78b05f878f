"""Files of the pretend Slack: a URL to send the bytes to, then the message that shares them."""

from __future__ import annotations

import mimetypes
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.slack_args import Args, Refused
from bot.sandbox.slack_chat import channel_of, thread_of
from bot.sandbox.slack_state import BOT_USER, Json, Message, Workspace

MOST_BYTES = 50 * 1024 * 1024  # Slack takes a gigabyte; nobody needs that here
NAME_CHARACTERS = 255
SECONDS = 600.0
MOST_FILES = 10  # that one call shares


@dataclass(slots=True)
class File:
    id: str
    name: str
    size: int
    expires: float
    data: bytes | None = None  # once it was sent
    title: str = ""
    shared_in: list[str] = field(default_factory=list)

    def shape(self, base_url: str) -> Json:
        kind = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        shape: Json = {"id": self.id, "name": self.name, "title": self.title or self.name, "mimetype": kind, "size": self.size}
        return {**shape, "user": BOT_USER, "mode": "hosted", "url_private": f"{base_url}/ui/file/{self.id}"}


class Files:
    """Everything that was uploaded; an upload URL is the secret by which the bytes are accepted."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.by_id: dict[str, File] = {}
        self.by_ticket: dict[str, File] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/slack/upload/{ticket}", self.receive), web.get("/ui/file/{id}", self.download)]

    def get_url(self, _workspace: Workspace, args: Args) -> Json:
        """files.getUploadURLExternal."""
        name, length = args.required("filename"), args.required("length")
        if not length.isdecimal() or not 1 <= int(length) <= MOST_BYTES:
            raise Refused("invalid_arguments", ["[ERROR] length must be the number of bytes [json-pointer:/length]"])
        if len(name) > NAME_CHARACTERS:
            raise Refused("invalid_arguments", ["[ERROR] filename is too long [json-pointer:/filename]"])
        file = File(self.workspace.fresh("F"), name, int(length), time.monotonic() + SECONDS)
        ticket = secrets.token_urlsafe(24)
        self.by_id[file.id] = self.by_ticket[ticket] = file
        return {"upload_url": f"{self.workspace.base_url}/slack/upload/{ticket}", "file_id": file.id}

    async def receive(self, request: web.Request) -> web.Response:
        """The bytes, raw or as the one part of a form; exactly as many as were announced, once, in time."""
        file = self.by_ticket.pop(request.match_info["ticket"], None)
        if file is None or time.monotonic() >= file.expires:
            return web.Response(status=404, text="no such upload")
        data = await _body(request)
        if len(data) != file.size:
            return web.Response(status=400, text=f"expected {file.size} bytes")
        file.data = data
        return web.Response(text=f"OK - {len(data)}")

    def complete(self, workspace: Workspace, args: Args) -> Json:
        """files.completeUploadExternal: one message of the bot with the files."""
        listed: Any = args.parsed("files", list, "invalid_arguments")
        if not listed or len(listed) > MOST_FILES or not all(isinstance(one, dict) and "id" in one for one in listed):
            raise Refused("invalid_arguments", ["[ERROR] must be an array of objects with an id [json-pointer:/files]"])
        found = [self._uploaded(str(one["id"])) for one in listed]
        for file, one in zip(found, listed, strict=True):
            file.title = str(one.get("title") or "")
        if args.has("channel_id"):
            self._share(workspace, Args({**args.given, "channel": args.text("channel_id")}), found)
        return {"files": [file.shape(workspace.base_url) for file in found]}

    def _uploaded(self, file_id: str) -> File:
        file = self.by_id.get(file_id)
        if file is None or file.data is None or file.shared_in:
            raise Refused("file_not_found")
        return file

    def _share(self, workspace: Workspace, args: Args, files: list[File]) -> None:
        channel = channel_of(workspace, args)
        message = Message(channel.id, workspace.timestamp(), BOT_USER, args.text("initial_comment"), [], bot=True)
        message.thread_ts = thread_of(workspace, args, channel)
        message.files = [file.shape(workspace.base_url) for file in files]
        for file in files:
            file.shared_in.append(channel.id)
        workspace.post(message)

    async def download(self, request: web.Request) -> web.Response:
        """A file for somebody who can read a message that shares it; never shown in the page, always saved."""
        file = self.by_id.get(request.match_info["id"])
        try:
            person = self.workspace.person(request.query.get("user", ""))
        except LookupError:
            person = None
        if file is None or file.data is None or person is None or not self._readable(file.id, person.id):
            return web.Response(status=404, text="not here")
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        return web.Response(body=file.data, content_type="application/octet-stream", headers=headers)

    def _readable(self, file_id: str, user: str) -> bool:
        sharing = (m for m in self.workspace.messages if any(shared["id"] == file_id for shared in m.files))
        return any(user in self.workspace.channels[m.channel].members for m in sharing)


async def _body(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return bytes(part.file.read())
    return b""
