"""Who may look, open and export; and that nobody opens what the scanner did not call clean."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import config, roles
from bot.app import Bot
from bot.clients.clamd import Scanner, Verdict
from bot.errors import NotAllowed, Refused, SettingsError, Temporary
from bot.sandbox.slack_person import Card, Modal
from bot.store import events, tickets
from bot.values import Person
from tests.privacy.planted import BROKEN_SENSOR
from tests.scenario.conftest import Office

ANA, BEN, CHLOE = (Person(f"U0{name.upper()}", name) for name in ("Ana", "Ben", "Chloe"))
GUS, FAY = Person("U0GUS", "Gus", guest=True), Person("U0FAY", "Fay", local=False)
PEOPLE = """
people:
  - {slack: U0ANA, name: Ana, roles: [lead]}
  - {slack: U0BEN, name: Ben, roles: [legal]}
"""
NOBODY = config.Config()


@dataclass
class Clamd:
    """A daemon that speaks clamd's protocol: what holds `virus` is infected; `answer` replaces its word, "" hangs up."""

    virus: bytes = b"EICAR"
    answer: str | None = None
    address: str = ""
    scanned: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"nINSTREAM\n"
        data = b""
        while size := struct.unpack("!L", await reader.readexactly(4))[0]:
            data += await reader.readexactly(size)
        self.scanned.append(data)
        word = "stream: Eicar-Test FOUND" if self.virus in data else "stream: OK"
        writer.write((word if self.answer is None else self.answer).encode())
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def clamd() -> AsyncIterator[Clamd]:
    daemon = Clamd()
    server = await asyncio.start_server(daemon.serve, "127.0.0.1", 0)
    async with server:
        daemon.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield daemon


# Roles


def test_without_people_every_full_member_may_all_but_legal_attachments() -> None:
    assert roles.may_look(NOBODY, ANA) == roles.may_export(NOBODY, ANA) == roles.may_open(NOBODY, ANA, "billing") == ""
    assert roles.may_open(NOBODY, ANA, "legal") == roles.NO_LEGAL
    for stranger in (GUS, FAY):
        assert roles.may_look(NOBODY, stranger)
        assert roles.may_open(NOBODY, stranger, "billing")
        assert roles.may_export(NOBODY, stranger)


def test_with_people_only_they_and_by_their_roles() -> None:
    team = config.parse(PEOPLE)
    assert [roles.may_look(team, by) for by in (ANA, BEN, CHLOE)] == ["", "", roles.UNNAMED]
    assert [roles.may_export(team, by) for by in (ANA, BEN, CHLOE)] == ["", roles.NO_EXPORT, roles.NO_EXPORT]
    assert [roles.may_open(team, by, "legal") for by in (ANA, BEN, CHLOE)] == [roles.NO_LEGAL, "", roles.NO_LEGAL]
    assert [roles.may_open(team, by, "lead") for by in (ANA, BEN, CHLOE)] == ["", "", roles.UNNAMED]
    with pytest.raises(NotAllowed, match="role lead or admin"):
        roles.require(roles.may_export(team, BEN))


@pytest.mark.parametrize("wrong", ["people: [{slack: U0ANA, name: A, roles: [boss]}]", "attachments: {clamd: nonsense}"])
def test_mistakes_in_the_file_are_named(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"triage\.yaml:1: "):
        config.parse(wrong)


# The scanner


async def test_the_scanner_tells_clean_from_infected() -> None:
    async with clamd() as daemon:
        scanner = Scanner(daemon.address)
        assert await scanner.scan(b"a letter" * 1000) is Verdict.CLEAN
        assert await scanner.scan(b"an EICAR letter") is Verdict.INFECTED
        assert daemon.scanned == [b"a letter" * 1000, b"an EICAR letter"]


@pytest.mark.parametrize("answer", ["", "INSTREAM size limit exceeded. ERROR", "stream: lstat() failed ERROR", "what?", "\u00e4"])
async def test_no_verdict_is_never_clean(answer: str) -> None:
    async with clamd() as daemon:
        daemon.answer = answer
        with pytest.raises(Temporary, match="stays closed"):
            await Scanner(daemon.address).scan(b"x")
    with pytest.raises(Temporary, match="stays closed"):
        await Scanner(daemon.address, seconds=1).scan(b"x")


# In Slack


async def mail_with(office: Office, attached: bytes, subject: str = "Sensor, order LS-20418") -> Card:
    """A card whose mail has one attachment."""
    raw = BROKEN_SENSOR.raw().replace(b"JVBERi0xLjcgdGVzdA==", attached).replace(b"order LS-20418", subject.encode(), 1)
    await office.world.gmail.deliver(raw)
    return await office.world.slack.card(subject.rsplit(" ", 1)[-1])


def configured(office: Office, more: str) -> None:
    path = Path(office.env["TRIAGE_CONFIG"])
    path.write_text(path.read_text() + more)


async def original(office: Office, card: Card, who: str) -> Modal:
    await card.click("More…", by=who)
    more = await office.world.slack.view(who)
    await more.click("View original")
    number = more.title.rpartition("#")[2]
    return await office.world.slack.view(who, title=f"Original of #{number}")


async def history(bot: Bot) -> list[tuple[str, str, dict[str, object]]]:
    async with bot.db.read() as s:
        ticket = await tickets.by_number(s, 1001)
        assert ticket is not None
        assert bot.db.vault is not None
        assert await events.verify(s, bot.db.vault, ticket.id)
        return [(event.actor, event.action, event.details) for event in await events.of_ticket(s, ticket.id)]


async def test_a_clean_attachment_comes_by_direct_message_and_is_recorded(office: Office) -> None:
    slack = office.world.slack
    async with clamd() as daemon:
        configured(office, f"attachments: {{clamd: '{daemon.address}'}}\n")
        async with office.open() as bot:
            card = await mail_with(office, b"JVBERi0xLjcgZmlsZQ==")
            view = await original(office, card, "ana")
            await view.until(lambda v: "no virus found" in v.text)
            assert "Merriwhistle-passport-X4471902.pdf\napplication/pdf" in view.text
            await view.click("Open")
            await (await slack.view("ana", title="Attachment")).until(lambda v: "in your direct messages" in v.text)
            (file,) = slack.files("ana")
            assert (file.name, file.data) == ("ticket-1001-attachment-1.pdf", b"%PDF-1.7 file")
            assert slack.files("ben") == []
            opened = [(who, details) for who, action, details in await history(bot) if action == "open_attachment"]
            assert [who for who, _ in opened] == ["U0ANA"]
            assert "passport" not in str(opened)
            assert len(str(opened[0][1]["file"])) == 64
    assert not any(message.files for message in slack.messages("triage"))
    assert len(daemon.scanned) == 2  # when the window opened, and again when the file was given out


async def test_an_infected_attachment_is_never_offered(office: Office) -> None:
    slack = office.world.slack
    async with clamd() as daemon:
        configured(office, f"attachments: {{clamd: '{daemon.address}'}}\n")
        async with office.open() as bot:
            card = await mail_with(office, b"RUlDQVItVEVTVA==")  # EICAR-TEST
            view = await original(office, card, "ana")
            await view.until(lambda v: "infected" in v.text)
            assert "Open" not in view.buttons
            async with bot.db.read() as s:
                ticket = await tickets.by_number(s, 1001)
            assert ticket is not None
            (mail,) = (await bot.desk.original(ticket.id, ANA, again=True)).mails
            with pytest.raises(Refused, match="not given out"):  # a button of an older window
                await bot.desk.attachment(ticket.id, ANA, mail.id, 0)
            assert "open_attachment" not in [action for _, action, _ in await history(bot)]
    assert slack.files("ana") == []


async def test_a_scanner_that_is_away_keeps_the_file_closed(office: Office) -> None:
    slack = office.world.slack
    async with clamd() as daemon:
        configured(office, f"attachments: {{clamd: '{daemon.address}', seconds: 2}}\n")
    async with office.open():
        card = await mail_with(office, b"JVBERi0xLjcgZmlsZQ==")
        view = await original(office, card, "ana")
        assert "not scanned" in view.text
        await view.click("Open")
        await (await slack.view("ana", title="Attachment")).until(lambda v: "One moment" not in v.text)
        assert "could not be done right now" in (await slack.view("ana", title="Attachment")).text
    assert slack.files("ana") == []


async def test_legal_mail_is_opened_by_the_legal_role_and_exported_by_leads(office: Office) -> None:
    slack, model = office.world.slack, office.world.model
    triage = {"category": "legal", "priority": "high", "summary": "A claim.", "asks": [], "confidence": 0.95}
    model.script("triage", {**triage, "outage": False, "needs_no_answer": False, "language": "en"})
    configured(office, PEOPLE)
    async with office.open() as bot:
        card = await mail_with(office, b"JVBERi0xLjcgZmlsZQ==")
        await card.until(lambda c: "Legal" in c.blocks_text)
        seen = await original(office, card, "ana")
        assert roles.NO_LEGAL in seen.text
        assert "Open" not in seen.buttons
        assert "Open" in (await original(office, card, "ben")).buttons
        await card.click("More…", by="chloe")
        assert "View original" not in (await slack.view("chloe")).buttons
        await seen.click("Export")
        await (await slack.view("ana", title="Export")).until(lambda v: "in your direct messages" in v.text)
        (file,) = slack.files("ana")
        found = json.loads(file.data or b"")
        assert file.name == "ticket-1001.json"
        assert {"ticket", "mails", "drafts", "events", "placeholders"} <= set(found)
        assert "Yxolda Merriwhistle" in found["mails"][0]["mail"]["text"]
        assert [who for who, action, _ in await history(bot) if action == "export"] == ["U0ANA"]
        async with bot.db.read() as s:
            ticket = await tickets.by_number(s, 1001)
        assert ticket is not None
        (mail,) = (await bot.desk.original(ticket.id, BEN)).mails
        for who, reason in ((ANA, "role legal"), (CHLOE, "role legal")):
            with pytest.raises(NotAllowed, match=reason):
                await bot.desk.attachment(ticket.id, who, mail.id, 0)
        with pytest.raises(NotAllowed, match="named in triage"):
            await bot.desk.original(ticket.id, CHLOE)
        with pytest.raises(NotAllowed, match="lead or admin"):
            await bot.desk.export(ticket.id, BEN)
        name, data = await bot.desk.attachment(ticket.id, BEN, mail.id, 0)
        assert (name, data) == ("ticket-1001-attachment-1.pdf", b"%PDF-1.7 file")
        with pytest.raises(Refused, match="not kept here"):
            await bot.desk.attachment(ticket.id, BEN, mail.id, 7)
