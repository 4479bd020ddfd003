"""What is left of a project once it was closed: no key, no work, no link."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from backend import bootstrap
from backend.api.access import SESSION_COOKIE
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.experiments.models import ExperimentRow
from backend.experiments.repository import Experiments
from backend.experiments.types import Status
from backend.flows.types import RunStatus, RunWish
from backend.knowledge import tasks
from backend.knowledge.types import DocumentStatus
from backend.operator import Operator
from backend.settings import Settings
from console.door.events import HYDRATE, EventGate
from tests.console.tab import Tab
from tests.factories import flows
from tests.serving import ROOT

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from pydantic import SecretStr
from backend import bootstrap
from backend.settings import Settings

async def die(_project_id):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    key = SecretStr("the key of the tests " * 2)
    settings = Settings(data_dir=Path(sys.argv[1]), models="scripted", secret_key=(key,))
    services = await bootstrap.start(settings, serving=False)
    services.identity.on_closing.insert(0, die)
    await services.identity.delete_project(await services.identity.ensure_owner(), sys.argv[2])

asyncio.run(main())
"""


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    assert services
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as found:
        yield found


async def a_second_project(services: Services) -> Operator:
    """Return the owner in a second project, with a published flow there."""
    owner = await services.identity.ensure_owner()
    project = await services.identity.create_project(owner, "Second")
    token = await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())
    there = (await services.identity.by_session(token, project.id))[0]
    await services.flows.create(there, "Desk", slug="desk", document=flows.echo())
    await services.flows.publish(there, "desk")
    return there


@pytest.fixture
async def second(services: Services) -> Operator:
    return await a_second_project(services)


async def test_its_keys_are_dead_at_once(services: Services, client: httpx.AsyncClient, second: Operator) -> None:
    owner = await services.identity.ensure_owner()
    own = (await services.identity.create_key(second, "own")).secret
    wide = (await services.identity.create_key(second, "wide", is_wide=True)).secret
    into = {"X-API-Key": wide, "X-Project-Id": second.project_id}
    assert (await client.get("/api/flows", headers={"X-API-Key": own})).status_code == 200
    assert (await client.get("/api/flows", headers=into)).status_code == 200
    await services.identity.delete_project(owner, second.project_id)
    assert (await client.get("/api/flows", headers={"X-API-Key": own})).status_code == 401
    assert (await client.get("/api/flows", headers=into)).status_code == 404
    assert (await client.get("/api/flows", headers={**into, "X-Project-Id": owner.project_id})).status_code == 200


async def test_its_runs_end(services: Services, second: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    began = asyncio.Event()

    async def keep(*_: object) -> None: ...

    async def never_done(*_: object, **__: object) -> str:
        began.set()
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(services.jobs, "enqueue", keep)
    monkeypatch.setattr(services.rooms.templates, "render", never_done)
    await services.flows.create(second, "Slow", slug="slow", document=flows.greeting())
    await services.flows.publish(second, "slow")
    queued = await services.runs.enqueue(second, "desk", RunWish({"question": "One"}))
    carried = await services.runs.enqueue(second, "slow", RunWish({"question": "Two"}))
    carrying = asyncio.create_task(services.runs.execute(carried.id))
    await began.wait()
    await services.identity.delete_project(await services.identity.ensure_owner(), second.project_id)
    await asyncio.wait_for(carrying, 10)
    await services.runs.execute(queued.id)
    ended = [(await services.runs.get(second, one.id)).run for one in (queued, carried)]
    assert [one.status for one in ended] == [RunStatus.CANCELLED, RunStatus.CANCELLED]
    assert ended[0].error == "The project of the run was closed."


async def test_its_documents_are_read_no_further(services: Services, second: Operator, tmp_path: Path) -> None:
    base = await services.knowledge.create(second, "Handbook")
    path = tmp_path / "lamps.md"
    path.write_text("# Lamps\n\nA lamp burns green.\n")
    document = (await services.knowledge.add_document(second, base.id, path.name, path)).document
    await services.identity.delete_project(await services.identity.ensure_owner(), second.project_id)
    await tasks.ingest_document(services.knowledge._parts, document.id)
    found = await services.knowledge.get_document(second, document.id)
    assert (found.status, found.num_chunks) == (DocumentStatus.CANCELLED, 0)


async def test_its_experiments_end(services: Services, second: Operator) -> None:
    rows = [
        ExperimentRow(
            id=f"exp_{status}",
            project_id=second.project_id,
            name="x",
            dataset_id="dset_1",
            status=status,
            definition={},
            baseline="a",
            concurrency=1,
            created_by="x",
            created_by_id="user_x",
        )
        for status in (Status.QUEUED, Status.RUNNING, Status.DONE)
    ]
    async with services.units.write(second) as work:
        work.session.add_all(rows)
    await services.identity.delete_project(await services.identity.ensure_owner(), second.project_id)
    async with services.units.read(second) as session:
        found = [
            (one.status, one.wish) for one in [await Experiments(session, second.project_id).get(r.id) for r in rows]
        ]
    assert found == [(Status.CANCELLED, ""), (Status.RUNNING, "cancel"), (Status.DONE, "")]


async def test_what_a_crash_left_of_it_ends_at_the_next_start(settings: Settings, tmp_path: Path) -> None:
    """Killed between the closing, which stands, and the end of what goes on there."""
    services = await bootstrap.start(settings, serving=False)
    there = await a_second_project(services)
    base = await services.knowledge.create(there, "Handbook")
    path = tmp_path / "lamps.md"
    path.write_text("# Lamps\n\nA lamp burns green.\n")
    document = (await services.knowledge.add_document(there, base.id, path.name, path)).document
    queued = await services.runs.enqueue(there, "desk", RunWish({"question": "One"}))
    await bootstrap.stop(services)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.data_dir), there.project_id], cwd=ROOT, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    services = await bootstrap.start(settings)
    try:
        assert (await services.runs.get(there, queued.id)).run.error == "The project of the run was closed."
        assert (await services.knowledge.get_document(there, document.id)).status == DocumentStatus.CANCELLED
        assert there.project_id not in [one.id for one in await services.identity.list_projects(there)]
    finally:
        await bootstrap.stop(services)


async def test_its_links_lead_nowhere(services: Services, client: httpx.AsyncClient, second: Operator) -> None:
    token = await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())
    flow = await services.flows.get(second, "desk")
    gate: Any = EventGate()

    async def place_of(path: str) -> tuple[str, bool]:
        root = Tab(token).at(path).root
        said = await gate.preprocess(None, root, SimpleNamespace(name=next(iter(HYDRATE)), payload={}))
        seat = root.get_substate(["reflex___state____state", "console___door___events____seat_state"])
        return seat._project_id, said is None

    assert await place_of(f"/flows/{flow.id}") == (second.project_id, True)
    assert await place_of(f"/flows?project={second.project_id}") == (second.project_id, True)
    owner = await services.identity.ensure_owner()
    await services.identity.delete_project(owner, second.project_id)
    assert await place_of(f"/flows/{flow.id}") == (owner.project_id, True)
    assert await place_of(f"/flows?project={second.project_id}") == ("", False)
    headers = {"Cookie": f"{SESSION_COOKIE}={token}", "X-Project-Id": second.project_id}
    assert (await client.get("/api/flows", headers=headers)).status_code == 404
