"""How long a warm start takes, and what the whole process tree then holds in memory.

The comparison was measured on a machine like this one: Langflow 1.13 after start, nothing asked yet.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.table import Figure, main
from tests.serving import Server

STARTS = 3
SETTLE_SECONDS = 3
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


def figures() -> Iterator[Figure]:
    waits: list[float] = []
    held = 0.0
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.start()  # builds, migrates and makes the example project
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
