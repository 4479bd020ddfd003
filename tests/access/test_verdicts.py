"""Everybody is told at every route and handler what the table in git says; what stands not in it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.identity.models import MemberRow, OrganisationRow, ProjectRow, UserRow
from backend.identity.permissions import PERMISSIONS, Role
from backend.ids import new_id
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt
from tests.access import verdicts
from tests.factories import datasets, flows
from tests.factories.conversations import chat
from tests.tenancy import EVERYWHERE


def _differences(found: verdicts.Verdicts, expected: verdicts.Verdicts) -> str:
    return verdicts.written({name: said for name, said in found.items() if expected.get(name) != said})


WORK = ("job ", "node ", "tool ")


def _table(*, handlers: bool = False, work: bool = False) -> verdicts.Verdicts:
    """Return the rows of handlers, of jobs and tools, or else of routes."""
    rows = verdicts.read().items()
    return {name: said for name, said in rows if name.startswith(WORK) is work and (" " not in name) is handlers}


@pytest.mark.security("5", "36")
async def test_every_route_keeps_its_verdicts(services: Services) -> None:
    found, expected = await verdicts.of_routes(services), _table()
    assert _differences(found, expected) == verdicts.written({})
    assert set(expected) == set(found)


@pytest.mark.security("Z2", "46")
def test_every_handler_keeps_its_verdicts() -> None:
    found, expected = verdicts.of_handlers(), _table(handlers=True)
    assert len(found) > 100
    assert _differences(found, expected) == verdicts.written({})
    assert set(expected) == set(found)


@pytest.mark.security("36")
async def test_every_job_and_tool_keeps_its_verdicts(services: Services) -> None:
    found, expected = await verdicts.of_jobs_and_tools(services), _table(work=True)
    assert _differences(found, expected) == verdicts.written({})
    assert set(expected) == set(found)
    kinds: Any = services.jobs
    assert {name.removeprefix("job ") for name in found if name.startswith("job ")} == set(kinds._kinds)


def test_a_handler_without_a_row_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "console" / "planted.py"
    planted.parent.mkdir()
    planted.write_text(
        "class PlantedState:\n    async def save(self):\n        await self._operator(Permission.FLOWS_EDIT)\n"
    )
    monkeypatch.setattr(verdicts, "ROOT", tmp_path)
    assert "PlantedState.save" in _differences(verdicts.of_handlers(), verdicts.read())


async def _owner_of_another(services: Services) -> Operator:
    """Make a second organisation and return its owner."""
    organisation = OrganisationRow(id=new_id("org"), name="Another")
    project = ProjectRow(id=new_id("proj"), organisation_id=organisation.id, name="Theirs")
    user = UserRow(id=new_id("user"), name="Their owner")
    async with services.units.write(EVERYWHERE) as work:
        work.session.add(organisation)
        work.session.add(user)
        await work.session.flush()
        work.session.add(project)
        work.session.add(MemberRow(organisation_id=organisation.id, user_id=user.id, role=Role.OWNER))
    return Operator(user.id, user.name, organisation.id, project.id, PERMISSIONS[Role.OWNER], "session")


@pytest.mark.security("4", "10")
async def test_a_foreign_id_is_answered_like_an_unknown_one(services: Services) -> None:
    ours, theirs = await services.identity.ensure_owner(), await _owner_of_another(services)
    flow = await services.flows.create(ours, "Desk", document=flows.echo())
    await services.flows.publish(ours, flow.id)
    base = await services.knowledge.create(ours, "Handbook")
    prompt = await services.prompts.create(ours, NewPrompt("Answer", Content()))
    made = await datasets.dataset(services.datasets, ours, datasets.item())
    (row,) = await services.datasets.all_items(ours, made.id)
    key = await services.identity.create_key(ours, "ours")
    await chat(services.conversations, services.units, ours)
    ids = {"name": flow.id, "knowledge_base_id": base.id, "key_id": key.id, "project_id": ours.project_id,
           "user_id": ours.user_id, "prompt_id": prompt.id, "dataset_id": made.id, "item_id": row.id}  # fmt: skip
    headers = {"X-API-Key": (await services.identity.create_key(theirs, "theirs")).secret}
    num_asked = 0
    for method, path in verdicts.routes():
        if any(f"{{{name}}}" in path for name in ids):
            num_asked += 1
            foreign = await verdicts.ask(headers, method, verdicts.address(path, ids))
            unknown = await verdicts.ask(headers, method, verdicts.address(path))
            assert (method, path, foreign.status_code, foreign.text) == (
                method, path, unknown.status_code, unknown.text
            )  # fmt: skip
            assert foreign.status_code >= 400
    assert num_asked > 20
    assert (await services.flows.get(ours, flow.id)).published_version == 1
