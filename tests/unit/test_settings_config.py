"""triage.yaml: what it may say, what holds without it, and errors with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Config, load, parse
from bot.errors import SettingsError
from bot.values import Category, Priority

EXAMPLE = Path(__file__).parents[2] / "triage.example.yaml"


@pytest.mark.parametrize("text", ["", "\n", "# only words\n", "---\n", "{}"])
def test_an_empty_file_works(text: str) -> None:
    found = parse(text)
    assert found == Config()
    assert (found.channels.default, found.channels.oncall) == ("triage", "triage-oncall")
    assert {found.channel_for(category) for category in Category} == {"triage"}
    assert [found.due.minutes(priority) for priority in Priority] == [4320, 1440, 240, 60]


def test_the_example_works_and_shows_every_key() -> None:
    found = load(EXAMPLE)
    assert found.mailbox == "support@larkspur.example"
    assert found.channel_for(Category.BILLING) == "billing"
    assert found.channel_for(Category.LEGAL) == "triage"
    assert found.people[0].languages == ("en", "es")
    assert "Larkspur" in found.reply.signature
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [name for name in Config.model_fields if f"\n{name}:" not in text] == []


def test_a_mailbox_may_keep_things_for_another_time() -> None:
    found = parse("retention: {originals_days: 7, mailboxes: {Jobs@Larkspur.example: {text_days: 90}}}").retention
    here, elsewhere = found.of("jobs@larkspur.example"), found.of("support@larkspur.example")
    assert (here.originals_days, here.details_days, here.text_days) == (7, 30, 90)
    assert (elsewhere.originals_days, elsewhere.details_days, elsewhere.text_days) == (7, 30, 180)


def test_channels_may_have_their_hash_in_quotes() -> None:
    found = parse("channels: {default: '#help', lead: '#sales'}")
    assert found.channels.all() == {"help", "sales", "triage-oncall"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mailbox: larkspur\n", "triage.yaml:1: mailbox: is not a mail address"),
        ("mailbox:\n", None),
        ("\n\nchannels:\n  default: triage\n  billing: a b\n", "triage.yaml:5: channels.billing: is not a channel name"),
        ("channels:\n  biling: x\n", "triage.yaml:2: channels.biling: is not a key here; did you mean `billing`?"),
        ("channels:\n  billing: #billing\n", "triage.yaml:2: channels.billing: has no value"),
        ("channels: triage\n", "triage.yaml:1: channels: expected keys"),
        ("people:\n  - slack: U024BE7LH\n", "triage.yaml:2: people.1.name: is missing."),
        ("people:\n  - {slack: ana, name: Ana}\n", "triage.yaml:2: people.1.slack: is not a Slack member id"),
        (
            "people:\n- {slack: UA1, name: A}\n- {slack: UB1, name: B, languages: [english]}\n",
            "triage.yaml:3: people.2.languages.1: ",
        ),
        ("retention: {text_days: 5}\n", "triage.yaml:1: retention.text_days: "),
        (
            "retention: {orginals_days: 5}\n",
            "triage.yaml:1: retention.orginals_days: is not a key here; did you mean `originals_days`?",
        ),
        (
            "retention:\n  mailboxes:\n    a@b.example: {orginals_days: 5}\n",
            "triage.yaml:3: retention.mailboxes.a@b.example.orginals_days: is not a key here; did you mean `originals_days`?",
        ),
        (
            "retention:\n  mailboxes: {nobody: {text_days: 90}}\n",
            "triage.yaml:2: retention.mailboxes.nobody: is not a mail address",
        ),
        ("due:\n  high: soon\n", "triage.yaml:2: due.high: "),
        ("due:\n  high: 0\n", "triage.yaml:2: due.high: "),
        ("backlog: {most: 5000}\n", "triage.yaml:1: backlog.most: "),
        ("review_below: 60\n", "triage.yaml:1: review_below: "),
        ("mailbx: a@b.example\n", "triage.yaml:1: mailbx: is not a key here; did you mean `mailbox`?"),
        ("zzz: 1\n", "triage.yaml:1: zzz: is not a key here; there are mailbox"),
        ("due:\n  low: 1\ndue:\n  low: 2\n", "triage.yaml:3: due: is there twice"),
        ("people:\n  - {slack: UA1, slack: UB1, name: x}\n", "triage.yaml:2: people.1.slack: is there twice"),
        ("- a\n", "triage.yaml:1: expected keys"),
        ("a: [\n", "triage.yaml:2: "),
        ("a: b: c\n", "triage.yaml:1: "),
        ("\tmailbox: x\n", "triage.yaml:1: "),
        ("mailbox: !!python/object:os.system x\n", "triage.yaml:1: "),
        ("1: 2\n", "triage.yaml:1: 1: "),
        ("mailbox: \x00\n", "triage.yaml: "),
        ("a: " + "[" * 2000, "triage.yaml"),
    ],
)
def test_errors_name_file_line_and_key(text: str, line: str | None) -> None:
    if line is None:
        assert parse(text) == Config()
        return
    with pytest.raises(SettingsError) as raised:
        parse(text)
    assert str(raised.value).startswith(line)


def test_an_alias_that_contains_itself() -> None:
    with pytest.raises(SettingsError, match="contains itself"):
        parse("people: &a [*a]\n")


def test_every_mistake_is_told() -> None:
    with pytest.raises(SettingsError) as raised:
        parse("mailbox: x\ndue: {low: no}\nreaders: {processes: 0}\n")
    assert len(str(raised.value).splitlines()) == 3


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "nowhere.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load(tmp_path / "bytes.yaml")


def test_it_does_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().mailbox = "x@y.example"
