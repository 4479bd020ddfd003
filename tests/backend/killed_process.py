"""A process that removes, imports, delivers an alert or takes over, to be killed: `... TASK FOLDER ...`.

It says lines of JSON, the first when it begins, and then lives on until a test ends it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from backend import bootstrap
from backend.alerts.service import AlertService
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.service import importing
from backend.datasets.repository import items
from backend.engines.http.client import GuardedHttp
from backend.flows.types import RunWish
from backend.operator import Operator
from backend.paging import Page
from backend.ports.http import Reach
from backend.privacy.service import removing
from backend.privacy.types import JobState
from backend.settings import Settings
from tests.planting import columns_with, files_with

PATIENCE_SECONDS = 20


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder, models="scripted", secret_key=(SecretStr("the key of the tests " * 2),))


def alerts_of(made: Services, port: int) -> AlertService:
    """Return alerts that may call one port on loopback."""
    reach = Reach(frozenset({port}), frozenset({f"http://127.0.0.1:{port}"}))
    return AlertService(made.units, made.conversations, made.sealer, GuardedHttp(), reach=reach)


async def remove(made: Services, owner: Operator, person: str) -> None:
    job = await made.privacy.remove(owner, person)
    while (await made.privacy.job(owner, job.id)).state is JobState.QUEUED:
        await asyncio.sleep(0.01)
    _say()


async def finish_removal(made: Services, owner: Operator, word: str) -> None:
    """Say what is left once the jobs that were begun before have ended."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while [one for one in (await made.privacy.jobs(owner, Page())).items if one.state is not JobState.DONE]:
            await asyncio.sleep(0.05)
        while files_with(made.settings.folder, word):
            await asyncio.sleep(0.05)  # the log of writes is emptied behind the last of them
    _say(left=await columns_with(made.units, word), num_jobs=len((await made.privacy.jobs(owner, Page())).items))


async def deliver(made: Services, _: Operator, port: str) -> None:
    _say()
    await alerts_of(made, int(port)).deliver(utc_now() + timedelta(seconds=5))


async def talk(made: Services, owner: Operator, conversation_id: str) -> None:
    """Take over, reply and hand back, again and again."""
    _say()
    for number in range(1_000):
        await made.takeovers.take(owner, conversation_id)
        await made.takeovers.reply(owner, conversation_id, f"reply {number}")
        _say(replied=number)
        await made.takeovers.hand_back(owner, conversation_id)
        await made.runs.run(owner, "chat", RunWish({"message": f"question {number}"}, conversation_id=conversation_id))


async def bring_in(made: Services, owner: Operator, name: str) -> None:
    """Import a file in the data directory, a few conversations at a time."""
    importing.KEPT_AT_ONCE = 5
    await made.conversations.import_file(
        owner, made.settings.folder / name, name, progress=lambda stage, done, _of: _say() if done == 10 else None
    )


async def add_rows(made: Services, owner: Operator, name: str) -> None:
    """Import a file in the data directory into the only dataset, a few rows a statement."""
    items.ROWS_A_STATEMENT = 2
    (one,) = (await made.datasets.list(owner)).items
    path = made.settings.folder / name
    await made.datasets.import_file(
        owner, one.id, path, name, progress=lambda stage, _done, _of: _say() if stage == "write" else None
    )


TASKS = {
    "remove": remove, "finish_removal": finish_removal, "deliver": deliver, "talk": talk, "bring_in": bring_in,
    "add_rows": add_rows,
}  # fmt: skip


async def main(task: str, folder: str, about: str) -> None:
    made = await bootstrap.start(settings_of(Path(folder)), serving="remov" in task)
    await TASKS[task](made, await made.identity.ensure_owner(), about)
    await asyncio.Event().wait()


def _say(**told: object) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    removing.AT_ONCE = 1  # many steps, to be killed between and within them
    asyncio.run(main(*sys.argv[1:4]))
