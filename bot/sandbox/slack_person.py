"""The pretend Slack through the eyes of a person: cards, modals, whispers; made so that tests read like stories."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox import slack_text, slack_values
from bot.sandbox.slack_acts import Acts, ClickResult
from bot.sandbox.slack_state import Blocks, Json, Message, View, Workspace


@dataclass(slots=True)
class Card:
    """A message of the bot; what it shows is looked up anew each time."""

    workspace: Workspace
    acts: Acts
    message: Message
    blocks: Blocks | None = None  # set on a screen that no longer redraws

    @property
    def ts(self) -> str:
        return self.message.ts

    @property
    def channel(self) -> str:
        return self.workspace.channels[self.message.channel].name

    @property
    def text(self) -> str:
        return slack_text.readable(self.workspace, self.message.text)

    @property
    def shown(self) -> Blocks:
        return self.message.blocks if self.blocks is None else self.blocks

    @property
    def blocks_text(self) -> str:
        return slack_text.blocks_text(self.workspace, self.shown)

    @property
    def buttons(self) -> list[str]:
        return slack_text.labels(self.workspace, self.shown)

    @property
    def gone(self) -> bool:
        return self.message not in self.workspace.messages

    def thread(self) -> list[str]:
        replies = self.workspace.replies(self.message.channel, self.ts)
        return [slack_text.seen(self.workspace, reply) for reply in replies if reply.ephemeral_to is None]

    def frozen(self) -> Card:
        """The card as it stands on a screen that does not redraw: a click there uses old buttons."""
        return Card(self.workspace, self.acts, self.message, self.message.blocks)

    async def click(self, label: str, by: str) -> ClickResult:
        """Press a button, or choose from an overflow menu, by its label or action id. Confirmations are confirmed."""
        block_id, element, chosen = find(self.workspace, self.shown, label)
        return await self.acts.click_message(self.workspace.person(by).id, self.message, block_id, element, chosen)

    async def until(self, true: Callable[[Card], object], timeout: float = 15) -> Card:
        await self.workspace.changes.until(lambda: true(self), timeout, lambda: f"the card to change; it shows:\n{self}")
        return self

    def __str__(self) -> str:
        return f"#{self.channel} {self.ts}\n{self.blocks_text or self.text}\nbuttons: {self.buttons}"


def find(workspace: Workspace, blocks: Blocks, label: str) -> tuple[str, Json, Json]:
    """Block id, element and choice behind a label or an action id."""
    for block_id, element, name, chosen in slack_text.handles(workspace, blocks):
        if label in (name, element["action_id"]):
            return block_id, element, chosen
    raise LookupError(f"no button {label!r}; there are {slack_text.labels(workspace, blocks)}")


@dataclass(slots=True)
class Modal:
    """An open view of one person."""

    workspace: Workspace
    acts: Acts
    view: View

    @property
    def open(self) -> bool:
        return self.view.id in self.workspace.views

    @property
    def title(self) -> str:
        return str(self.view.body["title"]["text"])

    @property
    def text(self) -> str:
        return slack_text.blocks_text(self.workspace, self.view.blocks)

    @property
    def buttons(self) -> list[str]:
        return slack_text.labels(self.workspace, self.view.blocks)

    @property
    def submit_label(self) -> str:
        return str((self.view.body.get("submit") or {}).get("text", ""))

    @property
    def fields(self) -> dict[str, Any]:
        """Label -> what stands in it: text, the label of the option, ids of people, or a list of these."""
        return {label: readable_value(self._state(block, element)) for label, block, element in self._inputs()}

    @property
    def errors(self) -> dict[str, str]:
        """Label -> what is wrong with it."""
        return self._labelled(self.view.errors)

    def _labelled(self, errors: dict[str, str]) -> dict[str, str]:
        names = {block["block_id"]: label for label, block, _ in self._inputs()}
        return {names.get(block_id, block_id): words for block_id, words in errors.items()}

    def _inputs(self) -> Iterator[tuple[str, Json, Json]]:
        for block in self.view.blocks:
            if block["type"] == "input":
                yield block["label"]["text"], block, block["element"]
            elif block["type"] == "section" and block.get("accessory", {}).get("type") in slack_values.STATE:
                words = block.get("text", {}).get("text", block["accessory"]["action_id"])
                yield slack_text.readable(self.workspace, words), block, block["accessory"]
            elif block["type"] == "actions":
                for element in block["elements"]:
                    if element["type"] in slack_values.STATE:
                        yield element["action_id"], block, element

    def _state(self, block: Json, element: Json) -> Json:
        state: Json = self.view.values[block["block_id"]][element["action_id"]]
        return state

    def _input(self, label: str) -> tuple[Json, Json]:
        for name, block, element in self._inputs():
            if label in (name, element["action_id"]):
                return block, element
        raise LookupError(f"no field {label!r}; there are {[name for name, _, _ in self._inputs()]}")

    def fill(self, label: str, text: str) -> None:
        block, element = self._input(label)
        key = slack_values.STATE[element["type"]][0]
        slack_values.typed(self.view.values, {block["block_id"]: {element["action_id"]: {key: text}}})
        self.workspace.changed()

    def choose(self, label: str, *choices: str) -> asyncio.Future[ClickResult]:
        """Choose options, by text or value, or people; none clears. Await it where the choice itself tells the app."""
        block, element = self._input(label)
        key = slack_values.STATE[element["type"]][0]
        chosen: list[Any] = [choice(self.workspace, element, name) for name in choices]
        value = chosen if key.endswith("s") else (chosen[0] if chosen else None)
        self._state(block, element)[key] = value
        self.workspace.changed()
        if block["type"] == "input" and not block.get("dispatch_action"):
            nothing: asyncio.Future[ClickResult] = asyncio.get_running_loop().create_future()
            nothing.set_result(ClickResult(True))
            return nothing
        work = self.acts.click_view(self.view.user, self.view, block["block_id"], element, {key: value})
        return self.acts.sockets.spawn(work)

    async def click(self, label: str) -> ClickResult:
        block_id, element, chosen = find(self.workspace, self.view.blocks, label)
        return await self.acts.click_view(self.view.user, self.view, block_id, element, chosen)

    async def submit(self, *, force: bool = False) -> dict[str, str]:
        """Press submit; label -> what is wrong. An app that did not answer is an error under the empty label."""
        result = await self.acts.submit(self.view.user, self.view, force=force)
        return {"": result.error} if result.error else self._labelled(result.errors)

    async def close(self) -> None:
        await self.acts.close(self.view)

    async def until(self, true: Callable[[Modal], object], timeout: float = 15) -> Modal:
        await self.workspace.changes.until(lambda: true(self), timeout, lambda: f"the modal to change; it shows:\n{self}")
        return self

    def __str__(self) -> str:
        return f"{self.title}\n{self.text}\nfields: {self.fields}\nbuttons: {self.buttons}\nerrors: {self.errors}"


def choice(workspace: Workspace, element: Json, name: str) -> Any:
    """The option, person or channel that a menu means by `name`."""
    if "user" in element["type"]:
        return workspace.person(name).id
    if element["type"] in ("channels_select", "conversations_select"):
        return workspace.channel(name).id
    if "picker" in element["type"]:
        return int(name) if element["type"] == "datetimepicker" else name
    options = [*element.get("options", []), *(o for group in element.get("option_groups", []) for o in group["options"])]
    for option in options:
        if name in (option["value"], slack_text.readable(workspace, option["text"]["text"])):
            return option
    raise LookupError(f"no option {name!r}; there are {[option['text']['text'] for option in options]}")


def readable_value(state: Json) -> Any:
    value = state[slack_values.STATE[state["type"]][0]]
    if isinstance(value, list):
        return [entry["text"]["text"] if isinstance(entry, dict) else entry for entry in value]
    return value["text"]["text"] if isinstance(value, dict) else value or ""
