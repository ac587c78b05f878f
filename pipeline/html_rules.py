"""Which classes and ids a mail's style sheet hides from every reader; rules for some screens only are passed over."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"/\*[^*]{0,5000}\*/")
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all", re.IGNORECASE
)
_NAME = re.compile(r"^[a-z]{0,10}([.#][\w-]{1,60})$", re.IGNORECASE)


def hidden_names(css: str) -> frozenset[str]:
    """Selectors such as `.preheader` and `#trap` that `css` hides."""
    found: set[str] = set()
    for match in _RULE.finditer(_without_media(_COMMENT.sub("", css))):
        if _HIDES.search(match.group(2)):
            found.update(name.group(1) for part in match.group(1).split(",") if (name := _NAME.match(part.strip())))
    return frozenset(found)


def _without_media(css: str) -> str:
    """Without the blocks of @media and the like: what a phone hides a desk shows."""
    out, at = [], 0
    while (start := css.find("@", at)) >= 0:
        out.append(css[at:start])
        opened = css.find("{", start)
        ended = css.find(";", start)
        if opened < 0 or 0 <= ended < opened:
            at = ended + 1 if ended >= 0 else len(css)
            continue
        at, depth = opened + 1, 1
        while depth and at < len(css):
            depth += {"{": 1, "}": -1}.get(css[at], 0)
            at += 1
    out.append(css[at:])
    return "".join(out)
