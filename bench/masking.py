"""How long the loop stands while hostile megabytes are masked, through the log as the compatible API uses it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from backend.bootstrap.migrations import upgrade
from backend.conversations.reports import Report, Told
from backend.conversations.service import ConversationService
from backend.conversations.types import Role
from backend.engines.database.sqlite import SqliteDatabase
from backend.engines.masking.finders import LibraryFinders
from backend.identity.service import IdentityService
from backend.masking.service import MaskingService
from backend.masking.types import Kind, MaskingRules, OwnPattern
from backend.operator import Operator
from backend.ports.sealing import Sealer
from backend.unit_of_work import Units
from bench.ingest import ticking
from bench.table import Figure, main

MEGABYTE = 1_000_000
RULES = MaskingRules(frozenset(Kind), (OwnPattern("order", r"ORD-\d+"),), ("DE",))
# Each is the worst for one of the rules.
HOSTILE = (
    "the quick brown fox ", "@", "a@", "%40", "жа@", "4 ", "4111 ", "DE89 ", "1234567 ()./- ", "\u0664 ", "4\u00a0",
    "a\u200b",
)  # fmt: skip


async def measured() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        upgrade(f"sqlite:///{path}")
        database = SqliteDatabase(path)
        units = Units(database)
        masking = MaskingService(units, cast(Sealer, None), LibraryFinders())  # no run: nothing is sealed
        log, operator = ConversationService(units, masking), await IdentityService(units).ensure_owner()
        await masking.set_rules(operator, RULES)
        stalls, seconds = [], []
        for piece in HOSTILE:
            stall, took = await _told(log, operator, (piece * MEGABYTE)[:MEGABYTE])
            print(f"  {piece!a}: {stall:.0f} ms on the loop, masked and kept in {took:.2f} s", flush=True)
            stalls.append(stall)
            seconds.append(took)
        await database.close()
    return [
        Figure("longest stall of the loop while 1 MB is masked", max(stalls), "ms", 150),
        Figure("a hostile megabyte, masked and kept", max(seconds), "s", 1.5),
    ]


async def _told(log: ConversationService, operator: Operator, text: str) -> tuple[float, float]:
    """Report one message; return the longest stall in milliseconds, and the seconds that it took."""
    lags: list[float] = []
    began = time.perf_counter()
    async with ticking(lags, []):
        await asyncio.sleep(0.05)
        await log.report(operator, Report("s", "a", "A", messages=(Told(Role.USER, text),)))
    return 1000 * max(lags), time.perf_counter() - began


def figures() -> Iterator[Figure]:
    yield from asyncio.run(measured())


if __name__ == "__main__":
    main(figures)
