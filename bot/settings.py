"""Environment and triage.yaml turned into one frozen, checked object; secrets are SecretStr and never in a message."""

from __future__ import annotations

import difflib
import ipaddress
import json
import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from bot import config
from bot.config import Config
from bot.errors import SettingsError

SLACK_API = "https://slack.com/api/"

#: Variable -> how to get it. The README's table is checked against this.
VARIABLES = {
    "SLACK_BOT_TOKEN": "the bot token (xoxb-...): api.slack.com/apps, your app, OAuth & Permissions, Install",
    "SLACK_APP_TOKEN": "an app-level token (xapp-...) with connections:write: api.slack.com/apps, your app, Basic Information",
    "SLACK_API_URL": f"where Slack's Web API is; leave it out for {SLACK_API}",
    "GMAIL_CREDENTIALS": "a file with Google credentials: an authorized user, or a service account with a `subject` line",
    "GMAIL_API_URL": "where Gmail's API is; leave it out for Google's",
    "GMAIL_TOKEN_URI": "where Google's access tokens come from; leave it out for Google's",
    "OPENAI_API_KEY": "the key of an OpenAI-compatible model; without a model, rules and templates do the work",
    "OPENAI_BASE_URL": "where the model's API is; leave it out for OpenAI's",
    "OPENAI_MODEL": "the model's name as its provider writes it; to work without a model unset all OPENAI_*",
    "DATABASE_URL": "a PostgreSQL database, postgresql://USER:PASSWORD@HOST/DATABASE; leave it out for the bundled server",
    "TRIAGE_CONFIG": "the configuration file; leave it out for triage.yaml",
    "TRIAGE_DATA_DIR": "a directory for the bundled database and its keys; leave it out for the user's data directory",
    "TRIAGE_KEYS": "the file with the keys that seal mails; make one for a new database: python -m bot.store.vault FILE",
    "TRIAGE_POLL_SECONDS": "seconds between two looks into the mailbox, 0.05 to 3600; leave it out for 15",
}
SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY", "DATABASE_URL")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SlackSettings(_Frozen):
    """How to reach Slack; tokens are empty where a command does not need Slack."""

    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    api_url: str = SLACK_API


class GmailSettings(_Frozen):
    """How to reach Gmail; URLs are None for Google's own."""

    credentials: Path | None = None
    api_url: str | None = None
    token_uri: str | None = None


class ModelSettings(_Frozen):
    """How to reach the model."""

    api_key: SecretStr
    base_url: str | None
    name: str


class Settings(_Frozen):
    """Everything that a process is told from outside."""

    slack: SlackSettings
    gmail: GmailSettings
    model: ModelSettings | None
    database_url: SecretStr | None
    data_dir: Path
    keys: Path | None
    poll_seconds: float
    config: Config


def load(env: Mapping[str, str], *, need: Collection[str] = ("slack", "gmail")) -> Settings:
    """Check everything and say all that is wrong at once, one line per problem.

    `need` names the services without which the command makes no sense ("slack", "gmail"); the others may be missing.
    """
    reader = _Reader(env)
    reader.refuse_unknown()
    slack = _slack(reader, "slack" in need)
    gmail = _gmail(reader, "gmail" in need)
    model = _model(reader)
    database_url, keys = _database(reader)
    settings = {
        "data_dir": _data_dir(reader),
        "poll_seconds": reader.number("TRIAGE_POLL_SECONDS", 15.0, least=0.05, most=3600),
        "config": _config(reader),
    }
    if reader.problems:
        raise SettingsError("\n".join(reader.problems))
    return Settings(slack=slack, gmail=gmail, model=model, database_url=database_url, keys=keys, **settings)  # type: ignore[arg-type]


class _Reader:
    """Reads variables and collects what is wrong with them. An empty value is a missing one."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def problem(self, name: str, said: str) -> None:
        """Note one line; it never holds the value."""
        self.problems.append(f"{name}: {said}")

    def refuse_unknown(self) -> None:
        """A misspelt setting of ours would otherwise be silently without effect."""
        known = [name for name in VARIABLES if name.startswith("TRIAGE_")]
        for name in sorted(set(self.env) - set(known)):
            if name.startswith("TRIAGE_"):
                near = difflib.get_close_matches(name[7:], [one[7:] for one in known], n=1, cutoff=0.5)
                meant = f"Did you mean TRIAGE_{near[0]}?" if near else f"There are {', '.join(known)}."
                self.problem(name, f"is not a setting. {meant}")

    def text(self, name: str) -> str:
        """The value without surrounding white space, "" when missing; secrets also from the file that X_FILE names."""
        value = self.env.get(name, "").strip()
        file = self.env.get(f"{name}_FILE", "").strip() if name in SECRETS else ""
        if not file:
            return value
        if value:
            self.problem(name, f"is set, and so is {name}_FILE. Keep one of them.")
            return ""
        return self._from_file(name, Path(file))

    def _from_file(self, name: str, path: Path) -> str:
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            self.problem(f"{name}_FILE", f"the file that it names cannot be read: {reason}.")
            return ""
        if not value:
            self.problem(f"{name}_FILE", "the file that it names is empty.")
        return value

    def required(self, name: str, needed: bool, pattern: str = "", shape: str = "") -> str:
        """The value; missing or malformed ones are noted with how to get them."""
        before = len(self.problems)
        value = self.text(name)
        if not value:
            if needed and len(self.problems) == before:
                self.problem(name, f"is missing. It is {VARIABLES[name]}.")
        elif pattern and not re.fullmatch(pattern, value):
            self.problem(name, f"{shape} It is {VARIABLES[name]}.")
        return value

    def url(self, name: str, default: str | None = None, *, slash: bool = False) -> str | None:
        """An https address; http only for this machine."""
        value = self.text(name)
        if not value:
            return default
        if not _acceptable(value):
            self.problem(name, "must be an address that begins with https:// (http:// only for 127.0.0.1 or localhost).")
            return default
        return value.rstrip("/") + "/" if slash else value

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        """A number within bounds."""
        value = self.text(name)
        try:
            number = float(value) if value else default
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            self.problem(name, f"must be a number. It is {VARIABLES[name]}.")
        return number


def _acceptable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or parts.username is not None or re.search(r"\s", url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback(host))


def loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _slack(reader: _Reader, needed: bool) -> SlackSettings:
    bot = reader.required("SLACK_BOT_TOKEN", needed, r"xoxb-[\w-]+", "does not begin with xoxb-.")
    app = reader.required("SLACK_APP_TOKEN", needed, r"xapp-[\w-]+", "does not begin with xapp-.")
    url = reader.url("SLACK_API_URL", SLACK_API, slash=True) or SLACK_API
    return SlackSettings(bot_token=SecretStr(bot), app_token=SecretStr(app), api_url=url)


def _gmail(reader: _Reader, needed: bool) -> GmailSettings:
    named = reader.required("GMAIL_CREDENTIALS", needed)
    path = Path(named).expanduser() if named else None
    if path is not None and (said := _credentials_problem(path)):
        reader.problem("GMAIL_CREDENTIALS", said)
    return GmailSettings(
        credentials=path, api_url=reader.url("GMAIL_API_URL", slash=True), token_uri=reader.url("GMAIL_TOKEN_URI")
    )


def _credentials_problem(path: Path) -> str:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return f"the file that it names cannot be read: {error.strerror}."
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return f"the file that it names is not JSON. It is {VARIABLES['GMAIL_CREDENTIALS']}."
    if "installed" in content or "web" in content:
        return "the file is an OAuth client, not a user: sign in with it first and use the file that this gives."
    service = content.get("type") == "service_account"
    wanted = ("client_email", "private_key", "subject") if service else ("client_id", "client_secret", "refresh_token")
    missing = [key for key in wanted if not content.get(key)]
    return f"the file that it names has no {' and no '.join(f'`{key}`' for key in missing)}." if missing else ""


def _model(reader: _Reader) -> ModelSettings | None:
    key, name = reader.text("OPENAI_API_KEY"), reader.text("OPENAI_MODEL")
    url = reader.url("OPENAI_BASE_URL")
    if not (key or name or url):
        return None
    if not name:
        reader.required("OPENAI_MODEL", True)
    if not key and not url:
        reader.problem("OPENAI_API_KEY", f"is missing. It is {VARIABLES['OPENAI_API_KEY']}.")
    return ModelSettings(api_key=SecretStr(key or "none"), base_url=url, name=name)


def _database(reader: _Reader) -> tuple[SecretStr | None, Path | None]:
    url = reader.required("DATABASE_URL", False, r"postgres(ql)?(\+asyncpg)?://\S+", "is not a PostgreSQL address.")
    keys = reader.text("TRIAGE_KEYS")
    if url and not keys:
        reader.problem("TRIAGE_KEYS", f"is missing; a database of your own needs it. It is {VARIABLES['TRIAGE_KEYS']}.")
    path = Path(keys).expanduser() if keys else None
    if path is not None and not path.is_file():
        reader.problem("TRIAGE_KEYS", f"the file that it names does not exist. It is {VARIABLES['TRIAGE_KEYS']}.")
    return SecretStr(url) if url else None, path


def _data_dir(reader: _Reader) -> Path:
    if given := reader.text("TRIAGE_DATA_DIR"):
        path = Path(given).expanduser().absolute()
        if path.exists() and not path.is_dir():
            reader.problem("TRIAGE_DATA_DIR", "names a file. It has to be a directory, or nothing yet.")
        return path
    base = reader.text("XDG_DATA_HOME")
    if base.startswith("/"):  # the specification ignores relative ones
        return Path(base) / "slack-triage"
    home = reader.text("HOME")
    return (Path(home) if home else Path.home()) / ".local" / "share" / "slack-triage"


def _config(reader: _Reader) -> Config:
    given = reader.text("TRIAGE_CONFIG")
    path = Path(given or "triage.yaml").expanduser()
    if not given and not path.exists():
        return Config()
    try:
        return config.load(path)
    except SettingsError as error:
        reader.problems.append(str(error))
        return Config()
