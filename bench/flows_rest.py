"""A flow of two nodes over REST, through a real server, with every run counted in the record."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from backend.settings import SQLITE_FILE
from bench.table import Figure, main
from tests.factories.flows import echo
from tests.serving import Server

WARM_UP, ONE_CALLER, CALLERS, EACH = 50, 300, 16, 100


async def call(client: aiohttp.ClientSession, path: str, body: dict) -> dict:
    async with client.post(path, json=body) as answer:
        said = await answer.read()
        assert answer.status < 300, said
        return json.loads(said)


async def measure(server: Server, key: str) -> tuple[float, float]:
    """Return the p50 of one caller in milliseconds, and the runs a second of sixteen."""
    async with aiohttp.ClientSession(server.base_url, headers={"X-API-Key": key}) as client:
        await call(client, "/api/flows", {"name": "Echo", "document": echo().as_json()})
        await call(client, "/api/flows/echo/publish", {})

        async def run() -> float:
            began = time.perf_counter()
            answer = await call(client, "/api/flows/echo/run", {"input": {"question": "hello"}})
            assert answer["output"] == {"answer": "hello"}, answer
            return (time.perf_counter() - began) * 1e3

        async def caller() -> None:
            for _ in range(EACH):
                await run()

        for _ in range(WARM_UP):
            await run()
        alone = statistics.median([await run() for _ in range(ONE_CALLER)])
        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        return alone, CALLERS * EACH / (time.perf_counter() - began)


def count(server: Server) -> None:
    """Fail unless every run and each of its nodes stands in the record."""
    runs = WARM_UP + ONE_CALLER + CALLERS * EACH
    with sqlite3.connect(server.data / SQLITE_FILE) as rows:
        for table, expected in (("run", runs), ("node_run", 2 * runs)):
            found = rows.execute(f"SELECT count(*) FROM {table} WHERE status = 'done'").fetchone()[0]
            assert found == expected, f"{found} rows in {table}, not {expected}"


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data") as server:
        key = server.run("api-key", "create", "--name", "bench").stdout.split()[-1]
        alone, crowd = asyncio.run(measure(server, key))
        count(server)
    yield Figure("two-node flow over REST, one caller, p50", alone, "ms", 8, "Langflow 1.13: 54 ms", 54)
    name = "the same, 16 callers, every run recorded"
    yield Figure(name, crowd, "runs/s", 150, "Langflow 1.13: 16 runs/s", 16, more_is_better=True)


if __name__ == "__main__":
    main(figures)
