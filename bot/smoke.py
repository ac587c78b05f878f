"""`triage demo --smoke`: does by itself what a person would, waits for every effect and prints what happened with timings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.app import Bot
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_person import Card
from bot.store import messages

SHORT = "My basil sensor insists"  #: a sample whose recorded draft may leave with one click
PATIENCE = 60.0  #: seconds for one effect; a slow machine is not a failure


@dataclass(slots=True)
class Tour:
    """One visit: the worlds it acts in, and what happened so far."""

    world: Sandbox
    bot: Bot
    samples: Path
    recorded: bool  #: the model's stand-in answers for the samples
    rows: list[tuple[str, str, float, bool]] = field(default_factory=list)  #: step, effect, seconds, good
    first: Card | None = None  #: Ana's ticket
    answered: Card | None = None  #: Ben's

    async def step(self, name: str, act: Callable[[], Awaitable[str]]) -> bool:
        """Carry out one step and note how it went; a step says in a few words what its effect was."""
        started = time.monotonic()
        try:
            said, good = await act(), True
        except Exception as error:  # the table must name every failure, whatever it was
            said, good = f"{type(error).__name__}: {error}".splitlines()[0][:140], False
        self.rows.append((name, said, time.monotonic() - started, good))
        return good

    async def mail(self, subject: str, text: str, sender: str) -> Card:
        """A customer writes; the card that this becomes."""
        await self.world.gmail.write(sender=sender, subject=subject, text=text)
        return await self.world.slack.card(subject, timeout=PATIENCE)

    # --- what a person would do

    async def arrive(self) -> str:
        """All samples arrive, and every one of them has a fate."""
        paths = sorted(self.samples.glob("*.eml"))
        for path in paths:
            await self.world.gmail.deliver(path)
        await self.world.eventually(lambda: self.world.slack.messages("triage"), PATIENCE, "the first card")
        count = len(paths)
        await self._until_read(count)
        cards = sum(1 for name in ("triage", "billing", "sales") for m in self.world.slack.messages(name) if not m.is_reply)
        return f"{count} mails read, {cards} cards"

    async def _until_read(self, count: int) -> None:
        deadline = time.monotonic() + 3 * PATIENCE
        while (known := await self._states()).get("read", 0) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"of {count} mails only these are known, by state: {known}")
            await asyncio.sleep(0.05)

    async def _states(self) -> dict[str, int]:
        async with self.bot.db.read() as s:
            return await messages.states(s)

    async def claim(self) -> str:
        """Ana claims a ticket; the card says so."""
        subject = SHORT if self.recorded else "Sensor shows 0 %"
        if not self.recorded:
            await self.world.gmail.write(
                sender="Mara Lind <mara@lind.example>", subject=subject, text="My sensor LS-7 shows 0 %."
            )
        self.first = await self.world.slack.card(subject, timeout=PATIENCE)
        await _click(self.first, "Claim", "ana")
        await self.first.until(lambda card: "Ana" in card.blocks_text, PATIENCE)
        return "the card names Ana"

    async def lose(self) -> str:
        """Ben clicks on the old screen and hears who was first."""
        card = await self.mail(
            "Gateway keeps restarting", "Every ten minutes the gateway restarts.", "Joon Park <joon@park.example>"
        )
        old = card.frozen()
        await _click(card, "Claim", "ana")
        await card.until(lambda c: "Ana" in c.blocks_text, PATIENCE)
        before = len(self.world.slack.whispers("ben"))
        await _click(old, "Claim", "ben")
        await self.world.eventually(lambda: len(self.world.slack.whispers("ben")) > before, PATIENCE, "a word to Ben")
        said = self.world.slack.whispers("ben")[-1]
        if "Ana" not in said:
            raise AssertionError("Ben was not told that Ana was first")
        return "Ben is told that Ana was first"

    async def approve(self) -> str:
        """One click sends a short draft to the customer."""
        sent = len(self.world.gmail.sent)
        assert self.first is not None, "there is no claimed ticket"
        await _click(self.first, "Approve & Send", "ana")
        await self._sent(sent + 1)
        await self.first.until(lambda card: "Approve & Send" not in card.buttons, PATIENCE)
        return "one reply is in the customer's mailbox, and the card says so"

    async def edit(self) -> str:
        """Ben writes his own words and sends them."""
        to = "ida@holm.example"
        card = await self.mail("Wrong address on my order", "Please change the address of order LS-20991.", f"Ida Holm <{to}>")
        sent = len(self.world.gmail.sent)
        await _click(card, "Edit" if "Edit" in card.buttons else "Write reply", "ben")
        view = await self.world.slack.view("ben", timeout=PATIENCE)
        await view.until(lambda v: "Reply" in v.fields, PATIENCE)
        view.fill("Reply", "Hello Ida,\n\nthe address of LS-20991 is changed.")
        if errors := await view.submit():
            raise AssertionError(f"the modal complains: {sorted(errors)}")
        await self._sent(sent + 1)
        if (to,) != self.world.gmail.sent[-1].to:
            raise AssertionError("the reply did not go to the customer alone")
        if "the address of LS-20991 is changed" not in self.world.gmail.sent[-1].text:
            raise AssertionError("the mail that left is not what Ben wrote")
        await card.until(lambda c: "Close" in c.buttons, PATIENCE)
        self.answered = card
        return "exactly Ben's words left"

    async def reassign(self) -> str:
        """Chloe gets a ticket and a DM."""
        card = await self.mail(
            "Offer for forty sensors", "We plan a second house and need forty sensors.", "Rui Alves <rui@alves.example>"
        )
        await _click(card, "Claim", "ben")
        await card.until(lambda c: "Reassign" in c.buttons, PATIENCE)
        before = len(self.world.slack.dms("chloe"))
        await _click(card, "Reassign", "ben")
        view = await self.world.slack.view("ben", timeout=PATIENCE)
        await view.until(lambda v: "Assign to" in v.fields, PATIENCE)
        view.choose("Assign to", "U0CHLOE")
        if errors := await view.submit():
            raise AssertionError(f"the modal complains: {sorted(errors)}")
        await card.until(lambda c: "Chloe" in c.blocks_text, PATIENCE)
        await self.world.eventually(lambda: len(self.world.slack.dms("chloe")) > before, PATIENCE, "a DM to Chloe")
        return "the card names Chloe, who got a DM"

    async def close(self) -> str:
        """The answered ticket is closed."""
        assert self.answered is not None, "there is no answered ticket"
        await _click(self.answered, "Close", "ben")
        await self.answered.until(lambda c: "Reopen" in c.buttons, PATIENCE)
        return "the card is closed and can be reopened"

    async def refuse(self) -> str:
        """A guest may look and not act."""
        card = await self.mail("Which batteries fit?", "Which batteries fit the LS-7?", "Tova Berg <tova@berg.example>")
        before = len(self.world.slack.whispers("gus"))
        await _click(card, "Claim", "gus")
        await self.world.eventually(lambda: len(self.world.slack.whispers("gus")) > before, PATIENCE, "a word to Gus")
        if "Claim" not in card.buttons:
            raise AssertionError("the guest's click changed the card")
        return "Gus is told why nothing happened"

    async def _sent(self, count: int) -> None:
        await self.world.gmail.eventually(lambda: len(self.world.gmail.sent) >= count, PATIENCE, "the reply in the mailbox")
        if len(self.world.gmail.sent) != count:
            raise AssertionError("more than one reply left")


async def _click(card: Card, label: str, by: str) -> None:
    result = await card.click(label, by=by)
    if not result.acked:
        raise AssertionError(f"{label}: {result.error or 'the click was not acknowledged'}")


def table(rows: list[tuple[str, str, float, bool]]) -> str:
    """The steps, their effects and how long they took."""
    widest = max(len(name) for name, *_ in rows)
    lines = [f"{'ok  ' if good else 'FAIL'}  {name:<{widest}}  {seconds:6.2f} s  {said}" for name, said, seconds, good in rows]
    done = sum(1 for *_, good in rows if good)
    return "\n".join([*lines, f"{done} of {len(rows)} steps happened"])


async def run(world: Sandbox, bot: Bot, samples: Path, *, recorded: bool) -> int:
    """Take the tour; 0 only when all of it happened."""
    tour = Tour(world, bot, samples, recorded)
    steps = (
        ("mails in", tour.arrive),
        ("claim", tour.claim),
        ("lose a race", tour.lose),
        ("approve and send", tour.approve),
        ("edit and send", tour.edit),
        ("reassign", tour.reassign),
        ("close", tour.close),
        ("a guest clicks", tour.refuse),
    )
    for name, act in steps:
        await tour.step(name, act)
    print(table(tour.rows))
    return 0 if all(good for *_, good in tour.rows) else 1
