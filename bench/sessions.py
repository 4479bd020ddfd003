"""What 200 people feel who are signed in at once: each with a socket of their own, and a search every five seconds."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from backend.api.access import SESSION_COOKIE
from backend.bootstrap.engines import open_database
from backend.identity.permissions import Role
from backend.identity.service import IdentityService
from backend.settings import Settings
from backend.unit_of_work import Units
from bench.start import wait_until_idle
from bench.table import Figure, main
from tests.factories.people import join
from tests.journeys.test_attacks import PALETTE, SPACE, Attacker, event
from tests.serving import Server

PEOPLE, SECONDS, PAUSE_SECONDS = 200, 30, 5.0
AT_ONCE = 10
TARGET_MS = 300


async def cookies(server: Server) -> list[str]:
    """Make the people and a session for each, past the server: signing in is measured elsewhere."""
    database = open_database(Settings(data_dir=server.data))
    units = Units(database)
    owner = await IdentityService(units).ensure_owner()
    made = [await join(units, owner, f"Person{number}", Role.EDITOR) for number in range(PEOPLE)]
    await database.close()
    return made


class Person(Attacker):
    """A socket that asks and waits for what its own handler changed."""

    async def search(self) -> float:
        """Return how long the palette took to answer, in milliseconds."""
        began = time.perf_counter()
        await self.io.emit("event", event(f"{PALETTE}.search", query=f"desk {random.random()}"), namespace=SPACE)
        while PALETTE not in str((await self.next()).get("delta")):
            pass
        return (time.perf_counter() - began) * 1e3

    async def sit(self, until: float) -> list[float]:
        waits = []
        await asyncio.sleep(random.uniform(0, PAUSE_SECONDS))
        while time.perf_counter() < until:
            waits.append(await self.search())
            await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE_SECONDS)
        return waits


async def measure(server: Server) -> tuple[float, float]:
    """Return the p95 of all waits in milliseconds, and how many searches a second were answered."""
    people = [Person(server, Cookie=f"{SESSION_COOKIE}={cookie}") for cookie in await cookies(server)]
    slots = asyncio.Semaphore(AT_ONCE)

    async def come(person: Person) -> None:
        async with slots:
            await person.connect()

    await asyncio.gather(*(come(person) for person in people))
    began = time.perf_counter()
    sat = await asyncio.gather(*(person.sit(began + SECONDS) for person in people))
    taken = time.perf_counter() - began
    assert not any(person.closed.is_set() for person in people)
    await asyncio.gather(*(person.io.disconnect() for person in people))
    waits = [wait for one in sat for wait in one]
    return statistics.quantiles(waits, n=20)[-1], len(waits) / taken


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data", SIGNALBOX_MODELS="none") as server:
        wait_until_idle(server)  # while the example is made, every open overview follows it
        p95, rate = asyncio.run(measure(server))
    yield Figure(f"a search with {PEOPLE} sessions open, handler p95", p95, "ms", TARGET_MS)
    yield Figure("the same, searches answered", rate, "a second", 0.75 * PEOPLE / PAUSE_SECONDS, more_is_better=True)


if __name__ == "__main__":
    main(figures)
