"""Time a flow of two nodes over REST, through a real server, and count that every run stands in the record.

Run it with `python -m bench.flows_rest`; targets: p50 of one caller 8 ms, 150 runs a second with 16 callers.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from backend.bootstrap.engines import SQLITE_FILE
from tests.factories.flows import echo
from tests.serving import ROOT, Server, command

ONE_CALLER, CALLERS, EACH = 300, 16, 100


async def call(client: aiohttp.ClientSession, path: str, body: dict) -> dict:
    async with client.post(path, json=body) as answer:
        said = await answer.read()
        assert answer.status < 300, said
        return json.loads(said)


async def measure(server: Server, key: str) -> dict[str, float]:
    async with aiohttp.ClientSession(server.base_url, headers={"X-API-Key": key}) as client:
        await call(client, "/api/flows", {"name": "Echo", "document": echo().as_json()})
        await call(client, "/api/flows/echo/publish", {})

        async def run() -> float:
            began = time.perf_counter()
            answer = await call(client, "/api/flows/echo/run", {"input": {"question": "hello"}})
            assert answer["status"] == "done", answer
            assert answer["output"] == {"answer": "hello"}, answer
            return (time.perf_counter() - began) * 1e3

        for _ in range(50):
            await run()
        alone = [await run() for _ in range(ONE_CALLER)]
        began = time.perf_counter()

        async def caller() -> list[float]:
            return [await run() for _ in range(EACH)]

        crowd = [wait for waits in await asyncio.gather(*(caller() for _ in range(CALLERS))) for wait in waits]
        seconds = time.perf_counter() - began
    with sqlite3.connect(server.data / SQLITE_FILE) as rows:
        counted = rows.execute("SELECT count(*) FROM run WHERE status = 'done'").fetchone()[0]
        nodes = rows.execute("SELECT count(*) FROM node_run WHERE status = 'done'").fetchone()[0]
    runs = 50 + ONE_CALLER + CALLERS * EACH
    assert (counted, nodes) == (runs, 2 * runs), (counted, nodes, runs)
    return {
        "one caller, p50 ms": statistics.median(alone),
        "one caller, p95 ms": statistics.quantiles(alone, n=20)[18],
        "16 callers, runs/s": CALLERS * EACH / seconds,
        "16 callers, p50 ms": statistics.median(crowd),
        "recorded": counted,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        with server:
            made = subprocess.run(
                command("api-key", "create", "--name", "bench"),
                cwd=ROOT,
                env=server.environment,
                check=True,
                capture_output=True,
                text=True,
            )
            figures = asyncio.run(measure(server, made.stdout.split()[-1]))
    for name, value in figures.items():
        print(f"flows over REST, {name}: {value:,.1f}")


if __name__ == "__main__":
    sys.exit(main())
