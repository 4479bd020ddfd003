"""Two processes on one Postgres: what one leaves by kill -9, the other ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.contracts.test_jobs import ROOT, ledger, wait_for

PROGRAM = """
import asyncio, sys
from pathlib import Path
from backend.engines.database.postgres import PostgresDatabase
from backend.engines.jobs.dbos_jobs import DbosJobs

folder, url, name, seconds = Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])

def note(word):
    with (folder / "ledger").open("a") as file:
        file.write(word + "\\n")
        file.flush()

async def body(row_id):
    note(f"{name} begins {row_id}")
    await asyncio.sleep(seconds)
    note(f"{name} ends {row_id}")

async def pending():
    return []

async def main():
    jobs = DbosJobs(url, name, PostgresDatabase(url))
    jobs.register("things", body, concurrency=2, pending=pending)
    await jobs.start()
    if name == "first":
        await jobs.enqueue("things", "a", 1)
    note(f"{name} is up")
    await asyncio.sleep(60)

asyncio.run(main())
"""


def start(folder: Path, url: str, name: str, seconds: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), url, name, str(seconds)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_another_process_ends_what_a_killed_one_left(tmp_path: Path, make_postgres: Callable[[str], str]) -> None:
    url = make_postgres("jobs_of_two")
    first = start(tmp_path, url, "first", 60)
    second = None
    try:
        wait_for(tmp_path, "first begins a")
        second = start(tmp_path, url, "second", 0)
        wait_for(tmp_path, "second is up")
        first.send_signal(signal.SIGKILL)
        wait_for(tmp_path, "second ends a", seconds=30)
    finally:
        for process in (first, second):
            if process:
                process.kill()
                process.wait()
    assert ledger(tmp_path).count("second ends a") == 1
    assert "first ends a" not in ledger(tmp_path)
