"""A log of many conversations as it is served: its list and its search over REST, and what the page makes of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
from playwright.sync_api import BrowserContext

from bench.in_page import new_tab, signed_in, took
from bench.start import wait_until_idle
from bench.table import Figure
from tests.serving import Server

TRIES, LOADS, OPENINGS = 6, 20, 20
PAUSE_MS = 300  # what else was read meanwhile has come
LONG = "Long"
# As the filters of the log ask, and by what other systems tell, whose every name is counted by itself.
LISTS: tuple[dict[str, Any], ...] = (
    {},
    {"flow_id": "flow_3"},
    {"rating": "down", "state": "failed"},
    {"model": "gpt-5-mini", "flow_id": ["flow_1", "flow_2"]},
    {"latency": "4000.."},
    {"cost": "..1", "turns": "2.."},
    {"tag": "late", "outcome": "not_completed"},
)
NAMED: tuple[dict[str, Any], ...] = ({"metadata": "plan=pro"}, {"metadata": ["plan=pro", "country=DE"]})
# A word, its parts and beginnings, two words, orders, Chinese of two and four signs, Arabic, quotes, and nothing.
SEARCHES = (
    "Garantie", "lieferung", "verzögerung stoff", "SOFASTOFF", "A-048812", "48812", "退货", "退货保修", "إرجاع",
    '"sofa regal"', "trombone", "ern", "ba",
)  # fmt: skip
ROWS = "document.querySelector('.list .cv') && document.querySelector('.facets .fc')"
OPENED = "document.querySelector('.trans h1')?.textContent === '{}' && document.querySelector('.trans .msg')"


def served(kind: str, server: Server, num_messages: int) -> Iterator[Figure]:
    with server:
        wait_until_idle(server)  # the example is made
        yield from _over_rest(kind, server)
        with signed_in(server) as context:
            yield from _in_page(kind, server.base_url, context, num_messages)


def p95(name: str, acts: Sequence[Callable[[], object]], tries: int = TRIES) -> float:
    """Return the 95th percentile in milliseconds, each act done a few times in turn."""
    waits: list[list[float]] = [[] for _ in acts]
    for _ in range(tries):
        for each, act in zip(waits, acts, strict=True):
            began = time.perf_counter()
            act()
            each.append(1000 * (time.perf_counter() - began))
    for place, each in enumerate(waits):
        print(f"  {name} {place}: {statistics.median(each):.0f} ms", flush=True)
    return percentile([one for each in waits for one in each])


def percentile(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


def _over_rest(kind: str, server: Server) -> Iterator[Figure]:
    headers = {"X-API-Key": server.make_key()}
    with httpx.Client(base_url=server.base_url, headers=headers, timeout=60) as api:

        def asking(asked: dict[str, Any]) -> Callable[[], object]:
            return lambda: api.get("/api/conversation-search", params=asked).raise_for_status().json()

        lists = [asking(one) for one in LISTS]
        yield Figure(f"{kind}: list and filters over REST, p95", p95("list", lists, 12), "ms", 200)
        named = [asking(one) for one in NAMED]
        yield Figure(f"{kind}: the same by names of metadata, p95", p95("named", named, 30), "ms", 500)
        searches = [asking({"text": words}) for words in SEARCHES]
        yield Figure(f"{kind}: search with counts and snippets over REST, p95", p95("search", searches), "ms", 500)


def _in_page(kind: str, address: str, context: BrowserContext, num_messages: int) -> Iterator[Figure]:
    waits = [_open_log(context, address) for _ in range(LOADS)]
    yield Figure(f"{kind}: from the click to the list of the log, p95", percentile(waits), "ms", 1_000, _middle(waits))
    waits = _open_long(context, address)
    words = f"{kind}: from the click to {num_messages:,} messages opened, p95"
    yield Figure(words, percentile(waits), "ms", 1_000, _middle(waits))


def _middle(waits: Sequence[float]) -> str:
    return f"median {statistics.median(waits):.0f} ms"


def _open_log(context: BrowserContext, address: str) -> float:
    """Go to the log from another page, by the rail."""
    page = new_tab(context, f"{address}/about")
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Conversations")
    wait = took(page, link.click, ROWS)
    page.close()
    return wait


def _open_long(context: BrowserContext, address: str) -> list[float]:
    """Open the longest conversation from the list, again and again with another one between."""
    page = new_tab(context, f"{address}/conversations")
    rows = page.locator(".list .cv")
    long, other = rows.filter(has=page.get_by_text(LONG, exact=True)), rows.nth(5)
    title = other.locator("b").inner_text()
    waits = []
    for _ in range(OPENINGS):
        other.click()
        page.get_by_role("heading", name=title, level=1, exact=True).wait_for()
        page.wait_for_timeout(PAUSE_MS)
        waits.append(took(page, long.click, OPENED.format(LONG)))
        page.wait_for_timeout(PAUSE_MS)
    return waits
