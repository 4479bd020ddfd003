"""Every act that matters later is told in the transaction that does it, without a secret."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.api.app import create_api
from backend.audit.types import AuditEvent
from backend.bootstrap import Services
from backend.demo.seeding import Seeding
from backend.errors import Conflict
from backend.operator import Operator
from backend.providers.types import ModelDraft, ProviderDraft
from tests.factories import flows
from tests.factories.conversations import chat
from tests.tenancy import EVERYWHERE

KEY = "sk-canary-0123456789-4f2a"


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def _told(services: Services, person: Operator) -> Sequence[AuditEvent]:
    """Return what the log says, oldest first, and see that its chain holds."""
    told = (await services.audit.list(person)).items[::-1]
    assert (await services.audit.verify(person)).breaches == ()
    return told


def _actions(events: Sequence[AuditEvent]) -> list[str]:
    return [event.action for event in events]


def _draft(**changes) -> ProviderDraft:
    given = {"name": "Gateway", "base_url": "http://127.0.0.1:9/v1", "api_key": KEY, "allow_private_address": True,
             "models": (ModelDraft("echo"),)}  # fmt: skip
    return ProviderDraft(**{**given, **changes})


async def test_providers_and_the_default_model_are_told_without_their_key(services: Services, person: Operator) -> None:
    made = await services.providers.create(person, _draft())
    await services.providers.update(person, made.id, _draft(name="Renamed", api_key=f"{KEY}-2"), made.version)
    await services.providers.set_default(person, "gateway:echo")
    await services.providers.delete(person, made.id)
    await services.providers.restore(person, made.id)
    events = await _told(services, person)
    assert _actions(events) == [
        "provider.connect", "provider.change", "default_model.change", "provider.remove", "provider.restore"
    ]  # fmt: skip
    changed = events[1]
    assert changed.before
    assert changed.after
    assert (changed.before["name"], changed.after["name"], changed.after["key_changed"]) == ("Gateway", "Renamed", True)
    assert (events[2].before, events[2].after) == ({"reference": ""}, {"reference": "gateway:echo"})
    said = json.dumps([[event.target.name, event.before, event.after] for event in events])
    assert "canary" not in said
    assert "4f2a" not in said


async def test_providers_of_the_file_are_told_when_they_change(services: Services, person: Operator) -> None:
    for drafts in ([_draft()], [_draft()], [_draft(base_url="http://127.0.0.1:8/v1")], []):
        await services.providers.take_from_file(person, drafts)
    assert _actions(await _told(services, person)) == ["provider.connect", "provider.change", "provider.remove"]


async def test_flows_are_told(services: Services, person: Operator) -> None:
    flow = await services.flows.create(person, "Desk", document=flows.echo())
    await services.flows.publish(person, flow.id, "First")
    with pytest.raises(Conflict):
        await services.flows.publish(person, flow.id, "The same again")
    await services.flows.restore(person, flow.id, 1, flow.draft_version)
    await services.flows.delete(person, flow.id)
    await services.flows.undelete(person, flow.id)
    events = await _told(services, person)
    assert _actions(events) == ["flow.publish", "flow.restore", "flow.delete", "flow.undelete"]
    published = events[0]
    assert (published.actor.id, published.target.id, published.target.name) == (person.user_id, flow.id, "Desk")
    assert published.after
    assert (published.before, published.after["version"]) == ({"version": None}, 1)


async def test_knowledge_is_told(services: Services, person: Operator, tmp_path: Path) -> None:
    base = await services.knowledge.create(person, "Handbook")
    path = tmp_path / "page.md"
    path.write_text("# Returns\n\nWithin 30 days.")
    added = await services.knowledge.add_document(person, base.id, "page.md", path)
    await services.knowledge.delete_document(person, added.document.id, undo=True)
    await services.knowledge.restore_document(person, added.document.id)
    path.write_text("# Returns\n\nWithin 60 days.")
    await services.knowledge.add_document(person, base.id, "page.md", path, replace=True)
    await services.knowledge.delete(person, base.id)
    events = await _told(services, person)
    assert _actions(events) == ["document.delete", "document.restore", "document.replace", "knowledge_base.delete"]
    assert [event.target.name for event in events] == ["page.md", "page.md", "page.md", "Handbook"]
    assert events[2].before == {"knowledge_base_id": base.id, "documents": [added.document.id]}


async def test_conversations_are_told_by_their_id_alone(services: Services, person: Operator) -> None:
    turn = await chat(services.conversations, services.units, person, said="My name is Canary")
    await services.conversations.delete(person, turn.conversation_id)
    await services.conversations.restore(person, turn.conversation_id)
    events = await _told(services, person)
    assert _actions(events) == ["conversation.delete", "conversation.restore"]
    assert events[0].target.id == turn.conversation_id
    assert "Canary" not in repr(events)


async def test_the_reset_of_the_example_is_told(
    services: Services, person: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: Seeding) -> None: ...

    monkeypatch.setattr(Seeding, "run", nothing)
    await services.demo.reset(person)
    assert _actions(await _told(services, person)) == ["demo.reset"]


async def test_signing_in_by_a_link_and_out_are_told(services: Services, person: Operator) -> None:
    token = await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())
    await services.identity.sign_out(token)
    await services.identity.sign_out(token)
    await services.identity.sign_out("nobody's")
    events = await _told(services, person)
    assert _actions(events) == ["session.sign_in", "session.sign_out"]
    assert {event.actor.id for event in events} == {person.user_id}
    assert token not in repr(events)


async def test_an_act_that_cannot_be_told_does_not_happen(services: Services, person: Operator) -> None:
    flow = await services.flows.create(person, "Desk", document=flows.echo())
    async with services.units.write(EVERYWHERE) as work:
        await (await work.session.connection()).execute(text("DROP TABLE audit_event"))
    with pytest.raises(SQLAlchemyError):
        await services.flows.delete(person, flow.id)
    assert (await services.flows.get(person, flow.id)).id == flow.id


@pytest.fixture
async def client(services: Services, person: Operator) -> AsyncIterator[httpx.AsyncClient]:
    """Call with a key that may read flows, and no more."""
    key = await services.identity.create_key(person, "narrow", scopes=["flows:read"])
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    headers = {"X-API-Key": key.secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as found:
        yield found


async def test_a_denied_call_is_told_once_a_minute(
    services: Services, person: Operator, client: httpx.AsyncClient
) -> None:
    for flow in ("flow_1", "flow_2"):
        assert (await client.delete(f"/api/flows/{flow}")).status_code == 403
    denied = [event for event in await _told(services, person) if event.action == "access.denied"]
    assert [event.target.id for event in denied] == ["DELETE /api/flows/{name}"]
    assert denied[0].actor.via == "key"
    assert denied[0].after
    assert "flows:edit" in denied[0].after["refused"]


async def test_whoever_is_refused_elsewhere_is_told_too(services: Services, person: Operator) -> None:
    for place in ("FlowsState", "ModelsState"):
        await services.audit.refused(dataclasses.replace(person, via="session"), place, "needs flows:edit")
    assert [event.target.id for event in await _told(services, person)] == ["FlowsState", "ModelsState"]
