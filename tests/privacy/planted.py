"""Personal data that was made up for this test: none of it is in the redactor's lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime

from bot.store.models import now

MAILBOX = "support@larkspur.example"


@dataclass
class Letter:
    """One mail with what is personal in it. `headers`: never shown anywhere, whatever the redactor does."""

    subject: str
    text: str
    sender: str
    cc: str = ""
    attachment: str = ""
    planted: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        """The mail as it arrives."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, f"Larkspur help <{MAILBOX}>", self.subject
        mail["Date"], mail["Message-ID"] = format_datetime(now()), f"<{abs(hash(self.subject))}@mail.example>"
        if self.cc:
            mail["Cc"] = self.cc
        for name, value in self.extra.items():
            mail[name] = value
        mail.set_content(self.text)
        if self.attachment:
            mail.add_attachment(b"%PDF-1.7 test", maintype="application", subtype="pdf", filename=self.attachment)
        return mail.as_bytes()


BROKEN_SENSOR = Letter(
    subject="Sensor of Yxolda Merriwhistle is dead, order LS-20418",
    text="""Hello,

this is Yxolda Merriwhistle. The basil sensor from order LS-20418 stopped. Please call me on +44 20 7946 0831 or write to
yxolda.private@merriwhistle-mill.example. My colleague Ptolomea Drosskwarn knows more; friends call me
wibbleton, and I am yx.merri77 on every messenger.

I paid from DE02 1203 0000 0000 2020 51 and once with 4539 1488 0343 6467; refund it there.
Send it to 14 Quillfeather Road, Nettlecombe, NC7 4QX. API key: sk_live_9aQz81mWpTr47LkVbXy2Rd

Kind regards
Yxolda Merriwhistle

On Tue, 17 Nov 2026 at 09:12, Uwimbi Vandrosskelen <uwimbi@vandrosskelen.example> wrote:
> Yxolda, ask them. My number is +49 30 23125 417.
> Uwimbi Vandrosskelen
""",
    sender="Yxolda Merriwhistle <yxolda@merriwhistle-mill.example>",
    cc="Jorvunn Plettengast <jorvunn@plettengast.example>",
    attachment="Merriwhistle-passport-X4471902.pdf",
    planted=(
        *("Yxolda Merriwhistle", "+44 20 7946 0831", "yxolda.private@merriwhistle-mill.example", "Ptolomea Drosskwarn"),
        *("wibbleton", "yx.merri77"),  # what a redactor may well miss
        *("DE02 1203 0000 0000 2020 51", "4539 1488 0343 6467", "14 Quillfeather Road", "sk_live_9aQz81mWpTr47LkVbXy2Rd"),
        *("Uwimbi Vandrosskelen", "uwimbi@vandrosskelen.example", "+49 30 23125 417"),
    ),
    headers=("yxolda@merriwhistle-mill.example", "Jorvunn Plettengast", "jorvunn@plettengast.example", "X4471902"),
)
INVOICE = Letter(
    subject="Rechnung INV-3307 an Bruntje Oskarwald",
    text="""Guten Tag,

die Rechnung INV-3307 ist doppelt gebucht. Rückruf bitte unter 0151 2345 6789.

Mit freundlichen Grüßen
Bruntje Oskarwald
Tannhäherweg 17, 04317 Leipzig
""",
    sender='"Oskarwald, Bruntje" <b.oskarwald@oskarwald-gaerten.example>',
    planted=("Bruntje Oskarwald", "0151 2345 6789", "Tannhäherweg 17"),
    headers=("b.oskarwald@oskarwald-gaerten.example",),
)
NEWSLETTER = Letter(
    subject="Weekly news for Fjordana Quistelroth",
    text="Dear Fjordana Quistelroth,\n\nbig sale this week.\n\nUnsubscribe: https://news.example/u?e=fjordana@quistelroth.example\n",
    sender="News <news@news.example>",
    planted=("Fjordana Quistelroth", "fjordana@quistelroth.example"),
    extra={"List-Unsubscribe": "<https://news.example/u?e=fjordana@quistelroth.example>", "Precedence": "bulk"},
)
TYPED = {
    "edit": "Hello Yxolda Merriwhistle,\n\ncall our fitter Ghislaind Tropwenger on +44 20 7946 0777.",
    "customer": "Thank you. Please phone my sister Wilmadora Snetterquist, +44 20 7946 0999, instead.",
    "reassign": "Please ring Haldwin Crossbiter at haldwin@crossbiter.example",
    "colleague": "I told Bruntje Oskarwald and Erkentrud Malvasier (erkentrud@malvasier.example) on the phone.",
    "close": "Settled with Tessaline Borrowdrift, +44 20 7946 0555",
}
SAID = {
    "edit": ("Ghislaind Tropwenger", "+44 20 7946 0777"),
    "customer": ("Wilmadora Snetterquist", "+44 20 7946 0999"),
    "reassign": ("Haldwin Crossbiter", "haldwin@crossbiter.example"),
    "colleague": ("Erkentrud Malvasier", "erkentrud@malvasier.example"),
    "close": ("Tessaline Borrowdrift", "+44 20 7946 0555"),
}
