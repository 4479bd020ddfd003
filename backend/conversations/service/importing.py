"""Conversations from files: looked at first, then all of them or none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from backend.columns import storable, utc_now
from backend.conversations import importing
from backend.conversations.importing import Group
from backend.conversations.repository import ConversationRepository, WordRepository
from backend.conversations.service.judging import KEEP_DELETED
from backend.conversations.service.reporting import ReportingUseCases
from backend.mapped_tables import (
    ROWS_AT_ONCE,
    SHOWN,
    BadRows,
    Duplicate,
    Plan,
    Progress,
    RowProblem,
    chosen,
    first_rows,
    num_empty,
    quiet,
    samples,
)
from backend.masking.aside import aside
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.ports.tables import Table, TableReader

KEPT_AT_ONCE = 50
NAMED_AT_ONCE = 500
# What is hidden goes for good when its undo has passed: an import that takes longer says again that it is at work.
MARK_EVERY = KEEP_DELETED / 6


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in, and what was left out: in the log already, or bad.

    `num_masked` are the values of people that placeholders stand for, each counted once a conversation.
    """

    num_added: int
    num_known: int
    num_bad: int
    num_masked: int


@dataclass(slots=True)
class _Looked:
    table: Table
    targets: dict[str, str]
    sound: list[Group]
    known: list[Group]
    problems: list[RowProblem]
    num_bad: int


class Tables(Protocol):
    """How files are read."""

    @property
    def tables(self) -> TableReader: ...


class ImportUseCases(ReportingUseCases):
    """A conversation is known again by its id in the other system; the file is read in a process of its own."""

    files: Tables | None = None

    async def plan_import(
        self,
        operator: Operator,
        path: Path,
        name: str,
        *,
        targets: Mapping[str, str] | None = None,
        progress: Progress = quiet,
    ) -> Plan:
        """Tell what `import_file` would do, with all that is wrong. Raise InvalidInput."""
        looked = await self._look(operator, path, name, targets, progress, is_guess=targets is None)
        return Plan(
            kind=looked.table.kind,
            columns=looked.table.columns,
            samples=samples(looked.table),
            first=first_rows(looked.table),
            num_empty=num_empty(looked.table),
            targets=looked.targets,
            num_rows=len(looked.table.rows) + len(looked.table.faults),
            num_fitting=len(looked.sound) + len(looked.known),
            num_bad=looked.num_bad,
            problems=tuple(looked.problems[:SHOWN]),
            num_duplicates=len(looked.known),
            duplicates=tuple(Duplicate(one.numbers[0], 0) for one in looked.known[:SHOWN]),
        )

    async def import_file(
        self,
        operator: Operator,
        path: Path,
        name: str,
        *,
        targets: Mapping[str, str] | None = None,
        skip_bad: bool = False,
        progress: Progress = quiet,
    ) -> Imported:
        """Add the conversations of a file that are not here yet, or none. Raise BadRows, InvalidInput, ImportCut."""
        looked = await self._look(operator, path, name, targets, progress)
        if looked.num_bad and not (skip_bad and (looked.sound or looked.known)):
            raise BadRows(looked.problems, looked.num_bad, len(looked.table.rows) + len(looked.table.faults))
        num_added, num_masked = await self._add(operator, looked.sound, progress)
        num_known = len(looked.known) + len(looked.sound) - num_added
        return Imported(num_added, num_known, looked.num_bad, num_masked)

    async def _add(self, operator: Operator, groups: list[Group], progress: Progress) -> tuple[int, int]:
        """Write them hidden, some at a time so that others write between, and show all at once.

        Return how many, and how many values of theirs were masked.
        Those that another import of the same file has shown meanwhile go again. Raise ImportCut.
        """
        hidden: dict[str, str] = {}  # the session of each
        masked: dict[str, int] = {}  # how many values of each
        marked = utc_now()
        try:
            for start in range(0, len(groups), KEPT_AT_ONCE):
                progress("write", start, len(groups))
                ready = await self.ready(operator, [one.report() for one in groups[start : start + KEPT_AT_ONCE]])
                masked |= {one.conversation_id: len(one.masker.numbers) for one in ready}
                now = utc_now()
                async with self._units.write(operator) as work:
                    if now - marked > MARK_EVERY:
                        rows, marked = ConversationRepository(work.session, operator.project_id), now
                        await rows.mark([*hidden], deleted_at=now)
                    for row in await self.keep(work, operator, ready):
                        row.deleted_at = now
                        hidden[row.id] = row.session_id
            async with self._units.write(operator) as work:
                # Whoever holds the index of words shows alone: of two imports at once, one sees what the other showed.
                await WordRepository(work.session, operator.project_id).take_turn()
                rows = ConversationRepository(work.session, operator.project_id)
                there = set(await rows.imported([*hidden.values()]))
                shown = [one for one, session_id in hidden.items() if session_id not in there]
                await rows.show(shown)
        except BaseException:
            await asyncio.shield(self._take_back(operator, [*hidden]))
            raise
        if there:
            await self._take_back(operator, [one for one, session_id in hidden.items() if session_id in there])
        return len(shown), sum(masked[one] for one in shown)

    async def _take_back(self, operator: Operator, conversation_ids: Sequence[str]) -> None:
        """Remove what was not shown; a crash before this leaves it hidden, and the next delete takes it along."""
        for start in range(0, len(conversation_ids), NAMED_AT_ONCE):
            async with self._units.write(operator) as work:
                some = conversation_ids[start : start + NAMED_AT_ONCE]
                await self._purge(work, operator.project_id, some)

    async def _look(
        self,
        operator: Operator,
        path: Path,
        name: str,
        targets: Mapping[str, str] | None,
        progress: Progress,
        *,
        is_guess: bool = False,
    ) -> _Looked:
        operator.require(Permission.CONVERSATIONS_INGEST)
        assert self.files is not None
        progress("read", 0, 0)
        table = await self.files.tables.read_table(path, name)
        to = chosen(table, importing.guessed, None if targets is None else storable(dict(targets)))
        importing.check(to, table, is_guess=is_guess)
        progress("check", 0, len(table.rows))
        groups = await asyncio.to_thread(lambda: list(importing.groups_of(table, to)))
        problems = [RowProblem(fault.number, "", fault.words) for fault in table.faults]
        bad = {fault.number for fault in table.faults}
        sound: list[Group] = []
        for group in groups:
            problems += group.problems
            if group.problems:
                bad.update(group.numbers)
            else:
                sound.append(group)
        there = await self._there(operator, sound, progress)
        return _Looked(
            table,
            to,
            [one for one in sound if one.external_id not in there],
            [one for one in sound if one.external_id in there],
            sorted(problems, key=lambda problem: problem.row),
            len(bad),
        )

    async def _there(self, operator: Operator, groups: list[Group], progress: Progress) -> set[str]:
        """Return the ids that are in the log already, as the file writes them."""
        found: set[str] = set()
        async with self._units.read(operator) as session:
            naming = await self._masker(session, operator.project_id, "import", Way.IMPORTED)
        for start in range(0, len(groups), ROWS_AT_ONCE):
            progress("check", start, len(groups))
            ids = [one.external_id for one in groups[start : start + ROWS_AT_ONCE]]
            names: list[str] = await aside(partial(list, map(naming.name, ids)), ids)
            kept = dict(zip(names, ids, strict=True))
            async with self._units.read(operator) as session:
                there = await ConversationRepository(session, operator.project_id).imported(list(kept))
            found.update(kept[one] for one in there)
        return found
