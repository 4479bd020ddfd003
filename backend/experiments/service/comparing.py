"""Say what the variants do, with verdicts, and row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.errors import InvalidInput, NotFound
from backend.experiments import passing
from backend.experiments.engine.executor import Executor
from backend.experiments.errors import NothingToCompare
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Outside, Row, acting
from backend.experiments.own_judges import judged_by_themselves
from backend.experiments.remembered import Remembered
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.headlining import Headlining
from backend.experiments.shapes import cell_of, draft_of, pinned_of
from backend.experiments.types import (
    CORRECTED,
    LATENCY,
    OVERALL,
    UNASKED,
    CellStatus,
    Change,
    ComparedRow,
    ComparedRows,
    Comparison,
    Status,
)
from backend.operator import Operator, Permission
from backend.ports.database import OfProject

MAX_LABEL = 60
MAX_ROWS = 200


class Comparing(Headlining):
    """Reads what the cells hold; what it ends in is kept, for lists, and all of it in memory while nothing changes."""

    def __init__(self, outside: Outside, executor: Executor) -> None:
        super().__init__(outside, executor)
        self._remembered = Remembered()

    async def comparison(
        self,
        operator: Operator,
        experiment_id: str,
        baseline: str = "",
        metrics: Sequence[str] = (),
        variants: Sequence[str] = (),
        *,
        apart: bool = False,
    ) -> Comparison:
        """Compare every variant with a baseline, the experiment's own where none is named.

        Rows that some variant has not answered yet are left out. With `metrics` those evaluators alone are compared, as
        if no other had been asked, and so with `variants`, the baseline among them; `apart` counts each row by itself
        whatever conversation it was taken from. Raise ExperimentNotFound, NothingToCompare.
        """
        operator.require(Permission.EXPERIMENTS_READ)
        mark = "" if metrics or variants or apart else await self._mark(operator, experiment_id)
        if known := self._remembered.find(experiment_id, mark, baseline):
            return known
        row, numbers = await self._numbers(operator, experiment_id)
        draft, names = draft_of(row), names_of(row)
        opposing: Sequence[tuple[Any, ...]] = ()
        if variants:
            if row.baseline not in variants:
                against = place_of(names, row.baseline)
                opposing = [one for one in numbers if one[1] == against]
            places = [place_of(names, name) for name in variants]
            numbers = [(one[0], at, *one[2:]) for at, place in enumerate(places) for one in numbers if one[1] == place]
            names = list(variants)
        at = place_of(names, baseline or row.baseline)
        evaluators = [one for one in await self._evaluators(draft.evaluators) if not metrics or one.called in metrics]
        rows = await self._rows(operator, row)
        verdicts = await self._outside.late("analysis.verdicts")
        words = {one.name: one.words for one in pinned_of(row)}
        found: Comparison = await asyncio.to_thread(
            verdicts.compared,
            numbers,
            evaluators,
            [(name, words.get(name, name)) for name in names],
            baseline=at,
            repetitions=draft.repetitions,
            was_decided=bool(row.decided),
            labels={one.number: _labels(one) for one in rows.values()},
            sources={} if apart else {one.number: one.conversation for one in rows.values()},
            judged_against=row.baseline,
            opposing=opposing,
        )
        if mark and baseline in ("", row.baseline):
            await self._keep_headline(operator, row, mark, found)
        said = replace(found, own_judges=judged_by_themselves(pinned_of(row), evaluators))
        self._remembered.keep(experiment_id, mark, baseline, said)
        return said

    async def tell_headline(self, project_id: str, experiment_id: str) -> None:
        """Compare what has just ended, so that lists have its headline; nothing of what did not end well."""
        async with self._units.read(OfProject(project_id)) as session:
            row = (await Experiments(session, project_id).among({experiment_id})).get(experiment_id)
        if row is not None and row.status == Status.DONE:
            await self.comparison(acting(project_id, row.started_by_id, row.started_by), experiment_id)

    async def unscored(
        self, operator: Operator, experiment_id: str, metrics: Sequence[str] = (), variants: Sequence[str] = ()
    ) -> dict[str, str]:
        """Say by evaluator which left answers without a verdict, so that nothing passes on it. As `comparison`.

        `variants` are the baseline and what stands beside it, all where none is named.
        """
        found = await self.comparison(operator, experiment_id, next(iter(variants), ""), metrics, variants)
        row, numbers = await self._numbers(operator, experiment_id)
        evaluators = [
            one for one in await self._evaluators(draft_of(row).evaluators) if not metrics or one.called in metrics
        ]
        places = {at for at, name in enumerate(names_of(row)) if not variants or name in variants}
        scores = [one[4] for one in numbers if one[1] in places and one[3] == CellStatus.DONE]
        return passing.unscored(found, evaluators, scores)

    async def compared_rows(
        self,
        operator: Operator,
        experiment_id: str,
        variant: str,
        *,
        metric: str = "",
        baseline: str = "",
        changes: Sequence[Change] = (),
        unsteady: bool = False,
        failed: bool = False,
        within: str = "",
        after: int = 0,
        limit: int = 50,
    ) -> ComparedRows:
        """Return rows side by side with the baseline, broken ones first; `after` counts those before.

        With `unsteady` those alone of which, of either side, some repetitions pass and some do not; with `failed` those
        of which an answer of either side failed; `within` is a slice of the comparison as "key:value".

        Raise ExperimentNotFound, NothingToCompare, InvalidInput for an unknown metric.
        """
        operator.require(Permission.EXPERIMENTS_READ)
        if not 1 <= limit <= MAX_ROWS:
            raise InvalidInput(f"limit must lie between 1 and {MAX_ROWS}.")
        row, numbers = await self._numbers(operator, experiment_id)
        draft, names = draft_of(row), names_of(row)
        base, ours = place_of(names, baseline or row.baseline), place_of(names, variant)
        evaluators = [one.called for one in await self._evaluators(draft.evaluators)]
        metric = metric or (evaluators[0] if evaluators else LATENCY)
        if metric not in (*evaluators, OVERALL, *UNASKED):
            raise InvalidInput(f"There is no metric called {metric}.", hint=f"There are {', '.join(evaluators)}.")
        flips = await self._outside.late("analysis.flips")
        found, counts = await asyncio.to_thread(
            flips.changes, numbers, metric, len(names), draft.repetitions, pair=(base, ours)
        )
        lacking = {one[0] for one in numbers if one[1] in (base, ours) and one[3] == CellStatus.FAILED}
        rows = await self._rows(operator, row)
        wanted = [
            one
            for one in found
            if (not changes or one[1] in changes) and (not unsteady or one[4]) and (not failed or one[0] in lacking)
            if not within or (one[0] in rows and within in _slices(rows[one[0]]))
        ]
        page = wanted[after : after + limit]
        async with self._units.read(operator) as session:
            cells = await Cells(session, operator.project_id).of_rows(row.id, [one[0] for one in page], [base, ours])
        by_row: dict[tuple[int, int], list[Any]] = {}
        for cell in cells:
            by_row.setdefault((cell.row, cell.variant), []).append(cell_of(cell, names))
        items = []
        for number, change, old, new, is_unsteady in page:
            given = rows.get(number) or Row("", number, {})
            pair = (tuple(by_row.get((number, base), ())), tuple(by_row.get((number, ours), ())))
            values = (given.input, given.expected, given.metadata, change, old, new)
            items.append(ComparedRow(number, *values, *pair, is_unsteady=is_unsteady))
        more = after + limit < len(wanted)
        num_unsteady = sum(one[4] for one in found)
        num_failed = sum(one[0] in lacking for one in found)
        return ComparedRows(tuple(items), counts, after + limit if more else None, num_unsteady, num_failed)

    async def _numbers(self, operator: Operator, experiment_id: str) -> tuple[ExperimentRow, Sequence[tuple[Any, ...]]]:
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            return row, await Cells(session, operator.project_id).numbers(experiment_id)

    async def _rows(self, operator: Operator, row: ExperimentRow) -> Mapping[int, Row]:
        """Return the dataset's rows by number; none where it was deleted since."""
        if not row.dataset_version:
            return {}
        try:
            found = await self._outside.rows(operator, row.dataset_id, row.dataset_version, draft_of(row).part)
        except NotFound:
            return {}
        return {one.number: one for one in found.rows}


def names_of(row: ExperimentRow) -> list[str]:
    return [one.name for one in draft_of(row).variants]


def place_of(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise NothingToCompare(f"There is no variant called {name}.", hint=f"There are {', '.join(names)}.")
    return names.index(name)


def _slices(row: Row) -> set[str]:
    return {f"{key}:{value}" for key, value in _labels(row).items()}


def _labels(row: Row) -> dict[str, str]:
    """Return by what a row may belong to a slice: its split, and short values of its metadata."""
    told = {"split": row.split} if row.split else {}
    for key, value in row.metadata.items():
        if key != CORRECTED and isinstance(value, str | bool | int) and len(str(value)) <= MAX_LABEL:
            told[key] = str(value)
    return told
