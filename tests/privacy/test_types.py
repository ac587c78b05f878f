"""Privacy as a type: which texts may be given to Slack and to the model, held by signatures and by a list of the few callers."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields

import pytest

from bot import values
from bot.clients.llm import LanguageModel
from bot.store import mailroom
from modals import card, lines, parts
from pipeline.redact.placeholders import in_words
from tests.test_house_rules import modules

#: Fields of what is drawn in channels that are plain text: ids, numbers as words, closed sets and our own sentences.
#: Whoever adds a field that holds a customer's words has to make it Redacted; one that is ours has to be listed here.
OURS = {
    values.CardData: {
        *("ticket", "status", "owner", "category", "priority", "review_reason", "language", "customer", "domain", "source"),
        *("draft_kind", "draft_source", "draft_flags", "answered_by", "gmail_url", "channel", "risks", "why_not_one_click"),
        *("draft_author", "closed_by", "close_reason"),
    },
    values.ThreadMail: {"message", "attachments", "aside"},
    values.ThreadEvent: {"actor", "action", "to"},
    values.ReplyData: {"status", "by", "error"},
}
#: Module -> what it may hand to Slack as the words of a message: finished views of `modals`, and sentences of `handlers.errors`.
MAY_SAY = {
    "bot/board.py": {"drawn.blocks", "drawn.text"},
    "bot/board_thread.py": {"drawn.blocks", "drawn.text"},
    "bot/board_hidden.py": {"view.blocks", "view.text"},
    "bot/board_erased.py": {"drawn.blocks", "drawn.text", "view.blocks", "view.text", "left.blocks", "left.text"},
    "bot/clients/slack.py": {"[]", "text"},
    "handlers/errors.py": {"()", "text"},
    "handlers/private.py": {"said"},
}
#: Where the words stand among the arguments: position, or name.
WORDS: dict[str, tuple[int | str, ...]] = {
    "post": (1, 2),
    "update": (2, 3),
    "whisper": (2,),
    "tell": (1,),
    "send_file": ("text",),
}


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_what_a_channel_shows_is_redacted_or_ours(kind: type) -> None:
    hints = typing.get_type_hints(kind)
    plain = {field.name for field in fields(kind) if holds_text(hints[field.name])}
    assert plain == OURS[kind]


def holds_text(hint: object) -> bool:
    """Whether plain text can stand in a field of this type."""
    return hint is str or any(holds_text(part) for part in typing.get_args(hint))


def test_the_model_is_asked_with_redacted_text_only() -> None:
    hints = typing.get_type_hints(LanguageModel.ask)
    assert hints["user"] is values.Redacted
    calls = [call for _, tree, _ in modules("bot", "pipeline", "handlers") for call in called(tree, "ask")]
    assert calls
    assert all(isinstance(word.value, str) for call in calls for word in ast.walk(call) if isinstance(word, ast.Constant))


def test_customers_words_are_drawn_from_redacted_values_only() -> None:
    functions: tuple[Callable[..., object], ...] = (parts.in_words, parts.title_text, in_words)
    for function in functions:
        first = next(iter(inspect.signature(function, eval_str=True).parameters.values()))
        assert first.annotation is values.Redacted, function.__name__
    takes: dict[Callable[..., object], type] = {card.card: values.CardData, lines.draft: values.CardData}
    takes |= {lines.mail: values.ThreadMail, lines.event: values.ThreadEvent}
    for draw, kind in takes.items():
        assert next(iter(inspect.signature(draw, eval_str=True).parameters.values())).annotation is kind
    assert typing.get_type_hints(mailroom.text)["return"] is values.Redacted


def test_only_these_modules_speak_in_slack_and_only_so() -> None:
    said: dict[str, set[str]] = {}
    for path, tree, _ in modules("bot", "handlers", "pipeline", "modals"):
        if path.startswith("bot/sandbox/"):
            continue
        for name, places in WORDS.items():
            for call in called(tree, name):
                if speaks(call):
                    said.setdefault(path, set()).update(words(call, places))
    assert {path: texts - MAY_SAY.get(path, set()) for path, texts in said.items() if texts - MAY_SAY.get(path, set())} == {}


def called(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    """The calls of a method of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


def speaks(call: ast.Call) -> bool:
    """Whether the method is the Slack client's: called on something named so, or by the client on itself."""
    assert isinstance(call.func, ast.Attribute)
    owner = ast.unparse(call.func.value)
    return owner.split(".")[-1] in ("slack", "_slack") or (owner == "self" and call.func.attr == "post")


def words(call: ast.Call, places: tuple[int | str, ...]) -> Iterator[str]:
    """The expressions that become the message's words."""
    named = {word.arg: ast.unparse(word.value) for word in call.keywords}
    for place in places:
        if isinstance(place, str):
            yield named[place]
        elif place < len(call.args):
            yield ast.unparse(call.args[place])
