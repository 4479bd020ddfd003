"""Conversations by what is measured of them, and by the version of the flow that held them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.event import listen

from backend.conversations.figure_types import FigureWish, Split
from backend.conversations.models import ConversationRow
from backend.conversations.range_types import Range, range_in, range_of
from backend.conversations.repository import ConversationRepository
from backend.conversations.service import ConversationService
from backend.conversations.types import Channel, ChatState, Filters
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
# Two of the one flow, one of another without times, one of an agent elsewhere that told how long it took.
ROWS: tuple[dict[str, Any], ...] = (
    {"id": "a", "flow_id": "f", "flow_name": "Desk", "version": 2, "num_turns": 2, "latency_ms": 3_000,
     "cost": Decimal("0.5"), "tokens_in": 90, "tokens_out": 10, "last_message_at": MONDAY + timedelta(seconds=60)},
    {"id": "b", "flow_id": "f", "flow_name": "Desk", "version": 3, "num_turns": 1, "latency_ms": 1_499,
     "cost": Decimal("0.499999999"), "tokens_in": 3_000_000_000},
    {"id": "c", "flow_id": "g", "flow_name": "Till", "num_turns": 0},
    {"id": "d", "flow_id": "agent:1", "flow_name": "Sales", "num_turns": 7, "duration": 59.5},
)  # fmt: skip


async def put(units: Units, owner: Operator) -> None:
    shared = {"title": "T", "channel": Channel.API, "state": ChatState.ANSWERED, "project_id": owner.project_id}
    moments = {"started_at": MONDAY, "last_message_at": MONDAY}
    async with units.write(EVERYWHERE) as work:
        work.session.add_all(ConversationRow(**{**shared, **moments, **row}) for row in ROWS)


async def test_both_databases_find_and_count_what_lies_in_a_range(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    await put(units, owner)
    for spans, ids in (
        ({"cost": "0.5.."}, "a"), ({"cost": "..0.499999999", "tokens": "1.."}, "b"), ({"tokens": "100..100"}, "a"),
        ({"tokens": "999999999.."}, "b"), ({"latency": "1500..1500"}, "a"), ({"latency": "..1499.5"}, "b"),
        ({"latency": "0.."}, "ab"), ({"duration": "60.."}, "a"), ({"duration": "59.5..60"}, "ad"),
        ({"duration": "..0"}, "bc"), ({"turns": "2.."}, "ad"), ({"turns": "..0"}, "c"), ({"turns": "5..2"}, ""),
    ):  # fmt: skip
        ranges = tuple(
            Range(one.of, one.least, one.most) for key, span in spans.items() if (one := range_of(key, span))
        )
        found = await log.browse(owner, Filters(ranges=ranges), Page())
        assert "".join(sorted(one.id for one in found.listed.items)) == ids, spans
        assert (found.facets.total, found.facets.matching) == (len(ids), len(ids)), spans
        assert (await log.figures(owner, Filters(ranges=ranges))).num == len(ids), spans


async def test_the_versions_of_a_chosen_flow_are_counted_and_told_apart(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    await put(units, owner)
    assert (await log.browse(owner, Filters(), Page())).facets.versions == ()
    facets = (await log.browse(owner, Filters(flow_ids=("f", "g", "agent:1")), Page())).facets
    told = [(one.value, one.name, one.count) for one in facets.versions]
    assert told == [("f v2", "Desk v2", 1), ("f v3", "Desk v3", 1), ("g v0", "Till draft", 1)]
    found = await log.browse(owner, Filters(versions=("f v3",)), Page())
    assert [one.id for one in found.listed.items] == ["b"]
    assert {one.value: one.count for one in found.facets.versions} == {"f v2": 1, "f v3": 1, "g v0": 1}
    week = Filters(flow_ids=("f",), since=MONDAY, until=MONDAY + timedelta(days=1))
    lines = (await log.dashboard(owner, FigureWish(week, split=Split.VERSION))).lines
    assert {(one.value, one.name, one.figures.num) for one in lines} == {("f v2", "Desk v2", 1), ("f v3", "Desk v3", 1)}


@pytest.mark.parametrize(
    "span", ["", "..", "1", "1...2", "-1..2", "1e9..", "nan..", "1..inf", "1234567890..", "1.5.2..", "1..2\n", "٣.."]
)
def test_what_is_no_range_is_none(span: str) -> None:
    assert range_of("cost", span) is None
    assert range_of("mood", "1..2") is None


def test_a_range_is_read_as_it_was_written() -> None:
    assert str(range_of("cost", "0.50..2")) == "cost 0.50..2"
    assert range_in("cost 0.50..2") == range_of("cost", "0.50..2")


async def test_sqlite_counts_a_range_without_a_look_at_the_rows(units: Units, owner: Operator) -> None:
    ranges = [range_in(one) for one in ("cost 1..", "tokens 1..", "latency 1..", "duration 1..", "turns 1..")]
    filters = Filters(flow_ids=("f",), ranges=tuple(one for one in ranges if one))
    async with units.read(owner) as session:
        connection, statements = await session.connection(), list[tuple[str, object]]()
        note = lambda *event: statements.append((event[2], event[3]))  # noqa: E731
        listen(connection.sync_connection, "before_cursor_execute", note)
        await ConversationRepository(session, owner.project_id).counts(filters, None)
        [(statement, values)] = statements
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
        acts = (await connection.exec_driver_sql(f"EXPLAIN {statement}", values)).all()
        root = text("SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = 'conversation'")
        page = (await connection.execute(root)).scalar_one()
    assert "INDEX ix_conversation_measured (project_id=? AND deleted_at=?)" in plan[0][-1]
    # It opens the table, for the mix is computed from its columns, and reads none of them.
    opened = {one.p1 for one in acts if one.opcode == "OpenRead" and one.p2 == page}
    assert not [one for one in acts if one.opcode == "Column" and one.p1 in opened]
    assert [one for one in acts if one.opcode == "Column"]
