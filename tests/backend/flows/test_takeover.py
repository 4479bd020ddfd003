"""Real processes, killed, stopped and woken in the middle of a run."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from backend.cli.children import end_with_parent
from backend.flows.models import FlowRow, NodeRunRow, RunRow
from backend.flows.repository.flows import FlowRepository
from backend.identity.service import IdentityService
from backend.ids import new_id
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.flows import document, form, node
from tests.serving import ROOT
from tests.tenancy import EVERYWHERE

NUM_NODES, NUM_RUNS = 16, 3
EFFECTS = {f"n{number}" for number in range(0, NUM_NODES, 2)}


def chain() -> Any:
    """Return a chain in which every second node touches the world."""
    names = [f"n{number}" for number in range(NUM_NODES)]
    nodes = [node("input", "input", form()), *(node(name, "act" if name in EFFECTS else "step") for name in names)]
    ends = ["input.question", *(f"{name}.text" for name in names)]
    edges = [(source, f"{name}.data") for source, name in zip(ends, names, strict=False)]
    return document([*nodes, node("output", "output")], [*edges, (ends[-1], "output.value")])


class World:
    """Some queued runs in a database, and the ledger of what was done to the world."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.units = Units(database)
        if database.kind == "sqlite":
            self.address = str(folder / "signalbox.db")
        else:
            self.address = database._writers.url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
        self.ledger = folder / "ledger"

    async def queue(self, runs: int) -> None:
        owner = await IdentityService(self.units).ensure_owner()
        flow_id = new_id("flow")
        async with self.units.write(EVERYWHERE) as work:
            work.session.add(FlowRow(id=flow_id, project_id=owner.project_id, name="F", slug="f"))
            snapshot = await FlowRepository(work.session, owner.project_id).keep_snapshot(chain())
            for _ in range(runs):
                work.session.add(
                    RunRow(
                        id=new_id("run"),
                        project_id=owner.project_id,
                        flow_id=flow_id,
                        snapshot_id=snapshot,
                        status="queued",
                        trigger="api",
                        input={"question": "hello"},
                    )
                )

    def stop(self, process: subprocess.Popen[str]) -> None:
        """Stop a process where it holds no lock, as inside an effect: nobody takes over from who holds SQLite's."""
        process.send_signal(signal.SIGSTOP)
        while self.address.endswith(".db") and self._is_locked():
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
            process.send_signal(signal.SIGSTOP)

    def _is_locked(self) -> bool:
        with closing(sqlite3.connect(self.address, timeout=0.5, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            database.execute("ROLLBACK")
        return False

    def start(self, name: str, task: str) -> subprocess.Popen[str]:
        program = [
            sys.executable,
            "-m",
            "tests.backend.flows.worker_process",
            self.address,
            name,
            str(self.ledger),
            task,
        ]
        return subprocess.Popen(
            program,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509  # it makes one system call
        )

    def deeds(self) -> list[tuple[str, str, str]]:
        lines = self.ledger.read_text().splitlines() if self.ledger.exists() else []
        return [tuple(json.loads(line)[:3]) for line in lines]

    async def until(self, fact: Callable[[], Any], seconds: float = 40) -> None:
        for _ in range(int(seconds / 0.01)):
            said = fact()
            if await said if asyncio.iscoroutine(said) else said:
                return
            await asyncio.sleep(0.01)
        raise TimeoutError(f"it did not come to pass: {self.deeds()}")

    async def moment_of(self, seed: int) -> None:
        """Wait for the seed's own moment, early or late among the deeds and anywhere between two of them."""
        chance = random.Random(seed)
        num_deeds = chance.randint(3, NUM_RUNS * len(EFFECTS) - 6)
        await self.until(lambda: len(self.deeds()) >= num_deeds)
        await asyncio.sleep(chance.random() / 20)

    async def rows(self) -> tuple[list[RunRow], list[NodeRunRow]]:
        async with self.units.read(EVERYWHERE) as session:
            return list(await session.exec(select(RunRow))), list(await session.exec(select(NodeRunRow)))

    async def check(self) -> None:
        """Every run is done, every node stands once, and what was finished before was not done again."""
        runs, nodes = await self.rows()
        assert [run.status for run in runs] == ["done"] * len(runs)
        assert Counter(row.run_id for row in nodes) == {run.id: NUM_NODES + 2 for run in runs}
        assert {row.status for row in nodes} == {"done"}
        done_by = Counter((run, name) for run, name, _ in self.deeds())
        for row in nodes:
            if row.node in EFFECTS and row.attempt == 1:
                assert done_by[row.run_id, row.node] == 1, f"{row.node} was finished and yet done again"
        assert set(done_by) == {(run.id, name) for run in runs for name in EFFECTS}


@pytest.fixture
def world(any_database: Database, tmp_path: Path) -> World:
    return World(any_database, tmp_path)


async def ended(process: subprocess.Popen[str]) -> list[str]:
    said, _ = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0
    return list(json.loads(said.splitlines()[-1]))


@pytest.mark.fault
async def test_a_killed_process_is_gone_on_behind_at_the_next_start(world: World, seed: int) -> None:
    await world.queue(NUM_RUNS)
    first = world.start("worker_a", "carry")
    await world.moment_of(seed)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = await world.rows()
    assert {run.status for run in before[0]} == {"running"}
    assert await ended(world.start("worker_b", "alone")) == ["done"] * NUM_RUNS
    await world.check()
    runs, nodes = await world.rows()
    assert {run.attempt for run in runs} == {2}
    assert {1, 2} == {row.attempt for row in nodes}


@pytest.mark.fault
async def test_a_killed_process_is_taken_over_by_a_living_one(world: World, seed: int) -> None:
    await world.queue(NUM_RUNS)
    second = world.start("worker_b", "watch")
    first = world.start("worker_a", "carry")
    await world.moment_of(seed)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert await ended(second) == ["done"] * NUM_RUNS
    await world.check()


async def test_a_process_that_was_stopped_taken_over_and_woken_writes_nothing(world: World) -> None:
    await world.queue(1)
    second = world.start("worker_b", "watch")
    first = world.start("worker_a", "carry")
    await world.until(lambda: len(world.deeds()) >= 3)
    world.stop(first)
    late = len([deed for deed in world.deeds() if deed[2] == "worker_a"])
    assert await ended(second) == ["done"]
    before = await world.rows()
    first.send_signal(signal.SIGCONT)
    said = await ended(first)
    after = await world.rows()
    assert [run.model_dump() for run in after[0]] == [run.model_dump() for run in before[0]]
    assert [row.model_dump() for row in after[1]] == [row.model_dump() for row in before[1]]
    assert len([deed for deed in world.deeds() if deed[2] == "worker_a"]) == late, "it began no further effect"
    assert said in (["Fenced"], ["Unavailable"])  # Postgres may have cut its connection
    await world.check()
