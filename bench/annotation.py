"""Time a label: from its key to the next item with its messages, in a queue of 5,000 beside a log of as many.

Run `python -m bench annotation`: the service on both databases, and what a labeller sees in a real Chromium.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence

from backend.annotations.configs import config_of
from backend.annotations.service import AnnotationService
from backend.annotations.types import NewQueue
from backend.conversations.service import ConversationService
from backend.conversations.types import Filters
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.unit_of_work import Units
from bench.in_page import new_tab, signed_in, took
from bench.log_places import Place, postgres, sqlite
from bench.log_rows import fill
from bench.start import wait_until_idle
from bench.table import Figure, main
from tests.serving import Server

NUM_ITEMS = 5_000
NUM_LABELS, NUM_PRESSED = 400, 100
MESSAGES = 100
TARGET_MS = 100
PAUSE_MS = 100  # as fast as somebody reads a short answer
# The next item is drawn: its number, and messages that stood not there.
NEXT = """(document.querySelector('.an-ask [role=status]')?.textContent.startsWith('{} of')
  && document.querySelector('.an-said .msg') && document.querySelector('.an-said .msg').id !== '{}')"""


async def filled(place: Place) -> tuple[AnnotationService, ConversationService, Operator, str]:
    """Make the log and the queue; return its id."""
    units = Units(place.database)
    owner = await IdentityService(units).ensure_owner()
    await fill(units, owner.project_id, NUM_ITEMS)
    log = ConversationService(units)
    annotations = AnnotationService(units, log)
    made = await annotations.create_queue(owner, NewQueue("Bench", (config_of({"name": "good"}),)))
    await annotations.add_matching(owner, made.id, Filters())
    return annotations, log, owner, made.id


async def at_the_service(place: Place) -> tuple[list[float], str]:
    """Label many by calls alone."""
    annotations, log, owner, queue = await filled(place)
    turned, times = await annotations.take_next(owner, queue), []
    for _ in range(NUM_LABELS):
        task = turned.task
        if task is None:
            raise RuntimeError("the queue ended")
        began = time.perf_counter()
        turned = await annotations.label(owner, queue, task.item_id, "good", value=True)
        if turned.task:
            await log.opened(owner, turned.task.target.conversation_id, MESSAGES)
        times.append(1000 * (time.perf_counter() - began))
    return times, queue


def in_the_page(server: Server, queue: str) -> list[float]:
    """Press a key for each item, as somebody who labels."""
    with server, signed_in(server) as context:
        wait_until_idle(server)  # the example is made
        page = new_tab(context, f"{server.base_url}/annotation/{queue}")
        times = []
        for number in range(NUM_LABELS + 1, NUM_LABELS + NUM_PRESSED + 1):
            said = page.locator(".an-said .msg").first.get_attribute("id")
            times.append(took(page, lambda: page.keyboard.press("y"), NEXT.format(number, said)))
            page.wait_for_timeout(PAUSE_MS)
        return times


def figure(name: str, times: Sequence[float]) -> Figure:
    middle = f"median {statistics.median(times):.1f} ms"
    return Figure(f"{name}, p95 of {len(times)}", statistics.quantiles(times, n=20)[-1], "ms", TARGET_MS, middle)


async def _all() -> AsyncIterator[Figure]:
    async with sqlite() as place:
        times, queue = await at_the_service(place)
        yield figure("A label and the next item, SQLite", times)
        # A thread of its own: Playwright has a loop, and one runs here.
        times = await asyncio.to_thread(in_the_page, place.server, queue)
        yield figure("A label, from its key to the next item drawn", times)
    async with postgres() as place:
        times, _ = await at_the_service(place)
        yield figure("A label and the next item, Postgres", times)


def figures() -> Iterator[Figure]:
    async def collect() -> list[Figure]:
        return [one async for one in _all()]

    yield from asyncio.run(collect())


if __name__ == "__main__":
    main(figures)
