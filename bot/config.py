"""The schema of triage.yaml: what it may say, what holds when it does not, and errors that name file, line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import SettingsError
from bot.values import Category, Priority, Role


def _without_hash(value: object) -> object:
    return value.removeprefix("#") if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


ChannelName = Annotated[str, StringConstraints(pattern=r"^[\w][\w.-]{0,79}$"), BeforeValidator(_without_hash)]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,250}$"), BeforeValidator(_lower)]
SlackUser = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,30}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$"), BeforeValidator(_lower)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Minutes = Annotated[int, Field(ge=1, le=525_600)]
_SENDER = r"^([^@\s<>,;\"]{1,64}@)?[a-z0-9][a-z0-9.-]{0,200}\.[a-z0-9-]{2,60}$"
Sender = Annotated[str, StringConstraints(pattern=_SENDER), BeforeValidator(_lower)]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{2,250}$"), BeforeValidator(_lower)]


def _pattern(value: str) -> str:
    try:
        found = re.compile(value)
    except re.error as error:
        raise ValueError(f"is not a pattern: {error}") from None
    if found.match(""):
        raise ValueError("is a pattern that matches nothing at all, which is everywhere")
    return value


IdPattern = Annotated[str, StringConstraints(min_length=2, max_length=200), AfterValidator(_pattern)]


class Section(BaseModel):
    """A part of triage.yaml: nothing in it changes, and nothing unknown is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Channels(Section):
    """Channel names without '#'. In the file the categories stand directly beside `default` and `oncall`."""

    default: ChannelName = "triage"
    oncall: ChannelName = "triage-oncall"
    categories: dict[Category, ChannelName] = {}

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "categories" in given:
            return given
        named = {key: name for key, name in given.items() if key in set(Category)}
        return {**{key: name for key, name in given.items() if key not in named}, "categories": named}

    def channel_for(self, category: Category) -> str:
        """The channel in which cards of `category` appear."""
        return self.categories.get(category, self.default)

    def all(self) -> frozenset[str]:
        """Every channel that triage posts in."""
        return frozenset({self.default, self.oncall, *self.categories.values()})


class Colleague(Section):
    """Somebody who answers mail."""

    slack: SlackUser
    name: Words
    skills: tuple[Words, ...] = ()
    languages: tuple[Language, ...] = ()
    roles: tuple[Role, ...] = (Role.AGENT,)


class Backlog(Section):
    """What to take from a mailbox that is connected for the first time: with `days` 0 only what arrives from now on."""

    days: int = Field(default=0, ge=0, le=365)
    most: int = Field(default=50, ge=1, le=1000)


class Reply(Section):
    """What every reply has."""

    signature: str = Field(default="", max_length=2000)


class Privacy(Section):
    """Brand, product and staff names that may stand in a channel."""

    allow: tuple[Words, ...] = ()
    nlp_model: str = Field(default="", max_length=400)  #: an installed spaCy model; "" is the small one that ships with triage


class Due(Section):
    """Minutes until an answer is due, by priority."""

    urgent: Minutes = 60
    high: Minutes = 240
    normal: Minutes = 1440
    low: Minutes = 4320

    def minutes(self, priority: Priority) -> int:
        """Minutes for `priority`."""
        return int(getattr(self, priority.value))


class Gmail(Section):
    """How Gmail is kept tidy, and how fast we may ask it (Google's quota for one user; 80 % of it is used)."""

    label: str = Field(default="triage", min_length=1, max_length=200)
    units_per_minute: int = Field(default=6000, ge=100)


class Attachments(Section):
    """How attachments are looked at before anybody opens them."""

    clamd: Annotated[str, StringConstraints(pattern=r"^[^\s:/@]{1,253}:\d{1,5}$")] | None = None
    seconds: float = Field(default=30, ge=1, le=600)


class Kept(Section):
    """For how many days something is kept."""

    originals_days: int = Field(default=30, ge=1, le=3650)
    details_days: int = Field(default=30, ge=1, le=3650)
    text_days: int = Field(default=180, ge=31, le=3650)  # a mail that is deleted sooner could be taken for a new one


class KeptElsewise(Section):
    """What differs for one mailbox."""

    originals_days: int | None = Field(default=None, ge=1, le=3650)
    details_days: int | None = Field(default=None, ge=1, le=3650)
    text_days: int | None = Field(default=None, ge=31, le=3650)


class Retention(Kept):
    """How long originals (since they came), addresses and redacted text (since the ticket was closed) are kept."""

    mailboxes: dict[MailAddress, KeptElsewise] = {}

    def of(self, mailbox: str) -> Kept:
        """What holds for one mailbox."""
        own = self.mailboxes.get(mailbox.strip().lower(), KeptElsewise())
        general = self.model_dump(exclude={"mailboxes"})
        return Kept(**{name: general[name] if days is None else days for name, days in own.model_dump().items()})


class Readers(Section):
    """Limits of the processes that read mail."""

    processes: int = Field(default=1, ge=1, le=16)
    seconds: float = Field(default=20, ge=1, le=600)
    memory_mb: int = Field(default=1000, ge=300, le=64_000)
    mail_mb: int = Field(default=64, ge=1, le=500)
    parts: int = Field(default=300, ge=1, le=10_000)
    nesting: int = Field(default=30, ge=1, le=200)
    text_characters: int = Field(default=400_000, ge=1000, le=10_000_000)
    html_characters: int = Field(default=1_000_000, ge=1000, le=20_000_000)
    attachments: int = Field(default=100, ge=1, le=1000)
    attachment_mb: int = Field(default=20, ge=0, le=200)
    attachment_characters: int = Field(default=100_000, ge=0, le=5_000_000)
    attachment_seconds: float = Field(default=4, ge=0, le=300)
    pdf_pages: int = Field(default=20, ge=0, le=1000)


class Screen(Section):
    """Whose mail is set aside or never is, how much spam is too much, and who may say that a sender is genuine."""

    block: tuple[Sender, ...] = ()
    allow: tuple[Sender, ...] = ()
    spam_points: float = Field(default=4.5, ge=1, le=50)
    authority: Host = "mx.google.com"


class Entities(Section):
    """Patterns (regular expressions) of the company's own numbers, by what they are."""

    order: tuple[IdPattern, ...] = ()
    invoice: tuple[IdPattern, ...] = ()
    ticket: tuple[IdPattern, ...] = ()
    tracking: tuple[IdPattern, ...] = ()
    serial: tuple[IdPattern, ...] = ()
    customer: tuple[IdPattern, ...] = ()


class Config(Section):
    """The whole of triage.yaml; an empty one works."""

    mailbox: MailAddress | None = None
    aliases: tuple[MailAddress, ...] = ()
    channels: Channels = Channels()
    people: tuple[Colleague, ...] = ()
    backlog: Backlog = Backlog()
    reply: Reply = Reply()
    privacy: Privacy = Privacy()
    due: Due = Due()
    gmail: Gmail = Gmail()
    readers: Readers = Readers()
    screen: Screen = Screen()
    entities: Entities = Entities()
    retention: Retention = Retention()
    attachments: Attachments = Attachments()
    review_below: float = Field(default=0.6, ge=0, le=1)

    def channel_for(self, category: Category) -> str:
        """The channel in which cards of `category` appear."""
        return self.channels.channel_for(category)

    @property
    def triage_channel(self) -> str:
        """The channel of cards that need a person's eye first."""
        return self.channels.default

    def due_minutes(self, priority: Priority) -> int:
        """Minutes until an answer is due."""
        return self.due.minutes(priority)


def load(path: Path) -> Config:
    """Read and check `path`; SettingsError with one line per mistake: `triage.yaml:12: channels.billing: ...`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsError(f"{path.name}: is not UTF-8 text.") from None
    except OSError as error:
        raise SettingsError(f"{path.name}: cannot be read ({error.strerror}). TRIAGE_CONFIG names it.") from None
    return parse(text, path.name)


def parse(text: str, name: str = "triage.yaml") -> Config:
    """The same from text that is called `name` in errors."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingsError(_syntax(error, name)) from None
    except (ValueError, RecursionError):
        raise SettingsError(f"{name}: cannot be read as YAML.") from None
    if root is None or given is None:
        return Config()
    if not isinstance(root, MappingNode):
        raise SettingsError(f"{name}:1: expected keys such as `mailbox:` and `channels:`.")
    try:
        found = list(_repeated(root, ()))
    except RecursionError:
        raise SettingsError(f"{name}: an alias (*) contains itself.") from None
    twice = [f"{name}:{line}: {_dotted(keys)}: is there twice; keep one." for keys, line in found]
    if twice:
        raise SettingsError("\n".join(twice))
    try:
        return Config.model_validate(given)
    except ValidationError as error:
        raise SettingsError("\n".join(_mistakes(error, root, name))) from None


def _syntax(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "cannot be read as YAML"
    return f"{name}:{mark.line + 1}: {problem}" if mark is not None else f"{name}: {problem}"


def _mistakes(error: ValidationError, root: Node, name: str) -> Iterator[str]:
    for mistake in error.errors(include_url=False):
        keys = tuple(key for key in mistake["loc"] if key not in ("[key]", "categories"))
        yield f"{name}:{_line(root, keys)}: {_dotted(keys)}: {_said(mistake, keys)}"


def _said(mistake: Any, keys: tuple[int | str, ...]) -> str:
    kind, message = mistake["type"], str(mistake["msg"])
    if kind == "extra_forbidden":
        known = _known(keys[:-1])
        near = difflib.get_close_matches(str(keys[-1]), known, n=1)
        return f"is not a key here; did you mean `{near[0]}`?" if near else f"is not a key here; there are {', '.join(known)}."
    if kind == "string_pattern_mismatch":
        return next((_PATTERNS[key] for key in reversed(keys) if isinstance(key, str) and key in _PATTERNS), message)
    if kind == "missing":
        return "is missing."
    if "input" in mistake and mistake["input"] is None:
        return "has no value; leave the line out, or write one (in YAML a bare # begins a comment)."
    if kind in ("model_type", "dict_type"):
        return "expected keys of its own below it."
    return message[:1].lower() + message[1:] + "."


_PATTERNS = {
    "mailbox": "is not a mail address such as support@company.example.",
    "aliases": "is not a mail address such as support@company.example.",
    "mailboxes": "is not a mail address such as support@company.example.",
    "channels": "is not a channel name; write it as in Slack, without '#'.",
    "slack": "is not a Slack member id such as U024BE7LH (profile, More, Copy member ID).",
    "block": "is not an address or a domain such as casino.example.",
    "allow": "is not an address or a domain such as partner.example.",
    "authority": "is not the name of a mail server such as mx.google.com.",
    "clamd": "is not an address of clamd such as 127.0.0.1:3310.",
    "languages": "is not a two-letter language code such as en.",
}


def _known(keys: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand under `keys`."""
    model: Any = Config
    for key in keys:
        if isinstance(key, str):
            if model is KeptElsewise or model is dict:
                model = KeptElsewise
                continue
            model = Colleague if key == "people" else type(model.model_fields[key].default)
    names = [name for name in model.model_fields if name != "categories"]
    return [*names, *Category] if model is Channels else names


def _dotted(keys: tuple[int | str, ...]) -> str:
    return ".".join(str(key + 1) if isinstance(key, int) and place else str(key) for place, key in enumerate(keys)) or "the file"


def _line(node: Node, keys: tuple[int | str, ...]) -> int:
    """The line of the deepest of `keys` that the file has."""
    line: int = node.start_mark.line + 1
    for key in keys:
        found = _step(node, key)
        if found is None:
            break
        line, node = found
    return line


def _step(node: Node, key: int | str) -> tuple[int, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if isinstance(name, ScalarNode) and name.value == str(key):
                return name.start_mark.line + 1, value
    return None


def _repeated(node: Node, keys: tuple[int | str, ...]) -> Iterator[tuple[tuple[int | str, ...], int]]:
    """Keys that a mapping has twice: YAML would silently take the last."""
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if isinstance(name, ScalarNode):
                if name.value in seen:
                    yield (*keys, name.value), name.start_mark.line + 1
                seen.add(name.value)
                yield from _repeated(value, (*keys, name.value))
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            yield from _repeated(value, (*keys, number))
