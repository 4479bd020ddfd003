"""Runs that wait, seen from the engine: woken, dismissed, and parked while somebody decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import select

from backend import bootstrap
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.errors import InvalidInput
from backend.flows.engine.people import Desk
from backend.flows.engine.runner import Runner
from backend.flows.engine.takeover import Watch
from backend.flows.models import ApprovalRow
from backend.flows.service.approvals import ApprovalService
from backend.flows.types import Approval, Decision, RunStatus, RunWish, run_topic
from backend.paging import Page
from backend.settings import Settings
from tests.factories.flows import asking, document, form, node
from tests.factories.running import Stage, Step, fails
from tests.tenancy import EVERYWHERE


async def test_a_decision_is_heard_while_another_branch_is_under_way(stage: Stage, services: Services) -> None:
    """The process that carries the run looks at each beat; nothing waits for the slow branch."""
    slow, paid = asyncio.Event(), asyncio.Event()

    async def waits(_context: Any, _inputs: Any) -> dict[str, Any]:
        await slow.wait()
        return {"text": "slow"}

    async def pays(_context: Any, inputs: Any) -> dict[str, Any]:
        paid.set()
        return {"text": str(inputs["data"])}

    stage.kinds |= {"slow": Step(waits, waits=True), "pay": Step(pays, waits=True)}
    stage.outside = replace(stage.outside, people=Desk(stage.units))
    stage.runner = Runner(stage.journal, stage.events, stage.outside, stage._settle)
    nodes = [
        node("input", "input", form()),
        node("ask", "approval"),
        node("pay", "pay"),
        node("slow", "slow"),
        node("output", "output"),
        node("note", "output", {"name": "note"}),
    ]
    edges = [
        ("input.question", "ask.value"),
        ("input.question", "slow.data"),
        ("ask.approved", "pay.data"),
        ("pay.text", "output.value"),
        ("slow.text", "note.value"),
    ]
    task = stage.runner.start(stage.job(document(nodes, edges)))
    while not stage.runner.held:
        await asyncio.sleep(0)
    approvals = ApprovalService(stage.units, stage.events, services.jobs)
    (asked,) = (await approvals.waiting(stage.operator)).items
    await approvals.decide(stage.operator, asked.id, Decision("approve", asked.hash))
    await Watch(stage.units, stage.runner, "worker_test", None, None, alone=True)._beat()  # type: ignore[arg-type]
    await asyncio.wait_for(paid.wait(), 10)
    slow.set()
    outcome = await task
    assert (outcome.status, outcome.output) == (RunStatus.DONE, {"answer": "['hello']", "note": "slow"})


async def test_what_fails_beside_it_lets_nobody_decide(stage: Stage, services: Services) -> None:
    stage.kinds |= {"bad": Step(fails(9, InvalidInput("Broken.")), waits=True)}
    stage.outside = replace(stage.outside, people=Desk(stage.units))
    stage.runner = Runner(stage.journal, stage.events, stage.outside, stage._settle)
    nodes = [node("input", "input", form()), node("ask", "approval"), node("bad", "bad"), node("output", "output")]
    edges = [("input.question", "ask.value"), ("ask.approved", "bad.data"), ("bad.text", "output.value")]
    nodes.append(node("worse", "bad"))
    edges.append(("input.question", "worse.data"))
    outcome = await stage.run(document(nodes, edges))
    assert outcome.status is RunStatus.FAILED
    run, rows = await stage.last()
    assert rows["ask"].status == "cancelled"
    async with stage.units.read(EVERYWHERE) as session:
        states = (await session.exec(select(ApprovalRow.state).where(ApprovalRow.run_id == run.id))).all()
    assert set(states) <= {"void"}


async def test_postgres_parks_decides_and_goes_on(settings: Settings, make_postgres: Callable[[str], str]) -> None:
    """Decided at the very moment in which the run is parked, it goes on all the same: neither is lost to the other."""
    running = await bootstrap.start(settings.model_copy(update={"database": make_postgres("approvals")}), serving=False)
    try:
        owner = await running.identity.ensure_owner()
        made = await running.flows.create(owner, "Refunds", document=asking())
        await running.flows.publish(owner, made.slug)

        async def decide_at_once() -> Approval:
            while not (waiting := (await running.approvals.waiting(owner)).items):
                await asyncio.sleep(0)
            return await running.approvals.decide(owner, waiting[0].id, Decision("approve", waiting[0].hash))

        for _ in range(5):
            answering = running.runs.run(owner, made.slug, RunWish({"question": "Back"}))
            result, decided = await asyncio.gather(answering, decide_at_once())
            await running.runs.execute(decided.run_id)
            run = (await running.runs.get(owner, result.run_id)).run
            assert (run.status, run.output) == (RunStatus.DONE, {"answer": "Back"})
        late = await running.runs.run(owner, made.slug, RunWish({"question": "Back"}))
        assert await running.approvals.end_overdue(utc_now() + timedelta(days=2)) == 1
        await running.runs.execute(late.run_id)
        assert (await running.runs.get(owner, late.run_id)).run.status is RunStatus.DONE
        assert len((await running.approvals.decided(owner, Page(4))).items) == 4
    finally:
        await bootstrap.stop(running)


async def test_two_approvals_in_a_row_and_side_by_side(services: Services) -> None:
    operator = await services.identity.ensure_owner()
    nodes = [
        node("input", "input", form()),
        node("first", "approval", {"question": "One"}),
        node("beside", "approval", {"question": "Two"}),
        node("then", "approval", {"question": "Three"}),
        node("output", "output"),
        node("note", "output", {"name": "note"}),
    ]
    edges = [
        ("input.question", "first.value"),
        ("input.question", "beside.value"),
        ("first.approved", "then.value"),
        ("then.approved", "output.value"),
        ("beside.approved", "note.value"),
    ]
    made = await services.flows.create(operator, "Rows", document=document(nodes, edges))
    await services.flows.publish(operator, made.slug)
    result = await services.runs.run(operator, made.slug, RunWish({"question": "x"}))
    assert len(result.waits_for) == 2
    asked = []
    while waiting := (await services.approvals.waiting(operator)).items:
        asked.append(waiting[0].question)
        await services.approvals.decide(operator, waiting[0].id, Decision("approve", waiting[0].hash))
        await services.runs.execute(result.run_id)
    assert sorted(asked) == ["One", "Three", "Two"]
    run = (await services.runs.get(operator, result.run_id)).run
    assert (run.status, run.output) == (RunStatus.DONE, {"answer": "x", "note": "x"})


async def test_a_stream_ends_with_the_word_that_it_waits(services: Services) -> None:
    operator = await services.identity.ensure_owner()
    made = await services.flows.create(operator, "Refunds", document=asking())
    await services.flows.publish(operator, made.slug)
    events = [one async for one in await services.runs.stream(operator, made.slug, RunWish({"question": "Back"}))]
    (asked,) = (await services.approvals.waiting(operator)).items
    waiting = next(one for one in events if one["event"] == "node.waiting")
    assert (waiting["node"], waiting["approval_id"]) == ("ask", asked.id)
    assert (events[-1]["event"], events[-1]["waits_for"]) == ("run.waiting", [asked.id])


async def test_nothing_is_spoken_before_the_person_who_may_refuse_it(stage: Stage) -> None:
    """What goes to an approval, by a track or by its name in a template, is heard once it was decided."""

    async def speaks(context: Any, _inputs: Any) -> dict[str, Any]:
        await context.say("word")
        return {"text": "word"}

    stage.kinds |= {"speak": Step(speaks)}
    stage.outside = replace(stage.outside, people=Desk(stage.units))
    stage.runner = Runner(stage.journal, stage.events, stage.outside, stage._settle)
    nodes = [
        node("input", "input", form()),
        node("draft", "speak"),
        node("polish", "speak"),
        node("reason", "speak"),
        node("aside", "speak"),
        node("ask", "approval", {"note": "{{ reason.text }}"}),
        node("send", "speak"),
        node("output", "output"),
        node("note", "output", {"name": "note"}),
    ]
    edges = [
        ("input.question", "draft.data"), ("draft.text", "polish.data"), ("polish.text", "ask.value"),
        ("input.question", "reason.data"), ("input.question", "aside.data"), ("aside.text", "note.value"),
        ("ask.approved", "send.data"), ("send.text", "output.value"),
    ]  # fmt: skip
    job = stage.job(document(nodes, edges))
    async with stage.events.subscribe(run_topic(job.run_id)) as events:
        task = stage.runner.start(job)
        said = [await anext(events)]
        while said[-1]["event"] not in ("node.waiting", "run.failed"):
            said.append(await anext(events))
    task.cancel()
    await asyncio.wait({task})
    assert [event["node"] for event in said if event["event"] == "token"] == ["aside"]
