"""Where words stand: the conversations that hold what a search asks for, by their numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from typing import cast as typed

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    LargeBinary,
    String,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
)
from sqlalchemy import select as sql_select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import ConversationWordRow
from backend.conversations.postings import (
    BITMAP_BYTES,
    BLOCK,
    bits_of_lists,
    bits_of_maps,
    flags_of,
    in_one_row,
    places_in,
)
from backend.conversations.words import Wanted

# Of fewer than one in so many conversations a database is told the numbers, which it looks up by their index. Of more
# it is given a bit or a byte for each: a list of 90,000 numbers takes four times as long as to read all rows.
FEW = 32
STANDS = b"\1"
Places = dict[int, int]
"""The bits of the numbers in each block."""


def one_of(column: Any, values: Sequence[str] | Sequence[int], dialect: str) -> ColumnElement[bool]:
    """Say that the column is among thousands of values: as one parameter, of which no database has too many."""
    if dialect == "sqlite":
        listed = func.json_each(literal(json.dumps(values))).table_valued("value")
        return typed(ColumnElement[bool], column.in_(sql_select(listed.c.value)))
    kind = ARRAY(Integer if isinstance(column.type, Integer) else String)
    return typed(ColumnElement[bool], column == func.any(cast(literal(list(values), kind), kind)))


class PlaceRepository:
    """Reads the index; opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._dialect = session.get_bind().dialect.name

    async def places(self, wanted: Wanted) -> Places:
        """Return the conversations that hold every word, by their numbers."""
        found: Places | None = None
        for word in wanted.whole:
            found = _both(found, await self._holding(col(ConversationWordRow.word) == word))
            if not found:
                return {}
        for these in await self._fitting(self._patterns(wanted)):
            found = _both(found, these)
        return found or {}

    def _patterns(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        word = col(ConversationWordRow.word)
        if self._dialect == "sqlite":
            begins: list[ColumnElement[bool]] = [(word >= one) & (word < one + "\U0010ffff") for one in wanted.begins]
        else:  # which sorts by the rules of a language, where what begins alike need not stand together
            begins = [cast(func.starts_with(word, one), Boolean) for one in wanted.begins]
        return [*begins, *(holds(word, one, self._dialect) for one in wanted.parts)]

    async def _holding(self, fits: ColumnElement[bool]) -> Places:
        return (await self._fitting([fits]))[0]

    async def _fitting(self, patterns: Sequence[ColumnElement[bool]]) -> Sequence[Places]:
        """Return where words stand that fit each pattern. One statement for all: it walks through every word."""
        if not patterns:
            return []
        ours, block = col(ConversationWordRow.project_id) == self._project_id, col(ConversationWordRow.block)
        is_map = func.length(col(ConversationWordRow.places)) == literal_column(str(BITMAP_BYTES))
        fits = [self._joined().filter(one) for one in patterns]
        statement = sql_select(block, is_map, *fits).where(ours, or_(*patterns)).group_by(block, is_map)
        found: list[Places] = [{} for _ in patterns]
        for number, has_maps, *fitting in await (await self._session.connection()).execute(statement):
            for these, kept in zip(found, fitting, strict=True):
                if kept:
                    joined = bytes.fromhex(kept) if self._dialect == "sqlite" else kept
                    these[number] = these.get(number, 0) | (bits_of_maps if has_maps else bits_of_lists)(joined)
        return found

    def _joined(self) -> Any:
        """Put all places of a block together: as a row each, 40,000 words take the loop a tenth of a second."""
        places = col(ConversationWordRow.places)
        if self._dialect == "sqlite":  # which joins texts alone
            return func.group_concat(func.hex(places), "")
        return func.string_agg(places, literal_column("''::bytea"))  # which two workers do at once


def _both(found: Places | None, these: Places) -> Places:
    """Return what stands in both; `found` is None before the first."""
    return these if found is None else {block: found[block] & these[block] for block in found.keys() & these}


def numbers_in(places: Places) -> list[int]:
    """Return the numbers, lowest first."""
    return [block * BLOCK + place for block in sorted(places) for place in places_in(places[block])]


def stands_in(number: Any, places: Places, dialect: str) -> ColumnElement[bool]:
    """Say that the number of a conversation is among the places."""
    if sum(map(int.bit_count, places.values())) * FEW < (max(places, default=-1) + 1) * BLOCK:
        return one_of(number, numbers_in(places), dialect)
    row = in_one_row(places)
    if dialect == "sqlite":
        flags = literal(flags_of(int.from_bytes(row, "little")), LargeBinary)
        return func.substr(flags, number + 1, 1) == literal(STANDS, LargeBinary)
    bit = func.get_bit(literal(row, LargeBinary), number, type_=Integer)
    return case((number < len(row) * 8, bit == 1), else_=false())


def holds(column: Any, part: str, dialect: str) -> ColumnElement[bool]:
    # Both compare letter by letter; LIKE of SQLite would fold ASCII first.
    found: ColumnElement[bool] = (func.instr if dialect == "sqlite" else func.strpos)(column, part) > 0
    return found
