"""What the person wrote now: quoted history, signature marks, device lines and disclaimers cut off, line by line in linear time."""

from __future__ import annotations

from pipeline.strip_marks import (
    BLOCK_FIELD,
    BLOCK_START,
    DEVICE,
    DISCLAIMER,
    DISCLAIMER_WORD,
    FORWARD,
    INTRO,
    INTRO_START,
    LIST_FOOTER,
    ORIGINAL,
    QUOTED,
    REPLY_ABOVE,
    RULE,
    SIGNATURE,
)

_LINES = 6000  #: more than this of one mail is never somebody's new text
_WIDTH = 400  #: characters of a line that patterns look at
_SPAN = 4  #: lines over which mailers fold "On ... wrote:"
_BLOCK = 8  #: lines that a header block of a quoted mail may take


def strip(text: str) -> str:
    """The new part of `text`; the whole of it for forwards, for answers written between quoted lines, and when nothing is left."""
    lines = text.split("\n")[:_LINES]
    looks = [line[:_WIDTH] for line in lines]
    if _forward(looks):
        return text.strip()
    kept = _without_history(lines, looks)
    kept = _without_footer(kept)
    return "\n".join(kept).strip("\n").rstrip() or text.strip()


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
        if end > at and (not looks[end].strip() and not joined.rstrip().endswith(",")):
            continue
        joined = f"{joined} {looks[end].strip()}".strip().replace("mailto:", "")[: 2 * _WIDTH]
        if joined.endswith((":", ">", "：", "wrote", "---", "--")) and INTRO.match(joined):
            return end + 1
    return 0


def _header_block(looks: list[str], at: int) -> bool:
    """Whether a quoted mail's From/Sent/To/Subject lines start at `at`."""
    if not BLOCK_START.match(looks[at]):
        return False
    following = [line for line in looks[at + 1 : at + 1 + _BLOCK] if line.strip()]
    return len({m.group(1).casefold() for line in following[:6] if (m := BLOCK_FIELD.match(line))}) >= 2


def _without_history(lines: list[str], looks: list[str]) -> list[str]:
    at = 0
    while at < len(looks):
        line = looks[at]
        if ORIGINAL.match(line) or REPLY_ABOVE.search(line) or _header_block(looks, at):
            return _trimmed(lines[:at])
        end = _intro_end(looks, at)
        if end:
            if not any(QUOTED.match(later) for later in looks[end:]):
                return _trimmed(lines[:at])
            return _around_quotes(lines[:at], lines[end:], looks[end:])
        if QUOTED.match(line):
            return _around_quotes(lines[:at], lines[at:], looks[at:])
        at += 1
    return lines


def _around_quotes(above: list[str], below: list[str], looks: list[str]) -> list[str]:
    """New text above, below or between quoted lines; answers between them keep the lines that they answer."""
    blocks: list[list[str]] = [[]]
    end = len(looks)
    for at, line in enumerate(looks):
        if ORIGINAL.match(line) or _header_block(looks, at):
            end = at
            break
    quoted = False
    for line, look in zip(below[:end], looks[:end], strict=True):
        if QUOTED.match(look):
            quoted = True
        elif look.strip() and not DEVICE.match(look):
            if quoted:
                blocks.append([])
            quoted = False
            blocks[-1].append(line)
        elif not quoted:
            blocks[-1].append(line)
    answers = [block for block in blocks if any(line.strip() for line in block)]
    real = [block for block in answers if not _is_footer(block)]
    if len(real) >= 2 or (len(real) == 1 and any(line.strip() for line in above) and _ends_quoted(looks[:end])):
        return above + below[:end]
    return _trimmed(above) + ([""] if real and above else []) + [line for block in real for line in block]


def _ends_quoted(looks: list[str]) -> bool:
    last = next((line for line in reversed(looks) if line.strip()), "")
    return bool(QUOTED.match(last))


def _is_footer(block: list[str]) -> bool:
    first = next((line for line in block if line.strip()), "")
    return bool(
        SIGNATURE.match(first) or RULE.match(first) or DISCLAIMER.match(first[:_WIDTH]) or LIST_FOOTER.search(first[:_WIDTH])
    )


def _trimmed(lines: list[str]) -> list[str]:
    """Without the blank lines and rules that mailers put above a quoted mail."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or RULE.match(lines[end - 1][:_WIDTH])):
        end -= 1
    return lines[:end]


def _without_footer(lines: list[str]) -> list[str]:
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
        if DISCLAIMER.match(look) and any(DISCLAIMER_WORD.search(below[:_WIDTH]) for below in lines[at : at + 6]):
            skipping = True
        if DEVICE.match(look):
            continue
        if not skipping:
            out.append(line)
    return _trimmed(out)
