"""Mails with slots, for `triage bench redact` alone: written by somebody who had not read the rules of the redactor.

Nor was a text changed once its figures were known. Here are the English ones, and `TEXTS` with those of all languages.
"""

from __future__ import annotations

from bot.bench_redact_texts_central import CENTRAL
from bot.bench_redact_texts_romance import ROMANCE

#: (language, text). Slots: what Values of bench_redact_values draws. A digit after a slot's name is another value of that kind.
#: After a dot comes how a name is written (upper, lower, initial, reversed), or that an address has its lines (block).
ENGLISH: tuple[tuple[str, str], ...] = (
    ("en", """where is my stuff?? {order}, paid {amount} on {day}. not impressed. {first}"""),
    ("en", """STILL NOTHING. I AM {sender.upper} AND I WANT MY MONEY BACK. ORDER {order}."""),
    (
        "en",
        """hi its {first.lower} again, my sister {given.lower} says u have her old adress, she is at {address} now. \
ring her on {phone} if u cant find it. ta""",
    ),
    (
        "en",
        """Good morning,

I hope you can help with a slightly odd situation. My father-in-law, {other}, bought a {product} from you on {day} as a present
for our greenhouse. He has since moved in with us, and {given}'s old flat is let, so the replacement you announced in {ticket}
would go to strangers. Would you please send it here instead?

{address.block}

He doesn't read mail, so write to {mine} or leave a message on {phone}. The parcel that went astray had the number {tracking}.

With kind regards,
{sender}""",
    ),
    (
        "en",
        """Hello,

Please find the three people who need a seat:

1. {other}, {email}
2. {other2}
3. {double}

and remove {initial}, who retired. We pay with PO {order}; finance wants everything on {invoice}.

Thanks!
{first}""",
    ),
    (
        "en",
        """Our driver {other} waited an hour at your dock. Your Mr {surname2} (the night shift, not {staff}) told him that
{tracking} was never booked in. It was. I have the slip in front of me, dated {day}, and it says {order}.

{initial}
Operations, {company}
T {phone} | M {phone2} | {email}""",
    ),
    (
        "en",
        """---------- Forwarded message ---------
From: {other} <{email}>
Date: {day}
Subject: Fwd: your invoice {invoice}
To: {sender} <{mine}>

{first}, can you sort this out with them? I was charged {amount} twice, once on my card {card} and once by debit. My bank says
the second one came from account {account}.

{given}""",
    ),
    (
        "en",
        """Refund to: {iban}
Account holder: {other.upper}
Amount: {amount}
Reference: {invoice} / {order}
Do NOT use the card, it has been cancelled.""",
    ),
    (
        "en",
        """Hi team, since the update to {version} the {product} asks for a pairing code that nobody here has. I followed
{url} to the letter. {given} even swapped the antenna. Log says "auth failed", and the token we use is {secret}. Has it \
been revoked?

Cheers, {first}""",
    ),
    (
        "en",
        """To the data protection officer

I request, under the applicable law, a copy of everything you hold about me and about my late husband, {other}, born {birth}.
His National Insurance number was {nino}. Our address until last year: {address}. Please reply by post only.

Yours faithfully
{sender}""",
    ),
    (
        "en",
        """Tax form attached as you asked. SSN {ssn}, name as on the form: {other.reversed}. If payroll has questions they
can call {phone}. The bonus of {amount} should be paid to routing as before, account number {account}.""",
    ),
    (
        "en",
        """ORDER FORM

Qty  Product          Price
2    {product}        {amount}
1    wall bracket     {amount2}

Bill to:  {other}
          {address}
Tel:      {phone}
Email:    {email}
Card no.: {card}   Exp 09/28
Your ref: {order}""",
    ),
    (
        "en",
        """[image: logo] View in browser &nbsp;|&nbsp; {url}

Dear {first},&nbsp;

&gt; On {day}, {other} wrote:
&gt; the reset link {link} says expired, can someone send a fresh one to {email}&lt;mailto:{email}&gt;

This happened to me as well.&nbsp;&nbsp;{sender}""",
    ),
    (
        "en",
        """I spoke to three of your people: {staff}, then someone called {given2}, then a {other2} in billing. Each told me
something different about {invoice}. {other2} said I'd owe {amount}; {given2} said nothing. I would like one answer, in \
writing, please.""",
    ),
    ("en", """pls cancel {order} thx. {first.lower}, {phone}"""),
    ("en", """new phone who dis haha no seriously, my number changed from {phone} to {phone2}, update the account {mine} pls"""),
    (
        "en",
        """Dear Sir or Madam,

Re: Estate of {double}

We act for the executors, {other} and {other2}. The deceased held a subscription ({ticket}) which continued to be charged to the
card {card} until {day}. Kindly confirm the total and remit it to our client account {iban}, quoting {invoice}.

{sender}
Partner
{company}
{address.block}""",
    ),
    (
        "en",
        """Could whoever fitted our {product} last Thursday come back? I think {other} was the name on the van... tall, very
polite. He left his tool bag. We're at {address} and there's always somebody in after four. Otherwise phone my wife, {other2},
{phone}.""",
    ),
    (
        "en",
        """The courier's app shows {tracking} as "signed by {surname.upper}". There is no {surname.upper} at this address! \
{other2} next door
took nothing in either. Please open an enquiry, my case is {ticket}.

{sender}""",
    ),
    (
        "en",
        """Login details as requested so that you can have a look yourselves:

user: {mine}
password: {secret}
site: {url}

Firmware is {version}, the hub was bought on {day}.
Regards
{sender}
Facilities, {company}""",
    ),
    (
        "en",
        """Hiya! Loved the workshop. Could you pass my thanks on to {given}? And to {other2}'s little helper too. We'd like
to book another for the school: 24 kids, any day after {day}, budget about {amount}. Best to reach me at {email2} or the
school office, {phone}.

{sender}
Year 4 teacher""",
    ),
    (
        "en",
        """Our deploy script leaked a key, see the commit. Please revoke {secret} at once and send a new one to {other}
only (not to the list). Ticket on our side: {ticket}. Affected builds: {version} and {version2}.""",
    ),
    (
        "en",
        """Name*: {other.lower}
Email*: {email}
Order number: {order}
Topic: Returns
Message*: box arrived crushed, tracking {tracking}. my neighbour {given2.lower} took photos. pick up at {address} mon-fri
I agree to the terms: yes""",
    ),
    (
        "en",
        """Direct debit mandate for {company}: please change the account from {iban} to {iban2}, valid from {day}. Signed by both
directors, {other} and {double}. Questions to {initial} in accounts.""",
    ),
)

#: In all languages.
TEXTS: tuple[tuple[str, str], ...] = (*ENGLISH, *CENTRAL, *ROMANCE)
