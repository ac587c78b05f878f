"""A small Slack app of the real libraries that posts cards and opens modals: what the page is tested with."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.slack_app import Bot, Json, entry, modal, plain, section

CHANNEL = "C0TRIAGE"
HOSTILE = (
    "&lt;script&gt;document.title='owned'&lt;/script&gt; &lt;!channel&gt; &lt;https://bank.example|your bank&gt; &lt;@U0BEN&gt;"
)


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": "1", **more}


def card(subject: str, state: str = "Unclaimed") -> list[Json]:
    """A card like ours: linked subject, quote, fields, actions, context."""
    question = {
        "title": plain("Not a ticket?"),
        "text": plain("It is put away."),
        "confirm": plain("Put away"),
        "deny": plain("Keep it"),
    }
    menu = {
        "type": "overflow",
        "action_id": "menu",
        "options": [{"text": plain(word), "value": word.lower()} for word in ("Up", "Down")],
    }
    return [
        section(f"<https://mail.google.com/mail/u/0/#all/none|*[Support] [High] {subject}*>\nCustomer C-214 · acme.example"),
        section("> They ask for their money back."),
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": f"*Status*\n{state}"}, {"type": "mrkdwn", "text": "*Due*\nsoon"}],
        },
        {
            "type": "actions",
            "block_id": f"act:{state}",
            "elements": [
                button("Claim", "claim", style="primary"),
                button("Edit", "edit"),
                button("Dismiss", "dismiss", confirm=question),
                menu,
            ],
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "#1042 · received just now"}]},
    ]


def review(reply: str = "Hello Ana") -> Json:
    """A modal with every kind of field that ours have."""
    tick = {"text": plain("boss@acme.example"), "value": "boss"}
    choice = [{"text": plain(word), "value": word.lower()} for word in ("Support", "Billing")]
    return modal(
        section("*Before you send*: look at the Cc."),
        entry("Reply", multiline=True, initial_value=reply),
        labelled("Assign to", "who", {"type": "users_select", "action_id": "pick"}),
        labelled("Category", "kind", {"type": "static_select", "action_id": "pick", "options": choice}),
        labelled(
            "Cc", "cc", {"type": "checkboxes", "action_id": "pick", "options": [tick], "initial_options": [tick]}, optional=True
        ),
        title="Review & send",
        callback_id="review",
    )


def labelled(label: str, block_id: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


class DeskApp:
    """Remembers what it was told: (what, by whom, detail)."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Any]] = []
        self.client: AsyncWebClient
        self._news = asyncio.Event()

    async def hears(self, *wanted: tuple[str, str, Any], timeout: float = 10) -> None:
        """Wait until it was told exactly this."""
        async with asyncio.timeout(timeout):
            while self.told != list(wanted):
                self._news.clear()
                await self._news.wait()

    def _tell(self, what: str, who: str, detail: Any) -> None:
        self.told.append((what, who, detail))
        self._news.set()

    def register(self, bot: Bot) -> None:
        bot.app.action("claim")(self._claim)
        bot.app.action("edit")(self._edit)
        bot.app.action("dismiss")(self._remember)
        bot.app.action("menu")(self._remember)
        bot.app.view("review")(self._submit)
        bot.app.command("/triage")(self._command)
        bot.app.event("message")(self._heard)

    async def post(self, subject: str, channel: str = CHANNEL, **more: Any) -> str:
        answer = await self.client.chat_postMessage(channel=channel, text=f"card: {subject}", blocks=card(subject), **more)
        return str(answer["ts"])

    async def _remember(self, ack: Any, body: Json, action: Json) -> None:
        await ack()
        chosen = action.get("selected_option") or {}
        self._tell(action["action_id"], body["user"]["id"], chosen.get("value", action.get("value")))

    async def _claim(self, ack: Any, body: Json, action: Json, client: AsyncWebClient) -> None:
        await self._remember(ack, body, action)
        where, blocks = body["container"], card("Refund", f"Claimed by <@{body['user']['id']}>")
        await client.chat_update(channel=where["channel_id"], ts=where["message_ts"], text="claimed: Refund", blocks=blocks)

    async def _edit(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=review())

    async def _submit(self, ack: Any, body: Json, view: Json) -> None:
        values = view["state"]["values"]
        if values["body"]["text"]["value"] == "no":
            await ack(response_action="errors", errors={"body": "Say a little more than that."})
            return
        self._tell("review", body["user"]["id"], values)
        await ack()

    async def _command(self, ack: Any, command: Json) -> None:
        self._tell("command", command["user_id"], command["text"])
        await ack(f"You asked for *{command['text']}*")

    async def _heard(self, ack: Any, event: Json) -> None:
        await ack()
        self._tell("message", event["user"], event["text"])
