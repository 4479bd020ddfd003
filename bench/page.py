"""What an operator feels: the home page in an empty cache, its weight, and a click that changes the page.

The comparisons were measured on a machine like this one: Langflow 1.13 with its example flows, a bare Reflex counter.
"""

from __future__ import annotations

import gzip
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Response, sync_playwright

from bench.start import wait_until_idle
from bench.table import Figure, main
from tests.journeys import chromium
from tests.journeys.conftest import new_context, sign_in
from tests.journeys.looking import open_page
from tests.serving import Server

LOADS, CLICKS, PAUSE_MS = 7, 40, 150
KIB = 1024
# Data is shown once the bar names the project and nothing in the page waits any more.
WATCH = """
window.shownAt = 0;
const shown = () => document.querySelector("[data-hydrated=true]") && document.querySelector(".where .b")?.textContent
  && !document.querySelector("main [aria-busy=true]");
const seen = new MutationObserver(() => {
  if (!shown()) return;
  window.shownAt = performance.now();
  seen.disconnect();
});
seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""
# From the click to the first node or text that it changed, in the page itself. Attributes would not do: React writes
# a pressed box's own ones anew before anything has come from the server.
CLICK = """
() => new Promise(done => {
  const seen = new MutationObserver(() => { seen.disconnect(); done(performance.now() - began); });
  seen.observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true });
  const began = performance.now();
  document.querySelector("main label.fc input[type=checkbox]").click();
})
"""


def load_home(browser: Browser, session: Any, address: str) -> tuple[float, float]:
    """Return when the data stood there in seconds, and the scripts of the page in KiB, compressed."""
    context = new_context(browser, storage_state=session)
    page = context.new_page()
    page.add_init_script(WATCH)
    scripts: list[Response] = []
    page.on("response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None)
    page.goto(address)
    page.wait_for_function("() => window.shownAt > 0")
    ready = float(page.evaluate("() => window.shownAt")) / 1e3
    page.wait_for_load_state("networkidle")
    weight = sum(len(gzip.compress(answer.body(), 6)) for answer in scripts) / KIB
    context.close()
    return ready, weight


def press(page: Page) -> float:
    """Return the median in milliseconds of many clicks on a filter of the log, which the server answers from rows."""
    waits: list[float] = []
    for _ in range(CLICKS):
        waits.append(float(page.evaluate(CLICK)))
        page.wait_for_timeout(PAUSE_MS)  # what else the click brought has come
    return statistics.median(waits)


def figures() -> Iterator[Figure]:
    executable = chromium.find()  # before Playwright starts: it asks Playwright itself
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data", SIGNALBOX_MODELS="scripted") as server,
        sync_playwright() as playwright,
    ):
        wait_until_idle(server)
        browser = playwright.chromium.launch(executable_path=executable, args=[*chromium.ARGUMENTS])
        context = new_context(browser)
        page = sign_in(context, server.link)
        session = context.storage_state()
        loads = [load_home(browser, session, server.base_url) for _ in range(LOADS)]
        open_page(page, f"{server.base_url}/conversations")
        yield Figure(
            "home page in an empty cache, data shown, median",
            statistics.median(ready for ready, _ in loads),
            "s",
            0.8,
            "Langflow 1.13: 2.3-5.0 s",
            2.3,
        )
        yield Figure("JavaScript of the home page, gzip", loads[0][1], "KB", 350, "bare Reflex with Radix: 244 KB", 244)
        yield Figure(
            "click to changed DOM, a filter of the log, p50",
            press(page),
            "ms",
            10,
            "a bare Reflex counter: 2.3 ms",
            2.3,
        )
        browser.close()


if __name__ == "__main__":
    main(figures)
