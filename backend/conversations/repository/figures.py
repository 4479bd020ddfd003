"""Sums and times over the log, in one statement for all points of all lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    case,
    cast,
    column,
    func,
    literal,
    select,
    type_coerce,
    values,
)
from sqlalchemy.orm import join, outerjoin
from sqlmodel import col

from backend.columns import UtcDateTime
from backend.conversations.figure_types import ROUGHEST, ROUNDINGS, Split
from backend.conversations.models import ConversationDetailRow as Detail
from backend.conversations.models import ConversationRow as Row
from backend.conversations.repository.columns import prompt_column, version_column, version_name
from backend.conversations.repository.conversations import ConversationRepository, Found
from backend.conversations.types import Channel, ChatState, Filters, Rating

KEYS: dict[Split, tuple[Any, Any]] = {
    Split.NONE: (literal(""), literal("")),
    Split.FLOW: (col(Row.flow_id), col(Row.flow_name)),
    Split.VERSION: (version_column(), version_name()),
    Split.PROMPT: (prompt_column(), prompt_column()),
    Split.MODEL: (col(Row.model), col(Row.model)),
    Split.CHANNEL: (col(Row.channel), col(Row.channel)),
    Split.METADATA: (func.coalesce(col(Detail.value), ""), func.coalesce(col(Detail.value), "")),
}

# A name in metadata with more values than this is split by its most frequent values alone.
FEW = 200


class Told(NamedTuple):
    """Sums over the conversations of a line at a point whose turns took as long, in ms to two digits, None unknown.

    `value` is None of values that are told together.

    `sums` are in the order of `Figures`, then those of satisfaction and of the cost in billionths.
    """

    place: int
    value: str | None
    name: str
    latency: int | None
    sums: Sequence[int]


class FigureRepository(ConversationRepository):
    """Opened for one unit of work; sees one project."""

    async def told(
        self,
        filters: Filters,
        found: Found | None,
        split: Split = Split.NONE,
        edges: Sequence[datetime] = (),
        *,
        metadata: str = "",
        among: Sequence[str] | None = None,
        first: int = 0,
    ) -> Sequence[Told]:
        """Return what there is anything of; all stands at place 0 where there are no edges to stand between.

        `metadata` is the name whose values are told apart where that is the split, empty for who has none, and where
        `among` is given, all others are told together; `first` is the place between the first two edges.

        One statement for sums and percentiles: over 100,000 conversations each look takes a quarter of a second, and
        ranks by a window function take half a second a time.
        """
        value, name = KEYS[split]
        if among is not None:
            value = case((value.in_(among), value), else_=None)
        key: Any = literal(0)
        where = self._counted(filters, found)
        spread: CTE | None = None
        if edges:
            spread = _spread(edges, first)
            key = spread.c.place
            moment = col(Row.last_message_at)
            where += [moment >= spread.c.since, moment < spread.c.until]
        latency = _latency()
        parts = (key.label("place"), value.label("line"), latency.label("latency"))
        statement = select(
            parts[0],
            parts[1],
            func.max(name),
            parts[2],
            func.count(),
            _sum(Row.num_turns),
            _num(col(Row.state) == ChatState.FAILED.value),
            _sum(Row.tokens_in),
            _sum(Row.tokens_out),
            _num(col(Row.rating) != Rating.NONE.value),
            _num(col(Row.rating) == Rating.UP.value),
            func.count(col(Row.task_completed)),
            _num(col(Row.task_completed).is_(True)),
            func.count(col(Row.satisfaction)),
            _num((col(Row.cost) == 0) & (col(Row.tokens_in) + col(Row.tokens_out) > 0)),
            func.coalesce(_sum(Row.satisfaction), 0),
            _sum(Row.cost),
        ).where(*where)
        source: Any = Row
        if spread is not None:
            source = join(spread, Row, literal(1) == 1)
        if split is Split.METADATA:
            source = self._with(source, metadata)
        statement = statement.select_from(source)
        rows = await (await self._session.connection()).execute(statement.group_by(*(part.name for part in parts)))
        return [Told(place, value, name, latency, sums) for place, value, name, latency, *sums in rows.all()]

    async def frequent(
        self, filters: Filters, found: Found | None, metadata: str, most: int
    ) -> tuple[Sequence[str] | None, int]:
        """Return the most frequent values of a name, empty for none, and how many there are; None where they are few.

        Thousands of values in as many groups for each time would cost seconds, for lines that nobody sees.
        """
        connection = await self._session.connection()
        mine = (col(Detail.project_id) == self._project_id) & (col(Detail.name) == metadata)
        values = select(func.min(Detail.value).label("value")).where(mine).cte("values_of", recursive=True)
        behind = select(func.min(Detail.value)).where(mine, col(Detail.value) > values.c.value).correlate(values)
        values = values.union_all(select(behind.scalar_subquery()).where(values.c.value.is_not(None)))
        known = select(values.c.value).where(values.c.value.is_not(None)).limit(FEW + 1).subquery()
        if ((await connection.execute(select(func.count()).select_from(known))).scalar() or 0) <= FEW:
            return None, 0
        value, num = KEYS[Split.METADATA][0].label("line"), func.count().label("num")
        statement = (
            select(value, num, func.count().over())
            .select_from(self._with(Row, metadata))
            .where(*self._counted(filters, found))
            .group_by("line")
            .order_by(num.desc(), "line")
            .limit(most)
        )
        rows = (await connection.execute(statement)).all()
        return [row[0] for row in rows], rows[0][2] if rows else 0

    def _counted(self, filters: Filters, found: Found | None) -> list[ColumnElement[bool]]:
        where = [*self._mine(), *self._chosen(filters), *self._among(found)]
        return where if filters.channels else [*where, col(Row.channel) != Channel.EXAMPLE.value]

    def _with(self, source: Any, metadata: str) -> Any:
        named = (col(Detail.project_id) == self._project_id) & (col(Detail.name) == metadata)
        return outerjoin(source, Detail, named & (col(Detail.conversation_id) == col(Row.id)))


def _spread(edges: Sequence[datetime], first: int) -> CTE:
    """Return the steps as a table: a search of the index for each costs half of what reading dates does."""
    lines = [(place, since, until) for place, (since, until) in enumerate(pairwise(edges), first)]
    kinds = (column("place", Integer), column("since", UtcDateTime), column("until", UtcDateTime))
    return values(*kinds, name="step").data(lines).cte("steps")


def _latency() -> ColumnElement[int]:
    """Return the mean time of a turn to two digits, null where nobody told."""
    each = col(Row.latency_ms) // col(Row.num_turns)
    known = (col(Row.latency_ms) > 0) & (col(Row.num_turns) > 0)
    steps = [(each < below, (each + to // 2) // to * to) for below, to in ROUNDINGS]
    return case((~known, None), *steps, else_=(each + ROUGHEST // 2) // ROUGHEST * ROUGHEST)


def _num(holds: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((holds, 1)))


def _sum(number: Any) -> ColumnElement[int]:
    return cast(func.sum(type_coerce(col(number), BigInteger)), BigInteger)
