"""All of a person's data as a ZIP, written while it is sent: nothing of it lies on a disk."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import SQLModel

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.operator import Operator, Permission
from backend.privacy.repository import Beside, People
from backend.privacy.repository.telling import Telling
from backend.privacy.service.base import Base
from backend.privacy.service.removing import SKEW
from backend.spreadsheets import csv_line

AT_ONCE = 20
logger = logging.getLogger(__name__)
CONVERSATIONS = ("id", "title", "flow_name", "channel", "state", "person", "started_at", "last_message_at")
MESSAGES = ("conversation_id", "id", "role", "author", "text", "created_at")


class _Pipe(io.RawIOBase):
    """What a ZIP is written to: it is taken out as it comes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


class _Seen(NamedTuple):
    """Which runs, and pieces of traces, were told with conversations."""

    runs: set[str]
    pieces: set[tuple[str, str]]


class ExportUseCases(Base):
    """`person.json` holds everything, the CSV files beside it what a spreadsheet can show."""

    async def export(self, operator: Operator, person: str) -> AsyncIterator[bytes]:
        """Tell that it is taken out, then return the pieces of a ZIP. Raise InvalidInput, PersonNotFound."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.write(operator) as work:
            names = await self._names(work.session, operator.project_id, person)
            people = People(work.session, operator.project_id)
            told = {"conversations": await people.count(people.of_person(names))}
            # Neither the person nor a word of theirs: the log of acts outlives what may be removed.
            await AuditTrail(work.session).record(operator, "person.export", Target("person", ""), after=told)
            traces = await Beside(work.session, operator.project_id).traces(names)
        return self._sent(operator, names, traces)

    async def _sent(self, operator: Operator, names: Sequence[str], traces: Sequence[str]) -> AsyncIterator[bytes]:
        """Yield the ZIP; what breaks it off stands in the log of acts, and whoever takes it has no end of a file."""
        try:
            async for piece in self._pieces(operator, names, traces):
                yield piece
        except Exception:
            logger.exception("an export of a person's data broke off")
            async with self._units.write(operator) as work:
                await AuditTrail(work.session).record(operator, "person.export_failed", Target("person", ""))
            raise

    async def _pieces(self, operator: Operator, names: Sequence[str], traces: Sequence[str]) -> AsyncIterator[bytes]:
        """Yield the ZIP; what stood in no conversation may enter one meanwhile, and is told in one place."""
        pipe, until, seen = _Pipe(), utc_now() + SKEW, _Seen(set(), set())
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("person.json", "w", force_zip64=True) as file:
                for opening, told in (
                    ('{"conversations": [', self._told(operator, names, until, seen)),
                    ('],\n"runs": [', self._runs(operator, names, until, seen)),
                    ('],\n"traces": [', self._traces(operator, traces, seen)),
                ):
                    file.write(opening.encode())
                    separator = b"\n"
                    async for one in told:
                        file.write(separator + json.dumps(one, ensure_ascii=False, default=str).encode())
                        separator = b",\n"
                        yield pipe.taken()
                file.write(b"]}\n")
            for name, columns, part in (
                ("conversations.csv", CONVERSATIONS, ""),
                ("messages.csv", MESSAGES, "messages"),
            ):
                with archive.open(name, "w", force_zip64=True) as file:
                    file.write(csv_line(columns).encode())
                    async for one in self._told(operator, names, until, seen):
                        for line in one[part] if part else (one["conversation"],):
                            file.write(csv_line([_cell(line[column]) for column in columns]).encode())
                        yield pipe.taken()
        yield pipe.taken()

    async def _told(
        self, operator: Operator, names: Sequence[str], until: datetime, seen: _Seen
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield each conversation that began before with all that hangs on it."""
        after = ""
        while True:
            async with self._units.read(operator) as session:
                people = People(session, operator.project_id)
                whose: tuple[ColumnElement[bool], ...] = people.of_person(names, until)
                rows = await people.page(whose, after, AT_ONCE)
                found = await Telling(session, operator.project_id).of([row.id for row in rows])
            for row in rows:
                seen.runs.update(run.id for run in found["runs"][row.id])
                seen.pieces.update((span.trace_id, span.span_id) for span in found["spans"][row.id])
                yield {
                    "conversation": _values(row),
                    **{part: list(map(_values, found[part][row.id])) for part in found},
                }
            if len(rows) < AT_ONCE:
                return
            after = rows[-1].id

    async def _runs(
        self, operator: Operator, names: Sequence[str], until: datetime, seen: _Seen
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield each run that stood in no conversation."""
        async with self._units.read(operator) as session:
            ids = await Beside(session, operator.project_id).run_ids(names, until)
        ids = [one for one in ids if one not in seen.runs]
        for start in range(0, len(ids), AT_ONCE):
            async with self._units.read(operator) as session:
                found = await Beside(session, operator.project_id).told_runs(ids[start : start + AT_ONCE])
            for run, steps in found:
                yield {"run": _values(run), "steps": list(map(_values, steps))}

    async def _traces(self, operator: Operator, ids: Sequence[str], seen: _Seen) -> AsyncIterator[dict[str, Any]]:
        """Yield each piece of the traces that belonged to no conversation."""
        for start in range(0, len(ids), AT_ONCE):
            async with self._units.read(operator) as session:
                pieces = await Beside(session, operator.project_id).pieces(ids[start : start + AT_ONCE])
            for piece in pieces:
                if (piece.trace_id, piece.span_id) not in seen.pieces:
                    yield _values(piece)


def _values(row: SQLModel) -> dict[str, Any]:
    """Return the columns that say something of a person; what only our own indices need is left out."""
    return row.model_dump(exclude={"project_id", "folded", "number", "indexed_to", "is_fresh"})


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float) or value is None else str(value)
