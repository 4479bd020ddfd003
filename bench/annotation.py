"""Time a label: from the key's call to the next item with its messages, in a queue of 5,000 beside a log of as many.

Run `python -m bench annotation`.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

from backend.annotations.configs import config_of
from backend.annotations.service import AnnotationService
from backend.annotations.types import NewQueue
from backend.conversations.service import ConversationService
from backend.conversations.types import Filters
from backend.identity.service import IdentityService
from backend.unit_of_work import Units
from bench.conversations import sqlite
from bench.log_rows import fill
from bench.table import Figure

NUM_ITEMS = 5_000
NUM_LABELS = 400
MESSAGES = 100
TARGET_MS = 100


async def _times() -> list[float]:
    async with sqlite() as database:
        units = Units(database)
        owner = await IdentityService(units).ensure_owner()
        await fill(units, owner.project_id, NUM_ITEMS)
        log = ConversationService(units)
        annotations = AnnotationService(units, log)
        made = await annotations.create_queue(owner, NewQueue("Bench", (config_of({"name": "good"}),)))
        await annotations.add_matching(owner, made.id, Filters())
        turned, times = await annotations.take_next(owner, made.id), []
        for _ in range(NUM_LABELS):
            task = turned.task
            if task is None:
                raise RuntimeError("the queue ended")
            began = time.perf_counter()
            turned = await annotations.label(owner, made.id, task.item_id, "good", value=True)
            if turned.task:
                await log.opened(owner, turned.task.target.conversation_id, MESSAGES)
            times.append(1000 * (time.perf_counter() - began))
        return times


def figures() -> Iterator[Figure]:
    times = asyncio.run(_times())
    p95 = statistics.quantiles(times, n=20)[-1]
    middle = f"median {statistics.median(times):.1f} ms"
    yield Figure("A label and the next item, p95 of 400", p95, "ms", TARGET_MS, middle)
