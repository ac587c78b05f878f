"""What the person wrote now: quoted history, signatures, device lines and disclaimers cut off, line by line, in linear time."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline import signature
from pipeline.strip_marks import (
    ADDED,
    BLOCK_FIELD,
    BLOCK_START,
    DATE_START,
    DEVICE,
    DISCLAIMER,
    DISCLAIMER_WORD,
    FORWARD,
    IMPRINT,
    INTRO,
    INTRO_START,
    LINK_LINE,
    LIST_FOOTER,
    ORIGINAL,
    QUOTED,
    QUOTES,
    REPLY_ABOVE,
    RULE,
    SHARED,
    SIGNATURE,
)

_LINES = 6000  #: more than this of one mail is never somebody's new text
_WIDTH = 400  #: characters of a line that patterns look at
_SPAN = 6  #: lines over which mailers fold "On ... wrote:"
_BLOCK = 8  #: lines that a header block of a quoted mail may take


@dataclass(frozen=True, slots=True)
class Written:
    """What the person wrote now, and how many earlier mails stand quoted below it."""

    new: str
    earlier: int


def strip(text: str, sender: str = "") -> str:
    """The new part of `text`; all of it for forwards, for answers between quoted lines, and when nothing is left."""
    return split(text, sender).new


def split(text: str, sender: str = "") -> Written:
    """The same with the size of the history; `sender` is the name in the From header, by which a signature is known."""
    lines = text.split("\n")[:_LINES]
    looks = [line[:_WIDTH] for line in lines]
    if _forward(looks):
        return Written(text.strip(), 0)
    earlier = _quoted_mails(looks)
    kept = _without_history(lines, looks)
    kept = _without_footer(kept)
    kept = _trimmed(kept[: signature.start(kept, sender)])
    return Written("\n".join(kept).strip("\n").rstrip() or text.strip(), earlier)


def _quoted_mails(looks: list[str]) -> int:
    """How many mails stand in the history: introductions and header blocks at any depth of quoting."""
    found, skip = 0, 0
    bare = [QUOTES.sub("", line) for line in looks]
    for at, line in enumerate(bare):
        if at < skip or not line:
            continue
        if (end := _intro_end(bare, at)) or _header_block(bare, at):
            found, skip = found + 1, end or at + 4
    return found


def _forward(looks: list[str]) -> bool:
    """Whether the first thing below the new text is a forwarded mail: that is the subject then, not history."""
    for at, line in enumerate(looks):
        if FORWARD.match(line):
            return True
        if QUOTED.match(line) or _intro_end(looks, at) or ORIGINAL.match(line):
            return False
        if _header_block(looks, at):
            return not any(earlier.strip() and not RULE.match(earlier) for earlier in looks[:at])
    return False


def _intro_end(looks: list[str], at: int) -> int:
    """The line after "On ... wrote:" when it starts at `at`, else 0."""
    first = looks[at]
    if not first.strip() or QUOTED.match(first) or not INTRO_START.match(first):
        return 0
    joined = ""
    for end in range(at, min(at + _SPAN, len(looks))):
        line = looks[end].strip()
        if end > at and not line and not _continues(looks, end):
            break
        joined = f"{joined} {line}".strip().replace("mailto:", "").replace("< ", "<")[: 2 * _WIDTH]
        if joined.endswith((":", "：", "wrote", "---")) and INTRO.match(joined):
            return end + 1
    return at + 1 if first.strip()[:2].isdigit() and INTRO.match(first.strip()) else 0


def _continues(looks: list[str], at: int) -> bool:
    """Some mailers put an address between blank lines inside their introduction."""
    following = next((line.strip() for line in looks[at : at + 3] if line.strip()), "")
    return following.startswith("<")


def _header_block(looks: list[str], at: int) -> bool:
    """Whether a quoted mail's From/Sent/To/Subject lines start at `at`."""
    if DATE_START.match(looks[at]):
        following = [line for line in looks[at + 1 : at + 3] if line.strip()]
        return bool(following) and bool(BLOCK_FIELD.match(following[0]) or BLOCK_START.match(following[0]))
    if not BLOCK_START.match(looks[at]):
        return False
    following = [line for line in looks[at + 1 : at + 1 + _BLOCK] if line.strip()]
    fields = {m.group(1).casefold() for line in following[:6] if (m := BLOCK_FIELD.match(line))}
    return len(fields) >= 2 or (bool(fields) and "@" in looks[at])


def _without_history(lines: list[str], looks: list[str]) -> list[str]:
    for at, line in enumerate(looks):
        if ORIGINAL.match(line) or REPLY_ABOVE.search(line) or _header_block(looks, at):
            return _trimmed(lines[:at])
        if (shared := _shared(line)) and any(QUOTED.match(later) for later in looks[at + 1 : at + 3]):
            return [*lines[:at], shared.rstrip(" -")]
        if end := _intro_end(looks, at):
            if any(QUOTED.match(later) for later in looks[end:]):
                return _around_quotes(lines[:at], lines[end:], looks[end:])
            above = _trimmed(lines[:at])
            return above if any(text.strip() for text in above) else lines[end:]
        if QUOTED.match(line):
            return _unintroduced(lines, looks, at)
    return lines


def _shared(line: str) -> str:
    """The new text before an introduction on the same line."""
    match = None if QUOTED.match(line) else SHARED.match(line)
    return match.group(1) if match else ""


def _unintroduced(lines: list[str], looks: list[str], at: int) -> list[str]:
    """Quoted lines that nothing announces are history only at the end; elsewhere the person put them there."""
    last = next((n for n in range(at, len(looks)) if SIGNATURE.match(looks[n])), len(looks))
    while last > at and (QUOTED.match(looks[last - 1]) or not looks[last - 1].strip()):
        last -= 1
    return _trimmed(lines[:last])


def _around_quotes(above: list[str], below: list[str], looks: list[str]) -> list[str]:
    """New text above, below or between quoted lines; answers between them keep the lines that they answer."""
    end = next((at for at, line in enumerate(looks) if ORIGINAL.match(line) or _header_block(looks, at)), len(looks))
    blocks: list[list[str]] = [[]]
    quoted = False
    for line, look in zip(below[:end], looks[:end], strict=True):
        if QUOTED.match(look):
            quoted = True
            continue
        if quoted and look.strip():
            blocks.append([])
            quoted = False
        if not DEVICE.match(look):
            blocks[-1].append(line)
    real = [block for block in blocks if any(line.strip() for line in block) and not _is_footer(block)]
    if len(real) >= 2 or (len(real) == 1 and any(line.strip() for line in above) and _ends_quoted(looks[:end])):
        return above + below[:end]
    return _trimmed(above) + ([""] if real and above else []) + [line for block in real for line in block]


def _ends_quoted(looks: list[str]) -> bool:
    last = next((line for line in reversed(looks) if line.strip()), "")
    return bool(QUOTED.match(last))


def _is_footer(block: list[str]) -> bool:
    """A signature, a list's footer, or the pieces of a link that a mailer broke out of the quoted text."""
    lines = [line[:_WIDTH] for line in block if line.strip()]
    first = lines[0]
    if SIGNATURE.match(first) or RULE.match(first) or DISCLAIMER.match(first) or LIST_FOOTER.search(first):
        return True
    return len(lines) <= 3 and all(LINK_LINE.match(line) and not line.strip().isalpha() for line in lines)


def _trimmed(lines: list[str]) -> list[str]:
    """Without the blank lines and rules that mailers put above a quoted mail."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or RULE.match(lines[end - 1][:_WIDTH])):
        end -= 1
    return lines[:end]


def _without_footer(lines: list[str]) -> list[str]:
    """Without signature mark and what is below it, and without the paragraphs and lines that programs and companies add."""
    out: list[str] = []
    skipping = False
    for at, line in enumerate(lines):
        look = line[:_WIDTH]
        if not look.strip():
            skipping = False
        if SIGNATURE.match(look) and any(above.strip() for above in out):
            break
        if RULE.match(look) and any(LIST_FOOTER.search(below[:_WIDTH]) for below in lines[at + 1 : at + 4]):
            break
        skipping = skipping or _footer_starts(lines, at, look)
        if not skipping and not DEVICE.match(look):
            out.append(line)
    return _trimmed(out)


def _footer_starts(lines: list[str], at: int, look: str) -> bool:
    """Whether a disclaimer or another added paragraph starts here: never in the middle of somebody's own paragraph."""
    if at and lines[at - 1].strip() and not RULE.match(lines[at - 1][:_WIDTH]) and not IMPRINT.match(look):
        return False
    if ADDED.match(look) or (IMPRINT.match(look) and at * 2 > len(lines)):
        return True
    return bool(DISCLAIMER.match(look)) and any(DISCLAIMER_WORD.search(below[:_WIDTH]) for below in lines[at : at + 6])
