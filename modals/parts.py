"""The small pieces every view is made of: escaped text, quotes, dates, people, buttons. Nothing here knows a ticket's state."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.values import Redacted

Block = dict[str, Any]

QUOTE_LINES = 40  #: a quote never fills a screen

_LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]{1,30})_(\d{1,4})>")
_NO_BREAK = re.compile(r"\s+")
#: Characters that reorder or hide what a person reads; a subject that uses them to look like something else must not.
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\ufeff")
#: In Slack's mark-up these close a bold title or split a link; there is no escape for them, so look-alikes stand in.
_IN_TITLE = str.maketrans({"*": "∗", "|": "¦", "`": "ˋ", "~": "∼"})
_KINDS = {
    "PERSON": "person",
    "EMAIL": "e-mail address",
    "PHONE": "phone number",
    "CARD": "card number",
    "IBAN": "bank account",
    "ACCOUNT": "bank account number",
    "ID": "personal id",
    "LINK": "private link",
    "ADDRESS": "postal address",
    "BIRTHDATE": "date of birth",
    "IP": "IP address",
    "HIDDEN": "hidden",
}


def kinds() -> tuple[str, ...]:
    """The words for the kinds of placeholders."""
    return tuple(_KINDS.values())


def clean(text: str) -> str:
    """`text` without control and direction characters, every line end a newline."""
    text = _LINE_ENDS.sub("\n", text)
    return "".join(c for c in text if c in "\n\t" or (c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs")))


def escape(text: str) -> str:
    """`text` so that Slack shows it and never reads it: no mention, link, channel or date can come out of it."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """`text` cut at a word so that its escaped form has at most `limit` characters; "…" tells that something is missing."""
    if fits(text, limit):
        return clean(text)
    text = clean(text[: limit * 4])  # a mail may have megabytes, a card never shows them
    size, end = 1, 0
    for character in text:
        size += len(escape(character))
        if size > limit:
            break
        end += 1
    head = text[:end]
    word = max(head.rfind(" "), head.rfind("\n"))
    return (head[:word] if word > end * 2 // 3 else head).rstrip() + "…"


def fits(text: str, limit: int) -> bool:
    """Whether `text` can be shown whole within `limit` escaped characters."""
    return len(text) <= limit * 4 and len(escape(text)) <= limit


def fits_quote(text: str, limit: int) -> bool:
    """Whether `quote` would show all of `text`."""
    return fits(text.strip(), limit) and len(_quotable(text)) <= QUOTE_LINES


def one_line(text: str) -> str:
    """`text` with every run of white space as one blank."""
    return _NO_BREAK.sub(" ", clean(text)).strip()


def in_words(text: Redacted) -> str:
    """Redacted text as people read it: `<PERSON_1>` becomes `[person 1]`, an unknown kind its own name."""
    return _PLACEHOLDER.sub(lambda m: f"[{_KINDS.get(m[1], m[1].lower().replace('_', ' '))} {m[2]}]", text.text)


def title_text(text: Redacted, limit: int) -> str:
    """A customer's subject, escaped, for use inside a bold link."""
    return escape(clip(one_line(in_words(text)), limit)).translate(_IN_TITLE)


def quote(text: str, limit: int) -> str:
    """Somebody else's words as a Slack quote, escaped; a code fence in them cannot swallow what follows."""
    lines = _quotable(clip(text.strip(), limit))
    kept = lines if len(lines) <= QUOTE_LINES else [*lines[: QUOTE_LINES - 1], "…"]
    return "\n".join(f"> {escape(line)}".rstrip() for line in kept).replace("```", "'''")


def quote_all(text: str) -> str:
    """A piece of somebody else's words as a quote; the caller made it small enough for a section."""
    lines = "\n".join(f"> {escape(line)}".rstrip() for line in clean(text).split("\n"))
    return lines.replace("```", "'''")


def clipped(text: str, limit: int = 2_900) -> str:
    """Finished mark-up within a section's limit; a cut may show a broken token, so callers keep under it."""
    return text if len(text) <= limit else text[:limit].rsplit("\n", 1)[0][:limit]


def _quotable(text: str) -> list[str]:
    return re.sub(r"\n\s*\n", "\n\n", clean(text).strip()).split("\n")


def person(user: str) -> str:
    """A Slack id as a mention token; a name that is no id ("gmail", "triage") as plain words."""
    return f"<@{user}>" if re.fullmatch(r"[UW][A-Z0-9]{2,}", user) else escape(user)


def date(at: datetime, *, ago: bool = True) -> str:
    """A time in the reader's own zone; UTC for what cannot draw dates."""
    at = at.astimezone(UTC)
    pattern = "{date_short_pretty} at {time} ({ago})" if ago else "{date_short_pretty} at {time}"
    return f"<!date^{int(at.timestamp())}^{pattern}|{at:%Y-%m-%d %H:%M} UTC>"


def link(url: str, words: str) -> str:
    """`words` (escaped already) as a link, or alone when there is no usable address."""
    if not re.fullmatch(r"https?://[^\s<>|]+", url):
        return words
    return f"<{url}|{words}>"


def plural(number: int, one: str, many: str = "") -> str:
    """`3 mails`, `1 mail`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def mrkdwn(text: str) -> MarkdownTextObject:
    """Our mark-up; `verbatim` so that Slack turns no bare address, name or channel in it into a link."""
    return MarkdownTextObject(text=text, verbatim=True)


def section(text: str, block_id: str, fields: list[str] | None = None) -> Block:
    """A block of text, or of short fields side by side."""
    shown = [mrkdwn(field) for field in fields] if fields else None
    return _block(SectionBlock(text=mrkdwn(text) if text else None, fields=shown, block_id=block_id))


def context(block_id: str, *texts: str) -> Block:
    """A line of small print."""
    return _block(ContextBlock(elements=[mrkdwn(text) for text in texts], block_id=block_id))


def actions(block_id: str, *buttons: ButtonElement) -> Block:
    """A row of buttons."""
    return _block(ActionsBlock(elements=list(buttons), block_id=block_id))


def value(ticket: str, version: int, revision: int) -> str:
    """What a button carries: the ticket and what of it was on the screen."""
    return json.dumps({"t": ticket, "v": version, "r": revision}, separators=(",", ":"))


def button(
    label: str,
    action: str,
    *,
    value: str = "",
    style: str = "",
    url: str = "",
    says: str = "",
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """A button; `says` is what a screen reader reads."""
    return ButtonElement(
        text=PlainTextObject(text=label, emoji=False),
        action_id=action,
        value=value or None,
        style=style or None,
        url=url or None,
        accessibility_label=clip(says, 75) if says else None,
        confirm=confirm,
    )


def confirm(title: str, text: str, yes: str, no: str, *, danger: bool = False) -> ConfirmObject:
    """A question before something that cannot be undone; the buttons say what they do."""
    return ConfirmObject(
        title=PlainTextObject(text=title),
        text=PlainTextObject(text=text),
        confirm=PlainTextObject(text=yes),
        deny=PlainTextObject(text=no),
        style="danger" if danger else None,
    )


def _block(block: SectionBlock | ContextBlock | ActionsBlock) -> Block:
    made: Block = block.to_dict()
    return made
