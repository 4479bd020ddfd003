"""Following a run that another process carries, and finding one's own trial again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.flows.errors import RunNotFound
from backend.flows.repository.ownership import Ownership
from backend.flows.types import RunDetail, RunStatus, RunWish, Trigger
from backend.operator import Operator
from console.state import formats
from console.state.flows_live import FlowLiveState, follow, under_way
from console.state.flows_run import FlowRunState
from console.state.flows_said import question
from console.state.run_board import RunBoard
from tests.console.tab import Tab, tab
from tests.factories.flows import echo
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]


@pytest.fixture
async def operator(services: Services, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """The owner, in a process whose jobs carry nothing out."""

    async def keep(*_: object) -> None: ...

    monkeypatch.setattr(services.jobs, "enqueue", keep)
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Desk", slug="desk", document=echo())
    await services.flows.publish(owner, "desk", "first")
    return owner


async def test_a_run_that_ends_in_another_process_ends_on_the_screen(services: Services, operator: Operator) -> None:
    made = await services.runs.enqueue(operator, "desk", RunWish({"question": "One"}))
    drawn = []

    async def draw(board: RunBoard) -> None:
        drawn.append(board.status)

    board = RunBoard()
    watching = asyncio.create_task(follow(draw, operator, board, made.id))
    while not drawn:
        await asyncio.sleep(0.01)
    async with services.units.write(EVERYWHERE) as work:
        ownership = Ownership(work.session)
        attempt = await ownership.claim(made.id, "elsewhere", utc_now())
        assert attempt is not None
        await ownership.give_up(made.id, attempt, "It cannot go on.", utc_now())
    await asyncio.wait_for(watching, 3)
    assert (drawn[0], drawn[-1], board.error) == ("queued", "failed", "It cannot go on.")


async def test_a_run_of_another_project_is_refused_before_anything_is_listened_to(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await services.runs.enqueue(operator, "desk", RunWish({"question": "One"}))
    topics: list[str] = []
    subscribe = services.events.subscribe
    monkeypatch.setattr(services.events, "subscribe", lambda topic: topics.append(topic) or subscribe(topic))

    async def draw(_board: RunBoard) -> None:
        raise AssertionError("it was drawn")

    with pytest.raises(RunNotFound):
        await follow(draw, replace(operator, project_id="proj_other"), RunBoard(), made.id)
    assert topics == []


async def test_a_run_of_this_process_is_watched_from_its_record_to_its_record(
    services: Services, operator: Operator
) -> None:
    made = await services.runs.enqueue(operator, "desk", RunWish({"question": "One"}))
    seen: list[str] = []
    async for one in services.runs.watch(operator, made.id):
        if not seen:
            carried = asyncio.create_task(services.runs.execute(made.id))
        seen.append(one.run.status.value if isinstance(one, RunDetail) else one["event"])
    await carried
    assert (seen[0], seen[-2:]) == ("queued", ["run.done", "done"])
    assert seen.count("node.done") == 2


@pytest.mark.parametrize(
    ("wish", "is_found"),
    [
        (RunWish({"question": "One"}, "draft", "", Trigger.CONSOLE), True),
        (RunWish({"question": "One"}, "published", "", Trigger.API), False),
        (RunWish({"question": "One"}, "draft", "", Trigger.API), False),
    ],
)
async def test_the_panel_takes_up_only_a_trial_of_the_draft(
    services: Services, operator: Operator, wish: RunWish, *, is_found: bool
) -> None:
    """What a caller of the API asked is not this person's talk: their next word would land in it."""
    made = await services.runs.enqueue(operator, "desk", wish)
    assert made.status is RunStatus.QUEUED
    found = await under_way(operator, "desk")
    assert (found.id if found else None) == (made.id if is_found else None)


async def test_a_new_talk_begins_while_a_run_waits_for_a_person(tab: Tab) -> None:
    state, live = tab.state(FlowRunState), tab.state(FlowLiveState)
    state.said, live.running = [question("Hello", UTC, formats.now())], True
    live.run = {"id": "run_1", "status": "running"}
    await state.start_over()
    assert (len(state.said), live.running) == (1, True)
    live.run = {"id": "run_1", "status": "waiting"}
    assert live.waits
    await state.start_over()
    assert (state.said, live.running, live.waits) == ([], False, False)
