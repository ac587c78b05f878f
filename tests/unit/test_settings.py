"""Every setting: missing, malformed, from a file, misspelt; and no secret in any message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError
from bot.settings import VARIABLES, Settings, load

SECRET = "s3cr3t-value"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Everything set, and well."""
    monkeypatch.chdir(tmp_path)
    user = {"client_id": "i", "client_secret": "s", "refresh_token": "r"}
    (tmp_path / "google.json").write_text(json.dumps(user))
    (tmp_path / "keys").write_text("")
    (tmp_path / "other.yaml").write_text("mailbox: support@larkspur.example\n")
    return {
        "SLACK_BOT_TOKEN": "xoxb-1-" + SECRET,
        "SLACK_APP_TOKEN": "xapp-1-" + SECRET,
        "SLACK_API_URL": "https://slack.example/api",
        "GMAIL_CREDENTIALS": str(tmp_path / "google.json"),
        "GMAIL_API_URL": "http://127.0.0.1:8000/gmail",
        "GMAIL_TOKEN_URI": "https://google.example/token",
        "OPENAI_API_KEY": SECRET,
        "OPENAI_BASE_URL": "http://localhost:9/v1/",
        "OPENAI_MODEL": "a-model",
        "DATABASE_URL": f"postgresql://triage:{SECRET}@db.example/triage",
        "TRIAGE_CONFIG": str(tmp_path / "other.yaml"),
        "TRIAGE_DATA_DIR": str(tmp_path / "data"),
        "TRIAGE_KEYS": str(tmp_path / "keys"),
        "TRIAGE_POLL_SECONDS": "2.5",
    }


def problems(env: dict[str, str]) -> list[str]:
    """The lines that a person would read."""
    with pytest.raises(SettingsError) as raised:
        load(env)
    assert SECRET not in str(raised.value)
    return str(raised.value).splitlines()


def test_everything_set(env: dict[str, str], tmp_path: Path) -> None:
    assert set(env) == set(VARIABLES)
    found = load(env)
    assert found.slack.bot_token.get_secret_value() == "xoxb-1-" + SECRET
    assert found.slack.api_url == "https://slack.example/api/"
    assert found.gmail.credentials == tmp_path / "google.json"
    assert found.gmail.api_url == "http://127.0.0.1:8000/gmail/"
    assert found.gmail.token_uri == "https://google.example/token"
    assert found.model is not None
    assert (found.model.base_url, found.model.name) == ("http://localhost:9/v1/", "a-model")
    assert found.database_url is not None
    assert (found.keys, found.poll_seconds, found.data_dir) == (tmp_path / "keys", 2.5, tmp_path / "data")
    assert found.config.mailbox == "support@larkspur.example"
    assert SECRET not in repr(found)


def test_it_does_not_change(env: dict[str, str]) -> None:
    found = load(env)
    with pytest.raises(ValueError, match="frozen"):
        found.poll_seconds = 1


def test_the_least(env: dict[str, str], tmp_path: Path) -> None:
    found = load(
        {name: env[name] for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GMAIL_CREDENTIALS")} | {"HOME": "/home/ana"}
    )
    assert found.slack.api_url == "https://slack.com/api/"
    assert (found.model, found.database_url, found.keys, found.poll_seconds) == (None, None, None, 15.0)
    assert found.data_dir == Path("/home/ana/.local/share/slack-triage")
    assert found.config.channels.default == "triage"


def test_a_command_that_needs_nothing() -> None:
    assert isinstance(load({}, need=()), Settings)


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GMAIL_CREDENTIALS", "OPENAI_MODEL", "TRIAGE_KEYS"])
def test_missing(env: dict[str, str], name: str, blank: str) -> None:
    (line,) = problems({**env, name: blank})
    assert line.startswith(f"{name}: is missing")
    assert VARIABLES[name] in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-" + SECRET),
        ("SLACK_BOT_TOKEN", f"xoxb-{SECRET} {SECRET}"),
        ("SLACK_APP_TOKEN", "xoxb-" + SECRET),
        ("GMAIL_CREDENTIALS", "/nowhere/" + SECRET),
        ("DATABASE_URL", f"mysql://root:{SECRET}@db.example/x"),
        ("TRIAGE_KEYS", "/nowhere/keys"),
        ("TRIAGE_POLL_SECONDS", "soon"),
        ("TRIAGE_POLL_SECONDS", "0"),
        ("TRIAGE_POLL_SECONDS", "nan"),
        ("TRIAGE_POLL_SECONDS", "inf"),
        ("TRIAGE_POLL_SECONDS", "-1"),
        ("TRIAGE_POLL_SECONDS", "3601"),
    ],
)
def test_malformed(env: dict[str, str], name: str, value: str) -> None:
    (line,) = problems({**env, name: value})
    assert line.startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["SLACK_API_URL", "GMAIL_API_URL", "GMAIL_TOKEN_URI", "OPENAI_BASE_URL"])
@pytest.mark.parametrize(
    "value",
    [
        "http://slack.example/api/", "http://127.0.0.1.example/", "http://localhost.example/", "http://10.0.0.1/", "slack.com",
        "ftp://127.0.0.1/", "https://", "https://user:pw@slack.example/", "https://a b/", "http://[::1", "https://x:port/", "https://x/?a=b",
    ],
)  # fmt: skip
def test_addresses_are_https(env: dict[str, str], name: str, value: str) -> None:
    (line,) = problems({**env, name: value})
    assert line.startswith(f"{name}: must be an address that begins with https://")


@pytest.mark.parametrize(
    "value", ["http://127.0.0.1:5/x", "http://127.9.9.9/", "http://localhost/", "http://[::1]:5/", "https://x.example"]
)
def test_addresses_of_this_machine_may_be_http(env: dict[str, str], value: str) -> None:
    assert load({**env, "SLACK_API_URL": value})


@pytest.mark.parametrize("name", settings.SECRETS)
def test_a_secret_from_a_file(env: dict[str, str], name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(env.pop(name) + "\n")
    assert load({**env, f"{name}_FILE": str(file)})
    (line,) = problems({**env, name: "xoxb-" + SECRET, f"{name}_FILE": str(file)})
    assert line == f"{name}: is set, and so is {name}_FILE. Keep one of them."
    (line,) = problems({**env, f"{name}_FILE": "/nowhere"})
    assert line.startswith(f"{name}_FILE: the file that it names cannot be read")
    file.write_text(" \n")
    (line,) = problems({**env, f"{name}_FILE": str(file)})
    assert line == f"{name}_FILE: the file that it names is empty."
    file.write_bytes(b"\xff\xfe")
    assert "not text" in problems({**env, f"{name}_FILE": str(file)})[0]


@pytest.mark.parametrize(
    ("name", "near"),
    [("TRIAGE_POLL_SECOND", "TRIAGE_POLL_SECONDS"), ("TRIAGE_KEY", "TRIAGE_KEYS"), ("TRIAGE_DATADIR", "TRIAGE_DATA_DIR")],
)
def test_a_misspelt_name(env: dict[str, str], name: str, near: str) -> None:
    assert problems({**env, name: SECRET}) == [f"{name}: is not a setting. Did you mean {near}?"]


def test_an_unknown_name_far_from_all(env: dict[str, str]) -> None:
    (line,) = problems({**env, "TRIAGE_XYZ": "1"})
    assert "TRIAGE_CONFIG" in line
    assert load({**env, "UNRELATED": "1", "SLACK_OTHER": "1"})


def test_all_problems_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load({"TRIAGE_X": "1", "OPENAI_API_KEY": SECRET, "SLACK_API_URL": "x"})
    assert [line.split(":")[0] for line in str(raised.value).splitlines()] == [
        "TRIAGE_X", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "GMAIL_CREDENTIALS", "OPENAI_MODEL",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not JSON"),
        ('{"installed": {}}', "sign in with it first"),
        ('{"client_id": "i"}', "has no `client_secret` and no `refresh_token`"),
        ('{"type": "service_account", "client_email": "a", "private_key": "k"}', "has no `subject`"),
    ],
)
def test_google_credentials(env: dict[str, str], tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "google.json").write_text(content)
    (line,) = problems(env)
    assert line.startswith("GMAIL_CREDENTIALS: ")
    assert said in line


def test_a_model_without_a_key_needs_an_address(env: dict[str, str]) -> None:
    del env["OPENAI_API_KEY"]
    assert load(env).model is not None
    del env["OPENAI_BASE_URL"]
    assert problems(env)[0].startswith("OPENAI_API_KEY: is missing")


def test_data_directory(env: dict[str, str], tmp_path: Path) -> None:
    del env["TRIAGE_DATA_DIR"]
    assert load({**env, "XDG_DATA_HOME": "/share"}).data_dir == Path("/share/slack-triage")
    assert load({**env, "XDG_DATA_HOME": "relative", "HOME": "/h"}).data_dir == Path("/h/.local/share/slack-triage")
    assert problems({**env, "TRIAGE_DATA_DIR": str(tmp_path / "keys")})[0].startswith("TRIAGE_DATA_DIR: names a file")


def test_configuration_file(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("mailbox: x\n")
    assert problems(env)[0].startswith("other.yaml:1: mailbox: ")
    assert "TRIAGE_CONFIG" in problems({**env, "TRIAGE_CONFIG": "/nowhere.yaml"})[0]
    del env["TRIAGE_CONFIG"]
    assert load(env).config.mailbox is None
    (tmp_path / "triage.yaml").write_text("mailbox: sales@larkspur.example\n")
    assert load(env).config.mailbox == "sales@larkspur.example"
