"""What every jobs engine must keep, tried with DBOS on a file; a child process stands for the server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = """
import asyncio, json, sys, os
from pathlib import Path
from backend.engines.jobs.dbos_jobs import DbosJobs
from backend.ports.jobs import Waiting

folder, orders = Path(sys.argv[1]), json.loads(sys.argv[2])
ledger = folder / "ledger"

def note(word):
    with ledger.open("a") as file:
        file.write(word + "\\n")
        file.flush()

async def body(row_id):
    note("begin " + row_id)
    if row_id == "breaks":
        raise RuntimeError("planted")
    if row_id == "slow":
        await asyncio.sleep(orders.get("slow_seconds", 0))
    note("end " + row_id)

async def pending():
    return [Waiting(row, 1) for row in orders.get("pending", [])]

async def main():
    jobs = DbosJobs(f"sqlite:///{folder}/jobs.db", "server")
    jobs.register("things", body, concurrency=2, pending=pending)
    await jobs.start()
    note("started")
    for row, attempt in orders.get("enqueue", []):
        await jobs.enqueue("things", row, attempt)
    await asyncio.sleep(orders["seconds"])
    await jobs.stop()
    note("stopped")

asyncio.run(main())
"""
ROOT = Path(__file__).resolve().parents[2]


def start(folder: Path, **orders: object) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-c", PROGRAM, str(folder), json.dumps(orders)]
    return subprocess.Popen(arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def ledger(folder: Path) -> list[str]:
    path = folder / "ledger"
    return path.read_text().splitlines() if path.exists() else []


def wait_for(folder: Path, line: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while line not in ledger(folder):
        assert time.monotonic() < end, ledger(folder)
        time.sleep(0.02)


def run(folder: Path, **orders: object) -> list[str]:
    assert start(folder, **orders).wait(timeout=30) == 0
    return ledger(folder)


def test_the_same_attempt_twice_is_once_and_a_new_attempt_is_new_work(tmp_path: Path) -> None:
    said = run(tmp_path, enqueue=[("a", 1), ("a", 1), ("a", 2)], seconds=2)
    assert said.count("end a") == 2


def test_a_row_that_nobody_enqueued_is_found(tmp_path: Path) -> None:
    assert run(tmp_path, pending=["lost"], seconds=2).count("end lost") == 1


def test_a_body_that_raises_does_not_stop_the_others(tmp_path: Path) -> None:
    said = run(tmp_path, enqueue=[("breaks", 1), ("a", 1), ("b", 1)], seconds=2)
    assert {"end a", "end b"} <= set(said)
    assert said.count("begin breaks") == 1


def test_work_that_kill_9_cut_goes_on_at_the_next_start(tmp_path: Path) -> None:
    first = start(tmp_path, enqueue=[("slow", 1)], slow_seconds=60, seconds=60)
    wait_for(tmp_path, "begin slow")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert run(tmp_path, seconds=3).count("end slow") == 1


def test_work_that_a_clean_stop_cut_goes_on_at_the_next_start(tmp_path: Path) -> None:
    said = run(tmp_path, enqueue=[("slow", 1)], slow_seconds=60, seconds=2)
    assert said[-1] == "stopped"
    assert "end slow" not in said
    assert run(tmp_path, seconds=3).count("end slow") == 1
