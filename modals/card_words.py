"""The words on a card: states, people, reasons and facts as sentences. Pure; every foreign text in them is escaped."""

from __future__ import annotations

from bot.ticket import ReplyStatus, Status
from bot.values import CardData, DraftKind, Redacted
from modals import parts

LOW_CONFIDENCE = 0.6
TEXT = 3_500  #: Slack refuses an update whose text is longer than 4,000

UNREADABLE = "This mail could not be read; the original is behind *View original*."
SEND_TWICE = "Gmail did not say whether this reply left. Look for it in Gmail first: the customer could get it twice."

_LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_RISKS = {
    "hidden-text": "The mail hides text from its reader.",
    "injection": "The mail holds instructions that are meant for a program, not for you.",
    "spoofed-sender": "The sender may be forged.",
    "runnable-attachment": "An attachment would run a program when opened.",
}


def languages() -> tuple[str, ...]:
    """The names of all languages we know."""
    return tuple(_LANGUAGES.values())


def tags(data: CardData) -> str:
    """`[Billing] [High]`."""
    return f"[{data.category.capitalize()}] [{data.priority.capitalize()}]"


def language(code: str) -> str:
    """A language's English name; the code itself where we have none."""
    return _LANGUAGES.get(code.lower()[:2], parts.escape(code)) if code else "unknown"


def customer(data: CardData) -> str:
    """`Customer C-214 · acme.example · 3 earlier tickets`."""
    said = [f"Customer {data.customer}" if data.customer else "Unknown sender"]
    if data.domain:
        said.append(parts.escape(parts.clip(parts.one_line(data.domain), 80)))
    if data.customer:
        said.append(parts.plural(data.earlier, "earlier ticket") if data.earlier else "first ticket")
    return " · ".join(said)


def headline(data: CardData, now: str) -> str:
    """The state in words; `now` is a State of modals.card."""
    known = {
        "dismissed": "*Not a ticket*",
        "closed": _closed(data),
        "uncertain": "*Uncertain:* Gmail did not say whether the reply left. Look in Gmail, then decide.",
        "sending": _sending(data),
        "failed": f"*Not sent:* {_error(data)}",
        "waiting": f"*Waiting for the customer:* {_answered(data)}",
        "snoozed": "*Snoozed*",
        "unreadable": f"*Needs a person:* the mail could not be read · {_claim(data)}",
    }
    return known.get(now) or _open(data)


def _open(data: CardData) -> str:
    said = f"*Needs review* · {_claim(data)}" if data.needs_review else _claim(data, bold=True)
    if data.outage:
        said = f"*Outage reported* · {said}"
    if data.acknowledged_at:
        said += f" · acknowledgement sent {parts.date(data.acknowledged_at, ago=False)}"
    return said


def _claim(data: CardData, *, bold: bool = False) -> str:
    mark = "*" if bold else ""
    if not data.owner:
        return f"{mark}Unclaimed{mark}"
    since = f" {parts.date(data.claimed_at, ago=False)}" if data.claimed_at else ""
    return f"{mark}Claimed by {parts.person(data.owner)}{mark}{since}"


def _sending(data: CardData) -> str:
    kind = "acknowledgement" if data.draft_kind == DraftKind.ACKNOWLEDGEMENT else "reply"
    by = f", approved by {parts.person(data.reply.by)}" if data.reply and data.reply.by else ""
    return f"*Sending the {kind}*{by}"


def _error(data: CardData) -> str:
    error = data.reply.error if data.reply else ""
    return parts.escape(parts.clip(parts.one_line(error), 300)) or "Gmail refused the reply. Edit it or try again."


def _answered(data: CardData) -> str:
    at = f" {parts.date(data.answered_at, ago=False)}" if data.answered_at else ""
    if data.answered_by == "gmail":
        return f"a colleague answered from Gmail itself{at}"
    by = data.answered_by or (data.reply.by if data.reply else "")
    return f"answered by {parts.person(by)}{at}" if by else f"answered{at}"


def _closed(data: CardData) -> str:
    by = f" by {parts.person(data.closed_by)}" if data.closed_by else ""
    at = f" {parts.date(data.closed_at, ago=False)}" if data.closed_at else ""
    why = f": {parts.escape(parts.clip(parts.one_line(data.close_reason), 200))}" if data.close_reason else ""
    return f"*Closed{by}*{at}{why}"


def draft_source(data: CardData) -> str:
    """Who or what wrote the draft."""
    if data.draft_author:
        return f"written by {parts.person(data.draft_author)}"
    return source(data.draft_source)


def source(name: str) -> str:
    """A draft's or a classification's source in words."""
    kind, _, rest = name.partition(":")
    if kind == "template":
        return f"from the template “{parts.escape(parts.clip(rest or 'default', 60))}”, no model"
    if kind in ("recorded", "recorded-answers"):
        return "a recorded answer of the sandbox, no model"
    return f"by the model {parts.escape(parts.clip(name, 60))}" if name else "source unknown"


def what_approve_does(data: CardData, *, whole: bool, at_once: bool) -> str:
    """One line on what the button will do, so that nobody is surprised."""
    if data.draft_kind == DraftKind.ACKNOWLEDGEMENT:
        tail = "It only says that we read the mail; the ticket stays open."
    else:
        tail = "" if whole else "This is its beginning; the whole draft is in the thread."
    does = "Approve & Send sends exactly this." if at_once else "Approve & Send opens the review first."
    return parts.escape(f"{does} {tail}".strip())


def reasons(data: CardData) -> tuple[str, ...]:
    """Why somebody should look closely: plain sentences, each once."""
    review = (data.review_reason or "The classification is unsure.",) if data.needs_review else ()
    risks = tuple(_RISKS.get(risk, f"The mail was marked: {risk.replace('-', ' ')}.") for risk in data.risks)
    flags = (*data.draft_flags, *data.why_not_one_click) if data.draft and not data.draft_retired else ()
    return tuple(dict.fromkeys((*review, *risks, *flags)))


def facts(data: CardData) -> tuple[tuple[str, str], ...]:
    """The four fields."""
    who = parts.person(data.owner) if data.owner else "nobody yet"
    unsure = data.readable and (data.confidence < LOW_CONFIDENCE or data.needs_review)
    sure = f" ({round(data.confidence * 100)} % sure)" if unsure else ""
    due = parts.date(data.due_at) if data.due_at and data.status == Status.OPEN else "nothing due"
    return (
        ("Status and owner", f"{data.status.capitalize()} · {who}"),
        ("Due", due),
        ("Category", f"{data.category.capitalize()}{sure}"),
        ("Language", language(data.language)),
    )


def sentence(data: CardData, said: str) -> str:
    """The whole card as one sentence, for phones and screen readers."""
    who = f"from {customer(data)[0].lower()}{customer(data)[1:]}".replace(" · ", ", ")
    said = said.replace("*", "").replace(" · ", ", ").rstrip(".")
    subject = parts.title_text(data.subject, 140) or "(no subject)"
    clauses = [f"{said}{';' if ':' in said else ':'} {tags(data)} {subject}", who]
    if data.due_at and data.status == Status.OPEN:
        clauses.append(f"due {parts.date(data.due_at)}")
    clauses.append(f"ticket #{data.number}")
    tail = _gist(data)
    return _cut(", ".join(clauses) + (f"; {tail}" if tail else ""))


def _gist(data: CardData) -> str:
    """Summary, asks and what there is to send, as the end of the sentence."""
    if data.status in (Status.CLOSED, Status.DISMISSED):
        return ""
    if not data.readable:
        return "this mail could not be read; the original is behind View original"
    said = [_plain(data.summary, 320)] if data.summary else []
    if len(data.asks) > 1:
        said.append("they ask: " + ", ".join(_plain(ask, 160) for ask in data.asks[:5]))
    sent = data.reply is not None and data.reply.status == ReplyStatus.SENT and data.reply.revision >= data.draft_revision
    if data.draft and not data.draft_retired and not sent:
        kind = "acknowledgement" if data.draft_kind == DraftKind.ACKNOWLEDGEMENT else "answer"
        said.append(f"draft {kind}, {draft_source(data)}: {_plain(data.draft, 900)}")
    return "; ".join(said)


def _plain(text: Redacted, limit: int) -> str:
    return parts.escape(parts.clip(parts.one_line(parts.in_words(text)), limit)).replace("```", "'''").rstrip(".")


def _cut(text: str) -> str:
    """A last guard for Slack's limit; the limits above keep any real card well under it."""
    return text if len(text) <= TEXT else text[:TEXT].rsplit(" ", 1)[0] + "…"
