"""The whole loop on the page: a customer writes, a card appears, people click, and the customer has an answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Protocol
from uuid import uuid4

import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

#: Mails to which the stand-in for the model knows an answer: the first is one for billing, the second for support.
COMPLAINT = "Hello,\n\nthe sensor reached me with a crack right across the housing. I would like my money back.\n\nMara"
QUESTION = "Hello,\n\nmy sensor reports 0 % although the pot is standing in a small lake. What do I do?\n\nMara"
FIND_CHANNEL = """subject => new Promise(found => {
  const state = channel => fetch(`/ui/state?user=U0ANA&channel=${channel}`).then(answer => answer.json());
  const live = new WebSocket(`ws://${location.host}/ui/live`);
  live.onmessage = async () => {
    for (const { id, kind } of (await state("")).channels) {
      if (kind !== "channel" || !(await state(id)).messages.some(one => one.text.includes(subject))) continue;
      live.close();
      found(id);
    }
  };
})"""
SLOW_MS = 30_000  #: from a customer's mail to the card in its channel, on a busy machine


class Demo(Protocol):
    """The running demo: sandbox and bot together."""

    url: str


@pytest_asyncio.fixture(name="page", loop_scope="session")
async def _page(demo: Demo, window: BrowserContext) -> AsyncIterator[Page]:
    page = await window.new_page()
    await page.goto(demo.url)
    await page.wait_for_selector("body.ready")
    yield page
    if await page.get_by_role("dialog").count():  # a modal outlives its page
        await page.get_by_role("dialog").get_by_label("Close", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.close()


async def write(page: Page, text: str = COMPLAINT) -> str:
    """Write a mail as a customer, in the page's own form; its subject is like no other."""
    subject = f"Refund please {uuid4().hex[:6]}"
    await page.get_by_role("button", name="New mail").click()
    form = page.get_by_role("form", name="Write as a customer")
    await form.get_by_label("From").select_option("new")
    await form.get_by_label("Name").fill("Mara Voss")
    await form.get_by_label("Address").fill("mara.voss@voss-orchids.example")
    await form.get_by_label("Subject").fill(subject)
    await form.get_by_label("Message").fill(text)
    await form.get_by_role("button", name="Send mail").click()
    return subject


async def card_of(page: Page, subject: str) -> Locator:
    """The card of that mail, in whichever channel it came up."""
    async with asyncio.timeout(SLOW_MS / 1000):
        channel = await page.evaluate(FIND_CHANNEL, subject)
    await page.locator(f'[data-channel="{channel}"]').click()
    card = page.locator("#channel .message.card", has_text=subject).last
    await expect(card).to_be_visible()
    return card


def button(card: Locator, label: str) -> Locator:
    return card.locator(".button", has=card.page.get_by_text(label, exact=True))


async def become(page: Page, name: str) -> None:
    await page.get_by_role("radio", name=name).click()
    await expect(page.get_by_role("radio", name=name)).to_be_checked()


async def answer_in_mailbox(page: Page, subject: str) -> Locator:
    """The letter that the customer got, in the mailbox beside Slack."""
    row = page.locator(".mail-row", has_text=subject)
    await expect(row).to_contain_text("Answered", timeout=SLOW_MS)
    await row.click()
    return page.locator(".letter.out")


async def test_claim(page: Page) -> None:
    card = await card_of(page, await write(page))
    await button(card, "Claim").click()
    await expect(card).to_contain_text("Claimed by @Ana Ruiz")
    await expect(button(card, "Reassign")).to_be_visible()
    await expect(button(card, "Claim")).to_have_count(0)


async def test_who_comes_second_is_told_who_was_first(page: Page, window: BrowserContext, demo: Demo) -> None:
    card = await card_of(page, await write(page))
    late = await window.new_page()
    await late.goto(page.url.replace("U0ANA", "U0BEN"))
    same = late.locator("#channel .message.card", has_text=(await card.locator("a").first.inner_text())).last
    await expect(button(same, "Claim")).to_be_visible()
    await late.route("**/ui/state*", lambda route: route.abort())
    await button(card, "Claim").click()
    await expect(card).to_contain_text("Claimed by @Ana Ruiz")
    await button(same, "Claim").click()
    await late.unroute("**/ui/state*")
    await expect(late.locator(".message.ephemeral").last).to_contain_text("Ana Ruiz")
    await expect(same).to_contain_text("Claimed by @Ana Ruiz")


async def test_approve_and_send(page: Page) -> None:
    subject = await write(page)
    card = await card_of(page, subject)
    await button(card, "Approve & Send").click()
    await expect(card).to_contain_text("Waiting for the customer", timeout=SLOW_MS)
    await expect(button(card, "Reply again")).to_be_visible()
    letter = await answer_in_mailbox(page, subject)
    await expect(letter).to_contain_text("Hello Mara Voss")
    await expect(letter).to_contain_text("to mara.voss@voss-orchids.example")


async def test_edit_and_send(page: Page) -> None:
    subject = await write(page)
    card = await card_of(page, subject)
    await button(card, "Edit").click()
    view = page.get_by_role("dialog")
    reply = view.get_by_label("Reply", exact=True)
    await expect(reply).to_have_value(re.compile("Mara"))
    await reply.fill("Dear Mara, the money is on its way to your card.")
    await view.get_by_role("button", name="Send").click()
    await expect(view).to_have_count(0)
    await expect(card).to_contain_text("Waiting for the customer", timeout=SLOW_MS)
    await expect(await answer_in_mailbox(page, subject)).to_contain_text("Dear Mara, the money is on its way to your card.")


async def test_an_empty_reply_is_not_sent(page: Page) -> None:
    card = await card_of(page, await write(page))
    await button(card, "Edit").click()
    view = page.get_by_role("dialog")
    await view.get_by_label("Reply", exact=True).fill("")
    await view.get_by_role("button", name="Send").click()
    await expect(view.get_by_role("alert")).to_have_text("Please fill this in.")
    await page.keyboard.press("Escape")
    await expect(view).to_have_count(0)
    await expect(button(card, "Edit")).to_be_focused()


async def test_reassign(page: Page) -> None:
    subject = await write(page)
    card = await card_of(page, subject)
    await button(card, "Claim").click()
    await button(card, "Reassign").click()
    view = page.get_by_role("dialog")
    await view.get_by_label("Assign to").select_option("Ben Okafor")
    await view.get_by_label("Note").fill("You know this customer.")
    await view.get_by_role("button", name="Reassign").click()
    await expect(card).to_contain_text("Claimed by @Ben Okafor")
    await become(page, "Ben Okafor")
    await page.get_by_role("button", name="Direct message").click()
    await expect(page.locator("#channel .message", has_text=subject).last).to_contain_text("@Ana Ruiz")


async def test_the_thread_tells_the_story(page: Page) -> None:
    card = await card_of(page, await write(page))
    await button(card, "Claim").click()
    await card.locator(".thread-link").click()
    thread = page.locator("#side")
    await expect(thread).to_contain_text("with a crack right across the housing")
    await expect(thread).to_contain_text("@Ana Ruiz")


async def test_a_guest_may_look_and_not_act(page: Page) -> None:
    card = await card_of(page, await write(page, QUESTION))
    await become(page, "Gus Webb")
    await button(card, "Claim").click()
    await expect(page.locator(".message.ephemeral").last).to_be_visible()
    await expect(card).not_to_contain_text("Claimed by")


async def test_the_queue_is_answered_to_who_asks(page: Page) -> None:
    subject = await write(page)
    await card_of(page, subject)
    await page.locator("#composer").fill("/triage queue")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.ephemeral").last).to_contain_text(subject)
