"""The card of a ticket: what it says and which buttons it has, as a pure function of CardData."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slack_sdk.models.blocks import ButtonElement

from bot.ticket import REPLY_IN_FLIGHT, ReplyStatus, Status
from bot.values import CardData, DraftKind, Redacted
from modals import card_words as words
from modals import parts
from modals.parts import Block

SUBJECT, SUMMARY, ASK, ASKS, DRAFT, SENT, FLAGS = 140, 320, 160, 5, 1_500, 400, 6


@dataclass(frozen=True, slots=True)
class Card:
    """A message: its blocks, and the sentence that phones and screen readers get instead of them."""

    blocks: tuple[Block, ...]
    text: str


class State(StrEnum):
    """What a person has to know first; decides the wording and the buttons."""

    DISMISSED = "dismissed"
    CLOSED = "closed"
    UNCERTAIN = "uncertain"
    SENDING = "sending"
    FAILED = "failed"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    UNREADABLE = "unreadable"
    OPEN = "open"


def state(data: CardData) -> State:
    """The one state that the card shows: a reply on its way comes before all but the end of the ticket."""
    reply = data.reply.status if data.reply else ""
    if reply == ReplyStatus.UNCERTAIN:
        return State.UNCERTAIN
    if reply in REPLY_IN_FLIGHT:
        return State.SENDING
    if data.status in (Status.DISMISSED, Status.CLOSED, Status.WAITING, Status.SNOOZED):
        return State(data.status)
    if reply == ReplyStatus.FAILED:
        return State.FAILED
    return State.OPEN if data.readable else State.UNREADABLE


def fits(draft: Redacted) -> bool:
    """Whether the whole draft can be read on the card; if not, one click may not send it."""
    return parts.fits_quote(parts.in_words(draft), DRAFT)


def ready(data: CardData) -> bool:
    """Whether there is a draft that has not left yet and can be approved."""
    sent = data.reply is not None and data.reply.status == ReplyStatus.SENT and data.reply.revision >= data.draft_revision
    return bool(data.draft) and not data.draft_retired and not sent


def one_click(data: CardData) -> bool:
    """Whether Approve & Send on this card sends at once (PRODUCT.md, "When one click sends")."""
    return data.one_click and ready(data) and data.draft is not None and fits(data.draft)


def card(data: CardData) -> Card:
    """The live card of a ticket."""
    now = state(data)
    if data.erased:
        return _erased(data)
    short = now in (State.CLOSED, State.DISMISSED)
    blocks = [_head(data, now)]
    if not short:
        blocks += [block for block in (_said(data), _draft(data, now), _look_first(data, now), _fields(data)) if block]
    blocks += [parts.actions(f"act:{data.number}:{data.version}", *buttons(data)), _small_print(data, short)]
    return Card(tuple(blocks), words.sentence(data, words.headline(data, now)))


def _erased(data: CardData) -> Card:
    """What is left of the card of a ticket that was forgotten or archived: nothing can be done to it any more."""
    title = f"*{words.tags(data)} #{data.number}*"
    text = f"{title}\nThe text of this ticket was erased; its numbers are kept."
    return Card((parts.section(text, _id(data, "erased")),), f"Ticket #{data.number}: its text was erased")


def retired(number: int, subject: Redacted, url: str) -> Card:
    """What is left of a card when a newer one took its place: one line that leads there."""
    where = parts.link(url, "continued in the newer card")
    text = f"#{number} {parts.title_text(subject, SUBJECT)}: {where}"
    return Card((parts.context(f"retired:{number}", text),), text)


def buttons(data: CardData) -> tuple[ButtonElement, ...]:
    """The buttons that are valid now, at most four, never a dead one."""
    make = _Buttons(data)
    match state(data):
        case State.DISMISSED | State.CLOSED | State.SNOOZED:
            return make.reopen(), make.more()
        case State.SENDING:
            return (make.more(),)
        case State.UNCERTAIN:
            return make.retry(sure=False), *make.gmail(), make.more()
        case State.FAILED:
            return make.retry(sure=True), make.edit("Edit"), make.owner(), make.more()
        case State.WAITING:
            return make.close(), make.edit("Reply again"), make.more()
        case State.UNREADABLE:
            return make.owner(), make.original(), *make.gmail(), make.more()
        case _:
            return _open_buttons(data, make)


def _open_buttons(data: CardData, make: _Buttons) -> tuple[ButtonElement, ...]:
    if not ready(data):
        return make.owner(), make.edit("Write reply", primary=True), make.more()
    if data.draft_kind == DraftKind.ACKNOWLEDGEMENT:
        return make.owner(), make.edit("Write reply", primary=True), make.approve(), make.more()
    claimed = data.owner is not None
    return make.owner(primary=not claimed), make.approve(primary=claimed), make.edit("Edit"), make.more()


class _Buttons:
    """Makes the buttons of one card; each carries what was on the screen."""

    def __init__(self, data: CardData) -> None:
        self.data = data
        self.value = parts.value(data.ticket, data.version, data.draft_revision if data.draft else 0)

    def _button(self, label: str, action: str, *, primary: bool = False) -> ButtonElement:
        says = f"{label.rstrip('…')}, ticket {self.data.number}"
        return parts.button(label, action, value=self.value, style="primary" if primary else "", says=says)

    def owner(self, *, primary: bool = False) -> ButtonElement:
        if self.data.owner:
            return self._button("Reassign", "ticket.reassign")
        return self._button("Claim", "ticket.claim", primary=primary)

    def approve(self, *, primary: bool = False) -> ButtonElement:
        return self._button("Approve & Send", "ticket.approve", primary=primary)

    def edit(self, label: str, *, primary: bool = False) -> ButtonElement:
        return self._button(label, "ticket.edit", primary=primary)

    def close(self) -> ButtonElement:
        return self._button("Close", "ticket.close", primary=True)

    def reopen(self) -> ButtonElement:
        return self._button("Reopen", "ticket.reopen")

    def original(self) -> ButtonElement:
        return self._button("View original", "ticket.original", primary=True)

    def more(self) -> ButtonElement:
        return self._button("More…", "ticket.more")

    def gmail(self) -> tuple[ButtonElement, ...]:
        says = f"Open ticket {self.data.number} in Gmail"
        found = self.data.gmail_url
        return (parts.button("Open in Gmail", "ticket.open_gmail", url=found, value=self.value, says=says),) if found else ()

    def retry(self, *, sure: bool) -> ButtonElement:
        says = f"Retry, ticket {self.data.number}"
        ask = None if sure else parts.confirm("Send it again?", words.SEND_TWICE, "Send again", "Look first", danger=True)
        return parts.button("Retry", "ticket.retry", value=self.value, style="primary" if sure else "", says=says, confirm=ask)


def _id(data: CardData, part: str) -> str:
    return f"{part}:{data.number}:{data.version}"


def _head(data: CardData, now: State) -> Block:
    title = f"*{words.tags(data)} {parts.title_text(data.subject, SUBJECT) or '(no subject)'}*"
    lines = [parts.link(data.gmail_url, title), words.headline(data, now), words.customer(data)]
    return parts.section("\n".join(line for line in lines if line), _id(data, "head"))


def _said(data: CardData) -> Block | None:
    """What the customer wants: the summary as a quote, and the asks where there are several."""
    if not data.readable:
        return parts.section(words.UNREADABLE, _id(data, "said"))
    shown = [parts.quote(parts.one_line(parts.in_words(data.summary)), SUMMARY)] if data.summary else []
    if len(data.asks) > 1:
        asks = [f"> • {parts.escape(parts.clip(parts.one_line(parts.in_words(ask)), ASK))}" for ask in data.asks[:ASKS]]
        left = len(data.asks) - ASKS
        shown += ["They ask:", *asks, *([f"and {parts.plural(left, 'more ask')}, in the thread"] if left > 0 else [])]
    return parts.section("\n".join(shown), _id(data, "said")) if shown else None


def _draft(data: CardData, now: State) -> Block | None:
    """The draft with who wrote it, or what was sent; a retired draft is not shown."""
    if not data.draft or data.draft_retired:
        return None
    gone = not ready(data)
    if gone and (now is not State.WAITING or data.answered_by == "gmail"):
        return None
    kind = "acknowledgement" if data.draft_kind == DraftKind.ACKNOWLEDGEMENT else "answer"
    title = f"*The {kind} that left*" if gone else f"*Draft {kind}*"
    lines = [f"{title} · {words.draft_source(data)}", parts.quote(parts.in_words(data.draft), SENT if gone else DRAFT)]
    if now is State.OPEN:
        lines.append(words.what_approve_does(data, whole=fits(data.draft), at_once=one_click(data)))
    return parts.section("\n".join(lines), _id(data, "draft"))


def _look_first(data: CardData, now: State) -> Block | None:
    """Why a person should look closely, in words."""
    reasons = words.reasons(data) if now in (State.OPEN, State.FAILED) else ()
    if not reasons:
        return None
    lines = ["*Look first:*", *(f"• {parts.escape(parts.clip(parts.one_line(reason), 200))}" for reason in reasons[:FLAGS])]
    return parts.section("\n".join(lines), _id(data, "look"))


def _fields(data: CardData) -> Block:
    return parts.section("", _id(data, "facts"), [f"*{name}*\n{fact}" for name, fact in words.facts(data)])


def _small_print(data: CardData, short: bool) -> Block:
    said = [f"#{data.number}", f"received {parts.date(data.received_at, ago=False)}"]
    if data.follows:
        said.append(f"continues #{data.follows}")
    if data.mails > 1:
        said.append(parts.plural(data.mails, "mail"))
    if data.attachments:
        said.append(parts.plural(data.attachments, "attachment"))
    said.append("everything is in the thread" if short else "mail, draft and history are in the thread")
    return parts.context(_id(data, "foot"), " · ".join(said))
