"""A process that runs flows, to be stopped and killed by tests: `python -m ... ADDRESS NAME LEDGER carry|watch|alone`.

It ends when no run is open any more. Every effect writes a line when it begins, before it takes its time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from backend.columns import utc_now
from backend.conversations.service import ConversationService
from backend.engines.database.postgres import PostgresDatabase
from backend.engines.database.sqlite import SqliteDatabase
from backend.engines.events.in_process import InProcessEvents
from backend.engines.run_journal.postgres import PostgresRunJournal
from backend.engines.run_journal.sqlite import SqliteRunJournal
from backend.engines.templates.jinja import JinjaTemplates
from backend.flows.context import NodeContext, Outside
from backend.flows.engine import takeover
from backend.flows.engine.chat import Chat
from backend.flows.engine.job import RunOutcome
from backend.flows.engine.loader import Loader
from backend.flows.engine.runner import Runner
from backend.flows.models import RunRow
from backend.flows.nodes.registry import KINDS
from backend.flows.repository.ownership import Ownership
from backend.unit_of_work import Units
from tests.factories.running import Step
from tests.tenancy import EVERYWHERE

takeover.SWEEP_SECONDS = takeover.BEAT_SECONDS = 0.1
EFFECT_SECONDS = 0.03


async def main(address: str, name: str, ledger: str, task: str) -> None:
    on_postgres = address.startswith("postgresql")
    database = PostgresDatabase(address) if on_postgres else SqliteDatabase(Path(address))
    journal = PostgresRunJournal(address) if on_postgres else SqliteRunJournal(Path(address))
    units = Units(database)
    folder = Path(tempfile.mkdtemp())
    templates = JinjaTemplates(folder, folder / "log")
    chat = Chat(units, ConversationService(units))

    async def act(context: NodeContext[Any], _inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        with Path(ledger).open("a") as lines:
            lines.write(json.dumps([context.run.run_id, context.node_id, name, time.time()]) + "\n")
        await asyncio.sleep(EFFECT_SECONDS)
        return {"text": f"{context.node_id} by {name}"}

    kinds = {**KINDS, "act": Step(act, effect=True), "step": Step()}
    outside = Outside(templates, *[None] * 4)  # type: ignore[arg-type]  # these flows reach nothing outside
    runner = Runner(journal, InProcessEvents(), outside, chat.settle)
    loader = Loader(units, templates, kinds, chat)
    said: list[str] = []

    async def carry(run_id: str, attempt: int) -> None:
        running = runner.start(await loader.job(run_id, attempt))
        running.add_done_callback(lambda done: said.append(_how(done)))

    async def give_up(run_id: str, *_: object) -> None:
        said.append(f"gave up {run_id}")

    watch = takeover.Watch(units, runner, name, carry, give_up, alone=task == "alone")
    if task == "carry":
        async with units.read(EVERYWHERE) as session:
            queued = await Ownership(session).queued()
        for run_id, _ in queued:
            async with units.write(EVERYWHERE) as work:
                attempt = await Ownership(work.session).claim(run_id, name, utc_now())
            assert attempt is not None
            await carry(run_id, attempt)
    await watch.start()
    while await _num_open(units):
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)  # what is fenced says so
    await watch.stop()
    await runner.close(1)
    await journal.close()
    print(json.dumps(said))


def _how(done: asyncio.Task[RunOutcome]) -> str:
    error = done.exception()
    return type(error).__name__ if error else done.result().status.value


async def _num_open(units: Units) -> int:
    async with units.read(EVERYWHERE) as session:
        return len((await session.exec(select(RunRow.id).where(col(RunRow.finished_at).is_(None)))).all())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
