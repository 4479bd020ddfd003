"""Time the log at 10,000 conversations: the first page, a page far down, a search, and a search that finds nothing.

Run `python -m bench.conversations`.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from backend.bootstrap.migrations import upgrade
from backend.conversations.service import ConversationService
from backend.conversations.types import Filters
from backend.engines.database.sqlite import SqliteDatabase
from backend.identity.service import IdentityService
from backend.paging import Page
from backend.unit_of_work import Units
from tests.factories.conversations import answer, opening
from tests.tenancy import EVERYWHERE

NUM_CONVERSATIONS = 10_000
AT_ONCE = 500
TRIES = 9
WORDS = ("sofa", "delivery", "warranty", "table", "refund", "fabric", "oak", "leather", "Straße", "доставка", "返品")


def said(number: int) -> str:
    return f"Question {number} about {' '.join(WORDS[(number * 7 + place) % len(WORDS)] for place in range(24))}"


async def fill(log: ConversationService, units: Units, operator: Any) -> None:
    """Write one turn of about 330 characters for each conversation."""
    for start in range(0, NUM_CONVERSATIONS, AT_ONCE):
        async with units.write(EVERYWHERE) as work:
            for number in range(start, start + AT_ONCE):
                question = opening(text=said(number), flow_id=f"flow_{number % 5}")
                await log.open_turn(work, operator, question)
                await log.close_turn(work, operator, answer(question.run_id, text=said(number + 3)))


async def timed(name: str, act: Callable[[], Awaitable[Any]]) -> None:
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        await act()
        times.append(1000 * (time.perf_counter() - began))
    print(f"{name:46} {statistics.median(times):7.1f} ms")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        upgrade(f"sqlite:///{path}")
        database = SqliteDatabase(path)
        units = Units(database)
        log, operator = ConversationService(units), await IdentityService(units).ensure_owner()
        began = time.perf_counter()
        await fill(log, units, operator)
        print(f"{NUM_CONVERSATIONS:,} conversations written in {time.perf_counter() - began:.1f} s")
        middle = (await log.list(operator, Filters(), Page(limit=500))).next or ""
        await timed("first page and counts", lambda: log.browse(operator, Filters(), Page()))
        await timed("a page far down", lambda: log.list(operator, Filters(), Page(after=middle)))
        await timed("one flow", lambda: log.browse(operator, Filters(flow_ids=("flow_3",)), Page()))
        await timed("a word that half of them hold", lambda: log.browse(operator, Filters(text="ДОСТАВКА"), Page()))
        await timed("words that one of them holds", lambda: log.browse(operator, Filters(text="question 77 "), Page()))
        await timed("words that none of them holds", lambda: log.browse(operator, Filters(text="trombone"), Page()))
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
