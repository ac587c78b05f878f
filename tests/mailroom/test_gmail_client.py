"""The Gmail client over real HTTP: what it reads, that a send is one POST, and what Google's errors become."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.clients.gmail import GmailClient
from bot.errors import Ambiguous, AuthFailed, Missing, Permanent, SettingsError, Temporary
from bot.sandbox.faults import Fault
from tests.mailroom.conftest import Post

ANA = "Ana Silva <ana@acme.example>"
REPLY = b"From: support@larkspur.example\r\nTo: ana@acme.example\r\nSubject: Re: Help\r\nX-Triage-Reply-Id: 42\r\n\r\nHello"


def called(post: Post, method: str) -> int:
    return sum(call.method == method for call in post.gmail.calls)


async def test_profile_and_raw_bytes(post: Post, client: GmailClient) -> None:
    arrived = await post.gmail.write(ANA, "Help", "It is broken")
    profile = await client.profile()
    mail = await client.raw(arrived)
    assert profile.address == "support@larkspur.example"
    assert b"It is broken" in mail.raw
    assert mail.ref.id == arrived
    assert "INBOX" in mail.ref.labels


async def test_many_at_once_get_their_own_mail(post: Post, client: GmailClient) -> None:
    ids = [await post.gmail.write(ANA, f"Help {n}", f"body-{n}-end") for n in range(20)]
    mails = await asyncio.gather(*(client.raw(i) for i in ids))
    assert all(f"body-{n}-end".encode() in mail.raw for n, mail in enumerate(mails))


async def test_history_follows_pages_and_sees_rescued_mail(post: Post, client: GmailClient) -> None:
    spam = await post.gmail.deliver(b"From: a@b.example\r\nSubject: x\r\n\r\ny", spam=True)
    start = (await client.profile()).history_id
    arrived = [await post.gmail.write(ANA, f"Help {n}", "text") for n in range(501)]
    await post.gmail.relabel(spam, add=["INBOX"], remove=["SPAM"])
    history = await client.history(start)
    assert [ref.id for ref in history.added] == [*arrived, spam]
    assert called(post, "history.list") == 2
    assert (await client.history(history.history_id)).added == ()


async def test_expired_history_is_missing(post: Post, client: GmailClient) -> None:
    start = (await client.profile()).history_id
    post.gmail.expire_history()
    with pytest.raises(Missing):
        await client.history(start)


async def test_search_is_bounded(post: Post, client: GmailClient) -> None:
    ids = [await post.gmail.write(ANA, f"Help {n}", "text") for n in range(5)]
    assert [ref.id for ref in await client.search("in:inbox", most=3)] == ids[:1:-1]


async def test_a_read_is_repeated_after_what_is_temporary(post: Post, client: GmailClient) -> None:
    post.gmail.faults.add(Fault("getProfile", "5xx"))
    post.gmail.faults.add(Fault("getProfile", "drop"))
    assert (await client.profile()).address


async def test_a_read_gives_up_in_the_end(post: Post) -> None:
    client = post.client(attempts=2)
    post.gmail.faults.add(Fault("getProfile", "5xx", times=10))
    with pytest.raises(Temporary):
        await client.profile()
    assert called(post, "getProfile") == 2


async def test_draft_is_sent_with_the_given_bytes_and_then_gone(post: Post, client: GmailClient) -> None:
    arrived = await post.gmail.write(ANA, "Help", "It is broken")
    thread = (await client.raw(arrived)).ref.thread_id
    draft = await client.create_draft(REPLY, thread)
    assert (await client.get_draft(draft.id)).message.id == draft.message.id
    assert [found.id for found in await client.drafts()] == [draft.id]
    sent = await client.send_draft(draft.id, REPLY.replace(b"Hello", b"Good day"), thread)
    assert post.gmail.sent[0].id == sent.id
    assert "Good day" in post.gmail.sent[0].text
    with pytest.raises(Missing):
        await client.get_draft(draft.id)
    with pytest.raises(Missing):
        await client.send_draft(draft.id, REPLY, thread)


@pytest.mark.parametrize("before", [True, False])
async def test_a_send_whose_answer_is_lost_is_one_post_and_ambiguous(post: Post, client: GmailClient, before: bool) -> None:
    draft = await client.create_draft(REPLY, (await client.raw(await post.gmail.write(ANA, "Help", "x"))).ref.thread_id)
    post.gmail.faults.add(Fault("drafts.send", "drop", before=before))
    with pytest.raises(Ambiguous):
        await client.send_draft(draft.id, REPLY, draft.message.thread_id)
    assert called(post, "drafts.send") == 1
    assert len(post.gmail.sent) == (0 if before else 1)


async def test_a_slow_send_is_ambiguous(post: Post) -> None:
    client = post.client(timeout=0.3)
    draft = await client.create_draft(REPLY, (await client.raw(await post.gmail.write(ANA, "Help", "x"))).ref.thread_id)
    post.gmail.faults.add(Fault("drafts.send", "slow", seconds=1.0))
    with pytest.raises(Ambiguous):
        await client.send_draft(draft.id, REPLY, draft.message.thread_id)
    assert called(post, "drafts.send") == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("drafts.create", "5xx"), Ambiguous),
        (Fault("drafts.create", "429", retry_after=7), Temporary),
        (Fault("drafts.create", "error", status=403, error="insufficientPermissions"), AuthFailed),
        (Fault("drafts.create", "error", status=400, error="failedPrecondition"), AuthFailed),
        (Fault("drafts.create", "error", status=400, error="invalidArgument"), Permanent),
        (Fault("drafts.create", "error", status=403, error="userRateLimitExceeded"), Temporary),
        (Fault("drafts.create", "error", status=403, error="dailyLimitExceeded"), Temporary),
    ],
)
async def test_errors_of_a_write(post: Post, client: GmailClient, fault: Fault, error: type[Exception]) -> None:
    thread = (await client.raw(await post.gmail.write(ANA, "Help", "x"))).ref.thread_id
    post.gmail.faults.add(fault)
    with pytest.raises(error) as caught:
        await client.create_draft(REPLY, thread)
    assert type(caught.value) is error
    if fault.kind == "429":
        assert isinstance(caught.value, Temporary)
        assert caught.value.retry_after == 7


async def test_labels_are_made_once_and_put_on(post: Post, client: GmailClient) -> None:
    arrived = await post.gmail.write(ANA, "Help", "x")
    label = await client.create_label("triage/support")
    assert await client.create_label("triage/support") == label
    await client.modify(arrived, add=[label], remove=["UNREAD"])
    assert "triage/support" in post.gmail.labels_of(arrived)
    assert "UNREAD" not in post.gmail.labels_of(arrived)


async def test_send_as(client: GmailClient) -> None:
    assert [entry.address for entry in await client.send_as() if entry.usable] == [
        "support@larkspur.example",
        "billing@larkspur.example",
    ]


async def test_gmail_is_not_there(post: Post) -> None:
    client = post.client(api_url="http://127.0.0.1:9/gmail/", attempts=1)
    with pytest.raises(Temporary):
        await client.profile()
    with pytest.raises(Temporary):
        await client.create_draft(REPLY, "t")


async def test_a_service_account_acts_for_its_subject(post: Post, tmp_path: Path) -> None:
    path = tmp_path / "service.json"
    path.write_text(json.dumps(post.gmail.accounts.service_account(f"{post.url}/google/token")))
    client = post.client(credentials=path)
    assert (await client.profile()).address == "support@larkspur.example"


async def test_an_expired_token_is_renewed_also_before_a_send(post: Post, client: GmailClient) -> None:
    draft = await client.create_draft(REPLY, (await client.raw(await post.gmail.write(ANA, "Help", "x"))).ref.thread_id)
    post.gmail.accounts.expire_tokens()
    await client.send_draft(draft.id, REPLY, draft.message.thread_id)
    assert len(post.gmail.sent) == 1


async def test_revoked_credentials(post: Post, client: GmailClient) -> None:
    await client.profile()
    post.gmail.accounts.revoke()
    with pytest.raises(AuthFailed, match="GMAIL_CREDENTIALS"):
        await client.profile()


async def test_refused_credentials(post: Post) -> None:
    client = post.client(token_uri=f"{post.url}/nowhere", attempts=1)
    with pytest.raises(AuthFailed, match="GMAIL_CREDENTIALS"):
        await client.profile()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON"),
        ("[]", "not a credentials file"),
        ("{}", "client_id, client_secret, refresh_token"),
        ('{"type": "service_account"}', "subject"),
        ('{"type": "service_account", "subject": "support@larkspur.example"}', "not complete"),
    ],
)
def test_a_bad_credentials_file_is_named_at_once(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match=words):
        GmailClient(path)


def test_a_missing_credentials_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        GmailClient(tmp_path / "none.json")


def test_secrets_of_the_file_are_not_in_the_message(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"client_secret": "very-secret"}))
    with pytest.raises(SettingsError) as caught:
        GmailClient(path)
    assert "very-secret" not in str(caught.value)
