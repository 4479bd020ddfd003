"""Figures of the log: what they count, on whose clock, and that the log lists exactly what stands behind a point."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.conversations.adding import NUM_SUMS
from backend.conversations.clock import borders
from backend.conversations.figure_types import FigureWish, Split, Step, least_of, rounded
from backend.conversations.models import ConversationRow
from backend.conversations.repository import Told
from backend.conversations.repository.details import Details
from backend.conversations.service import ConversationService, measuring
from backend.conversations.types import Channel, ChatState, Filters
from backend.errors import InvalidInput
from backend.identity.service import IdentityService
from backend.ids import new_id
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 16, tzinfo=BERLIN)
WEEK = Filters(since=MONDAY, until=MONDAY + timedelta(days=7))


async def put(units: Units, owner: Operator, *moments: datetime, **values: object) -> None:
    async with units.write(EVERYWHERE) as work:
        for moment in moments:
            given = {"title": "T", "channel": Channel.API, "state": ChatState.ANSWERED, "num_turns": 1, **values}
            work.session.add(
                ConversationRow(
                    id=new_id("conv"), project_id=owner.project_id, started_at=moment, last_message_at=moment, **given
                )
            )


async def drilled(log: ConversationService, owner: Operator, filters: Filters) -> int:
    return (await log.browse(owner, filters, Page(limit=1))).facets.matching


@pytest.fixture
async def places(any_database: Database) -> tuple[ConversationService, Units, Operator]:
    units = Units(any_database)
    return ConversationService(units), units, await IdentityService(units).ensure_owner()


async def test_sums_shares_and_percentiles(places):
    log, units, owner = places
    at = MONDAY + timedelta(hours=3)
    for number in range(1, 101):
        await put(
            units, owner, at, latency_ms=number * 20, num_turns=2, tokens_in=3, tokens_out=1, cost=Decimal("0.01")
        )
    await put(units, owner, at, state=ChatState.FAILED, rating="up", task_completed=True, satisfaction=4)
    assert (await log.figures(owner, WEEK)).num_unpriced == 0
    await put(units, owner, at, rating="down", task_completed=False, satisfaction=1)
    await put(units, owner, at, deleted_at=at, cost=Decimal(5))
    await put(units, owner, MONDAY - timedelta(hours=1), num_turns=7)
    found = await log.dashboard(owner, FigureWish(WEEK, zone="Europe/Berlin"))
    whole = found.whole
    assert (whole.num, whole.num_turns, whole.num_failed, whole.cost) == (102, 202, 1, Decimal("1.00"))
    assert (whole.tokens_in, whole.tokens_out) == (300, 100)
    # By nearest rank over the hundred that tell a time, 10 to 1,000 ms a turn.
    assert (whole.p50, whole.p95, whole.p99) == (500, 950, 990)
    assert (whole.liked_share, whole.completed_share, whole.satisfaction) == (0.5, 0.5, 2.5)
    assert (found.before.num, found.before.num_turns) == (1, 7)
    assert [point.figures.num for point in found.lines[0].points] == [102, 0, 0, 0, 0, 0, 0]
    assert found.lines[0].points[0].figures == whole


async def test_days_begin_at_midnight_of_the_reader_and_the_log_lists_what_a_point_counts(places):
    log, units, owner = places
    # The clock goes back on 25 October: that day has 25 hours.
    sunday = datetime(2026, 10, 25, tzinfo=BERLIN)
    edge = sunday + timedelta(days=1)
    utc = edge.astimezone(UTC)
    await put(units, owner, sunday, utc - timedelta(microseconds=1), utc - timedelta(hours=24, minutes=30), model="a")
    await put(units, owner, utc, utc + timedelta(hours=23, minutes=59), model="b", state=ChatState.FAILED)
    wish = FigureWish(Filters(since=sunday, until=edge + timedelta(days=1)), Split.MODEL, zone="Europe/Berlin")
    found = await log.dashboard(owner, wish)
    assert [(line.name, [point.figures.num for point in line.points]) for line in found.lines] == [
        ("a", [3, 0]),
        ("b", [0, 2]),
    ]
    assert [round((p.until - p.since).total_seconds() / 3600) for p in found.lines[0].points] == [25, 24]
    for line in found.lines:
        for point in line.points:
            behind = Filters(models=(line.value,), since=point.since, until=point.until)
            assert await drilled(log, owner, behind) == point.figures.num
            failed = replace(behind, states=(ChatState.FAILED,))
            assert await drilled(log, owner, failed) == point.figures.num_failed


@pytest.mark.parametrize("split", list(Split))
@pytest.mark.parametrize("step", list(Step))
async def test_every_split_and_step_leads_to_as_many_conversations(places, split, step):
    log, units, owner = places
    kinds = (
        {"flow_id": "flow_a", "flow_name": "Desk", "model": "m1", "prompt_name": "answer", "prompt_version": 2},
        {"flow_id": "agent:b", "flow_name": "<b>Desk</b>", "channel": Channel.REPORTED, "rating": "up"},
        {"flow_id": "flow_a", "flow_name": "Desk", "prompt_name": "answer", "prompt_version": 3},
    )
    for number, kind in enumerate(kinds):
        await put(units, owner, *(MONDAY + timedelta(hours=number + 7 * at, minutes=59.99) for at in range(9)), **kind)
    filters = Filters(since=MONDAY + timedelta(minutes=20), until=MONDAY + timedelta(days=3), channels=tuple(Channel))
    async with units.write(owner) as work:
        for one in (await log.list(owner, Filters(flow_ids=("flow_a",)), Page(5))).items:
            await Details(work.session, owner.project_id).add(one.id, {"plan": "pro", "side": 1})
    found = await log.dashboard(owner, FigureWish(filters, split, step, "Asia/Kathmandu", "plan"))
    chosen = {
        "flow": "flow_ids", "version": "versions", "prompt": "prompts", "model": "models", "channel": "channels",
        "metadata": "metadata",
    }.get(split)  # fmt: skip
    assert found.num_lines == len(found.lines) == {"none": 1, "prompt": 3}.get(split, 2)
    for line in found.lines:
        of_line = replace(filters, **{chosen: (line.value,)}) if chosen else filters
        assert sum(point.figures.num for point in line.points) == line.figures.num
        for point in line.points:
            assert (
                await drilled(log, owner, replace(of_line, since=point.since, until=point.until)) == point.figures.num
            )
    assert sum(line.figures.num for line in found.lines) == found.whole.num


async def test_only_the_most_frequent_lines_are_drawn(places):
    log, units, owner = places
    for number in range(12):
        await put(units, owner, *[MONDAY] * (number + 1), model=f"m{number:02}")
    found = await log.dashboard(owner, FigureWish(WEEK, Split.MODEL, zone="Europe/Berlin"))
    assert (found.num_lines, [line.name for line in found.lines]) == (
        12,
        [f"m{number:02}" for number in range(11, 3, -1)],
    )
    assert found.lines[0].points[0].figures.num == 12


async def test_the_figures_follow_words_and_filters(places):
    log, units, owner = places
    await put(units, owner, MONDAY, person="ada@example.com", cost=Decimal(2))
    await put(units, owner, MONDAY, person="bob@example.com", channel=Channel.CONSOLE)
    found = await log.dashboard(owner, FigureWish(replace(WEEK, text="ada@example.com")))
    assert (found.whole.num, found.whole.cost) == (1, Decimal(2))
    assert (await log.figures(owner, Filters(channels=(Channel.CONSOLE,)))).num == 1


async def test_an_example_counts_only_where_it_is_chosen(places):
    log, units, owner = places
    await put(units, owner, MONDAY)
    await put(units, owner, MONDAY, MONDAY, channel=Channel.EXAMPLE)
    assert (await log.dashboard(owner, FigureWish(WEEK))).whole.num == 1
    assert (await log.figures(owner, WEEK)).num == 1
    assert (await log.figures(owner, replace(WEEK, channels=(Channel.EXAMPLE,)))).num == 2


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (FigureWish(WEEK, zone="Mars/Olympus"), "zone"),
        (FigureWish(WEEK, zone="../etc/passwd"), "zone"),
        (FigureWish(Filters(since=MONDAY, until=MONDAY)), "until"),
        (FigureWish(Filters(since=MONDAY - timedelta(days=30), until=MONDAY), step=Step.HOUR), "until"),
    ],
)
async def test_what_cannot_be_drawn_is_refused(log, owner, wish, field):
    with pytest.raises(InvalidInput) as refused:
        await log.dashboard(owner, wish)
    assert list(refused.value.fields) == [field]


@pytest.fixture
def log(units: Units) -> ConversationService:
    return ConversationService(units)


def test_hours_are_counted_through_a_change_of_the_clock():
    sunday = datetime(2026, 10, 25, tzinfo=BERLIN)
    edges = borders(sunday, sunday + timedelta(days=1), Step.HOUR, BERLIN)
    assert len(edges) == 26  # as many hours as the day has, and its end
    days = borders(sunday - timedelta(days=1), sunday + timedelta(days=3), Step.DAY, BERLIN)
    assert [(b - a) // timedelta(hours=1) for a, b in pairwise(days)] == [24, 25, 24, 24]


def test_a_week_begins_on_monday_and_a_half_hour_zone_has_its_own_hours():
    assert borders(MONDAY + timedelta(days=3), MONDAY + timedelta(days=9), Step.WEEK, BERLIN) == [
        MONDAY, MONDAY + timedelta(days=7), MONDAY + timedelta(days=14),
    ]  # fmt: skip
    kathmandu = borders(MONDAY, MONDAY + timedelta(hours=1), Step.HOUR, ZoneInfo("Asia/Kathmandu"))
    assert kathmandu[0].minute == 15


async def test_what_took_tokens_without_a_price_is_counted_beside_the_cost(places):
    log, units, owner = places
    await put(units, owner, MONDAY, tokens_in=3)
    await put(units, owner, MONDAY, tokens_out=3, cost=Decimal("0.5"))
    await put(units, owner, MONDAY)
    found = await log.figures(owner, WEEK)
    assert (found.num, found.cost, found.num_unpriced) == (3, Decimal("0.5"), 1)


@pytest.mark.parametrize("told", [0, 7, 99, 100, 130, 1_000, 1_100, 9_900, 10_000, 14_000, 1_000_000, 2_300_000])
def test_the_least_time_of_a_percentile_is_told_as_it_and_less_is_not(told: int) -> None:
    least = least_of(told)
    assert rounded(least) >= told
    assert least == 0 or rounded(least - 1) < told


def test_only_the_lines_that_are_drawn_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made, line = list[str](), measuring._line

    def counted(value: str, *rest: Any) -> Any:
        made.append(value)
        return line(value, *rest)

    monkeypatch.setattr(measuring, "_line", counted)
    told = [Told(0, f"c{number}", "", None, (number + 1, *[0] * (NUM_SUMS - 1))) for number in range(40)]
    edges = borders(MONDAY, MONDAY + timedelta(days=1), Step.DAY, BERLIN)
    board = measuring._drawn(Split.METADATA, edges, told, {}, [])
    assert (made, [one.figures.num for one in board.lines]) == (
        [f"c{39 - at}" for at in range(8)],
        [*range(40, 32, -1)],
    )
    assert (board.num_lines, board.whole.num) == (40, sum(range(1, 41)))
