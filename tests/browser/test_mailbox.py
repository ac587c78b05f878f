"""The mailbox beside Slack: writing as a customer or a colleague, dropping .eml files, and links that lead here."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Desk

EML = b"""From: Nora Quist <nora@quist.example>\r
To: support@larkspur.example\r
Subject: From a file\r
Message-ID: <a1@quist.example>\r
\r
Dropped on the page.\r
"""
DROP = """([node, name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    node.dispatchEvent(new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}));
  }
}"""


async def test_a_mail_written_as_a_new_customer_arrives(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="New mail").click()
    form = desk.page.get_by_role("form", name="Write as a customer")
    await form.get_by_label("From").select_option("new")
    await form.get_by_label("Name").fill("Mia Sommer")
    await form.get_by_label("Address").fill("mia@glashaus.example")
    await form.get_by_label("Subject").fill("Broken sensor")
    await form.get_by_label("Message").fill("It does not start.")
    await form.get_by_role("button", name="Send mail").click()
    await expect(desk.page.locator(".mail-row")).to_contain_text("Broken sensor")
    [mail] = desk.sandbox.gmail.store.messages.values()
    assert mail.header("From") == "Mia Sommer <mia@glashaus.example>"
    assert "It does not start." in mail.raw.decode()


async def test_an_example_fills_the_form(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="New mail").click()
    await desk.page.get_by_role("button", name="Fill in an example").click()
    await desk.page.get_by_role("button", name="Send mail").click()
    await expect(desk.page.locator(".mail-row")).to_contain_text("Sensor arrived broken")


async def test_a_half_written_mail_is_kept(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="New mail").click()
    await desk.page.get_by_label("Subject").fill("Half a")
    await desk.page.get_by_role("button", name="Back to the mailbox").click()
    await desk.sandbox.gmail.write("Ana <a@b.example>", "Meanwhile", "Hello")
    await expect(desk.page.locator(".mail-row")).to_contain_text("Meanwhile")
    await desk.page.get_by_role("button", name="New mail").click()
    await expect(desk.page.get_by_label("Subject")).to_have_value("Half a")


async def test_a_customer_writes_on_and_a_colleague_answers(desk: Desk) -> None:
    await desk.sandbox.gmail.write("Tom Bauer <tom@acme.example>", "No data", "Since this morning.")
    await desk.page.locator(".mail-row").click()
    await desk.page.get_by_label("The next mail from tom@acme.example").fill("Any news?")
    await desk.page.get_by_role("button", name="Send as customer").click()
    await expect(desk.page.locator(".letter")).to_have_count(2)
    await desk.page.get_by_role("tab", name="Answer from Gmail").click()
    await desk.page.get_by_label("A colleague answers").fill("Fixed, sorry!")
    await desk.page.get_by_role("button", name="Send from Gmail").click()
    await expect(desk.page.locator(".letter.out")).to_contain_text("Fixed, sorry!")
    await expect(desk.page.get_by_label("A colleague answers")).to_have_value("")
    await desk.page.get_by_role("button", name="Back to the mailbox").click()
    await expect(desk.page.locator(".mail-row")).to_contain_text("Answered")
    assert len({mail.thread_id for mail in desk.sandbox.gmail.store.messages.values()}) == 1


async def test_a_file_is_dropped(desk: Desk) -> None:
    mailbox = await desk.page.locator(".mail").element_handle()
    await desk.page.evaluate(DROP, [mailbox, "mail.eml", EML.decode()])
    await expect(desk.page.locator(".mail-row")).to_contain_text("From a file")
    await expect(desk.page.locator("#notes")).to_contain_text("mail.eml was delivered.")


async def test_a_file_that_is_no_mail_is_refused(desk: Desk) -> None:
    mailbox = await desk.page.locator(".mail").element_handle()
    await desk.page.evaluate(DROP, [mailbox, "holiday.jpg", "x"])
    await expect(desk.page.locator("#notes")).to_contain_text("holiday.jpg is not an .eml file.")
    assert not desk.sandbox.gmail.store.messages


async def test_a_file_is_picked(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "picked.eml"
    file.write_bytes(EML)
    await desk.page.get_by_label("Add .eml").set_input_files(file)
    await expect(desk.page.locator(".mail-row")).to_contain_text("From a file")


async def test_the_list_shows_what_was_asked_for(desk: Desk) -> None:
    gmail = desk.sandbox.gmail
    await gmail.write("Tom Bauer <tom@acme.example>", "No data", "Since this morning.")
    mail = next(iter(gmail.store.messages.values()))
    await gmail.write("Ana Bloom <ana@bloom.example>", "Other", "Hello.")
    await gmail.answer_as_colleague(mail.thread_id, "On it.")
    await desk.page.get_by_role("button", name="Sent", exact=True).click()
    await expect(desk.page.locator(".mail-row")).to_have_count(1)
    await expect(desk.page.locator(".mail-row")).to_contain_text("No data")
    await desk.page.get_by_role("button", name="All", exact=True).click()
    await expect(desk.page.locator(".mail-row")).to_have_count(2)


async def test_a_link_to_gmail_opens_the_conversation_here(desk: Desk) -> None:
    thread = await desk.sandbox.gmail.write("Tom Bauer <tom@acme.example>", "No data", "Since this morning.")
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text=f"<https://mail.google.com/mail/u/0/#all/{thread}|the mail>")
    await desk.page.get_by_role("link", name="the mail").click()
    await expect(desk.page.locator(".letter")).to_contain_text("Since this morning.")


async def test_a_permalink_leads_to_its_message(desk: Desk) -> None:
    await desk.app.client.conversations_join(channel="C0BILLING")
    ts = await desk.app.post("Invoice", channel="C0BILLING")
    link = (await desk.app.client.chat_getPermalink(channel="C0BILLING", message_ts=ts))["permalink"]
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text=f"<{link}|the newer card>")
    await desk.page.get_by_role("link", name="the newer card").click()
    await expect(desk.page.locator(f'#channel [data-ts="{ts}"]')).to_be_focused()
