"""The engine alone: what a node costs, recorded, without a server around it."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from backend.bootstrap.migrations import upgrade
from backend.engines.database.sqlite import SqliteDatabase
from backend.engines.run_journal.sqlite import SqliteRunJournal
from backend.engines.templates.jinja import JinjaTemplates
from backend.flows.document import FlowDocument
from backend.flows.types import RunStatus
from backend.identity.service import IdentityService
from backend.settings import SQLITE_FILE
from backend.unit_of_work import Units
from bench.table import Figure, main
from tests.factories.flows import document, form, node
from tests.factories.running import Stage, Step, says

NUM_NODES, ROUNDS = 20, 60


def chain(kind: str, config: dict) -> FlowDocument:
    """Return Input, 18 nodes of a kind, Output."""
    names = [f"n{number}" for number in range(NUM_NODES - 2)]
    nodes = [node("input", "input", form()), *(node(name, kind, config) for name in names), node("output", "output")]
    ends = ["input.question", *(f"{name}.text" for name in names)]
    edges = [(source, f"{name}.data") for source, name in zip(ends, names, strict=False)]
    return document(nodes, [*edges, (ends[-1], "output.value")])


async def per_run(stage: Stage, flow: FlowDocument) -> float:
    """Return the median milliseconds of a run, from its start until it stands in the record."""
    times: list[float] = []
    prepared = [stage.job(flow) for _ in range(ROUNDS)]
    for job in prepared:
        began = time.perf_counter()
        outcome = await stage.runner.start(job)
        times.append((time.perf_counter() - began) * 1e3)
        assert outcome.status is RunStatus.DONE, outcome.error
    return statistics.median(times)


async def measure(folder: Path) -> tuple[float, float]:
    """Return milliseconds for each pure node, and for each node with a side effect."""
    path = folder / SQLITE_FILE
    database, journal = SqliteDatabase(path), SqliteRunJournal(path)
    units, templates = Units(database), JinjaTemplates(folder / "rooms", folder / "log")
    stage = Stage(units, journal, await IdentityService(units).ensure_owner(), templates)
    stage.kinds["act"] = Step(says, effect=True)
    await stage.open()
    pure = await per_run(stage, chain("template", {"template": "{{ input.question }} once more"}))
    effects = await per_run(stage, chain("act", {}))
    await journal.close()
    await templates.close()
    await database.close()
    return pure / NUM_NODES, (effects - 2 * pure / NUM_NODES) / (NUM_NODES - 2)


def figures() -> Iterator[Figure]:
    folder = Path(tempfile.mkdtemp())
    upgrade(f"sqlite:///{folder / SQLITE_FILE}")
    pure, effect = asyncio.run(measure(folder))
    shutil.rmtree(folder)
    peer = "LangGraph 1.2 with an in-memory checkpoint: 0.24 ms"
    yield Figure("engine alone, chain of 20 pure nodes, a node", pure, "ms", 0.2, peer, 0.24)
    yield Figure("checkpointed node with a side effect", effect, "ms", 1.5, "a DBOS step: 3.2 ms", 3.2)


if __name__ == "__main__":
    main(figures)
