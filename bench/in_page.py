"""A signed-in page in a real Chromium, and how long it takes from what somebody does to what is drawn of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.journeys import chromium
from tests.journeys.conftest import new_context, sign_in
from tests.journeys.looking import wait_until_hydrated
from tests.serving import Server

# From the moment of the click or key to the end of the frame in which it is drawn, in the page itself.
BEGIN = """() => {
  const isDrawn = () => DRAWN;
  window.took = new Promise((done, fail) => {
    let began = 0;
    const begin = (event) => { began ||= event.timeStamp; };
    for (const kind of ["click", "keydown"]) addEventListener(kind, begin, { capture: true, once: true });
    const seen = new MutationObserver(() => {
      if (!began || !isDrawn()) return;
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    });
    seen.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    setTimeout(() => fail(new Error("not drawn within 30 s")), 30000);
  });
  window.took.catch(() => {});
}"""


@contextmanager
def signed_in(server: Server) -> Iterator[BrowserContext]:
    executable = chromium.find()  # before Playwright starts: it asks Playwright itself
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*chromium.ARGUMENTS])
        context = new_context(browser)
        sign_in(context, server.link).close()
        yield context
        browser.close()


def new_tab(context: BrowserContext, address: str) -> Page:
    """Open a tab of its own: nothing that another one read stands in it."""
    page = context.new_page()
    page.goto(address)
    wait_until_hydrated(page)
    return page


def took(page: Page, act: Callable[[], object], drawn: str) -> float:
    """Return the milliseconds from what `act` clicks or presses until the expression `drawn` holds in the page."""
    page.evaluate(BEGIN.replace("DRAWN", drawn))
    act()
    return float(page.evaluate("() => window.took"))
