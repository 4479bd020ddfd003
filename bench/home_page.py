"""The first screen in an empty cache: when its data stands there, and how much JavaScript came over the wire.

Also a click that goes to the server and back, timed inside the page. Langflow's figures are from a machine like this.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.table import Figure, main
from tests.journeys import chromium
from tests.journeys.conftest import new_context, sign_in
from tests.serving import Server

LOADS, CLICKS, PAUSE_MS = 7, 40, 150
SHOWN = "() => document.querySelector('[data-hydrated=true]') && !document.querySelector('main [aria-busy=true]')"
# Clicks the first box of the filters; its tick comes back from the server, with the list that it filters.
CLICK = """
() => new Promise(done => {
  const box = document.querySelector('main label.fc input[type=checkbox]');
  const list = document.querySelector('main');
  const seen = new MutationObserver(() => { seen.disconnect(); done(performance.now() - began); });
  seen.observe(list, { subtree: true, childList: true, attributes: true, characterData: true });
  const began = performance.now();
  box.click();
})
"""


def load(browser: Browser, state: Any, address: str) -> tuple[float, float]:
    """Return milliseconds until the data is shown and bytes of JavaScript, in a new context: an empty cache."""
    context = new_context(browser, storage_state=state)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds: dict[str, str] = {}
    script_bytes = 0.0

    def responded(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        nonlocal script_bytes
        if kinds.get(event["requestId"]) == "Script":
            script_bytes += event["encodedDataLength"]

    wire.on("Network.responseReceived", responded)
    wire.on("Network.loadingFinished", finished)
    page.goto(address, wait_until="commit")
    page.wait_for_function(SHOWN, polling="raf")
    shown = page.evaluate("() => performance.now()")
    page.wait_for_timeout(500)  # what loads after the first paint counts too
    context.close()
    return float(shown), script_bytes


def click_times(page: Page) -> list[float]:
    times = []
    for _ in range(CLICKS):
        times.append(float(page.evaluate(CLICK)))
        page.wait_for_timeout(PAUSE_MS)
    return times


def figures() -> Iterator[Figure]:
    executable = chromium.find()
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data", SIGNALBOX_MODELS="scripted") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=[*chromium.ARGUMENTS])
        context = new_context(browser)
        sign_in(context, server.link)
        state = context.storage_state()
        context.close()
        loads = [load(browser, state, f"{server.base_url}/") for _ in range(LOADS)]
        context = new_context(browser, storage_state=state)
        page = context.new_page()
        page.goto(f"{server.base_url}/conversations")
        page.wait_for_function(SHOWN, polling="raf")
        page.wait_for_timeout(1_000)
        clicks = click_times(page)
        context.close()
        browser.close()
    shown = statistics.median(shown for shown, _ in loads) / 1000
    scripts = statistics.median(size for _, size in loads) / 1000
    yield Figure(
        "home page in an empty cache until its data is shown", shown, "s", 0.8, "Langflow 1.13: 2.3-5.0 s", 2.3
    )
    yield Figure(
        "click to changed DOM, a filter of the log, p50",
        statistics.median(clicks),
        "ms",
        10,
        "bare counter: 2.3 ms",
        2.3,
    )
    yield Figure("JavaScript of the home page, gzip", scripts, "KB", 350, "bare Reflex with Radix: 244 KB", 244)


if __name__ == "__main__":
    main(figures)
