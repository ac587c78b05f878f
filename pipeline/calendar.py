"""A calendar invitation (text/calendar) as a few readable lines: what, when, where, from whom, for how many."""

from __future__ import annotations

import re

_FIELD = re.compile(r"([A-Z-]{2,30})((?:;[^:\"]{0,300}(?:\"[^\"]{0,200}\")?){0,10}):(.*)$", re.DOTALL)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z?))?")
_ZONE = re.compile(r";TZID=\"?([^;:\"]{1,60})", re.IGNORECASE)
_NAME = re.compile(r";CN=\"?([^;:\"]{1,100})", re.IGNORECASE)
_HEADINGS = {
    "REQUEST": "Calendar invitation",
    "CANCEL": "Calendar event cancelled",
    "REPLY": "Answer to a calendar invitation",
    "COUNTER": "Other time proposed for a calendar event",
}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentatively accepted"}
_LINES = 5000


def invitation(text: str) -> str:
    """The first event of `text` in words; "" when there is none."""
    fields = _event(text)
    if not fields:
        return ""
    method = fields.get("METHOD", ("", "REQUEST"))[1].strip().upper()
    said = [f"{_HEADINGS.get(method, 'Calendar event')}: {_value(fields, 'SUMMARY') or 'without a title'}"]
    if when := " to ".join(filter(None, (_moment(fields, "DTSTART"), _moment(fields, "DTEND")))):
        said.append(f"When: {when}" + (" (repeats)" if "RRULE" in fields else ""))
    if where := _value(fields, "LOCATION"):
        said.append(f"Where: {where}")
    if organizer := _person(fields, "ORGANIZER"):
        said.append(f"From: {organizer}")
    said.extend(_answer(fields) if method == "REPLY" else _invited(fields))
    if words := _value(fields, "DESCRIPTION", 2000):
        said += ["", words]
    return "\n".join(said)


def _event(text: str) -> dict[str, tuple[str, str]]:
    """Field -> (parameters, value) of the first event, and the calendar's METHOD."""
    found: dict[str, tuple[str, str]] = {}
    inside, nested, people = False, 0, 0
    for line in _unfolded(text):
        match = _FIELD.match(line[:4000])
        if match is None:
            continue
        name, parameters, value = match.group(1).upper(), match.group(2), match.group(3).strip()
        if name == "METHOD" and not inside:
            found["METHOD"] = (parameters, value)
        elif name == "BEGIN":
            nested += inside
            inside = inside or value.upper() == "VEVENT"
        elif name == "END" and inside:
            if not nested:
                break
            nested -= 1
        elif inside and not nested:
            people += name == "ATTENDEE"
            found.setdefault(name, (parameters, value))
    if people:
        found["PEOPLE"] = ("", str(people))
    return found if inside else {}


def _unfolded(text: str) -> list[str]:
    out: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n", _LINES)[:_LINES]:
        if line[:1] in (" ", "\t") and out and len(out[-1]) < 8000:
            out[-1] += line[1:]
        else:
            out.append(line)
    return out


def _value(fields: dict[str, tuple[str, str]], name: str, most: int = 300) -> str:
    text = fields.get(name, ("", ""))[1][: 2 * most]
    for escaped, plain in (("\\n", "\n"), ("\\N", "\n"), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\")):
        text = text.replace(escaped, plain)
    return text.strip()[:most]


def _moment(fields: dict[str, tuple[str, str]], name: str) -> str:
    parameters, value = fields.get(name, ("", ""))
    match = _STAMP.match(value)
    if match is None:
        return ""
    year, month, day, hour, minute, zulu = match.groups()
    zone = _ZONE.search(parameters)
    clock = f" {hour}:{minute}{' UTC' if zulu else f' ({zone.group(1)})' if zone else ''}" if hour else ""
    return f"{year}-{month}-{day}{clock}"


def _person(fields: dict[str, tuple[str, str]], name: str) -> str:
    parameters, value = fields.get(name, ("", ""))
    called = _NAME.search(parameters)
    address = value.split(":", 1)[-1].strip()[:200]
    return f"{called.group(1).strip()} <{address}>" if called else address


def _answer(fields: dict[str, tuple[str, str]]) -> list[str]:
    parameters = fields.get("ATTENDEE", ("", ""))[0].upper()
    said = next((words for word, words in _ANSWERS.items() if word in parameters), "")
    return [f"Answer: {said}"] if said else []


def _invited(fields: dict[str, tuple[str, str]]) -> list[str]:
    people = int(fields.get("PEOPLE", ("", "0"))[1])
    return [f"Invited: {people} people"] if people > 1 else []
