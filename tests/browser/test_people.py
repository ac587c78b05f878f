"""What people do on the page: switching, typing, commands, modals, direct messages, with the mouse and without."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Desk


async def test_switching_people_changes_who_acts(desk: Desk) -> None:
    await desk.app.post("Refund")
    await desk.page.get_by_role("radio", name="Ben Okafor").click()
    await expect(desk.page.get_by_role("radio", name="Ben Okafor")).to_be_checked()
    await desk.page.get_by_role("button", name="Claim").click()
    await expect(desk.page.locator(".message.card")).to_contain_text("Claimed by @Ben Okafor")
    assert desk.app.told == [("claim", "U0BEN", "1")]


async def test_guests_and_foreign_people_are_marked(desk: Desk) -> None:
    await expect(desk.page.get_by_role("radio", name="Gus Webb")).to_contain_text("Guest")
    await expect(desk.page.get_by_role("radio", name="Fay Lindqvist")).to_contain_text("Other org")


async def test_an_ephemeral_note_is_for_one_person(desk: Desk) -> None:
    await desk.app.client.chat_postEphemeral(channel="C0TRIAGE", user="U0ANA", text="Ben already has this one.")
    await expect(desk.page.locator(".message.ephemeral")).to_contain_text("Only visible to you")
    await desk.page.get_by_role("radio", name="Ben Okafor").click()
    await expect(desk.page.get_by_role("radio", name="Ben Okafor")).to_be_checked()
    await expect(desk.page.locator(".message.ephemeral")).to_have_count(0)


async def test_a_direct_message_is_counted_until_it_is_read(desk: Desk) -> None:
    opened = await desk.app.client.conversations_open(users="U0ANA")
    await desk.app.client.chat_postMessage(channel=opened["channel"]["id"], text="This one is yours.")
    row = desk.page.get_by_role("button", name="Direct message, Triage, 1 unread")
    await expect(row.locator(".badge")).to_have_text("1")
    await row.click()
    await expect(desk.page.locator("#channel .message")).to_contain_text("This one is yours.")
    await desk.page.get_by_role("button", name="Channel triage", exact=True).click()
    await expect(desk.page.get_by_role("button", name="Direct message, Triage", exact=True)).to_be_visible()


async def test_a_channel_with_something_new_shows_it(desk: Desk) -> None:
    await desk.app.client.conversations_join(channel="C0BILLING")
    await desk.app.post("Invoice", channel="C0BILLING")
    await desk.page.get_by_role("button", name="Channel billing, 1 unread").click()
    await expect(desk.page.locator(".message.card")).to_contain_text("Invoice")
    await expect(desk.page.get_by_role("heading", name="billing")).to_be_visible()


async def test_a_slash_command_is_completed_sent_and_answered(desk: Desk) -> None:
    await desk.page.locator("#composer").focus()
    await desk.page.keyboard.type("/tr")
    await expect(desk.page.get_by_role("option", name="/triage")).to_be_visible()
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.type(" queue")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator(".message.ephemeral")).to_contain_text("You asked for queue")
    assert desk.app.told == [("command", "U0ANA", "queue")]


async def test_a_command_that_does_not_exist_is_explained(desk: Desk) -> None:
    await desk.page.locator("#composer").fill("/nonsense")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("#notes")).to_contain_text("/nonsense is not a valid command.")
    await expect(desk.page.locator("#composer")).to_have_value("/nonsense")


async def test_a_message_is_sent_with_enter_and_broken_with_shift(desk: Desk) -> None:
    await desk.page.locator("#composer").focus()
    await desk.page.keyboard.type("first")
    await desk.page.keyboard.press("Shift+Enter")
    await desk.page.keyboard.type("second <b>line</b>")
    await desk.page.keyboard.press("Enter")
    assert await desk.page.locator(".message .prose").inner_text() == "first\nsecond <b>line</b>"
    await expect(desk.page.locator("#composer")).to_have_value("")


async def test_a_modal_is_refused_corrected_and_sent(desk: Desk) -> None:
    await desk.app.post("Refund")
    await desk.page.get_by_role("button", name="Edit").click()
    view = desk.page.get_by_role("dialog", name="Review & send")
    await view.get_by_role("button", name="Send").click()
    await expect(view.get_by_role("alert").first).to_have_text("Please fill this in.")
    await expect(view.get_by_label("Assign to")).to_be_focused()
    await view.get_by_label("Assign to").select_option("Ben Okafor")
    await view.get_by_label("Category").select_option("Billing")
    await view.get_by_label("boss@acme.example").uncheck()
    await view.get_by_label("Reply").fill("no")
    await view.get_by_role("button", name="Send").click()
    await expect(view.get_by_role("alert")).to_have_text("Say a little more than that.")
    await expect(view.get_by_label("Reply")).to_be_focused()
    await view.get_by_label("Reply").fill("Dear Ana, it is on its way.")
    await view.get_by_role("button", name="Send").click()
    await expect(view).to_have_count(0)
    what, who, values = desk.app.told[-1]
    assert (what, who) == ("review", "U0ANA")
    assert values["body"]["text"]["value"] == "Dear Ana, it is on its way."
    assert values["who"]["pick"]["selected_user"] == "U0BEN"
    assert values["kind"]["pick"]["selected_option"]["value"] == "billing"
    assert values["cc"]["pick"]["selected_options"] == []


async def test_a_modal_waits_while_somebody_else_is_looking(desk: Desk) -> None:
    await desk.app.post("Refund")
    await desk.page.get_by_role("button", name="Edit").click()
    view = desk.page.get_by_role("dialog", name="Review & send")
    await view.get_by_label("Reply").fill("Half a reply")
    await desk.page.get_by_role("radio", name="Ben Okafor").click()
    await expect(view).to_have_count(0)
    await desk.page.get_by_role("radio", name="Ana Ruiz").click()
    await expect(view.get_by_label("Reply")).to_have_value("Half a reply")


async def test_news_does_not_disturb_who_types_in_a_modal(desk: Desk) -> None:
    ts = await desk.app.post("Refund")
    await desk.page.get_by_role("button", name="Edit").click()
    reply = desk.page.get_by_role("dialog").get_by_label("Reply")
    await reply.fill("Half a reply")
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", thread_ts=ts, text="news")
    await expect(desk.page.get_by_role("button", name="1 reply")).to_be_attached()
    await expect(reply).to_be_focused()
    await expect(reply).to_have_value("Half a reply")


async def test_everything_with_the_keyboard_alone(desk: Desk) -> None:
    await desk.app.post("Refund")
    page = desk.page
    await page.get_by_role("radio", name="Ana Ruiz").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Ben Okafor")).to_be_checked()
    for _ in range(12):  # from the people through the message list to the card's buttons
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.dataset.action") == "edit":
            break
    await page.keyboard.press("Space")
    view = page.get_by_role("dialog", name="Review & send")
    await expect(view.get_by_label("Reply")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(view).to_have_count(0)
    await expect(page.get_by_role("button", name="Edit")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.card")).to_contain_text("Claimed by @Ben Okafor")
    await expect(page.get_by_role("button", name="Claim")).to_be_focused()
