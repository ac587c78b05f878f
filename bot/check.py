"""`triage check`: one line for each thing that `triage run` needs, with what to do about what fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import yaml

from bot import app
from bot import settings as environment
from bot.clients.gmail import GmailClient
from bot.clients.llm import LanguageModel
from bot.clients.slack import SlackClient
from bot.errors import SettingsError, TriageError
from bot.settings import Settings
from bot.store import migrate
from bot.store.db import Database
from bot.store.vault import Vault

PATIENCE = 60.0  #: seconds for one check
Check = Callable[[], Awaitable[str]]


async def run(env: Mapping[str, str]) -> int:
    """Check everything that can be checked; 1 if anything is wrong."""
    lines = Lines()
    settings: Settings | None
    try:
        settings = await asyncio.to_thread(environment.load, env)
        lines.good("settings", "complete")
    except SettingsError as error:
        for problem in str(error).splitlines():
            lines.bad("settings", problem)
        settings = await asyncio.to_thread(_what_there_is, env)
    if settings is not None:
        await _outside(lines, settings)
    return lines.end()


class Lines:
    """Prints one line per check as it is done and remembers whether all were good."""

    def __init__(self) -> None:
        self.failed = 0

    def good(self, name: str, said: str) -> None:
        """All is well with `name`."""
        print(f"ok    {name}: {said}", flush=True)

    def bad(self, name: str, said: str) -> None:
        """Something is wrong with `name`; `said` tells what to do."""
        self.failed += 1
        print(f"FAIL  {name}: {' '.join(said.split())}", flush=True)

    def skipped(self, name: str, said: str) -> None:
        """Nothing to check."""
        print(f"-     {name}: {said}", flush=True)

    async def check(self, name: str, look: Check) -> bool:
        """Carry out one check."""
        try:
            async with asyncio.timeout(PATIENCE):
                said = await look()
        except TriageError as error:
            self.bad(name, str(error))
        except TimeoutError:
            self.bad(name, f"no answer within {PATIENCE:g} s. Check the network and the address.")
        except Exception as error:  # the next line must still be printed
            self.bad(name, f"could not be checked ({type(error).__name__})")
        else:
            self.good(name, said)
            return True
        return False

    def end(self) -> int:
        """The last line and the exit code."""
        print(f"{self.failed} to mend" if self.failed else "all good: `triage run` can start", flush=True)
        return 1 if self.failed else 0


def _what_there_is(env: Mapping[str, str]) -> Settings | None:
    """Settings without the services that were not configured, so that the rest can be checked in the same go."""
    try:
        return environment.load(env, need=())
    except SettingsError:
        return None


async def _outside(lines: Lines, settings: Settings) -> None:
    await _database(lines, settings)
    if settings.slack.bot_token.get_secret_value() and settings.slack.app_token.get_secret_value():
        await _slack(lines, settings)
    if settings.gmail.credentials is not None:
        await _gmail(lines, settings)
    await _model(lines, settings)


async def _database(lines: Lines, settings: Settings) -> None:
    async def keys() -> str:
        await asyncio.to_thread(Vault.load, settings.keys, create_at=app.keys_file(settings))
        return "readable"

    async def database() -> str:
        async with _opened(settings) as (url, db):
            await db.ping()
            found, wanted = await migrate.current(url), migrate.head()
        state = "at this version" if found == wanted else "to be brought to this version by `triage run` or `triage db upgrade`"
        return f"{'configured' if settings.database_url else 'bundled'} server answers; schema {state}"

    await lines.check("keys", keys)
    await lines.check("database", database)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[str, Database]]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(app.database_server(settings))
        db = Database(url)
        stack.push_async_callback(db.dispose)
        yield url, db


async def _slack(lines: Lines, settings: Settings) -> None:
    async with SlackClient(settings.slack) as slack:

        async def token() -> str:
            identity = await slack.auth()
            missing = sorted(await asyncio.to_thread(manifest_scopes) - identity.scopes) if identity.scopes else []
            if missing:
                raise TriageError(
                    f"the app lacks {', '.join(missing)}. Update it with manifest.yml (api.slack.com/apps, App Manifest) "
                    "and install it again."
                )
            return f"bot of {identity.team}, with every scope of manifest.yml"

        async def socket() -> str:
            await slack.open_connection()
            return "Socket Mode can connect"

        works = await lines.check("Slack bot token", token)
        await lines.check("Slack app token", socket)
        if works:
            await _places(lines, settings, slack)


async def _places(lines: Lines, settings: Settings, slack: SlackClient) -> None:
    """The channels and people that the configuration names."""
    channels = settings.config.channels

    async def channel(name: str) -> str:
        await slack.channel_id(name)
        return "the bot is in it"

    async def person(user: str) -> str:
        found = await slack.person(user)
        if found.guest or not found.local:
            raise TriageError("is a guest or from another organisation, so they cannot act on tickets. Remove them from people.")
        return "can act on tickets"

    for name in sorted({channels.default, channels.oncall, *channels.categories.values()}):
        await lines.check(f"channel #{name}", lambda name=name: channel(name))  # type: ignore[misc]
    for colleague in settings.config.people:
        await lines.check(f"person {colleague.slack}", lambda user=colleague.slack: person(user))  # type: ignore[misc]


def manifest_scopes() -> set[str]:
    """The bot scopes that manifest.yml asks for."""
    manifest = yaml.safe_load(app.resource("manifest.yml").read_text(encoding="utf-8"))
    return set(manifest["oauth_config"]["scopes"]["bot"])


async def _gmail(lines: Lines, settings: Settings) -> None:
    assert settings.gmail.credentials is not None
    try:
        gmail = await asyncio.to_thread(GmailClient, settings.gmail.credentials, settings.gmail.api_url, settings.gmail.token_uri)
    except TriageError as error:
        return lines.bad("Gmail", str(error))

    async def mailbox() -> str:
        profile = await gmail.profile()
        await gmail.labels()
        return f"{profile.address} can be read, labelled and answered from"

    async def sender() -> str:
        profile, usable = await gmail.profile(), {entry.address for entry in await gmail.send_as() if entry.usable}
        wanted = {address for address in (settings.config.mailbox, *settings.config.aliases) if address} or {profile.address}
        if missing := sorted(wanted - usable - {profile.address}):
            raise TriageError(
                f"Gmail does not send as {', '.join(missing)}. Add it under Gmail > Settings > Accounts > Send mail as."
            )
        return "Gmail sends as every address that triage.yaml names"

    try:
        if await lines.check("Gmail", mailbox):
            await lines.check("Gmail sender", sender)
    finally:
        await gmail.close()


async def _model(lines: Lines, settings: Settings) -> None:
    if settings.model is None:
        return lines.skipped("model", "none is configured (OPENAI_*): rules and templates do the work")
    chosen = settings.model
    model = await asyncio.to_thread(LanguageModel, chosen.api_key.get_secret_value(), chosen.base_url, chosen.name)

    async def known() -> str:
        names = await model.names()
        if names and chosen.name not in names:
            raise TriageError(f"the server has no model of this name. It has {', '.join(sorted(names)[:5])}: set OPENAI_MODEL.")
        return f"{chosen.name} answers"

    try:
        await lines.check("model", known)
    finally:
        await model.close()
