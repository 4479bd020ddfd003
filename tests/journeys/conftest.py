"""A real server, a real Chromium, and a signed-in page for each journey."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys import chromium
from tests.journeys.looking import HEIGHTS, look, open_page, shoot
from tests.serving import Server

HERE = Path(__file__).parent
WIDE = 1440
TIMEOUT_MS = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the journeys before all else, and those without a browser before the others.

    They take longest, on one worker; and once a browser runs, its loop runs in this thread and no other can.
    """
    items.sort(key=_turn)
    for item in items:
        if _is_journey(item):
            item.add_marker(pytest.mark.journey)


def _turn(item: pytest.Item) -> int:
    if not _is_journey(item):
        return 2
    return 0 if inspect.iscoroutinefunction(getattr(item, "function", None)) else 1


def _is_journey(item: pytest.Item) -> bool:
    return item.path.is_relative_to(HERE)


@dataclass
class Console:
    """What a journey gets: a page that is signed in, and the REST API with a key."""

    server: Server
    context: BrowserContext
    page: Page
    api: httpx.Client

    @property
    def base_url(self) -> str:
        return self.server.base_url

    def open(self, path: str) -> Page:
        """Go to a path of the console and wait until its state has come."""
        open_page(self.page, f"{self.base_url}{path}")
        return self.page

    def look(self, name: str) -> None:
        """Audit and shoot the page in light and dark, 1440 and 390 wide."""
        look(self.page, name)

    def shoot(self, name: str) -> Path:
        return shoot(self.page, name)


# Package scope: Playwright's loop must be gone again before an asyncio test runs in the same process.
@pytest.fixture(scope="package")
def models() -> str:
    """Name the model of the shared server; a module with other needs starts a server of its own."""
    return "embedded"


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, models: str) -> Iterator[Server]:
    """Serve the one export from a fresh data directory."""
    with Server(
        tmp_path_factory.mktemp("journeys") / "data", SIGNALBOX_MODELS=models, SIGNALBOX_PYTHON_EVALUATORS="true"
    ) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = chromium.find()
    # As long as every other wait: its own 5 s are too short where many things run at once.
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*chromium.ARGUMENTS])
        yield browser
        browser.close()


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": WIDE, "height": HEIGHTS[WIDE]}, color_scheme="light", locale="en-GB", **options
    )
    context.set_default_timeout(TIMEOUT_MS)
    return context


def sign_in(context: BrowserContext, link: str) -> Page:
    """Open a one-time link and press its button."""
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name=re.compile("^(Sign in|Skip, and open the console)$")).click()
    page.wait_for_url("**/")
    return page


def first_sign_in(server: Server, browser: Browser) -> Any:
    """Sign in with the server's link and return the cookies."""
    context = new_context(browser)
    sign_in(context, server.link)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="package")
def session(server: Server, browser: Browser) -> Any:
    """Sign in once; every journey starts with these cookies in a context of its own."""
    return first_sign_in(server, browser)


@pytest.fixture(scope="package")
def api_key(server: Server) -> str:
    return server.make_key()


@pytest.fixture
def api(server: Server, api_key: str) -> Iterator[httpx.Client]:
    """Call the REST API with a key."""
    with httpx.Client(base_url=server.base_url, headers={"X-API-Key": api_key}, timeout=60) as client:
        yield client


@pytest.fixture
def console(server: Server, browser: Browser, session: Any, api: httpx.Client) -> Iterator[Console]:
    """Give a journey a new tab, signed in; what it throws in the page fails the journey."""
    context = new_context(browser, storage_state=session)
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.on("console", lambda said: thrown.append(said.text) if "Content Security Policy" in said.text else None)
    yield Console(server, context, page, api)
    context.close()
    assert not thrown, f"the page threw: {thrown}"
