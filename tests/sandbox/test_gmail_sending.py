"""Drafts, sending, tokens, quotas and faults of the Gmail stand-in, as Google's own client sees them."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from email import message_from_bytes
from typing import Any

import pytest
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account

from bot.sandbox.faults import Fault
from bot.sandbox.gmail_settings import GmailTimings
from bot.sandbox.google import SCOPE
from tests.sandbox.gmail_bench import Bench, Clock, bench, mail, raw, reason

OURS = "Larkspur <support@larkspur.example>"


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="world")
async def _world(clock: Clock) -> AsyncIterator[Bench]:
    async with bench(GmailTimings(clock=clock)) as running:
        yield running


def answer_to(message_id: str, subject: str = "Re: Pump", **headers: str) -> bytes:
    """A reply of ours to Ada."""
    return mail(OURS, subject, "On its way.", to="ada@byron.example", in_reply_to=message_id, references=message_id, **headers)


async def asked(world: Bench) -> str:
    """A customer's mail to answer; its Gmail id is its thread's, too."""
    return await world.gmail.deliver(mail(subject="Pump", message_id="<q@byron.example>"))


async def test_a_draft_sent_is_gone_and_a_sent_message_is_there(world: Bench) -> None:
    thread = await asked(world)
    body: dict[str, Any] = {"message": {"raw": raw(answer_to("<q@byron.example>", X_triage_reply_id="r1")), "threadId": thread}}
    draft = await world.ask("drafts", "create", body=body)
    assert draft["message"]["threadId"] == thread
    assert draft["message"]["labelIds"] == ["DRAFT"]
    assert (await world.ask("drafts", "get", id=draft["id"]))["message"]["id"] == draft["message"]["id"]
    assert [row["id"] for row in (await world.ask("drafts", "list"))["drafts"]] == [draft["id"]]

    sent = await world.ask("drafts", "send", body={"id": draft["id"]})
    assert sent["threadId"] == thread
    assert sent["labelIds"] == ["SENT"]
    assert sent["id"] != draft["message"]["id"]
    for path, gone in (("drafts", draft["id"]), ("messages", draft["message"]["id"])):
        assert (await world.error(path, "get", id=gone)).status_code == 404
    assert (await world.error("drafts", "send", body={"id": draft["id"]})).status_code == 404
    (left,) = world.gmail.sent
    assert (left.sender, left.to, left.subject) == ("support@larkspur.example", ("ada@byron.example",), "Re: Pump")
    assert left.text == "On its way."
    assert left.headers["X-Triage-Reply-Id"] == "r1"
    wanted = ["X-Triage-Reply-Id", "Message-ID"]
    looked = await world.ask("threads", "get", id=thread, format="metadata", metadataHeaders=wanted)
    found = {row["name"].lower(): row["value"] for row in looked["messages"][1]["payload"]["headers"]}
    assert found["x-triage-reply-id"] == "r1"


async def test_sending_a_draft_with_other_bytes_sends_those(world: Bench) -> None:
    thread = await asked(world)
    body = {"message": {"raw": raw(answer_to("<q@byron.example>")), "threadId": thread}}
    draft = await world.ask("drafts", "create", body=body)
    edited = await world.gmail.edit_draft(draft["id"], "A colleague wrote this.")
    assert (
        (await world.ask("drafts", "get", id=draft["id"], format="minimal"))["message"]["id"] == edited != draft["message"]["id"]
    )
    assert world.gmail.drafts[0].text == "A colleague wrote this."
    sent = await world.ask("drafts", "send", body={"id": draft["id"], "message": body["message"]})
    assert sent["threadId"] == thread
    assert [left.text for left in world.gmail.sent] == ["On its way."]


async def test_drafts_are_updated_deleted_and_sent_by_colleagues(world: Bench) -> None:
    await asked(world)
    body = {"message": {"raw": raw(answer_to("<q@byron.example>"))}}
    first, second = [await world.ask("drafts", "create", body=body) for _ in range(2)]
    changed = await world.ask("drafts", "update", id=first["id"], body=body)
    assert changed["message"]["id"] != first["message"]["id"]
    assert await world.ask("drafts", "delete", id=first["id"]) == ""
    assert (await world.error("drafts", "delete", id=first["id"])).status_code == 404
    third = await world.ask("drafts", "create", body=body)
    await world.gmail.delete(third["message"]["id"])
    assert [draft.id for draft in world.gmail.drafts] == [second["id"]]
    await world.gmail.send_draft(second["id"])
    assert world.gmail.drafts == []
    assert len(world.gmail.sent) == 1


@pytest.mark.parametrize(
    ("subject", "parent", "joins"),
    [
        ("Re: Pump", "<q@byron.example>", True),
        ("AW: pump", "<q@byron.example>", True),
        ("Re: Pumps", "<q@byron.example>", False),
        ("Re: Pump", "<unknown@byron.example>", False),
    ],
)
async def test_a_reply_joins_the_thread_only_by_all_three_rules(world: Bench, subject: str, parent: str, joins: bool) -> None:
    thread = await asked(world)
    sent = await world.ask("messages", "send", body={"raw": raw(answer_to(parent, subject)), "threadId": thread})
    assert (sent["threadId"] == thread) is joins


async def test_a_wrong_thread_or_no_receiver_is_refused(world: Bench) -> None:
    body = {"raw": raw(answer_to("<q@byron.example>")), "threadId": "19aa0c00deadbeef"}
    assert (await world.error("messages", "send", body=body)).status_code == 404
    assert (await world.error("messages", "send", body={"raw": raw(mail(OURS, to=""))})).status_code == 400
    for wrong in ({}, {"raw": "not base64 at all!"}, {"raw": 7}):
        assert (await world.error("messages", "send", body=wrong)).status_code == 400
    assert world.gmail.sent == []


async def test_gmail_writes_its_own_message_id_and_a_from_that_is_ours(world: Bench) -> None:
    forged = mail("Boss <boss@elsewhere.example>", to="ada@byron.example", message_id="<ours@larkspur.example>")
    alias = mail("Larkspur Billing <billing@larkspur.example>", to="ada@byron.example")
    for message in (forged, alias):
        await world.ask("messages", "send", body={"raw": raw(message)})
    first, second = world.gmail.sent
    assert first.headers["Message-ID"].endswith("@mail.gmail.com>")
    assert "<ours@larkspur.example>" not in first.raw.decode()
    assert (first.sender, second.sender) == ("support@larkspur.example", "billing@larkspur.example")
    assert message_from_bytes(first.raw)["From"] == "Boss <support@larkspur.example>"
    assert first.headers["Date"]


async def test_message_ids_are_kept_when_told_so() -> None:
    async with bench(GmailTimings(overwrite_message_id=False)) as world:
        await world.ask("messages", "send", body={"raw": raw(mail(OURS, to="a@b.example", message_id="<ours@larkspur.example>"))})
        assert world.gmail.sent[0].headers["Message-Id"] == "<ours@larkspur.example>"


async def test_customers_and_colleagues_answer_in_the_same_thread(world: Bench) -> None:
    thread = await asked(world)
    sent = await world.ask("messages", "send", body={"raw": raw(answer_to("<q@byron.example>")), "threadId": thread})
    answered = await world.gmail.answer_as_customer(world.gmail.sent[0], "Still waiting.")
    colleague = await world.gmail.answer_as_colleague(thread, "Coming today.")
    again = await world.gmail.write("Ada <ada@byron.example>", "", "Thanks!", thread=thread)
    messages = (await world.ask("threads", "get", id=thread, format="metadata"))["messages"]
    assert [message["id"] for message in messages] == [thread, sent["id"], answered, colleague, again]
    quoting = base64.urlsafe_b64decode((await world.ask("messages", "get", id=answered, format="raw"))["raw"]).decode()
    assert "Still waiting." in quoting
    assert "> On its way." in quoting
    assert "To: Larkspur <support@larkspur.example>" in quoting
    assert world.gmail.sent[1].to == ("ada@byron.example",)


async def test_mail_to_ourselves_is_sent_and_in_the_inbox(world: Bench) -> None:
    sent = await world.ask("messages", "send", body={"raw": raw(mail(OURS, to="billing@larkspur.example"))})
    assert world.gmail.labels_of(sent["id"]) == {"SENT", "INBOX", "UNREAD"}


async def test_tokens_expire_and_grants_can_be_revoked(world: Bench, clock: Clock) -> None:
    credentials = world.credentials()
    await world.ask("getProfile", credentials=credentials)
    world.gmail.accounts.expire_tokens()
    await world.ask("getProfile", credentials=credentials)
    assert world.gmail.accounts.issued == 2
    world.gmail.accounts.revoke()
    with pytest.raises(RefreshError, match="invalid_grant"):
        await world.ask("getProfile", credentials=credentials)
    async with world.session.get(f"{world.url}/gmail/gmail/v1/users/me/profile") as answer:
        assert answer.status == 401
        assert (await answer.json())["error"]["status"] == "UNAUTHENTICATED"


async def test_a_service_account_speaks_for_its_subject_only() -> None:
    async with bench() as now:
        file = now.gmail.accounts.service_account(now.token_uri)
        account = service_account.Credentials.from_service_account_info(file, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        profile = await now.ask("getProfile", credentials=account.with_subject(file["subject"]))
        assert profile["emailAddress"] == "support@larkspur.example"
        with pytest.raises(RefreshError, match="invalid_grant"):
            await now.ask("getProfile", credentials=account.with_subject("ceo@larkspur.example"))
        narrower = service_account.Credentials.from_service_account_info(file, scopes=[SCOPE + ".x"])  # type: ignore[no-untyped-call]
        with pytest.raises(RefreshError, match="unauthorized_client"):
            await now.ask("getProfile", credentials=narrower.with_subject(file["subject"]))


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "password"},
        {"grant_type": "refresh_token", "client_id": "x"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": ""},
    ],
)
async def test_the_token_endpoint_refuses_what_it_does_not_know(world: Bench, form: dict[str, str]) -> None:
    async with world.session.post(world.token_uri, data=form) as answer:
        assert answer.status in (400, 401)
        assert set(await answer.json()) == {"error", "error_description"}


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("5xx", 503), ("error", 400)])
async def test_tokens_can_fail_too(world: Bench, kind: Any, status: int) -> None:
    world.gmail.faults.add(Fault("token", kind, status=status, error="invalid_grant"))
    async with world.session.post(world.token_uri, data={}) as answer:
        assert answer.status == status


async def test_units_are_counted_by_the_minute(clock: Clock) -> None:
    async with bench(GmailTimings(clock=clock, units_per_minute=41)) as world:
        message_id = await world.gmail.deliver(mail())
        for _ in range(2):
            await world.ask("messages", "get", id=message_id)
        refused = await world.error("messages", "get", id=message_id)
        assert (refused.status_code, reason(refused)) == (429, "rateLimitExceeded")
        await world.ask("getProfile")
        clock.now += 61
        await world.ask("messages", "get", id=message_id)


async def test_a_dropped_answer_was_still_carried_out_or_not_as_asked(world: Bench) -> None:
    draft = await world.ask("drafts", "create", body={"message": {"raw": raw(answer_to("<x@y.example>"))}})
    await world.ask("getProfile")
    world.gmail.faults.add(Fault("drafts.send", "drop", times=2))
    # the client repeats a POST whose connection closed, which a draft turns into a 404 instead of a second mail
    with pytest.raises((ConnectionError, OSError)):
        await world.ask("drafts", "send", body={"id": draft["id"]})
    assert len(world.gmail.sent) == 1

    world.gmail.faults.clear()
    world.gmail.faults.add(Fault("messages.send", "drop", times=2, before=True))
    with pytest.raises((ConnectionError, OSError)):
        await world.ask("messages", "send", body={"raw": raw(answer_to("<x@y.example>"))})
    assert len(world.gmail.sent) == 1


async def test_a_plain_send_whose_answer_is_lost_goes_out_twice(world: Bench) -> None:
    await world.ask("getProfile")
    world.gmail.faults.add(Fault("messages.send", "drop"))
    await world.ask("messages", "send", body={"raw": raw(answer_to("<x@y.example>"))})
    assert len(world.gmail.sent) == 2


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("5xx", 503), ("error", 403)])
async def test_faults_answer_in_googles_form_and_wear_out(world: Bench, kind: Any, status: int) -> None:
    world.gmail.faults.add(Fault("getProfile", kind, status=status, error="domainPolicy"))
    refused = await world.error("getProfile")
    assert refused.status_code == status
    assert reason(refused) in ("rateLimitExceeded", "backendError", "domainPolicy")
    assert (await world.ask("getProfile"))["emailAddress"] == world.gmail.mailbox


async def test_a_slow_answer_comes_after_the_deed(world: Bench) -> None:
    world.gmail.faults.add(Fault("messages.send", "slow", seconds=0.01))
    world.gmail.faults.add(Fault("getProfile", "slow", seconds=0.01, before=True))
    await world.ask("messages", "send", body={"raw": raw(answer_to("<x@y.example>"))})
    await world.ask("getProfile")
    assert [call.method for call in world.gmail.calls] == ["messages.send", "getProfile"]


async def test_whoever_waits_sees_the_mail_go_out(world: Bench) -> None:
    with pytest.raises(TimeoutError, match="a reply"):
        await world.gmail.eventually(lambda: world.gmail.sent, timeout=0.01, what="a reply")
    await world.ask("messages", "send", body={"raw": raw(answer_to("<x@y.example>"))})
    await world.gmail.eventually(lambda: world.gmail.sent, what="a reply")


async def _post(world: Bench, path: str, **options: Any) -> dict[str, Any]:
    async with world.session.post(f"{world.url}/ui/mail{path}", **options) as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def test_the_page_writes_uploads_answers_and_lists(world: Bench) -> None:
    written = await _post(
        world,
        "/compose",
        json={"from": "ada@byron.example", "name": "Ada, B.", "subject": "Pump\r\nBcc: x@y.example", "text": "Hi"},
    )
    await _post(world, "/upload", data=mail("cy@cee.example", "File", "<b>", to="billing@larkspur.example"))
    answered = await _post(world, "/colleague", json={"thread_id": written["id"], "text": "Hello Ada"})
    more = await _post(
        world, "/compose", json={"from": "ada@byron.example", "name": "Ada", "text": "ok", "thread_id": written["id"]}
    )
    assert [answer["ok"] for answer in (written, answered, more)] == [True] * 3
    async with world.session.get(f"{world.url}/ui/mail") as answer:
        page = await answer.json()
    ada, cy = page["threads"]
    assert [(message["direction"], message["text"]) for message in ada["messages"]] == [
        ("in", "Hi"),
        ("out", "Hello Ada"),
        ("in", "ok"),
    ]
    assert (ada["subject"], ada["customer"]) == ("Pump Bcc: x@y.example", '"Ada, B." <ada@byron.example>')
    assert cy["messages"][0]["labels"] == ["CATEGORY_PERSONAL", "INBOX", "UNREAD"]
    assert [person["address"] for person in page["customers"]] == ["ada@byron.example", "cy@cee.example"]


@pytest.mark.parametrize(
    ("path", "asked_for"),
    [
        ("/compose", {"from": "nobody", "subject": "x", "text": "x"}),
        ("/compose", {"from": "a@b.example", "text": "x"}),
        ("/compose", {"from": "a@b.example", "text": "x", "thread_id": "none"}),
        ("/colleague", {"thread_id": "none", "text": "x"}),
        ("/colleague", {"thread_id": "none", "text": " "}),
        ("/colleague", ["not", "an", "object"]),
        ("/upload", ""),
    ],
)
async def test_the_page_is_told_what_is_wrong(world: Bench, path: str, asked_for: Any) -> None:
    body = {"data": asked_for} if asked_for == "" else {"json": asked_for}
    answer = await _post(world, path, **body)
    assert answer["ok"] is False
    assert answer["error"].endswith(".")
