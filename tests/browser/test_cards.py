"""Cards on the page: hostile text stays text, clicks reach the app, and live changes leave the reader where they are."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Desk
from tests.browser.desk_app import HOSTILE


async def test_hostile_text_stays_text(desk: Desk) -> None:
    await desk.app.post(HOSTILE)
    card = desk.page.locator(".message.card")
    await expect(card).to_contain_text(
        "<script>document.title='owned'</script> <!channel> <https://bank.example|your bank> <@U0BEN>"
    )
    assert await card.locator("script, .mention, a[href*='bank.example']").count() == 0
    assert await desk.page.title() == "Triage"


async def test_a_link_with_a_strange_scheme_is_no_link(desk: Desk) -> None:
    await desk.app.client.chat_postMessage(
        channel="C0TRIAGE", text="<javascript:alert(1)|press> and <https://larkspur.example|home>"
    )
    said = desk.page.locator(".message .prose")
    await expect(said).to_contain_text("<javascript:alert(1)|press> and home")
    assert await said.locator("a").evaluate_all("links => links.map(link => link.href)") == ["https://larkspur.example/"]


async def test_mail_text_stays_text_in_the_mailbox(desk: Desk) -> None:
    text = "<img src=x onerror=\"document.title='owned'\">\n> quoted words"
    await desk.sandbox.gmail.write("Mallory <mallory@bad.example>", "<b>Hello</b>", text)
    await desk.page.locator(".mail-row", has_text="<b>Hello</b>").click()
    await expect(desk.page.locator(".letter-text .own")).to_have_text("<img src=x onerror=\"document.title='owned'\">")
    await desk.page.get_by_label("Quoted text").click()
    await expect(desk.page.locator(".quoted")).to_have_text("> quoted words")
    assert await desk.page.title() == "Triage"


async def test_a_click_reaches_the_app_and_the_card_changes_in_place(desk: Desk) -> None:
    await desk.app.post("Refund")
    await desk.page.get_by_role("button", name="Claim").click()
    await expect(desk.page.locator(".message.card")).to_contain_text("Claimed by @Ana Ruiz")
    assert desk.app.told == [("claim", "U0ANA", "1")]
    assert await desk.page.locator(".message.card").count() == 1


async def test_a_confirm_dialog_asks_first(desk: Desk) -> None:
    await desk.app.post("Refund")
    dismiss, dialog = desk.page.get_by_role("button", name="Dismiss"), desk.page.get_by_role("dialog")
    await dismiss.click()
    await expect(dialog).to_contain_text("It is put away.")
    await dialog.get_by_role("button", name="Keep it").click()
    await expect(dismiss).to_be_focused()
    assert desk.app.told == []
    await dismiss.click()
    await dialog.get_by_role("button", name="Put away").click()
    await desk.app.hears(("dismiss", "U0ANA", "1"))


async def test_an_overflow_menu_works_with_the_keyboard(desk: Desk) -> None:
    await desk.app.post("Refund")
    more = desk.page.get_by_role("button", name="More actions")
    await more.press("Enter")
    await expect(desk.page.get_by_role("menuitem", name="Up")).to_be_focused()
    await desk.page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await more.press("Enter")
    await desk.page.keyboard.press("ArrowDown")
    await desk.page.keyboard.press("Enter")
    await desk.app.hears(("menu", "U0ANA", "down"))


async def test_live_changes_keep_typed_text_selection_and_focus(desk: Desk) -> None:
    await desk.app.post("Refund")
    box = desk.page.locator("#composer")
    await box.fill("half a sentence")
    await box.evaluate("box => box.setSelectionRange(2, 6)")
    await desk.app.post("Another one")
    await expect(desk.page.locator(".message.card")).to_have_count(2)
    await expect(box).to_be_focused()
    await expect(box).to_have_value("half a sentence")
    assert await box.evaluate("box => [box.selectionStart, box.selectionEnd]") == [2, 6]


async def test_a_new_card_far_below_does_not_move_the_reader(desk: Desk) -> None:
    for number in range(6):
        await desk.app.post(f"Number {number}")
    await expect(desk.page.locator(".message.card")).to_have_count(6)
    scroller = desk.page.locator("#channel .scroller")
    await scroller.evaluate("node => { node.scrollTop = 0; }")
    await desk.app.post("Number 6")
    await desk.page.get_by_role("button", name="1 new message").click()
    await expect(
        desk.page.get_by_role("article").filter(has_text="Number 6").get_by_role("button", name="Claim")
    ).to_be_in_viewport()


async def test_a_thread_opens_and_takes_a_reply(desk: Desk) -> None:
    ts = await desk.app.post("Refund")
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", thread_ts=ts, text="*Mail* from the customer")
    await desk.page.get_by_role("button", name="1 reply").click()
    await expect(desk.page.locator("#side")).to_contain_text("Mail from the customer")
    await expect(desk.page.locator("#thread-composer")).to_be_focused()
    await desk.page.keyboard.type("I have seen this before")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("#side .message").last).to_contain_text("I have seen this before")
    await expect(desk.page.get_by_role("button", name="2 replies")).to_be_visible()
    await desk.page.get_by_role("button", name="Close thread").click()
    await expect(desk.page.get_by_role("tab", name="Thread")).to_have_count(0)


async def test_the_page_says_that_it_reconnects_and_comes_back(desk: Desk) -> None:
    await desk.page.route("**/ui/state*", lambda route: route.abort())
    await desk.app.post("Unseen")
    await expect(desk.page.locator("#banner")).to_contain_text("Reconnecting")
    await desk.page.unroute("**/ui/state*")
    await desk.app.post("Seen")
    await expect(desk.page.locator(".message.card")).to_have_count(2)
    await expect(desk.page.locator("#banner .down")).to_have_count(0)
