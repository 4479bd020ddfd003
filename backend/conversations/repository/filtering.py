"""What a filter of the log asks of a conversation, as conditions on its row."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Float, UnaryExpression, and_, cast, func, literal_column, or_
from sqlalchemy.sql.operators import custom_op
from sqlmodel import col

from backend.conversations.models import ConversationRow as Row
from backend.conversations.range_types import Measured, Range
from backend.conversations.repository.columns import has_model, prompt_column, version_column
from backend.conversations.tags import marked
from backend.conversations.types import Channel, FailedTools, FailedTurns, Filters, Outcome, Satisfaction

# Written out and not bound, so that the databases see that an index holds these rows alone.
SHOWS: ColumnElement[bool] = col(Row.channel) != literal_column(f"'{Channel.EXPERIMENT.value}'")
COMPLETED = {Outcome.COMPLETED: True, Outcome.NOT_COMPLETED: False, Outcome.UNKNOWN: None}
SECONDS_OF_A_DAY = 86_400
PLUS: Any = custom_op("+")  # before a column it keeps SQLite from its index


def chosen(filters: Filters, dialect: str) -> Iterable[ColumnElement[bool]]:
    """Yield what the choices of the filters ask, and their ranges and time."""
    failed = [one is FailedTurns.SOME for one in filters.failed_turns]
    for column, values in (
        (col(Row.flow_id), filters.flow_ids), (col(Row.state), filters.states), (col(Row.rating), filters.ratings),
        (col(Row.channel), filters.channels), (prompt_column(), filters.prompts), (col(Row.has_failed), failed),
        (version_column(), filters.versions),
    ):  # fmt: skip
        if values:
            yield column.in_(values)
    if len(tools := set(filters.failed_tools)) == 1:  # written out, as the index of those rows has it
        yield col(Row.has_failed_tool).is_(FailedTools.SOME in tools)
    if filters.models:
        yield or_(*(has_model(one, dialect) for one in filters.models))
    if Channel.EXPERIMENT not in filters.channels:  # beside channels too, so that an index of these rows serves
        yield SHOWS
    if filters.outcomes:
        completed = col(Row.task_completed)
        yield or_(*(completed.is_(COMPLETED[one]) for one in filters.outcomes))
    if filters.satisfactions:
        told = col(Row.satisfaction)
        unknown = Satisfaction.UNKNOWN
        yield or_(*(told.is_(None) if one is unknown else told == int(one) for one in filters.satisfactions))
    if filters.tags:
        yield or_(*(col(Row.tags).contains(marked(one), autoescape=True) for one in filters.tags))
    yield from narrowed(filters, dialect)


def narrowed(filters: Filters, dialect: str) -> Iterable[ColumnElement[bool]]:
    """Yield what holds for every count: nothing beside a range or a span of time is told."""
    if filters.since is not None:
        yield col(Row.last_message_at) >= filters.since
    if filters.until is not None:
        yield col(Row.last_message_at) < filters.until
    for one in filters.ranges:
        yield _within(one, dialect)


def _within(one: Range, dialect: str) -> ColumnElement[bool]:
    ends = [(Decimal(one.least), True)] if one.least else []
    ends += [(Decimal(one.most), False)] if one.most else []
    if one.of is Measured.LATENCY:  # compared without a division; what nobody timed lies in no range
        turns, told = _ranged(col(Row.num_turns), dialect), col(Row.latency_ms)
        mean = [told >= turns * float(end) if is_least else told <= turns * float(end) for end, is_least in ends]
        return and_(told > 0, turns > 0, *mean)
    value = _value(one.of, dialect)
    if one.of is Measured.COST:
        return and_(*(value >= end if is_least else value <= end for end, is_least in ends))
    return and_(*(value >= float(end) if is_least else value <= float(end) for end, is_least in ends))


def _ranged(column: Any, dialect: str) -> Any:
    """Keep SQLite from sorting by time all that lies in a range, 0.5 s; Postgres knows how many those are."""
    return UnaryExpression(column, operator=PLUS, type_=column.type) if dialect == "sqlite" else column


def _value(of: Measured, dialect: str) -> Any:
    if of is Measured.COST:
        return _ranged(col(Row.cost), dialect)
    if of is Measured.TOKENS:
        return _ranged(col(Row.tokens_in), dialect) + col(Row.tokens_out)
    if of is Measured.TURNS:
        return _ranged(col(Row.num_turns), dialect)
    first, last = col(Row.started_at), col(Row.last_message_at)
    clock: ColumnElement[float]
    if dialect == "sqlite":
        clock = func.round((func.julianday(last) - func.julianday(first)) * SECONDS_OF_A_DAY, 3)
    else:
        clock = cast(func.extract("epoch", last - first), Float)
    return func.coalesce(col(Row.duration), clock)
