"""What a run leaves behind: rows of pure nodes ride in the next commit, a side effect is committed around."""

from __future__ import annotations

import asyncio

from backend.errors import Unavailable
from backend.flows.errors import Fenced, RecordRefused, RunCancelled
from backend.flows.masks import NO_MASK, RunMask
from backend.ports.run_journal import NodeEntry, RunEnding, RunJournal, RunOpening, RunUnit


class Recorder:
    """The record of one attempt at one run."""

    def __init__(
        self, journal: RunJournal, run_id: str, attempt: int, opening: RunOpening | None, mask: RunMask = NO_MASK
    ) -> None:
        """`opening` is None when the run's row is there already."""
        self._journal = journal
        self._run_id = run_id
        self._attempt = attempt
        self._opening = opening
        self._mask = mask
        self._waiting: list[NodeEntry] = []
        self._turn = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        """Tell whether the run has a row that others can see."""
        return self._opening is None

    @property
    def attempt(self) -> int:
        return self._attempt

    def add(self, entry: NodeEntry) -> None:
        """Keep a row for the next commit."""
        self._waiting.append(entry)

    async def write(self, *entries: NodeEntry) -> None:
        """Write what waits and these. Raise Fenced when the run is another's, RunCancelled when that was asked for."""
        verdict = await self._write(entries, None)
        if verdict:
            raise RunCancelled("The run was cancelled.")

    async def check(self) -> None:
        """Write what waits, whether or not a cancel was asked for. Raise Fenced."""
        await self._write((), None)

    async def end(self, ending: RunEnding) -> None:
        """Close the run. Raise Fenced."""
        await self._write((), ending)

    async def _write(self, entries: tuple[NodeEntry, ...], ending: RunEnding | None) -> bool:
        nodes = (*self._waiting, *entries)
        self._waiting.clear()
        opening, self._opening = self._opening, None
        unit = RunUnit(self._run_id, self._attempt, opening, nodes, ending)
        if not self._mask.is_on:
            return await self._commit(unit)
        async with self._turn:  # the opening goes first, however long it is masked
            unit = await self._mask.unit(unit)
            await self._mask.save()  # first: what cannot be told apart from other values could not be gone on with
            return await self._commit(unit)

    async def _commit(self, unit: RunUnit) -> bool:
        try:
            verdict = await self._journal.write(unit)
        except Unavailable as error:
            raise RecordRefused(error.message, hint=error.hint) from error
        if not verdict.held:
            raise Fenced("The run is another process's now.")
        return verdict.cancel_requested
