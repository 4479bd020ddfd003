"""The log is listed in several orders: page by page, each conversation once, also where many are equal."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlmodel import col, select

from backend.conversations.models import ConversationRow
from backend.conversations.order_types import Order
from backend.conversations.range_types import Measured, Range
from backend.conversations.repository.filtering import chosen
from backend.conversations.repository.ordering import behind, ordered
from backend.conversations.service import ConversationService
from backend.conversations.types import Channel, Conversation, Filters
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.conversations import chat
from tests.tenancy import EVERYWHERE

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
MOST_FIRST: dict[Order, Callable[[Conversation], Any]] = {
    Order.NEWEST: lambda one: one.last_message_at,
    Order.COST: lambda one: one.cost,
    Order.TOKENS: lambda one: one.tokens_in + one.tokens_out,
    Order.LATENCY: lambda one: one.latency_ms // one.num_turns if one.num_turns else 0,
    Order.TURNS: lambda one: one.num_turns,
}
INDEXES = {
    Order.NEWEST: "shown", Order.OLDEST: "shown", Order.COST: "by_cost", Order.TOKENS: "by_tokens",
    Order.LATENCY: "by_mean_latency_ms", Order.TURNS: "by_num_turns",
}  # fmt: skip
# Within a range too it is the index of the order, and not of what lies in the range.
NARROWED = (
    Filters(),
    Filters(channels=(Channel.API,)),
    Filters(ranges=(Range(Measured.COST, "1"), Range(Measured.TURNS, "2"))),
    Filters(ranges=(Range(Measured.LATENCY, "4000"), Range(Measured.TOKENS, "", "9"))),
)


def row(place: int, draw: random.Random) -> dict[str, Any]:
    at = MONDAY + timedelta(minutes=draw.randrange(4))
    values = {
        "id": f"conv_{place:02}", "title": "", "state": "answered", "started_at": at, "last_message_at": at,
        "channel": draw.choice(("api", "api", "reported", "experiment")), "num_turns": draw.randrange(3),
        "tokens_in": draw.randrange(3), "tokens_out": draw.randrange(3), "latency_ms": draw.randrange(0, 9_000, 999),
        "cost": Decimal(draw.randrange(3)) / 1_000,
    }  # fmt: skip
    return ConversationRow(project_id="", **values).model_dump()


async def test_each_order_has_every_conversation_once_page_by_page(any_database: Database) -> None:
    units, draw = Units(any_database), random.Random(2)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    async with units.write(EVERYWHERE) as work:
        rows = [row(place, draw) | {"project_id": owner.project_id} for place in range(50)]
        await (await work.session.connection()).execute(insert(ConversationRow), rows)
    for filters in (Filters(), Filters(channels=(Channel.API,)), Filters(channels=(Channel.EXPERIMENT, Channel.API))):
        whole = (await log.browse(owner, filters, Page(100))).listed.items
        assert len(whole) > 10
        for order in Order:
            found: list[Conversation] = []
            after: str | None = ""
            while after is not None:
                listed = await log.list(owner, filters, Page(3, after), order)
                found, after = [*found, *listed.items], listed.next
            value = MOST_FIRST.get(order, lambda one: one.last_message_at)
            sought = sorted(whole, key=lambda one, of=value: (of(one), one.id), reverse=order is not Order.OLDEST)
            assert [one.id for one in found] == [one.id for one in sought], (order, filters)
            first = (await log.browse(owner, filters, Page(3), order)).listed
            assert ([one.id for one in first.items], first.next) == ([one.id for one in sought[:3]], sought[2].id)


async def test_a_page_goes_on_where_the_last_row_stands_now(units: Units, owner: Operator) -> None:
    log = ConversationService(units)
    for cost in (3, 2, 1):
        await chat(log, units, owner, reply={"cost": Decimal(cost)})
    first = await log.list(owner, Filters(), Page(2), Order.COST)
    await log.delete(owner, first.items[1].id)
    rest = await log.list(owner, Filters(), Page(2, first.next or ""), Order.COST)
    assert [one.cost for one in rest.items] == [1]
    assert (await log.list(owner, Filters(), Page(2, "conv_none"), Order.COST)).items == []


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("filters", NARROWED)
async def test_each_order_walks_along_an_index(units: Units, owner: Operator, order: Order, filters: Filters) -> None:
    mine = (col(ConversationRow.project_id) == owner.project_id, col(ConversationRow.deleted_at).is_(None))
    last = (MONDAY if order in (Order.NEWEST, Order.OLDEST) else 7, "conv_7")
    asked = (*mine, *chosen(filters, "sqlite"), behind(order, last))
    statement = select(ConversationRow).where(*asked).order_by(*ordered(order)).limit(51)
    async with units.read(owner) as session:
        connection = await session.connection()
        written = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = (await connection.execute(text(f"EXPLAIN QUERY PLAN {written}"))).all()
    assert len(plan) == 1
    found = str(plan[0][3])
    assert f"USING INDEX ix_conversation_{INDEXES[order]} (project_id=? AND " in found, found
