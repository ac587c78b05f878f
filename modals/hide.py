"""Hide this: a person names a value that the masking missed. What they type stays in the modal's state and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from slack_sdk.models.blocks import Block, Option, PlainTextInputElement, StaticSelectElement

from bot.ticket import Status
from bot.values import Category, Priority
from modals import card_words, lines, more, parts
from modals.frame import Values, asked, modal, picked, read_meta, result, said, typed

CALLBACK = "ticket.hide"
VALUE = "value"
KIND = "kind"

#: placeholder kind -> words, in the order shown
KINDS = {
    "PERSON": "A name",
    "EMAIL": "An e-mail address",
    "PHONE": "A phone number",
    "ADDRESS": "A postal address",
    "ID": "A number or id of a person",
    "HIDDEN": "Something else",
}

#: How a placeholder reads on a card; somebody may paste that.
STANDS_IN = re.compile(rf"\[?(?:{'|'.join(map(re.escape, {*parts.kinds(), 'hidden'}))}) \d{{1,4}}\]?")


@dataclass(frozen=True, slots=True)
class Hiding:
    """What was asked for. `value` is personal data: it must not be printed, so it is left out of the representation."""

    ticket: UUID
    kind: str
    channel: str
    value: str = field(repr=False)


def view(ticket: UUID, number: int, channel: str) -> dict[str, Any]:
    """The modal."""
    options = [Option(value=kind, label=words) for kind, words in KINDS.items()]
    words = PlainTextInputElement(action_id="text", max_length=200, focus_on_load=True)
    hint = "Case, accents and line breaks do not matter. A first and a last name apart? Hide each of them."
    blocks: list[Block] = [
        said("It is masked on the card, in its thread, in messages about it, in the draft, and in mails that come later."),
        asked(VALUE, "What to hide", words, hint=hint),
        asked(KIND, "What it is", StaticSelectElement(action_id="kind", options=options, initial_option=options[0])),
    ]
    meta = {"t": str(ticket), "c": channel}
    return modal(CALLBACK, f"Hide on #{number}"[:24], blocks, meta=meta, submit="Hide", close="Cancel")


def parse(values: Values, metadata: str) -> Hiding:
    """What was typed; raises ValueError when the metadata or the kind is not ours."""
    meta = read_meta(metadata)
    chosen = picked(values, KIND, "kind")
    if len(chosen) != 1 or chosen[0] not in KINDS:
        raise ValueError("not one of our kinds")
    return Hiding(UUID(str(meta.get("t"))), chosen[0], str(meta.get("c", "")), typed(values, VALUE, "text"))


def done(places: int) -> dict[str, Any]:
    """The modal afterwards; what was typed is gone from it."""
    if not places:
        return result("Hidden", "It stood nowhere on this ticket. Mails that come later will have it masked.")
    return result("Hidden", f"Masked in {parts.plural(places, 'place')}. Slack shows it so in a moment.")


_COMMON = """the and for you your our are not was were with from this that have has had but can could would all any who what when
where why how yes please thanks thank hello hi dear regards kind best order invoice number account http https www com mailto"""


def _words() -> frozenset[str]:
    texts = [*Category, *Priority, *Status, *parts.kinds(), *card_words.languages(), *lines.sayings()]
    texts += [text for act in more.ACTS.values() for text in act]
    texts += [
        card_words.UNREADABLE,
        card_words.SEND_TWICE,
        "Slack Gmail Triage customer unknown sender due received mail draft",
        _COMMON,
    ]
    return frozenset(word for text in texts for word in re.findall(r"\w+", text.lower()) if not word.isdecimal())


#: Words that Triage itself writes on cards and in messages: a card without them says nothing.
OUR_WORDS = _words()
