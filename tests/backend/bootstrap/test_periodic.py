"""What a started server does again and again by itself: each act is really done, on what came after the start."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backend import bootstrap
from backend.alerts.types import AlertState, Comparison, Measure, NewAlert
from backend.bootstrap import Services
from backend.bootstrap import flows as flow_parts
from backend.columns import utc_now
from backend.conversations.models import ConversationRow
from backend.conversations.types import Filters
from backend.experiments.models import ExperimentRow
from backend.flows.models import ApprovalRow
from backend.flows.types import RunStatus, RunWish
from backend.ids import new_id
from backend.live_tests.drawing import OF_SESSION
from backend.live_tests.models import LiveTestRow, LiveTestSeatRow
from backend.live_tests.types import State
from backend.operator import Operator
from backend.paging import Page
from backend.settings import Settings
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.live_tests.conftest import Desk
from tests.factories.flows import asking, echo
from tests.tenancy import EVERYWHERE

SHORT = timedelta(milliseconds=50)
OLD = timedelta(days=60)


@pytest.fixture
async def services(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Services]:
    """A server as `start` makes it, which waits 50 ms where it waits seconds to an hour."""
    for name in ("GUARD", "INDEX", "REST", "UNTOLD", "DUE"):
        monkeypatch.setattr(sys.modules[bootstrap.start.__module__], name, SHORT)
    monkeypatch.setattr(flow_parts, "LOOK", SHORT)
    made = await bootstrap.start(settings)
    yield made
    await bootstrap.stop(made)


@pytest.fixture
async def operator(services: Services) -> Operator:
    owner = await services.identity.ensure_owner()
    await asyncio.sleep(4 * SHORT.total_seconds())  # the first turns, which found nothing, are over
    return owner


async def comes(happened: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(15):
        while not await happened():
            await asyncio.sleep(0.02)


async def write_conversation(services: Services, operator: Operator, **values: object) -> None:
    row = ConversationRow(
        id=new_id("conv"),
        project_id=operator.project_id,
        channel="api",
        num_turns=1,
        **{"title": "T", "state": "answered", **values},
    )
    async with services.units.write(operator) as work:
        work.session.add(row)


async def test_a_live_test_that_does_harm_is_halted(operator: Operator, desk: Desk) -> None:
    test = await desk.start()
    await desk.seat(test, 1, good=100)
    await desk.seat(test, 2, good=0, bad=100)

    async def is_halted() -> bool:
        return (await desk.services.live_tests.report(operator, test.id)).test.state is State.HALTED

    await comes(is_halted)


async def test_a_seat_that_nobody_told_of_is_forgotten(services: Services, operator: Operator, desk: Desk) -> None:
    test = await desk.start()
    await services.live_tests.stop(operator, test.id)
    of_session = LiveTestSeatRow(
        live_test_id=test.id, project_id=operator.project_id, run_id=f"{OF_SESSION}x", version=1
    )
    async with services.units.write(operator) as work:
        work.session.add(of_session)
        await work.session.exec(update(LiveTestRow).values(ended_at=utc_now() - OLD))

    async def is_gone() -> bool:
        async with services.units.read(EVERYWHERE) as session:
            return (await session.exec(select(LiveTestSeatRow))).first() is None

    await comes(is_gone)


async def test_what_was_said_comes_into_the_index_of_words(services: Services, operator: Operator) -> None:
    await write_conversation(services, operator, title="Zwiebelkuchen")

    async def is_indexed() -> bool:
        async with services.units.read(EVERYWHERE) as session:
            return not (await session.exec(select(ConversationRow.is_fresh))).scalar_one()

    await comes(is_indexed)


async def test_a_parked_experiment_goes_on_when_its_time_has_come(operator: Operator, lab: Lab) -> None:
    lab.fill(1)
    experiment = await lab.started(prompt("later", "{{ good }}", "429-hour"))

    async def is_parked() -> bool:
        at = (await lab.services.experiments.get(operator, experiment.id)).resumes_at
        return at is not None and at > utc_now() + timedelta(minutes=30)

    await comes(is_parked)
    async with lab.services.units.write(operator) as work:
        await work.session.exec(update(ExperimentRow).values(resumes_at=utc_now()))
    await comes(is_parked)  # again: it was carried on, and the provider still wants its hour


async def test_an_alert_fires(services: Services, operator: Operator) -> None:
    # Before the rule: one that found nothing yet is looked at again in a minute.
    for _ in range(3):
        await write_conversation(services, operator, state="failed", last_message_at=utc_now(), started_at=utc_now())
    rule = NewAlert("Failing", Measure.FAILED_SHARE, Comparison.ABOVE, 0.5, min_count=1, looks=1)
    alert = await services.alerts.create(operator, rule)

    async def fires() -> bool:
        return (await services.alerts.get(operator, alert.id)).state is AlertState.FIRING

    await comes(fires)


async def test_what_is_older_than_a_project_keeps_is_removed(services: Services, operator: Operator) -> None:
    at = utc_now() - OLD
    await write_conversation(services, operator, last_message_at=at, started_at=at)
    await services.privacy.set_retention(operator, 30)

    async def is_gone() -> bool:
        return (await services.conversations.list(operator, Filters(), Page())).items == []

    await comes(is_gone)


async def test_what_was_deleted_an_hour_ago_is_removed_for_good(services: Services, operator: Operator) -> None:
    await write_conversation(services, operator, deleted_at=utc_now() - OLD)

    async def is_gone() -> bool:
        async with services.units.read(EVERYWHERE) as session:
            return (await session.exec(select(ConversationRow))).first() is None

    await comes(is_gone)


async def test_a_form_enters_the_log(services: Services, operator: Operator) -> None:
    made = await services.flows.create(operator, "Form", document=echo())
    await services.runs.run(operator, made.slug, RunWish({"question": "Who pays?"}, "draft"))

    async def is_logged() -> bool:
        return len((await services.conversations.list(operator, Filters(), Page())).items) == 1

    await comes(is_logged)


async def test_what_nobody_decided_in_time_goes_on_by_its_default(services: Services, operator: Operator) -> None:
    made = await services.flows.create(operator, "Asking", document=asking())
    result = await services.runs.run(operator, made.slug, RunWish({"question": "Pay?"}, "draft"))
    assert result.status is RunStatus.WAITING
    async with services.units.write(operator) as work:
        await work.session.exec(update(ApprovalRow).values(ends_at=utc_now()))

    async def is_done() -> bool:
        return (await services.runs.get(operator, result.run_id)).run.status is RunStatus.DONE

    await comes(is_done)
