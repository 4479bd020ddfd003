"""What a live test was decided by when it ended is what its report says from then on, on both databases."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, delete, select, update

from backend.columns import utc_now
from backend.conversations.models import ConversationRow, ConversationScoreRow
from backend.live_tests.models import LiveTestJudgedRow
from backend.live_tests.types import LiveTest, Metric, State
from backend.settings import Settings
from tests.backend.live_tests.conftest import Desk
from tests.backend.live_tests.test_judged import known


@pytest.fixture(params=["settings", "postgres_settings"])
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    return settings if request.param == "settings" else request.getfixturevalue("postgres_settings")


async def judged_again(desk: Desk, says: dict[str, float]) -> None:
    """Let the same judge say something else now: each score is replaced by one with a later time."""
    async with desk.services.units.write(desk.operator) as work:
        row = ConversationScoreRow
        mine = (col(row.project_id) == desk.operator.project_id, col(row.conversation_id).in_(says))
        await work.session.exec(delete(row).where(*mine))
    await desk.judge(says)


async def begun(desk: Desk, **wish: Any) -> tuple[LiveTest, list[str], list[str]]:
    """Return a test whose second version is judged worse, and the conversations of both."""
    await known(desk)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite", **wish)
    before, now = await desk.seat(test, 1, good=100), await desk.seat(test, 2, good=100)
    await desk.judge(dict.fromkeys(before, 1.0) | dict.fromkeys(now, 0.0))
    return test, before, now


async def kept(desk: Desk) -> set[str]:
    async with desk.services.units.read(desk.operator) as session:
        mine = LiveTestJudgedRow.project_id == desk.operator.project_id
        return set(await session.exec(select(LiveTestJudgedRow.conversation_id).where(mine)))


@pytest.mark.parametrize("end", [State.STOPPED, State.PROMOTED, State.HALTED])
async def test_the_report_of_a_test_that_ended_keeps_what_it_was_decided_by(desk: Desk, end: State) -> None:
    live = desk.services.live_tests
    test, before, now = await begun(desk, guardrail=Metric.JUDGED if end is State.HALTED else None)
    if end is State.STOPPED:
        await live.stop(desk.operator, test.id)
    elif end is State.PROMOTED:
        await live.promote(desk.operator, test.id, 2)
    else:
        await live.guard()
    told = await live.report(desk.operator, test.id)
    assert told.test.state is end
    assert ([one.num_judged for one in told.arms], told.standings[0].verdict) == ([100, 100], "worse")
    await judged_again(desk, dict.fromkeys(before, 0.0) | dict.fromkeys(now[:50], 1.0))
    async with desk.services.units.write(desk.operator) as work:  # somebody went on talking
        theirs = (ConversationRow.project_id == desk.operator.project_id, col(ConversationRow.id) == now[-1])
        later = {"last_message_at": utc_now() + timedelta(hours=1)}
        await work.session.exec(update(ConversationRow).where(*theirs).values(**later))
    assert await live.report(desk.operator, test.id) == told


async def test_of_a_test_that_runs_what_is_judged_again_counts(desk: Desk) -> None:
    test, before, _ = await begun(desk, guardrail=None)
    await judged_again(desk, dict.fromkeys(before, 0.0))
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [one.values[Metric.JUDGED] for one in report.arms] == [0.0, 0.0]
    assert await kept(desk) == set()


async def exported(desk: Desk, person: str) -> dict[str, Any]:
    """Return by conversation what the export of a person tells that was kept of live tests."""
    packed = b"".join([piece async for piece in await desk.services.privacy.export(desk.operator, person)])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        told = json.loads(archive.read("person.json"))["conversations"]
    return {one["conversation"]["id"]: one["live_tests"] for one in told}


async def test_a_person_is_told_and_takes_along_what_was_kept_of_them(desk: Desk) -> None:
    test, before, now = await begun(desk, guardrail=None)
    theirs = [before[0], *now[:2]]
    async with desk.services.units.write(desk.operator) as work:
        mine = (ConversationRow.project_id == desk.operator.project_id, col(ConversationRow.id).in_(theirs))
        await work.session.exec(update(ConversationRow).where(*mine).values(person="ada"))
    await desk.services.live_tests.stop(desk.operator, test.id)
    assert await kept(desk) == {*before, *now}
    told = await exported(desk, "ada")
    assert {talk: [(one["live_test_id"], one["value"]) for one in said] for talk, said in told.items()} == {
        before[0]: [(test.id, 1.0)], now[0]: [(test.id, 0.0)], now[1]: [(test.id, 0.0)]
    }  # fmt: skip
    job = await desk.services.privacy.remove(desk.operator, "ada")
    await desk.services.privacy.execute(job.id)
    assert await kept(desk) == {*before, *now} - {*theirs}
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [one.num_judged for one in report.arms] == [99, 98]


async def test_a_test_that_ended_before_anything_was_kept_goes_by_the_scores_that_are_left(desk: Desk) -> None:
    test, before, now = await begun(desk, guardrail=None)
    await desk.services.live_tests.stop(desk.operator, test.id)
    async with desk.services.units.write(desk.operator) as work:
        mine = col(LiveTestJudgedRow.project_id) == desk.operator.project_id
        await work.session.exec(delete(LiveTestJudgedRow).where(mine))
    await judged_again(desk, {before[0]: 0.0, now[0]: 1.0})
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [one.num_judged for one in report.arms] == [99, 99]
