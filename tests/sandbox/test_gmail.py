"""The Gmail stand-in reads, lists and remembers like Gmail, as Google's own client sees it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import pytest

from bot.sandbox.gmail_settings import GmailTimings
from tests.sandbox.gmail_bench import Bench, Clock, bench, mail, reason


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="world")
async def _world(clock: Clock) -> AsyncIterator[Bench]:
    async with bench(GmailTimings(clock=clock)) as running:
        yield running


async def test_raw_mail_comes_back_byte_for_byte_below_gmails_trace(world: Bench) -> None:
    sent = mail(subject="Größe", text="été " * 2000)
    message_id = await world.gmail.deliver(sent)
    answer = await world.ask("messages", "get", id=message_id, format="raw")
    received = base64.urlsafe_b64decode(answer["raw"])
    assert received.endswith(sent)
    assert received.startswith(b"Delivered-To: support@larkspur.example\r\n")
    assert b"dmarc=pass header.from=byron.example" in received
    assert answer["labelIds"] == ["CATEGORY_PERSONAL", "INBOX", "UNREAD"]
    assert "payload" not in answer
    assert answer["sizeEstimate"] == len(received)


async def test_metadata_has_the_headers_asked_for_and_nothing_else(world: Bench) -> None:
    message_id = await world.gmail.deliver(mail(subject="=?utf-8?q?caf=C3=A9?=", message_id="<a@byron.example>"))
    wanted = ["Subject", "message-id"]
    answer = await world.ask("messages", "get", id=message_id, format="metadata", metadataHeaders=wanted)
    assert {row["name"]: row["value"] for row in answer["payload"]["headers"]} == {
        "Subject": "café",
        "Message-Id": "<a@byron.example>",
    }


async def test_full_form_has_parts_and_attachments_by_id(world: Bench) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.example", "support@larkspur.example", "Report"
    message.set_content("See attachment")
    message.add_attachment(b"a;b\n1;2\n", maintype="text", subtype="csv", filename="readings.csv")
    message_id = await world.gmail.deliver(message.as_bytes())
    answer = await world.ask("messages", "get", id=message_id)
    text, table = answer["payload"]["parts"]
    assert base64.urlsafe_b64decode(text["body"]["data"]) == b"See attachment\n"
    assert (table["filename"], table["body"]["size"], "data" in table["body"]) == ("readings.csv", 8, False)
    inside = await world.ask("messages", "attachments", "get", messageId=message_id, id=table["body"]["attachmentId"])
    assert base64.urlsafe_b64decode(inside["data"]) == b"a;b\n1;2\n"


async def test_unknown_ids_forms_and_users_are_refused_as_google_does(world: Bench) -> None:
    message_id = await world.gmail.deliver(mail())
    missing = await world.error("messages", "get", id="19aa0c00deadbeef")
    assert (missing.status_code, reason(missing)) == (404, "notFound")
    assert (await world.error("threads", "get", id="19aa0c00deadbeef")).status_code == 404
    for query in ("sideways:yes", "a OR b", "{a b}", "is:odd", "has:wings", "newer_than:x", "after:never", "after:2026/13/40"):
        assert (await world.error("messages", "list", q=query)).status_code == 400
    for token in ("x", "²", "9" * 5000):
        assert (await world.fetch("GET", f"/messages?pageToken={token}"))[0] == 400
    assert (await world.error("messages", "list", user="other@larkspur.example")).status_code == 403
    assert reason(await world.error("messages", "delete", id=message_id)) == "insufficientPermissions"
    async with world.session.get(f"{world.url}/gmail/gmail/v1/users/me/watch") as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["status"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("in:inbox newer_than:7d -in:chats", ["b", "a"]),
        ("in:anywhere", ["spam", "b", "a"]),
        ("in:spam", ["spam"]),
        ("from:cy@cee.example", ["b"]),
        ("rfc822msgid:a@byron.example", ["a"]),
        ("rfc822msgid:<nobody@byron.example>", []),
        ("subject:urgent -from:ada", ["b"]),
        ('"blue sensor"', ["a"]),
        ("after:1794000000", ["b", "a"]),
        ("after:1796000000", []),
        ("before:2026/01/01", []),
        ("is:unread label:INBOX has:attachment", []),
        ("-is:read -is:starred older_than:1m", []),
    ],
)
async def test_search(world: Bench, query: str, found: list[str]) -> None:
    ids = {
        await world.gmail.deliver(mail(subject="first", text="A blue sensor.", message_id="<a@byron.example>")): "a",
        await world.gmail.deliver(mail("Cy <cy@cee.example>", "Urgent question")): "b",
        await world.gmail.deliver(mail("x@spam.example", "win"), spam=True): "spam",
    }
    answer = await world.ask("messages", "list", q=query)
    assert [ids[row["id"]] for row in answer.get("messages", [])] == found
    assert ("messages" in answer) == bool(found)


async def test_lists_are_paged(world: Bench) -> None:
    delivered = [await world.gmail.deliver(mail(subject=str(number))) for number in range(5)]
    pages, token = [], None
    while True:
        answer = await world.ask("messages", "list", maxResults=2, pageToken=token, labelIds=["INBOX"])
        pages.append([row["id"] for row in answer["messages"]])
        if not (token := answer.get("nextPageToken")):
            break
    assert pages == [[delivered[4], delivered[3]], [delivered[2], delivered[1]], [delivered[0]]]


async def test_history_tells_what_was_added_and_what_was_rescued_from_spam(world: Bench) -> None:
    start = (await world.ask("getProfile"))["historyId"]
    arguments: dict[str, Any] = {"labelId": "INBOX", "historyTypes": ["messageAdded", "labelAdded"], "maxResults": 500}
    assert await world.ask("history", "list", startHistoryId=start, **arguments) == {"historyId": start}
    first = await world.gmail.deliver(mail())
    rescued = await world.gmail.deliver(mail("x@spam.example"), spam=True)
    await world.gmail.relabel(rescued, add={"INBOX"}, remove={"SPAM"})
    answer = await world.ask("history", "list", startHistoryId=start, **arguments)
    added = [entry["message"]["id"] for row in answer["history"] for entry in row.get("messagesAdded", [])]
    labelled = [entry for row in answer["history"] for entry in row.get("labelsAdded", [])]
    assert added == [first]
    assert [(entry["message"]["id"], entry["labelIds"]) for entry in labelled] == [(rescued, ["INBOX"])]
    assert int(answer["historyId"]) > int(start)
    page = await world.ask("history", "list", startHistoryId=start, **(arguments | {"maxResults": 1}))
    assert len(page["history"]) == 1
    rest = await world.ask("history", "list", startHistoryId=start, pageToken=page["nextPageToken"], **arguments)
    assert page["history"] + rest["history"] == answer["history"]


async def test_history_expires_by_age_and_on_demand(world: Bench, clock: Clock) -> None:
    start = (await world.ask("getProfile"))["historyId"]
    await world.gmail.deliver(mail())
    assert "history" in await world.ask("history", "list", startHistoryId=start)
    clock.now += 8 * 24 * 3600
    world.gmail.accounts.expire_tokens()
    expired = await world.error("history", "list", startHistoryId=start)
    assert (expired.status_code, reason(expired)) == (404, "notFound")
    now = (await world.ask("getProfile"))["historyId"]
    world.gmail.expire_history()
    assert (await world.error("history", "list", startHistoryId=now)).status_code == 404
    assert (await world.error("history", "list", startHistoryId="99999999")).status_code == 404


async def test_labels_are_made_once_and_put_on_and_off(world: Bench) -> None:
    message_id = await world.gmail.deliver(mail())
    made = await world.ask("labels", "create", body={"name": "triage/billing"})
    again = await world.error("labels", "create", body={"name": "Triage/Billing"})
    assert (again.status_code, reason(again)) == (409, "aborted")
    answer = await world.ask(
        "messages", "modify", id=message_id, body={"addLabelIds": [made["id"]], "removeLabelIds": ["UNREAD"]}
    )
    assert made["id"] in answer["labelIds"]
    assert world.gmail.labels_of(message_id) == {"triage/billing", "INBOX", "CATEGORY_PERSONAL"}
    names = {row["name"]: row["type"] for row in (await world.ask("labels", "list"))["labels"]}
    assert (names["triage/billing"], names["INBOX"]) == ("user", "system")
    for wrong in ("SENT", "Label_none"):
        assert (await world.error("messages", "modify", id=message_id, body={"addLabelIds": [wrong]})).status_code == 400
    assert await world.ask("messages", "batchModify", body={"ids": [message_id], "removeLabelIds": ["INBOX"]}) == ""
    assert world.gmail.inbox == []
    await world.ask("labels", "delete", id=made["id"])
    assert world.gmail.labels_of(message_id) == {"CATEGORY_PERSONAL"}


async def test_an_answer_joins_its_thread_only_with_references_and_the_same_subject(world: Bench) -> None:
    first = await world.gmail.deliver(mail(subject="Broken pump", message_id="<1@byron.example>"))
    answered = await world.gmail.deliver(mail("b@b.example", "AW: RE: broken  pump", in_reply_to="<1@byron.example>"))
    other = await world.gmail.deliver(mail(subject="Something else", references="<1@byron.example>"))
    stranger = await world.gmail.deliver(mail(subject="Broken pump"))
    thread = await world.ask("threads", "get", id=first, format="metadata", metadataHeaders=["From"])
    assert [message["id"] for message in thread["messages"]] == [first, answered]
    assert (await world.fetch("GET", f"/threads/{first}?format=raw"))[0] == 400
    rows = (await world.ask("threads", "list", q="in:inbox"))["threads"]
    assert [row["id"] for row in rows] == [stranger, other, first]


async def test_profile_and_addresses_to_send_from(world: Bench) -> None:
    profile = await world.ask("getProfile")
    assert (profile["emailAddress"], profile["messagesTotal"]) == ("support@larkspur.example", 0)
    primary, alias = (await world.ask("settings", "sendAs", "list"))["sendAs"]
    assert (primary["sendAsEmail"], primary["isPrimary"]) == ("support@larkspur.example", True)
    assert (alias["sendAsEmail"], alias["verificationStatus"]) == ("billing@larkspur.example", "accepted")


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\n",
        b"no header at all",
        b"\x00\xff\xfe" * 50,
        b"From: <\nTo: ,,,;:\nSubject: =?utf-8?b?////?=\nMessage-ID: <\nDate: never\n\nhi",
        b"Content-Type: multipart/mixed; boundary=\n\nx",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 300,
        b"Content-Type: text/html; charset=nonsense\n\n<![foo<b>&#x110000;<div" + b"<div>" * 5000,
        b"Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename*=x''%ff%\n\n!!!",
        b"X" * 100_000 + b": y\n\nbody",
        b"From: \xe5@\xe5.example\nContent-Type: text/plain; charset=idna\n\n\xff",
        b"From: a@b; dmarc=pass@evil.example\nContent-Type: message/rfc822\n\n" + b"Content-Type: message/rfc822\n\n" * 500,
    ],
)
async def test_any_bytes_can_be_delivered_and_read_in_every_form(world: Bench, hostile: bytes) -> None:
    message_id = await world.gmail.deliver(hostile)
    for form in ("raw", "metadata", "full", "minimal"):
        assert (await world.ask("messages", "get", id=message_id, format=form))["id"] == message_id
    async with world.session.get(f"{world.url}/ui/mail") as answer:
        assert len((await answer.json())["threads"]) == 1
    body = {"thread_id": message_id, "text": "Lone surrogate \ud800"}
    async with world.session.post(f"{world.url}/ui/mail/colleague", json=body) as answer:
        assert answer.status == 200
