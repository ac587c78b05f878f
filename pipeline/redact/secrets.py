"""Shapes of keys, tokens, passwords and of links that work like keys."""

from __future__ import annotations

import re

LINK = r"\b(?:https?|ftp|wss?)://[^\s<>\"'）」\])}]{4,2000}"

#: Known shapes; \b and fixed prefixes keep them cheap.
SECRETS: dict[str, str] = {
    "openai": r"\bsk-[A-Za-z0-9_-]{16,200}",
    "stripe": r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,200}",
    "github": r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})",
    "gitlab": r"\bglpat-[\w-]{15,100}",
    "slack": r"\b(?:xox[abeprs]|xapp)-[A-Za-z0-9-]{8,250}",
    "aws": r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b",
    "google": r"\b(?:AIza[\w-]{30,50}|ya29\.[\w-]{20,300})",
    "jwt": r"\beyJ[\w-]{8,2000}\.[\w-]{8,4000}(?:\.[\w-]{0,2000})?",
    "vendors": r"\b(?:sk-ant-[\w-]{20,200}|whsec_[A-Za-z0-9+/=]{16,100}|dckr_pat_[\w-]{20,60}|pypi-[\w-]{40,250}|"
    r"sq0(?:atp|csp)-[\w-]{20,60}|EAAA[\w-]{40,100}|AC[a-f0-9]{32}\b|key-[a-f0-9]{32}\b|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|ntn_[A-Za-z0-9]{30,60}|secret_[A-Za-z0-9]{30,60}|"
    r"lin_api_[A-Za-z0-9]{30,60}|shp(?:ca|pa|ss)_[a-fA-F0-9]{20,60}|figd_[\w-]{30,60}|glsa_[A-Za-z0-9_]{30,60}|AIza[\w-]{30,50}|"
    r"xkeysib-[a-f0-9]{40,80}-\w{10,30}|r8_[A-Za-z0-9]{30,50}|gsk_[A-Za-z0-9]{30,80}|pk\.eyJ[\w.-]{40,300}|GOCSPX-[\w-]{20,40}|"
    r"(?:ATATT|ATCTT)[\w=-]{30,250}|xai-[A-Za-z0-9]{30,100}|do[opr]_v1_[a-f0-9]{40,80}|rubygems_[a-f0-9]{40,60}|hvs\.[\w-]{20,120})",
    "webhook": r"\bhttps://(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks|[\w.-]{1,60}\.webhook\.office\.com)/[\w/@.-]{10,250}",
    "connection": r"\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?|smtps?)://[^\s:@/]{1,80}:[^\s@]{1,200}@[^\s]{3,200}",
    "others": r"\b(?:hf_[A-Za-z0-9]{20,80}|npm_[A-Za-z0-9]{20,80}|SG\.[\w-]{10,60}\.[\w-]{10,80}|dop_v1_[a-f0-9]{40,80}|"
    r"shpat_[a-f0-9]{20,60})",
    "private key": r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
    "bearer": r"(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{12,2000}",
    "mixed": r"(?<![\w/+=-])(?=[A-Za-z0-9+/_-]{0,200}\d)"
    r"(?=[A-Za-z0-9+/_-]{0,200}[a-z])(?=[A-Za-z0-9+/_-]{0,200}[A-Z])[A-Za-z0-9+/_]{32,400}={0,2}(?![\w/+=-])",
    "password": r"(?<![\w/.@&=?#-])(?=[^\s\d]{0,40}\d)(?=[^\sa-z]{0,40}[a-z])(?=[^\sA-Z]{0,40}[A-Z])(?=[\w-]{0,40}[!#$%&*?^~+])"
    r"[\w!#$%&*?^~+-]{8,64}(?![\w@/=&])",
    "hex": r"(?<![\w-])(?=[a-f]{0,20}\d)(?=\d{0,40}[a-f])[0-9a-f]{40,128}(?![\w-])",
}

#: A value after its cue word; group 1 is the value.
CUED = re.compile(
    r"\b(?:pass(?:word|wort|code|phrase)|passwd|pwd|kennwort|mot de passe|contraseña|clave(?: de acceso)?|senha|wachtwoord|"
    r"hasło|パスワード|"
    r"api[ _-]?(?:key|token)|access[ _-]?(?:key|token)|secret(?:[ _-]?key)?|auth(?:entication)?[ _-]?token|token|"
    r"pin(?:[ -]?code)?|otp|tan|cvc2?|cvv2?|security code|verification code|one[- ]time code|sicherheitscode|prüfziffer|"
    r"bestätigungscode|code de sécurité)\b"
    r"[ \t]*(?:is|ist|est|es|è|é|was|war|lautet|:|=|->|–|-)[ \t]*(?::[ \t]*)?[\"'`„“«]?([^\s\"'`„“«»<>]{3,200})",
    re.IGNORECASE,
)
#: A cue with a few words before the value: what has digits among small and capital letters can only be what was announced.
NEAR = re.compile(
    r"\b(?:pass(?:word|wort|code|phrase)|passwd|pwd?|kennwort|zugangscode|mot de passe|contraseña|clave|senha|palavra-passe|"
    r"chiave|parola|wachtwoord|hasło|(?:api|access|secret)[ _-]?key|key|token|code|schlüssel|clé|credentials?|login)\b"
    r"[^\n]{1,80}?(?<![\w/.@#-])"
    r"((?=[\w!#$%&*?^~+-]{0,40}\d)(?-i:(?=[\w!#$%&*?^~+-]{0,40}[a-z])(?=[\w!#$%&*?^~+-]{0,40}[A-Z]))[\w!#$%&*?^~+-]{8,64})(?![\w@/=])",
    re.IGNORECASE,
)
_ORDINARY = re.compile(r"[a-zà-ÿ]{1,20}[.,;:!?]?$")

_PARAMETER = re.compile(
    r"[?&#;/](?:[\w.-]{0,20}(?:token|key|sig|signature|secret|auth|session|sid|code|password|passwd|pwd|otp|ticket|hash|nonce|"
    r"credential|jwt|invite|reset|verify|confirm|activate|magic|"
    r"unsubscribe|email|mail|user|uid)[\w.-]{0,20})[=/][^&#\s]{4,}",
    re.IGNORECASE,
)
_SEGMENT = re.compile(r"[/=?&#]([\w.~+%-]{18,2000})(?=$|[/?&#=])")
_USERINFO = re.compile(r"://[^/\s@]{1,200}@")


def private_link(url: str) -> bool:
    """Whether whoever has `url` has what it opens, or can tell whom it belongs to."""
    return bool(
        _USERINFO.search(url)
        or "%40" in url
        or "@" in url
        or _PARAMETER.search(url)
        or any(_random(s) for s in _SEGMENT.findall(url))
    )


def _random(segment: str) -> bool:
    """Long, with digits among letters and no words: drawn, not written."""
    longest = max((len(part) for part in re.split(r"[-_.~+%]", segment)), default=0)
    digits = sum(char.isdigit() for char in segment)
    mixed = any(char.islower() for char in segment) and any(char.isupper() for char in segment)
    return (longest >= 18 and (digits >= 3 or mixed)) or (digits >= 6 and len(segment) >= 24 and longest >= 8)


def ordinary(value: str) -> bool:
    """A plain lower-case word after "password is": rather a sentence than a secret."""
    return bool(_ORDINARY.fullmatch(value))
