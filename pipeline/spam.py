"""Points for the signs of spam in headers and text, each with its reason in our own words."""

from __future__ import annotations

import re

from bot.values import Email

_I = re.I

#: (points, our words, pattern): looked for in the subject and the first part of the text.
_WORDS: tuple[tuple[float, str, re.Pattern[str]], ...] = (
    (3.5, "it sells pills", re.compile(r"\b(?:viagra|cialis|levitra|xanax|phentermine|penis|erectile|"
        r"weight[- ]loss pills?)\b", _I)),
    (3.5, "it promises a fortune from a stranger", re.compile(
        r"\b(?:next of kin|inheritance fund|(?:million|thousand) (?:united states |us )?dollars|transfer (?:of )?(?:the|"
        r"this) (?:sum|fund)|"
        r"beneficiary of|lottery (?:winner|promotion)|you have won|unclaimed (?:fund|prize)|late (?:president|general|"
        r"husband)|atm card)\b", _I)),
    (2.5, "it offers search ranking", re.compile(
        r"\b(?:first page (?:of|on) google|seo (?:services?|packages?|expert)|rank(?:ing)? (?:#?1|higher) on google|"
        r"guest post|backlinks?|link[- ]building)\b", _I)),
    (2.5, "it promises easy money", re.compile(
        r"\b(?:work (?:from|at) home|be your own boss|financial (?:freedom|independence)|earn (?:up to )?\$[\d,]+|"
        r"make money (?:fast|online|now)|"
        r"(?:extra|passive) income|(?:double|triple) your (?:money|income|bitcoin)|get paid|no investment (?:needed|required)|"
        r"earn \$\d|"
        r"cash machine|"
        r"got cash|\$[\d,]{3,} (?:a|per) (?:day|week|month))", _I)),
    (2.0, "it offers credit", re.compile(
        r"\b(?:lowest (?:mortgage )?rates?|refinanc(?:e|ing)|consolidate (?:your )?debts?|pre-?approved|bad credit|"
        r"no credit check|credit repair|"
        r"mortgage (?:rates?|quote|lenders?)|life insurance|insurance rates|debt[- ]\$?(?:free|saver|relief)|(?:out of|"
        r"your) debt|quick loan|instant loan)\b", _I)),
    (2.5, "it sells adult content", re.compile(r"\b(?:xxx|porn\w*|hot (?:girls|singles|teens?)|nude|sex(?:y|"
        r"ual)? (?:pics|"
        r"video|chat|cam)s?|adults? only|webcams?)\b", _I)),
    (2.0, "it is about gambling or coins", re.compile(r"\b(?:online casino|free (?:spins|chips)|bitcoin investment|"
        r"crypto (?:trading|investment)|forex signals?)\b", _I)),
    (1.5, "it presses to act at once", re.compile(
        r"\b(?:act (?:now|today|fast|immediately)|limited[- ]time (?:offer|only)|offer (?:ends|expires)|order (?:now|"
        r"today)|"
        r"don'?t (?:delay|miss (?:out|this))|"
        r"urgent (?:reply|response|business)|while supplies last|call (?:us )?(?:now|today|anytime)|call toll[- ]free|"
        r"24 hours a day|hurry)\b", _I)),
    (1.5, "it promises something for nothing", re.compile(
        r"\b(?:100% (?:free|guaranteed|satisfaction)|absolutely free|risk[- ]free|no (?:obligation|cost to you|risk)|"
        r"money[- ]back guarantee|satisfaction guaranteed|"
        r"free (?:trial|gift|sample|quote|report|membership|access|info\w*)|completely free|at no cost)\b", _I)),
    (1.0, "it asks to click", re.compile(r"\b(?:click (?:here|below|now|on the link)|visit (?:our|the) (?:web ?site|"
        r"link) (?:below|now)|cl1ck)\b", _I)),
    (1.5, "it offers removal from its list", re.compile(
        r"\b(?:to be removed|(?:be )?removed from (?:our|this|the|future)|remove (?:me|yourself)|opt[- ]out|unsubscribe|"
        r"for removal|removal (?:instructions|requests?|from)|no longer (?:wish|want) to (?:receive|be)|this (?:is|"
        r"e?-?mail is) not spam|one[- ]time mailing|"
        r"you (?:are receiving|received) this (?:e?-?mail|message) because)\b", _I)),
    (2.5, "it sells address lists or bulk mail", re.compile(
        r"\b(?:million (?:e-?mail )?addresses|e-?mail (?:marketing|lists?|leads|addresses)|bulk e-?mail|"
        r"targeted (?:leads|"
        r"traffic|e-?mail)|database of|contact list of)\b", _I)),
    (2.0, "it wants a password confirmed", re.compile(
        r"\b(?:verify your (?:account|identity|mailbox)|account (?:will be|has been) (?:suspended|limited|closed)|"
        r"confirm your (?:password|account|billing)|"
        r"mailbox (?:quota|storage)|unusual sign[- ]?in|update your (?:payment|billing) (?:information|details) (?:now|"
        r"immediately))\b", _I)),
    (2.0, "it greets nobody", re.compile(r"\b(?:dear (?:friend|beloved|sir/madam|homeowner|valued customer|email user|"
        r"webmaster|fellow|internet user|sir or madam)|greetings to you|hello dear)\b", _I)),
    (1.5, "it sells software, watches or degrees", re.compile(r"\b(?:oem software|replica watches?|university (?:degree|"
        r"diploma)s?|growth hormone|\bhgh\b|long distance (?:rates?|calls?)|cheap (?:meds|software)|toner cartridges?|"
        r"dvd copy|(?:inkjet|printer) (?:cartridges?|supplies)|\$\d+(?:\.\d\d)? (?:a|per) month|cents (?:a|per) minute|"
        r"cable descrambler)\b", _I)),
    (1.5, "it asks for a secret deal", re.compile(r"\b(?:strictly confidential|business (?:proposal|proposition|"
        r"transaction|"
        r"relationship)|utmost (?:confidence|secrecy)|foreign (?:partner|account)|modalities)\b", _I)),
    (1.5, "it speaks of investing", re.compile(r"\b(?:investment opportunit|stock (?:alert|pick)|penny stock|"
        r"undervalued|"
        r"strong buy|huge (?:profits?|returns?)|investors?)\b", _I)),
)  # fmt: skip

_FREE_MAIL = re.compile(r"@(?:gmail|yahoo|hotmail|outlook|aol|msn|live|gmx|mail|proton|excite|lycos|netscape)\.", _I)
_IP_LINK = re.compile(r"https?://\d{1,3}(?:\.\d{1,3}){3}", _I)
_MIXED = re.compile(r"[a-z]\d|\d[a-z]|[a-z][A-Z]")
_SPACED = re.compile(
    r"\b\d(?: \d){5,}|\b\d - \d \d \d - |\b[A-Z](?: [A-Z]){5,}\b|\b(?:v[i1]agr[a@]|c[i1]al[i1]s|f\.r\.e\.e|\$\$\$)", _I
)
_SHOUT = re.compile(r"[A-Z]{3,}")
_TAIL = re.compile(r"\s{4,}\S{3,}$|[\[(]?\b[a-z]{0,3}\d{4,}[a-z]{0,4}\b[\])]?$|\w*\d{2,}\w{3,}$")


def spam_signs(email: Email, ours: frozenset[str]) -> tuple[float, tuple[str, ...]]:
    """Points and reasons; a mail that answers one of ours starts below zero."""
    points = -2.5 if email.in_reply_to or email.references else 0.0
    signs: list[str] = []
    text = f"{email.subject}\n{email.text[:8000]}"
    for weight, words, pattern in _WORDS:
        if pattern.search(text):
            points += weight * (1.4 if pattern.search(email.subject) else 1.0)
            signs.append(words)
    for weight, words in (*_header_signs(email, ours), *_form_signs(email)):
        points += weight
        signs.append(words)
    return points, tuple(signs)


def _header_signs(email: Email, ours: frozenset[str]) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    headers = email.headers
    if not headers.get("has-message-id") or not headers.get("has-date"):
        found.append((1.0, "headers are missing that every mail program writes"))
    if email.sender is None:
        found.append((1.5, "it has no valid sender"))
    elif email.reply_to and email.reply_to.email.split("@")[1] != email.sender.email.split("@")[1]:
        weight = 1.5 if _FREE_MAIL.search(email.reply_to.email) else 0.5
        found.append((weight, "answers would go to another address"))
    marks = headers.get("odd", "").split()
    if "mta-id" in marks:
        found.append((1.0, "it left its server without an id"))
    if "zone" in marks or "case" in marks:
        found.append((2.0, "its headers are written as only bulk programs write them"))
    if "undisclosed" in marks:
        found.append((1.0, "it hides to whom it went"))
    if re.match(r"[12]\b|high", headers.get("x-priority", "") or headers.get("importance", ""), _I):
        found.append((0.5, "it calls itself urgent"))
    if not email.to and not email.cc:
        found.append((1.0, "it is addressed to nobody"))
    if email.sender and re.search(r"\d{4,}|[a-z]\d[a-z]\d", email.sender.email.split("@")[0]):
        found.append((0.7, "its sender's address looks generated"))
    if re.search(r"dmarc=fail", headers.get("authentication-results", ""), _I):
        found.append((2.0, "its sender failed the provider's check"))
    return found


def _form_signs(email: Email) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    subject, text = email.subject, email.text
    letters = [char for char in subject if char.isalpha()]
    if len(letters) >= 8 and sum(char.isupper() for char in letters) > 0.7 * len(letters):
        found.append((1.5, "its subject shouts"))
    if re.search(r"!{2,}|\${2,}|^!|\bFREE\b|\$\d", subject) or subject.count("!") >= 2:
        found.append((1.0, "its subject shouts"))
    if _TAIL.search(subject):
        found.append((1.0, "its subject ends in noise"))
    if re.match(r"\W{0,3}(?:adv|advertisement)\b\s*:", subject, _I):
        found.append((4.0, "its subject says that it is advertising"))
    if email.headers.get("body") == "html":
        found.append((1.2, "it is HTML only"))
    if _IP_LINK.search(text):
        found.append((1.5, "it links to a bare number"))
    if len(_SHOUT.findall(text[:8000])) > 40 or text[:8000].count("!") > 12:
        found.append((1.0, "its text shouts"))
    last = next((line.strip() for line in reversed(text[-3000:].split("\n")) if line.strip()), "")
    if len(last) >= 14 and " " not in last and "/" not in last and len(_MIXED.findall(last)) >= 3:
        found.append((2.0, "its text ends in noise"))
    if _SPACED.search(text[:8000]):
        found.append((1.5, "it writes a number or a word so that programs do not see it"))
    if email.hidden_text:
        found.append((0.8, "it hides text"))
    if len(text.split()) < 12 and ("http" in text or email.headers.get("body") == "html"):
        found.append((1.0, "it is little more than a link or a picture"))
    return found
