"""Time the log at 100,000 conversations with 1,000,000 messages, here on SQLite.

Run `python -m bench conversations`. SIGNALBOX_BENCH_CONVERSATIONS makes it another number.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from backend.cli.serve import settle_memory
from backend.columns import utc_now
from backend.conversations.figure_types import FigureWish, Split, Step
from backend.conversations.service import ConversationService
from backend.conversations.types import Filters
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.ports.database import Database
from backend.unit_of_work import Units
from bench.log_places import Place, sqlite
from bench.log_rows import fill, fill_long
from bench.log_served import served
from bench.table import Figure

NUM_CONVERSATIONS = int(os.environ.get("SIGNALBOX_BENCH_CONVERSATIONS", "100000"))
INDEXED_AT_ONCE = 500
NUM_MESSAGES = 20_000
TRIES = 6
# All of 30 days, where every conversation lies, and a week by the hour.
BOARDS = (
    FigureWish(zone="Europe/Berlin"),
    FigureWish(split=Split.FLOW, zone="Europe/Berlin"),
    FigureWish(split=Split.CHANNEL, step=Step.WEEK, zone="Asia/Kathmandu"),
    FigureWish(split=Split.MODEL, step=Step.HOUR, zone="Europe/Berlin"),
    FigureWish(Filters(flow_ids=("flow_3",)), Split.MODEL, zone="Europe/Berlin"),
    FigureWish(split=Split.METADATA, key="plan", zone="Europe/Berlin"),
)


async def p95(name: str, acts: list[Callable[[], Awaitable[Any]]]) -> float:
    """Return the 95th percentile in milliseconds, each act done a few times in turn."""
    slowest: list[tuple[float, int]] = []
    for _ in range(TRIES):
        for place, act in enumerate(acts):
            began = time.perf_counter()
            await act()
            slowest.append((1000 * (time.perf_counter() - began), place))
    for place in range(len(acts)):
        each = statistics.median(milliseconds for milliseconds, of in slowest if of == place)
        print(f"  {name} {place}: {each:.0f} ms", flush=True)
    return statistics.quantiles([milliseconds for milliseconds, _ in slowest], n=20)[-1]


async def measure(kind: str, database: Database) -> AsyncIterator[Figure]:
    units = Units(database)
    log, operator = ConversationService(units), await IdentityService(units).ensure_owner()
    began = time.perf_counter()
    await fill(units, operator.project_id, NUM_CONVERSATIONS)
    print(f"  written in {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    while await log.index(operator.project_id, INDEXED_AT_ONCE):
        pass
    minutes = (time.perf_counter() - began) / 60
    yield Figure(f"{kind}: index {NUM_CONVERSATIONS:,} conversations", minutes, "min", 5)
    boards = [_measure(log, operator, wish) for wish in BOARDS]
    yield Figure(f"{kind}: dashboard over the log, p95", await p95("dashboard", boards), "ms", 1_000)
    await fill_long(units, operator.project_id, NUM_MESSAGES)


def _measure(log: ConversationService, operator: Operator, wish: FigureWish) -> Callable[[], Awaitable[Any]]:
    since = utc_now() - timedelta(days=30 if wish.step is not Step.HOUR else 7)
    return lambda: log.dashboard(operator, replace(wish, filters=replace(wish.filters, since=since)))


def all_of(kind: str, opened: Callable[[], AbstractAsyncContextManager[Place]]) -> list[Figure]:
    async def ask() -> list[Figure]:
        settle_memory()  # as the server does once it is ready
        async with opened() as place:
            figures = [figure async for figure in measure(kind, place.database)]
            # A thread of its own: Playwright has a loop, and one runs here.
            return figures + await asyncio.to_thread(lambda: [*served(kind, place.server, NUM_MESSAGES)])

    return asyncio.run(ask())


def figures() -> Iterator[Figure]:
    yield from all_of("SQLite", sqlite)


if __name__ == "__main__":
    for one in figures():
        print("  ".join(one.cells()))
