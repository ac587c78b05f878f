"""A browser, the sandbox's page, and a small real Slack app behind it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot import demo
from bot.sandbox.server import Sandbox
from tests.browser.desk_app import DeskApp
from tests.sandbox.slack_app import connected, slack_only

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = {"width": 1280, "height": 800}
PATIENCE_MS = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for this folder, because one browser serves all of its tests."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def found() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest_asyncio.fixture(name="browser", scope="session", loop_scope="session")
async def _browser() -> AsyncIterator[Browser]:
    path = found()
    if path is None:
        pytest.skip(f"no browser here: none of {', '.join(BROWSERS)} is in PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(name="window", loop_scope="session")
async def _window(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh browser window whose pages fail the test when a script of theirs fails or the page's policy is broken."""
    window = await browser.new_context(viewport=SIZE, reduced_motion="reduce", service_workers="block")  # type: ignore[arg-type]
    window.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    window.on("weberror", lambda error: wrong.append(str(error.error)))
    window.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield window
    await window.close()
    assert wrong == []


@dataclass
class Desk:
    """The page in front of a small app: what is on the screen, and what the app was told."""

    page: Page
    sandbox: Sandbox
    app: DeskApp


@pytest_asyncio.fixture(name="desk", loop_scope="session")
async def _desk(window: BrowserContext, tmp_path: Path) -> AsyncIterator[Desk]:
    """The page open in #triage as Ana, with the small app connected."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(slack_only(tmp_path))
        app = DeskApp()
        bot = await stack.enter_async_context(connected(sandbox, app.register))
        app.client = bot.client
        page = await window.new_page()
        await page.goto(sandbox.url)
        await page.wait_for_selector("body.ready")
        yield Desk(page, sandbox, app)
        await page.close()


@pytest_asyncio.fixture(name="demo", scope="session", loop_scope="session")
async def _demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """The demo without its sample mailbox; asks for the browser first, so that it is not started in vain."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIAGE_DATA_DIR", str(tmp_path_factory.mktemp("demo")))
        async with demo.sandbox() as world, demo.bot(world):
            yield world
