"""The orders of the log as statements: each walks along an index of its own, page by page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, tuple_
from sqlmodel import col

from backend.conversations.computed import MEAN_LATENCY, TOKENS
from backend.conversations.models import ConversationRow as Row
from backend.conversations.order_types import Order

PLACES: dict[Order, Any] = {
    Order.NEWEST: col(Row.last_message_at),
    Order.OLDEST: col(Row.last_message_at),
    Order.COST: col(Row.cost),
    Order.TOKENS: TOKENS,
    Order.LATENCY: MEAN_LATENCY,
    Order.TURNS: col(Row.num_turns),
}


# So many are sorted sooner than a page of them is found along an index of 100,000: that lies in no order of the rows.
FEW = 200


def place_in(order: Order) -> tuple[Any, Any]:
    """Return what tells where a row stands: no two are at one place."""
    return PLACES[order], col(Row.id)


def ordered(order: Order) -> list[UnaryExpression[Any]]:
    place = place_in(order)
    return [one.asc() for one in place] if order is Order.OLDEST else [one.desc() for one in place]


def behind(order: Order, last: tuple[Any, str]) -> ColumnElement[bool]:
    """Tell the rows that come after a place; both parts at once, so that of many equals none is walked through."""
    place = place_in(order)
    given = tuple_(*last, types=[one.type for one in place])
    return tuple_(*place) > given if order is Order.OLDEST else tuple_(*place) < given
