"""How long a warm start takes, and what the whole process tree then holds in memory.

The comparison was measured on a machine like this one: Langflow 1.13 after start, nothing asked yet.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from bench.table import Figure, main
from tests.serving import Server

STARTS = 3
SETTLE_SECONDS, IDLE_SECONDS = 3, 90
MIB = 1024 * 1024


def tree_mib(pid: int) -> float:
    """Return the resident memory of a process and all its children, summed and told by name."""
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        held = process.memory_info().rss / MIB
        print(f"{held:7.1f} MiB  {' '.join(process.cmdline()[:4])}", flush=True)
        total += held
    return total


def wait_until_idle(server: Server) -> None:
    """Wait until the example's handbook is read in: what is measured is a start at which nothing is asked."""
    key = server.run("api-key", "create", "--name", "bench").stdout.splitlines()[-1]
    deadline = time.monotonic() + IDLE_SECONDS
    with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}) as api:
        while True:
            bases = api.get("/api/knowledge-bases").json()["knowledge_bases"]
            lists = [api.get(f"/api/knowledge-bases/{base['id']}/documents").json()["documents"] for base in bases]
            documents = [document for documents in lists for document in documents]
            if documents and all(document["status"] == "done" for document in documents):
                return
            assert time.monotonic() < deadline, documents
            time.sleep(0.2)


def figures() -> Iterator[Figure]:
    waits: list[float] = []
    held = 0.0
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", from_nothing=True)
        server.start()  # builds, migrates and makes the example project
        wait_until_idle(server)
        server.stop()
        for _ in range(STARTS):
            began = time.perf_counter()
            server.start()
            waits.append(time.perf_counter() - began)
            time.sleep(SETTLE_SECONDS)
            held = max(held, tree_mib(server.pid))
            server.stop()
    yield Figure("start without changes until ready, median", statistics.median(waits), "s", 5)
    yield Figure("memory after start, whole process tree", held, "MB", 300, "Langflow 1.13: 478 MB", 478)


if __name__ == "__main__":
    main(figures)
