"""Keys that do not belong to the database are noticed at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import keys, mailboxes, messages, tickets
from bot.store.db import Database
from bot.store.vault import Vault
from tests.store.test_vault import KEYS

OTHER = Vault.parse(KEYS, Path("keys"))


async def test_any_keys_fit_an_empty_database(database: Database, vault: Vault) -> None:
    async with database.read() as s:
        await keys.fit(s, vault)
        await keys.fit(s, OTHER)


async def test_other_keys_do_not_open_its_mails(database: Database, vault: Vault) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        (message_id,) = await messages.queue_ids(s, mailbox, [("mail", "thread")])
        await messages.save_raw(s, message_id, b"raw")
    async with database.read() as s:
        await keys.fit(s, vault)
        with pytest.raises(StoreError, match="not those of this database"):
            await keys.fit(s, OTHER)


async def test_other_keys_did_not_sign_its_history(database: Database, vault: Vault) -> None:
    async with database.transaction() as s:
        mailbox = await mailboxes.get_or_create(s, "support@larkspur.example")
        await tickets.create(s, mailbox_id=mailbox.id, gmail_thread_id="thread")
    async with database.read() as s:
        await keys.fit(s, vault)
        with pytest.raises(StoreError, match="Restore the keys file"):
            await keys.fit(s, OTHER)
