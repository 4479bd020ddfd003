"""A protected flow is published when a second person approves, and then exactly what was asked for."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest

from backend.audit.service import AuditService
from backend.engines.events.in_process import InProcessEvents
from backend.engines.templates.jinja import JinjaTemplates
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.flows.nodes.registry import KINDS
from backend.flows.published import Published
from backend.flows.service import FlowService
from backend.flows.types import Flow, PublishApproval
from backend.identity.permissions import PERMISSIONS, Role
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.ports.database import Database
from backend.ports.publish_gate import Publishing
from backend.unit_of_work import Units
from tests.factories.flows import echo, fork, greeting


@pytest.fixture
def units(any_database: Database) -> Units:
    return Units(any_database)


@pytest.fixture
def flows(units: Units, templates: JinjaTemplates) -> FlowService:
    return FlowService(units, InProcessEvents(), templates, KINDS, Published())


@pytest.fixture
async def ines(units: Units) -> Operator:
    return await IdentityService(units).ensure_owner()


@pytest.fixture
def yuki(ines: Operator) -> Operator:
    return replace(ines, user_id="user_yuki", name="Yuki", permissions=PERMISSIONS[Role.REVIEWER])


@pytest.fixture
async def desk(flows: FlowService, ines: Operator) -> Flow:
    """A protected flow at version 1, with another draft."""
    made = await flows.create(ines, "Desk", document=echo())
    await flows.publish(ines, "desk", "First")
    await flows.save_draft(ines, "desk", greeting(), made.draft_version)
    await flows.protect(ines, "desk", protected=True)
    return await flows.get(ines, "desk")


async def ask(flows: FlowService, operator: Operator, comment: str = "Greets") -> PublishApproval:
    change = await flows.publish(operator, "desk", comment)
    assert change.approval is not None
    assert change.version is None
    return change.approval


async def test_what_was_asked_for_is_published_whatever_the_draft_says_by_now(
    flows: FlowService, units: Units, ines: Operator, yuki: Operator, desk: Flow
) -> None:
    with patch.object(flows, "_problems", wraps=flows._problems) as look:
        wish = await ask(flows, ines)
    look.assert_called_once_with(desk.draft)
    assert (await flows.get(ines, "desk")).published_version == 1
    (waiting,) = await flows.publish_approvals(yuki)
    assert (waiting.flow_name, waiting.version, waiting.from_version, waiting.is_draft) == ("Desk", 2, 1, True)
    await flows.save_draft(ines, "desk", fork(), desk.draft_version)
    assert [one.is_draft for one in await flows.publish_approvals(yuki, desk.id)] == [False]
    made = await flows.approve_publish(yuki, wish.id)
    assert (made.number, made.comment, made.created_by, made.approved_by) == (2, "Greets", ines.name, "Yuki")
    published = await flows.get_version(ines, "desk", 2)
    assert published.document == desk.draft
    assert (await flows.get(ines, "desk")).is_changed
    assert (await flows.list_versions(ines, "desk")).items[0].approved_by == "Yuki"
    assert await flows.publish_approvals(ines) == []
    with pytest.raises(Conflict, match="It was approved by Yuki already"):
        await flows.refuse_publish(yuki, wish.id, "Too late")
    told = await AuditService(units).list(ines)
    assert [(one.action, one.actor.name) for one in told.items][:4] == [
        ("flow.publish", "Yuki"), ("flow.publish.approve", "Yuki"), ("flow.publish.ask", ines.name),
        ("flow.protect", ines.name),
    ]  # fmt: skip


async def test_nobody_approves_their_own_change(flows: FlowService, ines: Operator, yuki: Operator, desk: Flow) -> None:
    wish = await ask(flows, ines)
    by_key = replace(ines, via="key", key_id="key_1", name="A key of hers")
    for own in (ines, by_key):
        with pytest.raises(Forbidden, match="Nobody approves their own change"):
            await flows.approve_publish(own, wish.id)
    viewer = replace(yuki, permissions=PERMISSIONS[Role.VIEWER])
    for act in (flows.approve_publish(viewer, wish.id), flows.refuse_publish(viewer, wish.id, "No")):
        with pytest.raises(Forbidden, match="may not approve flows"):
            await act
    assert (await flows.get(ines, "desk")).published_version == 1


async def test_a_refusal_says_why_and_a_wish_is_taken_back_by_its_owner(
    flows: FlowService, ines: Operator, yuki: Operator, desk: Flow
) -> None:
    wish = await ask(flows, ines)
    with pytest.raises(InvalidInput, match="Say a reason"):
        await flows.refuse_publish(yuki, wish.id, " ")
    refused = await flows.refuse_publish(yuki, wish.id, "Too short")
    assert (refused.state, refused.reason, refused.decided_by) == ("refused", "Too short", "Yuki")
    again = await ask(flows, ines)
    with pytest.raises(Forbidden, match="Only who asked"):
        await flows.withdraw_publish(replace(ines, user_id="user_b"), again.id)
    assert (await flows.withdraw_publish(ines, again.id)).state == "withdrawn"
    with pytest.raises(Conflict, match="It was taken back"):
        await flows.approve_publish(yuki, again.id)
    states = [one.state for one in await flows.publish_approvals(ines, "desk", waiting=False)]
    assert states == ["withdrawn", "refused"]
    with pytest.raises(NotFound):
        await flows.approve_publish(yuki, "fpa_none")
    with pytest.raises(NotFound):
        await flows.approve_publish(replace(yuki, project_id="proj_other"), again.id)


async def test_a_newer_wish_replaces_one_that_waits_and_the_same_is_asked_once(
    flows: FlowService, ines: Operator, yuki: Operator, desk: Flow
) -> None:
    wish = await ask(flows, ines)
    assert (await ask(flows, ines)).id == wish.id
    with_evidence = await ask(flows, ines, "Greets. Better by 4 of 5.")
    await flows.save_draft(ines, "desk", fork(), desk.draft_version)
    newest = await ask(flows, ines)
    assert [one.id for one in await flows.publish_approvals(ines)] == [newest.id]
    for old in (wish, with_evidence):
        with pytest.raises(Conflict, match="It was overtaken by another"):
            await flows.approve_publish(yuki, old.id)
    await flows.protect(ines, "desk", protected=False)
    made = (await flows.publish(ines, "desk")).version
    assert made is not None
    assert (made.number, made.approved_by) == (2, "")
    assert await flows.publish_approvals(ines) == []


async def test_a_gate_is_asked_again_about_what_waits(
    flows: FlowService, ines: Operator, yuki: Operator, desk: Flow
) -> None:
    asked, shut = [], []

    class Gate:
        async def check(self, publishing: Publishing) -> None:
            asked.append(publishing.fingerprint)
            if shut:
                raise Conflict("It got worse.")

    flows.gates.append(Gate())
    wish = await ask(flows, ines)
    await flows.save_draft(ines, "desk", fork(), desk.draft_version)
    shut.append(True)
    with pytest.raises(Conflict, match="got worse"):
        await flows.approve_publish(yuki, wish.id)
    assert [one.state for one in await flows.publish_approvals(ines)] == ["waiting"]
    assert asked == [desk.draft.fingerprint()] * 2


async def test_protection_is_of_who_manages_the_project_and_holds_the_address(
    flows: FlowService, ines: Operator, desk: Flow
) -> None:
    editor = replace(ines, permissions=PERMISSIONS[Role.EDITOR])
    with pytest.raises(Forbidden):
        await flows.protect(editor, "desk", protected=False)
    for act in (flows.delete(editor, "desk"), flows.rename(editor, "desk", slug="old-desk")):
        with pytest.raises(Conflict, match="Desk is protected"):
            await act
    assert (await flows.rename(editor, "desk", new_name="Front desk", slug="desk")).is_protected
    wish = await ask(flows, ines)
    await flows.protect(ines, "desk", protected=False)
    await flows.delete(ines, "desk")
    assert await flows.publish_approvals(ines) == []
    with pytest.raises(NotFound):
        await flows.withdraw_publish(ines, wish.id)
