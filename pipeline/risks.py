"""Signs in a mail that a person should know before trusting it: instructions to a model, hidden text, a forged sender."""

from __future__ import annotations

import re

from bot.values import Email

_INJECTION = re.compile(
    r"(?:(?:ignore|disregard|forget|override) (?:all |any |the |your )*(?:previous|prior|above|earlier|preceding|"
    r"system)? ?(?:instructions?|prompts?|rules|guidelines|directions)"
    r"|(?:you are|act as|pretend to be) (?:now |an? )?(?:AI|language model|assistant|chatbot|GPT|DAN)\b|system ?(?:prompt|"
    r"message|override)\b|<\|?(?:im_start|im_end|system|endoftext)\|?>"
    r"|\[/?INST\]|BEGIN (?:SYSTEM|ADMIN) (?:PROMPT|MESSAGE)|(?:note|message|instructions?) (?:to|for) (?:the )?(?:AI|"
    r"assistant|language model|LLM|bot)\b"
    r"|(?:AI|assistant|LLM|language model|bot)[,:] (?:please )?(?:reply|respond|answer|send|forward|classify|mark|approve|"
    r"ignore|refund)"
    r"|(?:classify|mark|label) this (?:e-?mail|message|ticket) as|reveal (?:your|the) (?:system )?(?:prompt|instructions)|"
    r"developer mode"
    r"|ignorier(?:e|en sie) (?:alle |die )?(?:vorherigen|bisherigen|obigen) (?:anweisungen|instruktionen)|ignor(?:e|"
    r"ez) (?:toutes )?les instructions"
    r"|ignora (?:todas )?las instrucciones|ignora (?:tutte )?le istruzioni|ignore (?:todas )?as instruções|"
    r"negeer (?:alle )?(?:vorige|eerdere) instructies"
    r"|zignoruj (?:wszystkie )?(?:poprzednie )?(?:instrukcje|polecenia))",
    re.IGNORECASE,
)


def risks(email: Email, authority: str = "mx.google.com") -> tuple[str, ...]:
    """Short codes, in the order of their weight."""
    found: list[str] = []
    if _INJECTION.search(f"{email.subject}\n{email.text[:60_000]}"):
        found.append("injection")
    if email.hidden_text:
        found.append("hidden-text")
    if authentication(email, authority) == "fail":
        found.append("spoofed-sender")
    if "runnable-attachment" in email.defects:
        found.append("runnable-attachment")
    if email.sender is None:
        found.append("no-sender")
    return tuple(found)


def authentication(email: Email, authority: str = "mx.google.com") -> str:
    """pass, fail or none: what the trusted header says about the From domain."""
    header = email.headers.get("authentication-results", "").lower()
    if header.split(";")[0].split(" ")[0] != authority or email.sender is None:
        return "none"
    domain = email.sender.email.split("@")[1]
    verdict = re.search(r"\bdmarc=(\w+)", header)
    stated = re.search(r"header\.from=([\w.-]+)", header)
    if verdict and verdict.group(1) == "fail":
        return "fail"
    if verdict and verdict.group(1) == "pass" and stated and _aligned(stated.group(1), domain):
        return "pass"
    for found in re.finditer(r"\bdkim=pass\b[^;]{0,300}?header\.(?:i=@|d=)([\w.-]+)", header):
        if _aligned(found.group(1), domain):
            return "pass"
    spf = re.search(r"\bspf=pass\b[^;]{0,300}?smtp\.mailfrom=(?:[^@\s;]{0,100}@)?([\w.-]+)", header)
    return "pass" if spf and _aligned(spf.group(1), domain) else "none"


def _aligned(stated: str, domain: str) -> bool:
    stated = stated.rstrip(".")
    return stated == domain or stated.endswith("." + domain) or domain.endswith("." + stated)
