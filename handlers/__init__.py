"""What a person does: one module per Slack feature, each with `register(app, floor)`."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.board import Board
from bot.clients.slack import SlackClient
from bot.desk import Desk
from handlers import assign, claim, close, command, look, private, reply, unknown
from handlers.guard import Floor


def register_all(app: AsyncApp, desk: Desk, board: Board, slack: SlackClient) -> Floor:
    """Register every listener, the catch-alls last. Await the result's `drain()` before the clients are closed."""
    floor = Floor(desk, board, slack)
    unknown.register_middleware(app)
    for feature in (claim, assign, close, reply, look, private, command, unknown):
        feature.register(app, floor)
    return floor
