"""Sets aside what no person wrote to us: bounces, automatic answers, bulk mail, spam and our own mail."""

from __future__ import annotations

import re
from typing import Literal

from bot.values import Email, Screening
from pipeline.limits import Rules
from pipeline.risks import authentication
from pipeline.spam import spam_signs

Kind = Literal["", "auto-reply", "bounce", "bulk", "spam", "ours"]

_LISTED_MORE = 2.5  #: further points that mail needs which says itself that it went to many
_DEFAULT = Rules()

_ROBOT = re.compile(
    r"(?:mailer-?daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|bounces?|bounce[+-].*|notifications?|"
    r"abuse-report)$",
    re.I,
)
_DAEMON = re.compile(r"(?:mailer-?daemon|postmaster|mail-daemon|mdaemon|mail[-.]delivery.{0,20}|mailadmin)$", re.I)
_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver|delivery (?:status|failure|has failed|notification)|returned mail|mail delivery (?:failed|system|"
    r"failure)|"
    r"failure notice|delivery error|message (?:could not be|not) delivered|non remis|nicht zugestellt|unzustellbar|"
    r"no se ha podido entregar|"
    r"mancata consegna|não entregue|onbestelbaar|niedostarcz|mail could not be delivered|delivery.{0,20}fail|"
    r"échec de (?:la )?remise|zustellung.{0,20}fehlgeschlagen|unzustellbar|entrega fallida|falha na entrega|"
    r"bezorging mislukt|nie można dostarczyć|配信不能|配信エラー|"
    r"warning.{0,10}could not send)",
    re.I,
)
_BOUNCE_TEXT = re.compile(
    r"(?:permanent (?:fatal )?errors|could not be delivered|delivery to the following recipients? (?:has )?failed|"
    r"user unknown|"
    r"mailbox (?:is )?(?:full|unavailable)|unable to deliver|recipient address rejected|550[ -]5\.\d\.\d|"
    r"status: [45]\.\d+\.\d+|"
    r"undeliverable|not be delivered|mailbox is full|konnte nicht zugestellt|n'a pas (?:pu|été) (?:être )?(?:remis|distribué)|"
    r"no (?:se )?pudo (?:ser )?entrega|"
    r"non è stato (?:possibile )?(?:recapita|consegna)|não (?:pôde|foi) (?:ser )?entregue|kon niet worden (?:bezorgd|afgeleverd)|"
    r"nie (?:mogła|została|można) (?:zostać )?dostarcz|配信できません|over (?:their |its )?quota|smtp error|host unknown|"
    r"error is permanent|"
    r"each of the following recipients was rejected|following recipients? (?:was|were) not|could not send)",
    re.I,
)
_AWAY = re.compile(
    r"(?:automatic(?:ally)? (?:reply|response|generated)|auto(?:matic)?[- ]?(?:reply|response|responder)|autoreply|"
    r"out of (?:the )?office|"
    r"(?:aut|abs)wesend|vakantie|urlaubsabwesenheit|en vacances|de vacaciones|estou de férias|in ferie|"
    r"^(?:auto|ooo)\s*[:：]|nieobecność|"
    r"on vacation|on leave until|abwesenheit|automatische antwort|autom\. antwort|nicht im büro|réponse automatique|"
    r"absence du bureau|absent du bureau|"
    r"respuesta automática|fuera de la oficina|resposta automática|ausência temporária|fora do escritório|"
    r"risposta automatica|"
    r"fuori sede|"
    r"fuori ufficio|automatisch antwoord|afwezig|odpowiedź automatyczna|autoodpowiedź|poza biurem|autosvar|自動応答|自動返信|"
    r"不在通知)",
    re.I,
)
_BULK_PRECEDENCE = frozenset({"bulk", "list", "junk"})


def screen(email: Email, ours: frozenset[str], labels: frozenset[str], rules: Rules = _DEFAULT) -> Screening:
    """Whether people need to see `email`, with the reason in our words; `labels` are Gmail's label ids of the message."""
    kind, reason = _kind(email, ours, labels, rules)
    return Screening(kind, reason, answerable=not kind and not _unanswerable(email, ours, rules.authority))


def listed(email: Email, entries: tuple[str, ...]) -> bool:
    """Whether the sender's address, its domain or a domain above it stands in `entries`."""
    if email.sender is None:
        return False
    address = email.sender.email
    domain = address.rpartition("@")[2]
    return any(entry in (address, domain) or domain.endswith(f".{entry}") for entry in entries)


def _kind(email: Email, ours: frozenset[str], labels: frozenset[str], rules: Rules) -> tuple[Kind, str]:
    headers = email.headers
    if headers.get("x-triage-loop") or headers.get("x-triage-reply-id"):
        return "ours", "it is a mail that we sent ourselves"
    if email.sender and email.sender.email in ours and not (email.reply_to and email.reply_to.email not in ours):
        return "ours", "it was sent from our own address"
    if reason := _bounce(email):
        return "bounce", reason
    if reason := _automatic(email):
        return "auto-reply", reason
    if listed(email, rules.block):
        return "spam", "its sender is on the block list"
    if listed(email, rules.allow) and authentication(email, rules.authority) != "fail":
        return "", ""
    if "SPAM" in labels or headers.get("x-spam-flag", "").lower().startswith("yes"):
        return "spam", "the mail provider marked it as spam"
    points, signs = spam_signs(email, ours)
    bulk = _bulk(email, ours)
    if points >= rules.spam_points + (_LISTED_MORE if bulk else 0):
        return "spam", "it looks like spam: " + ", ".join(dict.fromkeys(signs[:4]))
    return ("bulk", bulk) if bulk else ("", "")


def _bounce(email: Email) -> str:
    kind = email.headers.get("content-type", "")
    local = email.sender.email.split("@")[0] if email.sender else ""
    if "report-type=feedback-report" in kind:
        return "it is a complaint report from a mail provider"
    if "multipart/report" in kind and "disposition-notification" in kind:
        return "it is a read receipt"
    if "multipart/report" in kind and "delivery-status" in kind:
        return "it is a delivery failure report"
    if email.headers.get("x-failed-recipients"):
        return "it reports an address that failed"
    if email.headers.get("returned-ids") and email.headers.get("return-path") == "<>" and _BOUNCE_TEXT.search(email.text[:6000]):
        return "it is a delivery failure report"
    daemon = bool(_DAEMON.match(local)) or (not email.sender and email.headers.get("return-path") == "<>")
    subject, text = bool(_BOUNCE_SUBJECT.search(email.subject)), bool(_BOUNCE_TEXT.search(email.text[:6000]))
    if daemon and (subject or text):
        return "it is a delivery failure report"
    empty_path = email.headers.get("return-path") == "<>"
    if subject and text and (empty_path or any(a.type == "message/delivery-status" for a in email.attachments)):
        return "it is a delivery failure report"
    if any(a.type == "message/delivery-status" for a in email.attachments):
        return "it is a delivery failure report"
    return "it is a delivery failure report" if subject and text and email.text.count("@") and _reportlike(email) else ""


def _reportlike(email: Email) -> bool:
    """A failure report without the standard's form: a daemon's words and the returned headers in the text."""
    return bool(
        re.search(
            r"^(?:received|return-path|message-id|diagnostic-code|final-recipient|<[^<>\s]+>:)", email.text[:20000], re.I | re.M
        )
    )


def _automatic(email: Email) -> str:
    headers = email.headers
    submitted = headers.get("auto-submitted", "").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"its headers say that a machine sent it ({'auto-replied' if 'repl' in submitted else 'auto-generated'})"
    if (
        headers.get("precedence", "").strip().lower() == "auto_reply"
        or headers.get("x-autoreply")
        or headers.get("x-autorespond")
        or headers.get("x-autogenerated")
        or headers.get("x-vacation")
        or headers.get("x-ms-exchange-inbox-rules-loop")
    ):
        return "its headers say that it is an automatic answer"
    if headers.get("x-cron-env"):
        return "its headers say that a machine sent it (auto-generated)"
    if _AWAY.search(email.subject[:200]):
        return "its subject says that it is an automatic answer"
    if headers.get("return-path") == "<>" and _AWAY.search(email.text[:400]):
        return "it is an automatic answer with an empty return path"
    return ""


def _bulk(email: Email, ours: frozenset[str]) -> str:
    headers = email.headers
    lists = " ".join(
        headers.get(name, "")
        for name in ("list-id", "list-post", "list-owner", "mailing-list", "x-mailing-list", "list-unsubscribe", "x-loop")
    ).lower()
    # A support address that is itself a group gets list headers on every customer's mail.
    through_our_group = any(address in lists or address.replace("@", ".") in lists for address in ours)
    if through_our_group:
        return ""
    if any(headers.get(name) for name in ("list-id", "list-post", "mailing-list", "x-mailing-list")):
        return "it came through a mailing list"
    if headers.get("list-unsubscribe"):
        return "it is a newsletter with an unsubscribe header"
    if headers.get("precedence", "").strip().lower() in _BULK_PRECEDENCE:
        return "its headers say that it is bulk mail"
    if any(headers.get(name) for name in ("feedback-id", "x-campaign-id", "x-campaignid", "x-mc-user")):
        return "it was sent by a mailing campaign"
    return ""


def _unanswerable(email: Email, ours: frozenset[str], authority: str) -> bool:
    """RFC 3834 and practice: whether an automatic answer to this mail is forbidden."""
    headers = email.headers
    if email.sender is None or _ROBOT.match(email.sender.email.split("@")[0]) or email.sender.email in ours:
        return True
    if "multipart/report" in headers.get("content-type", "") or any(a.type == "text/calendar" for a in email.attachments):
        return True
    if authentication(email, authority) == "fail":
        return True
    if headers.get("return-path") == "<>" or any(
        headers.get(n) for n in ("x-loop", "x-autoreply", "x-autorespond", "feedback-id", "list-id")
    ):
        return True
    suppress = {word.strip().lower() for word in headers.get("x-auto-response-suppress", "").split(",")}
    if suppress & {"all", "oof", "autoreply", "dr", "rn", "nrn"} or headers.get("precedence", "").strip():
        return True
    addressed = {address.email for address in (*email.to, *email.cc)}
    return bool(ours) and not (addressed & ours)
