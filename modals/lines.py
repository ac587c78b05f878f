"""What stands in the thread under a card: the redacted mail, the draft, and every event in one line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.values import CardData, DraftKind, ThreadEvent, ThreadMail, trusted
from modals import card_words as words
from modals import parts
from modals.card import Card
from modals.parts import Block

_ESCAPED = re.compile(r"&lt;([A-Z][A-Z_]{1,30}_\d{1,4})&gt;")  #: a placeholder in finished mark-up

PIECE, PIECES = 2_200, 3  #: a mail in the thread: characters per section, and how many sections before it is cut
LINES = 10  #: event lines in one message; more are told as a number

_SAID = {
    "create": "opened this ticket from a mail",
    "claim": "claimed it",
    "release": "released it",
    "take_over": "took it over",
    "reassign": "gave it to {to}",
    "edit": "wrote a new draft",
    "approve": "approved the reply",
    "replied": "The answer left",
    "acknowledged": "The acknowledgement left",
    "send_failed": "The reply did not leave",
    "answered_elsewhere": "A colleague answered from Gmail itself",
    "customer_wrote": "The customer wrote",
    "noted": "A mail that needs nobody joined",
    "close": "closed it",
    "reopen": "reopened it",
    "dismiss": "said that this is not a ticket",
    "restore": "brought it back",
    "view_original": "looked at the original",
    "erase": "The text of this ticket and all that is personal was erased on request",
    "resign": "signed the history up to here anew",
    "open_attachment": "opened an attachment",
    "export": "exported the ticket",
    "hide": "hid something that the masking had missed",
}
#: Told as what happened, without an actor in front.
_NEWS = frozenset({"replied", "acknowledged", "send_failed", "answered_elsewhere", "customer_wrote", "noted", "erase"})


def sayings() -> tuple[str, ...]:
    """How events are told."""
    return tuple(said.replace("{to}", "") for said in _SAID.values())


def mail(found: ThreadMail, events: Sequence[ThreadEvent] = (), *, earlier: str = "") -> Card:
    """One mail of the customer with the events that belong to it; `earlier` is the address of the thread before this one."""
    title = f"*Mail of the customer* · {parts.date(found.received_at, ago=False)}"
    if found.aside:
        title += f" · needs nobody: {parts.escape(parts.clip(parts.one_line(found.aside), 120))}"
    blocks = [parts.section(title, f"mail:{found.message}"), *_mail_text(found)]
    small = [_attachments(found)] if found.attachments else []
    small += [parts.link(earlier, "Earlier mails and history")] if earlier else []
    if small:
        blocks.append(parts.context(f"mail-facts:{found.message}", *small))
    if events:
        blocks.append(parts.context(f"mail-events:{found.message}", "\n".join(_lines(events))))
    subject = parts.title_text(found.subject, 140)
    return Card(tuple(blocks), f"Mail of the customer: {subject or '(no subject)'}")


def _mail_text(found: ThreadMail) -> list[Block]:
    if not found.readable:
        return [parts.section(words.UNREADABLE, f"mail-text:{found.message}")]
    text = parts.in_words(found.text).strip()
    if not text:
        return [parts.context(f"mail-text:{found.message}", "This mail has no text.")]
    pieces, rest = split(text)
    blocks = [parts.section(parts.quote_all(piece), f"mail-text-{at}:{found.message}") for at, piece in enumerate(pieces)]
    if rest:
        left = f"{rest:,} more characters are behind *View original* (More…)."
        blocks.append(parts.context(f"mail-rest:{found.message}", left))
    return blocks


def split(text: str) -> tuple[list[str], int]:
    """Pieces of a text whose quotes each fit one section, and how many characters were left out."""
    pieces: list[str] = []
    text = parts.clean(text[: PIECE * PIECES * 4]) + text[PIECE * PIECES * 4 :]
    while text and len(pieces) < PIECES:
        end = _end(text)
        pieces.append(text[:end])
        text = text[end:].lstrip("\n")
    return pieces, len(text)


def _end(text: str) -> int:
    """Where the first piece ends: within its size as a quote, at a line or a word where possible."""
    size = 2
    for at, character in enumerate(text):
        size += 3 if character == "\n" else len(parts.escape(character)) or 1
        if size > PIECE:
            for joint in ("\n", " "):
                found = text.rfind(joint, at // 2, at)
                if found > 0:
                    return found
            return max(at, 1)
    return len(text)


def _attachments(found: ThreadMail) -> str:
    kinds = ", ".join(f"{parts.escape(parts.clip(kind, 60))} {_size(size)}" for kind, size in found.attachments[:10])
    more = len(found.attachments) - 10
    return f"{parts.plural(len(found.attachments), 'attachment')}: {kinds}" + (f" and {more} more" if more > 0 else "")


def _size(count: int) -> str:
    return f"{count} B" if count < 1_000 else f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def draft(data: CardData) -> Card | None:
    """The whole draft with who wrote it and what was flagged; None when there is none."""
    if not data.draft or data.draft_retired:
        return None
    kind = "acknowledgement" if data.draft_kind == DraftKind.ACKNOWLEDGEMENT else "answer"
    title = f"*Draft {kind}*, revision {data.draft_revision} · {words.draft_source(data)}"
    mark = f"{data.number}:{data.draft_revision}"
    pieces, rest = split(parts.in_words(data.draft).strip())
    blocks = [parts.section(title, f"draft:{mark}")]
    blocks += [parts.section(parts.quote_all(piece), f"draft-text-{at}:{mark}") for at, piece in enumerate(pieces)]
    if rest:
        blocks.append(parts.context(f"draft-rest:{mark}", f"{rest:,} more characters are behind *Edit*."))
    flags = [f"• {parts.escape(parts.clip(parts.one_line(flag), 200))}" for flag in words.reasons(data)[:8]]
    if flags:
        blocks.append(parts.section("\n".join(("*Look first:*", *flags)), f"draft-flags:{mark}"))
    return Card(tuple(blocks), f"Draft {kind} of ticket #{data.number}, {words.draft_source(data)}")


def events(found: Sequence[ThreadEvent]) -> Card:
    """Several events, one line each, as one message."""
    lines = _lines(found)
    text = "\n".join(lines)
    return Card((parts.context(f"events:{found[0].seq}-{found[-1].seq}", text),), text)


def _lines(found: Sequence[ThreadEvent]) -> list[str]:
    left = len(found) - LINES
    shown: Iterable[ThreadEvent] = found[-LINES:]
    return ([f"_{parts.plural(left, 'earlier event')}, see More… › Why_"] if left > 0 else []) + [event(one) for one in shown]


def event(found: ThreadEvent) -> str:
    """`<@U0ANA> claimed it · today at 14:05`."""
    what = _SAID.get(found.action, parts.escape(found.action.replace("_", " ")))
    what = what.format(to=parts.person(found.to) if found.to else "somebody else")
    who = "Triage" if found.actor == "triage" else parts.person(found.actor)
    said = what if found.action in _NEWS else f"{who} {what}"
    why = parts.escape(parts.clip(parts.one_line(parts.in_words(found.why)), 100))
    return f"{said}{f': {why}' if why else ''} · {parts.date(found.at, ago=False)}"


def notice(text: str, url: str) -> Card:
    """A DM or on-call line with the way to the card; `text` is finished mark-up."""
    text = _ESCAPED.sub(lambda mark: parts.in_words(trusted(f"<{mark[1]}>")), text)
    said = f"{text}\n{parts.link(url, 'Open the card')}" if url else text
    return Card((parts.section(parts.clipped(said), "notice"),), parts.clipped(said))


def erased(number: int = 0) -> Card:
    """What is left of a message about a ticket whose text was erased."""
    text = f"_The text of {f'ticket #{number}' if number else 'this message'} was erased._"
    return Card((parts.context("erased", text),), text)
