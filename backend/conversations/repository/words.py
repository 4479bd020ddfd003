"""The index of words: which conversations hold what a search asks for, and how it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from typing import cast as typed

from sqlalchemy import ARRAY, Boolean, ColumnElement, Integer, String, cast, delete, func, literal, or_
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import (
    ConversationIndexRow,
    ConversationRow,
    ConversationWordRow,
    MessageRow,
)
from backend.conversations.postings import BLOCK, bits_of_all, changed, places_in
from backend.conversations.types import ChatState
from backend.conversations.words import Wanted
from backend.identity.models import ProjectRow

# A search for a part that thousands of words have, such as "ing", reads the index in pieces of this many words.
AT_ONCE = 5_000
Places = dict[int, int]
"""The bits of the numbers in each block."""


def one_of(column: Any, values: Sequence[str] | Sequence[int], dialect: str) -> ColumnElement[bool]:
    """Say that the column is among thousands of values: as one parameter, of which no database has too many."""
    if dialect == "sqlite":
        listed = func.json_each(literal(json.dumps(values))).table_valued("value")
        return typed(ColumnElement[bool], column.in_(sql_select(listed.c.value)))
    kind = ARRAY(Integer if isinstance(column.type, Integer) else String)
    return typed(ColumnElement[bool], column == func.any(cast(literal(list(values), kind), kind)))


class WordRepository:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._dialect = session.get_bind().dialect.name

    async def places(self, wanted: Wanted) -> Places:
        """Return the conversations that hold every word, by their numbers."""
        found: Places | None = None
        for words in (*([one] for one in wanted.whole), *await self._like(self._patterns(wanted))):
            these = await self._holding(words)
            found = these if found is None else {block: found[block] & these[block] for block in found.keys() & these}
            if not found:
                return {}
        return found or {}

    def _patterns(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        word = col(ConversationWordRow.word)
        if self._dialect == "sqlite":
            begins: list[ColumnElement[bool]] = [(word >= one) & (word < one + "\U0010ffff") for one in wanted.begins]
        else:  # which sorts by the rules of a language, where what begins alike need not stand together
            begins = [cast(func.starts_with(word, one), Boolean) for one in wanted.begins]
        return [*begins, *(_holds(word, one, self._dialect) for one in wanted.parts)]

    async def _like(self, patterns: Sequence[ColumnElement[bool]]) -> Sequence[Sequence[str]]:
        """Return the words that fit each pattern. One statement for all: it walks through every word there is."""
        if not patterns:
            return []
        ours = col(ConversationWordRow.project_id) == self._project_id
        statement = sql_select(col(ConversationWordRow.word), *patterns).where(ours, or_(*patterns)).distinct()
        found = (await (await self._session.connection()).execute(statement)).all()
        return [[word for word, *fits in found if fits[place]] for place in range(len(patterns))]

    async def _holding(self, words: Sequence[str]) -> Places:
        found: dict[int, list[bytes]] = {}
        for start in range(0, len(words), AT_ONCE):
            statement = select(ConversationWordRow.block, ConversationWordRow.places).where(
                ConversationWordRow.project_id == self._project_id,
                one_of(col(ConversationWordRow.word), words[start : start + AT_ONCE], self._dialect),
            )
            for block, kept in await self._session.exec(statement):
                found.setdefault(block, []).append(kept)
        return {block: bits_of_all(kept) for block, kept in found.items()}

    async def fresh(self, wanted: Wanted, limit: int) -> Sequence[str]:
        """Return the conversations, the newest of those not indexed to their end, that hold every piece."""
        ours, id_ = col(ConversationRow.project_id) == self._project_id, col(ConversationRow.id)
        newest = (
            select(ConversationRow.id)
            .where(ours, col(ConversationRow.is_fresh).is_(True))
            .order_by(col(ConversationRow.last_message_at).desc())
            .limit(limit)
        )
        ids = (await self._session.exec(newest)).all()
        named = (id_, col(ConversationRow.session_id), col(ConversationRow.person))
        for words in (*wanted.pieces, *wanted.said) if ids else ():
            among = one_of(id_, ids, self._dialect)
            told = or_(*(func.lower(column).contains(words, autoescape=True) for column in named))
            statement = select(ConversationRow.id).where(ours, among, or_(id_.in_(self._saying(among, words)), told))
            ids = (await self._session.exec(statement)).all()
            if not ids:
                break
        return ids

    async def saying(self, numbers: Sequence[int], said: Sequence[str]) -> Sequence[int]:
        """Return those of the numbers in whose messages each of these stands as it is."""
        ours = col(ConversationRow.project_id) == self._project_id
        among = one_of(col(ConversationRow.number), numbers, self._dialect)
        statement = select(ConversationRow.number).where(
            ours, among, *(col(ConversationRow.id).in_(self._saying(among, words)) for words in said)
        )
        return (await self._session.exec(statement)).all()

    def _saying(self, among: ColumnElement[bool], words: str) -> Any:
        """Select the conversations among some in whose messages the words stand."""
        theirs = select(ConversationRow.id).where(ConversationRow.project_id == self._project_id, among)
        return select(MessageRow.conversation_id).where(
            MessageRow.project_id == self._project_id,
            col(MessageRow.conversation_id).in_(theirs),
            _holds(col(MessageRow.folded), words, self._dialect),
        )

    async def numbers(self) -> Sequence[int]:
        """Return the numbers of all conversations that have one."""
        statement = select(ConversationRow.number).where(
            ConversationRow.project_id == self._project_id, ConversationRow.number > 0
        )
        return (await self._session.exec(statement)).all()

    async def waits(self) -> bool:
        """Tell whether anything is to be indexed."""
        return (await self._session.exec(self._waiting().limit(1))).first() is not None

    def _waiting(self) -> Any:
        return (
            select(ConversationRow)
            .where(
                ConversationRow.project_id == self._project_id,
                col(ConversationRow.is_fresh).is_(True),
                ConversationRow.state != ChatState.RUNNING,
            )
            .order_by(col(ConversationRow.last_message_at))
        )

    async def take_turn(self) -> ConversationIndexRow:
        """Return the row that whoever writes the index holds, so that two give no number twice."""
        statement = select(ConversationIndexRow).where(ConversationIndexRow.project_id == self._project_id)
        row = (await self._session.exec(statement.with_for_update())).first()
        if row is None:
            row = ConversationIndexRow(project_id=self._project_id)
            self._session.add(row)
            await self._session.flush()
        return row

    async def to_index(self, limit: int) -> Sequence[ConversationRow]:
        """Return conversations that are not indexed to their end and wait for no answer, those of long ago first."""
        rows: Sequence[ConversationRow] = (
            await self._session.exec(self._waiting().limit(limit).with_for_update())
        ).all()
        return rows

    async def unread(self, conversation_ids: Sequence[str]) -> Sequence[tuple[str, str, str]]:
        """Return conversation, id and folded text of the messages that stand not in the index, in no order.

        In order, SQLite would walk all messages there are.
        """
        statement = (
            select(MessageRow.conversation_id, MessageRow.id, MessageRow.folded)
            .join(ConversationRow, col(ConversationRow.id) == MessageRow.conversation_id)
            .where(
                MessageRow.project_id == self._project_id,
                ConversationRow.project_id == self._project_id,
                one_of(col(MessageRow.conversation_id), conversation_ids, self._dialect),
                MessageRow.id > ConversationRow.indexed_to,
            )
        )
        return (await self._session.exec(statement)).all()

    async def texts(self, conversation_id: str, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """Return id and folded text of the messages behind one."""
        statement = (
            select(MessageRow.id, MessageRow.folded)
            .where(
                MessageRow.project_id == self._project_id,
                MessageRow.conversation_id == conversation_id,
                MessageRow.id > after,
            )
            .order_by(col(MessageRow.id))
            .limit(limit)
        )
        return (await self._session.exec(statement)).all()

    async def write(self, added: Mapping[tuple[str, int], Iterable[int]], *, remove: bool = False) -> None:
        """Put places into the index, or take them out; a word that no conversation holds any more is gone."""
        known = await self._known(list({word for word, _ in added}))
        change = "remove" if remove else "add"
        kept = {key: changed(known.get(key, b""), **{change: places}) for key, places in added.items()}
        changes = [
            {"project_id": self._project_id, "word": word, "block": block, "places": places}
            for (word, block), places in kept.items()
            if places and places != known.get((word, block))
        ]
        if changes:
            row: Any = ConversationWordRow
            insert: Any = insert_sqlite if self._dialect == "sqlite" else insert_postgres
            statement = insert(row)
            keys = [row.project_id, row.word, row.block]
            upsert = statement.on_conflict_do_update(index_elements=keys, set_={"places": statement.excluded.places})
            await (await self._session.connection()).execute(upsert, changes)
        for word, block in (key for key, places in kept.items() if not places and key in known):
            await self._session.exec(
                delete(ConversationWordRow).where(
                    col(ConversationWordRow.project_id) == self._project_id,
                    col(ConversationWordRow.word) == word,
                    col(ConversationWordRow.block) == block,
                )
            )

    async def _known(self, words: Sequence[str]) -> dict[tuple[str, int], bytes]:
        known: dict[tuple[str, int], bytes] = {}
        for start in range(0, len(words), AT_ONCE):
            statement = select(ConversationWordRow.word, ConversationWordRow.block, ConversationWordRow.places).where(
                ConversationWordRow.project_id == self._project_id,
                one_of(col(ConversationWordRow.word), words[start : start + AT_ONCE], self._dialect),
            )
            known |= {(word, block): kept for word, block, kept in await self._session.exec(statement)}
        return known


def _holds(column: Any, part: str, dialect: str) -> ColumnElement[bool]:
    # Both compare letter by letter; LIKE of SQLite would fold ASCII first.
    found: ColumnElement[bool] = (func.instr if dialect == "sqlite" else func.strpos)(column, part) > 0
    return found


def numbers_in(places: Places) -> list[int]:
    """Return the numbers, lowest first."""
    return [block * BLOCK + place for block in sorted(places) for place in places_in(places[block])]


async def projects(session: AsyncSession) -> Sequence[str]:
    """Return the ids of all projects. Only the keeper of the index asks: an operator never does."""
    statement = select(ProjectRow.id).order_by(col(ProjectRow.id))
    return (await session.exec(statement.execution_options(unscoped="the words of all projects are indexed"))).all()
