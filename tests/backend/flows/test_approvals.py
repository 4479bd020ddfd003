"""Runs that wait for a person: asked once, decided once, about what was shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from backend.audit.types import Filters
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.types import ChatState
from backend.conversations.types import Filters as LogFilters
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.flows.document import FlowDocument
from backend.flows.models import ApprovalRow, NodeRunRow, RunRow
from backend.flows.types import Approval, ApprovalState, Decision, RunStatus, RunWish, Trigger
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Operator
from backend.paging import Page
from tests.factories.flows import document, node
from tests.tenancy import EVERYWHERE

VALUE = {"order": "A-48790", "amount": 389}
WORKED_MS = 368_000.0


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


def refund(mode: str = "chat", **config: Any) -> FlowDocument:
    """Return a flow that asks before it pays, with a branch beside it that asks nobody."""
    asking = {"question": "Pay {{ inputs.value.amount }}?", **config}
    first = {"mode": mode, "fields": [{"name": "question"}, {"name": "wish", "type": "object", "default": VALUE}]}
    nodes = [
        node("input", "input", first),
        node("ask", "approval", asking),
        node("beside", "template", {"template": "seen"}),
        node("paid", "template", {"template": "Paid {{ ask.approved.amount }}"}),
        node("kept", "template", {"template": "Not paid: {{ ask.decision.comment }}"}),
        node("output", "output"),
        node("note", "output", {"name": "note"}),
    ]
    return document(
        nodes,
        [
            ("input.wish", "ask.value"),
            ("input.question", "beside.data"),
            ("ask.approved", "paid.data"),
            ("ask.refused", "kept.data"),
            ("paid.text", "output.value"),
            ("kept.text", "output.value"),
            ("beside.text", "note.value"),
        ],
    )


async def begin(services: Services, operator: Operator, flow: FlowDocument | None = None, **wish: Any) -> Approval:
    """Run a flow until it waits; return what it asks."""
    made = await services.flows.create(operator, "Refunds", document=flow or refund())
    await services.flows.publish(operator, made.slug)
    result = await services.runs.run(operator, made.slug, RunWish({"question": "Give it back"}, **wish))
    assert (result.status, result.error) == (RunStatus.WAITING, "")
    assert len(result.waits_for) == 1
    return await services.approvals.get(operator, result.waits_for[0])


async def go_on(services: Services, operator: Operator, approval: Approval) -> tuple[RunStatus, dict[str, Any] | None]:
    await services.runs.execute(approval.run_id)
    run = (await services.runs.get(operator, approval.run_id)).run
    return run.status, run.output


async def states(services: Services, operator: Operator) -> dict[ChatState, int]:
    facets = (await services.conversations.browse(operator, LogFilters(), Page())).facets
    return {ChatState(one.value): one.count for one in facets.states if one.count}


def yes(approval: Approval, **other: Any) -> Decision:
    return Decision(other.pop("choice", "approve"), approval.hash, **other)


async def test_a_run_waits_while_its_other_branches_go_on(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    assert (approval.question, approval.value, approval.said) == ("Pay 389?", VALUE, "Give it back")
    assert approval.ends_at - approval.asked_at == timedelta(days=1)
    detail = await services.runs.get(operator, approval.run_id)
    stands = {one.node: one.status.value for one in detail.nodes}
    assert detail.run.status is RunStatus.WAITING
    assert stands == {
        "input": "done", "ask": "waiting", "beside": "done", "note": "done",
        "paid": "pending", "kept": "pending", "output": "pending",
    }  # fmt: skip
    assert [one.id for one in (await services.approvals.waiting(operator)).items] == [approval.id]
    assert await services.approvals.num_waiting(operator) == 1
    assert await states(services, operator) == {ChatState.WAITING: 1}


async def test_an_approved_value_goes_on_and_the_chat_is_answered(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    decided = await services.approvals.decide(operator, approval.id, yes(approval, comment="Photo seen."))
    assert (decided.state, decided.decided_by, decided.comment) == (
        ApprovalState.APPROVED, operator.name, "Photo seen.",
    )  # fmt: skip
    assert (await services.runs.get(operator, approval.run_id)).run.status is RunStatus.QUEUED
    async with services.units.write(EVERYWHERE) as work:
        slow = (NodeRunRow.run_id == approval.run_id) & (NodeRunRow.node == "beside")
        await work.session.exec(update(NodeRunRow).where(slow).values(time_ms=WORKED_MS))
    assert await go_on(services, operator, approval) == (RunStatus.DONE, {"answer": "Paid 389", "note": "seen"})
    detail = await services.runs.get(operator, approval.run_id)
    assert detail.run.time_ms > WORKED_MS, "what was done before the wait counts"
    assert next(one for one in detail.nodes if one.node == "paid").offset_ms > WORKED_MS
    ask = next(one for one in detail.nodes if one.node == "ask")
    assert ask.reason == f"{operator.name} approved it: Photo seen."
    assert ask.detail["approval_id"] == approval.id
    assert {one.node: one.status.value for one in detail.nodes}["kept"] == "skipped"
    assert approval.conversation_id
    transcript = await services.conversations.transcript(operator, approval.conversation_id)
    assert [message.text for message in transcript.messages] == ["Give it back", "Paid 389"]
    assert transcript.messages[-1].latency_ms >= WORKED_MS
    assert await services.approvals.num_waiting(operator) == 0


async def test_a_changed_value_goes_on_in_place_of_the_shown_one(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    changed = yes(approval, choice="change", value={**VALUE, "amount": 100})
    decided = await services.approvals.decide(operator, approval.id, changed)
    assert (decided.value, decided.decided_value) == (VALUE, {**VALUE, "amount": 100})
    assert (await go_on(services, operator, approval))[1] == {"answer": "Paid 100", "note": "seen"}


async def test_a_refusal_takes_the_other_way_with_its_reason(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    with pytest.raises(InvalidInput, match="Say why"):
        await services.approvals.decide(operator, approval.id, yes(approval, choice="refuse", comment=" "))
    await services.approvals.decide(operator, approval.id, yes(approval, choice="refuse", comment="No photo"))
    assert await states(services, operator) == {ChatState.RUNNING: 1}
    assert (await go_on(services, operator, approval))[1] == {"answer": "Not paid: No photo", "note": "seen"}
    assert await states(services, operator) == {ChatState.REFUSED: 1}


@pytest.mark.parametrize("value", [None, "text", 3, True, [VALUE]])
async def test_a_value_of_another_type_is_refused(services: Services, operator: Operator, value: Any) -> None:
    approval = await begin(services, operator)
    with pytest.raises(InvalidInput, match="another type"):
        await services.approvals.decide(operator, approval.id, yes(approval, choice="change", value=value))


async def test_it_is_decided_once_and_the_second_is_told_by_whom(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    maren = replace(operator, user_id="user_maren", name="Maren Vogt")
    choices = [
        services.approvals.decide(one, approval.id, yes(approval, choice=choice, comment="Because"))
        for one, choice in ((operator, "approve"), (maren, "refuse"), (operator, "approve"))
    ]
    said = await asyncio.gather(*choices, return_exceptions=True)
    refused = [one for one in said if isinstance(one, Conflict)]
    won = [one for one in said if isinstance(one, Approval)]
    assert (len(won), len(refused)) == (1, 2)
    for one in refused:
        assert f"{won[0].decided_by} {won[0].state.value} it at" in one.message
    await services.runs.execute(approval.run_id)
    run = (await services.runs.get(operator, approval.run_id)).run
    assert (run.status, run.attempt) == (RunStatus.DONE, 2)
    events = await services.audit.list(operator, Filters(kind="approval"), Page())
    assert [(one.action, one.target.id) for one in events.items] == [
        (f"approval.{'refuse' if won[0].state is ApprovalState.REFUSED else 'approve'}", approval.id)
    ]


async def test_what_was_decided_holds_for_what_was_shown_alone(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    with pytest.raises(Conflict, match="changed meanwhile"):
        await services.approvals.decide(operator, approval.id, replace(yes(approval), hash="0" * 32))
    await services.approvals.decide(operator, approval.id, yes(approval))
    # As if a node before it had to run again and came to another value.
    async with services.units.write(EVERYWHERE) as work:
        other = {"output": {"question": "Give it back", "wish": {**VALUE, "amount": 5_000}, "history": []}}
        mine = NodeRunRow.run_id == approval.run_id, NodeRunRow.node == "input"
        await work.session.exec(update(NodeRunRow).where(*mine).values(**other))
    assert (await go_on(services, operator, approval))[0] is RunStatus.WAITING
    (asked,) = (await services.approvals.waiting(operator)).items
    assert (asked.question, asked.id != approval.id) == ("Pay 5000?", True)
    await services.approvals.decide(operator, asked.id, yes(asked))
    assert (await go_on(services, operator, asked))[1] == {"answer": "Paid 5000", "note": "seen"}


@pytest.mark.parametrize(
    ("on_limit", "answer", "state"),
    [("refuse", "Not paid: Nobody decided in time.", "refused"), ("approve", "Paid 389", "approved")],
)
async def test_after_its_time_the_default_holds(
    services: Services, operator: Operator, on_limit: str, answer: str, state: str
) -> None:
    approval = await begin(services, operator, refund(on_limit=on_limit, limit_minutes=5))
    assert await services.approvals.end_overdue(utc_now() + timedelta(minutes=4)) == 0
    assert await services.approvals.end_overdue(utc_now() + timedelta(minutes=6)) == 1
    assert await services.approvals.end_overdue(utc_now() + timedelta(minutes=6)) == 0
    with pytest.raises(Conflict, match=f"The time limit {state} it at"):
        await services.approvals.decide(operator, approval.id, yes(approval))
    assert (await go_on(services, operator, approval))[1] == {"answer": answer, "note": "seen"}
    (event,) = (await services.audit.list(operator, Filters(kind="approval"), Page())).items
    assert (event.actor.name, event.action) == ("Time limit", f"approval.{on_limit}")


async def test_nobody_decides_after_its_time_although_nobody_looked_yet(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(ApprovalRow).values(ends_at=utc_now() - timedelta(seconds=1)))
    with pytest.raises(Conflict, match="Its time is over"):
        await services.approvals.decide(operator, approval.id, yes(approval))


def as_role(operator: Operator, role: Role) -> Operator:
    return replace(operator, user_id=f"user_{role}", name=role, role=role.value, permissions=PERMISSIONS[role])


async def test_only_who_has_the_right_decides(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator, refund(role="admin"))
    for role, words in (
        (Role.VIEWER, "may not approve flows"),
        (Role.REVIEWER, "An admin or above"),
        (Role.EDITOR, "admin"),
    ):
        with pytest.raises(Forbidden, match=words):
            await services.approvals.decide(as_role(operator, role), approval.id, yes(approval))
        (shown,) = (await services.approvals.waiting(as_role(operator, role))).items
        assert shown.barred
    key = replace(operator, role="", via="key", key_id="key_1")
    with pytest.raises(Forbidden, match="An admin or above"):
        await services.approvals.decide(key, approval.id, yes(approval))
    assert (await services.approvals.get(as_role(operator, Role.ADMIN), approval.id)).barred == ""
    await services.approvals.decide(as_role(operator, Role.ADMIN), approval.id, yes(approval))


async def test_nobody_approves_their_own_run_where_it_asks_for_a_second_person(
    services: Services, operator: Operator
) -> None:
    approval = await begin(services, operator, refund(second_person=True))
    with pytest.raises(Forbidden, match="Who started the run"):
        await services.approvals.decide(operator, approval.id, yes(approval))
    await services.approvals.decide(as_role(operator, Role.REVIEWER), approval.id, yes(approval))


async def test_another_project_neither_sees_nor_decides(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    other = await services.identity.create_project(operator, "Other")
    there = replace(operator, project_id=other.id)
    assert (await services.approvals.waiting(there)).items == []
    for act in (
        services.approvals.get(there, approval.id),
        services.approvals.decide(there, approval.id, yes(approval)),
    ):
        with pytest.raises(NotFound):
            await act


async def test_a_cancelled_run_waits_for_nobody(services: Services, operator: Operator) -> None:
    approval = await begin(services, operator)
    assert (await services.runs.cancel(operator, approval.run_id)).status is RunStatus.CANCELLED
    assert (await services.approvals.waiting(operator)).items == []
    with pytest.raises(Conflict, match=r"waits no more. The run was cancelled"):
        await services.approvals.decide(operator, approval.id, yes(approval))
    ask = next(one for one in (await services.runs.get(operator, approval.run_id)).nodes if one.node == "ask")
    assert ask.status.value == "cancelled"
    assert approval.conversation_id
    transcript = await services.conversations.transcript(operator, approval.conversation_id)
    assert [message.state.value for message in transcript.messages] == ["answered", "cancelled"]


async def test_an_experiment_asks_nobody_and_says_so(services: Services, operator: Operator) -> None:
    made = await services.flows.create(operator, "Refunds", document=refund("form", on_limit="approve"))
    await services.flows.publish(operator, made.slug)
    wish = RunWish({"question": "Back"}, trigger=Trigger.EXPERIMENT)
    result = await services.runs.run(operator, made.slug, wish)
    assert (result.status, result.output) == (RunStatus.DONE, {"answer": "Paid 389", "note": "seen"})
    nodes = (await services.runs.get(operator, result.run_id)).nodes
    reason = next(one.reason for one in nodes if one.node == "ask")
    assert reason == "nobody is asked in an experiment: its default approved it"
    assert (await services.approvals.waiting(operator)).items == []


async def test_a_run_that_is_over_waits_for_nobody_whatever_stands_in_the_row(
    services: Services, operator: Operator
) -> None:
    approval = await begin(services, operator)
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(RunRow).values(status="failed", finished_at=utc_now()))
    assert (await services.approvals.waiting(operator)).items == []
    assert await services.approvals.num_waiting(operator) == 0
    with pytest.raises(Conflict, match="Its run has ended"):
        await services.approvals.decide(operator, approval.id, yes(approval))
    assert await services.approvals.end_overdue(utc_now() + timedelta(days=2)) == 0
