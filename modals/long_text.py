"""A long text in several inputs: split at paragraph breaks, joined again to exactly the same text. Never cut."""

from __future__ import annotations

from dataclasses import dataclass

INPUT = 3_000  #: characters that one Slack input holds
ROOM = 2_500  #: how full a part is made when there are several, so that each can be edited

_JOINTS = {"p": "\n\n", "l": "\n", "s": " ", "": ""}


@dataclass(frozen=True, slots=True)
class LongText:
    """The parts of a text and what stood between them: `joints` has one letter (p, l, s or x) per gap."""

    parts: tuple[str, ...]
    joints: str = ""

    def joined(self) -> str:
        """The whole text; parts that were emptied leave no gap behind."""
        whole = ""
        for at, part in enumerate(self.parts):
            if not part:
                continue
            whole += (_JOINTS.get(self.joints[at - 1 : at], "") if whole else "") + part
        return whole


def split(text: str) -> LongText:
    """`text` in parts that fit Slack's inputs; the last is never too full to be continued."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) <= INPUT:
        return _continued([text], "") if len(text) > ROOM else LongText((text,))
    parts: list[str] = []
    joints = ""
    while len(text) > ROOM:
        at, joint = _gap(text)
        parts.append(text[:at])
        joints += joint or "x"
        text = text[at + len(_JOINTS[joint]) :]
    return _continued([*parts, text], joints)


def _continued(parts: list[str], joints: str) -> LongText:
    """The parts and one empty input, so that there is always room to write more."""
    return LongText((*parts, ""), joints + "p")


def _gap(text: str) -> tuple[int, str]:
    """The last good place to part `text` within `ROOM`, and what stands there."""
    for joint in ("p", "l", "s"):
        at = text.rfind(_JOINTS[joint], ROOM // 2, ROOM)
        if at > 0:
            return at, joint
    return ROOM, ""
