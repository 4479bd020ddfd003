"""Run an experiment once more over the rows of now, and say which rows pass or fail since the run before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from backend.experiments.engine.taking_over import unchanged
from backend.experiments.models import ExperimentRow
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.making import Making
from backend.experiments.service.running import Running
from backend.experiments.service.standing import deciders, marking, verdicts
from backend.experiments.shapes import draft_of, wish_of
from backend.experiments.standing_types import Since
from backend.experiments.types import MAX_NAME, SCORED_AGAIN, Draft, Experiment, Plan
from backend.operator import Operator, Permission

RUN = re.compile(r", run (\d{1,6})$")


class Again(Making, Running):
    """Two runs belong together by the dataset and the name before ", run 2"."""

    async def run_again(self, operator: Operator, experiment_id: str) -> Experiment:
        """Make the same experiment over the newest rows, and start it. Raise as `create` and `start`."""
        operator.require(Permission.EXPERIMENTS_RUN)
        made = await self.create(operator, await self._once_more(operator, experiment_id))
        return await self.start(operator, made.id)

    async def score_again(
        self, operator: Operator, experiment_id: str, evaluators: Sequence[dict[str, Any]], **changes: Any
    ) -> Experiment:
        """Keep a draft that scores the answers of an experiment by these evaluators, and asks for none.

        `changes` are its name, its budget and how fast it goes. Raise as `create`, ExperimentNotFound.
        """
        operator.require(Permission.EXPERIMENTS_EDIT)
        wish = await self._scored_by(operator, experiment_id, evaluators)
        return await self.create(operator, replace(wish, **changes))

    async def _scored_by(self, operator: Operator, experiment_id: str, evaluators: Sequence[dict[str, Any]]) -> Draft:
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
        named = f"{row.name[: MAX_NAME - len(SCORED_AGAIN)]}{SCORED_AGAIN}"
        return replace(draft_of(row), name=named, evaluators=tuple(evaluators), answers_of=row.id, budget=None)

    async def plan_again(self, operator: Operator, experiment_id: str) -> tuple[Draft, Plan]:
        """Return what `run_again` would make, and what that would do and cost. Raise as `create`."""
        operator.require(Permission.EXPERIMENTS_READ)
        wish = await self._once_more(operator, experiment_id)
        return wish, await self.plan(operator, wish)

    async def _once_more(self, operator: Operator, experiment_id: str) -> Draft:
        async with self._units.read(operator) as session:
            rows = Experiments(session, operator.project_id)
            row = await rows.get(experiment_id)
            others = await rows.over(row.dataset_id)
        root = root_of(row.name)
        number = 1 + max(_number(one.name) for one in others if root_of(one.name) == root)
        tail = f", run {number}"
        return replace(wish_of(row), name=f"{root[: MAX_NAME - len(tail)]}{tail}", version=None, answers_of="")

    async def since(self, operator: Operator, experiment_id: str) -> Since | None:
        """Return what changed since the last run before this one; None where it is the first. Raise NotFound.

        What scores the answers of another experiment stands beside that one, where the same evaluator decides in both.
        """
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            rows = Experiments(session, operator.project_id)
            row = await rows.get(experiment_id)
            draft = draft_of(row)
            done = [one for one in await rows.done_over(row.dataset_id) if one.id < row.id]
            is_before = (lambda one: one.id == draft.answers_of) if draft.answers_of else _like(row)
            before = next(filter(is_before, done), None)
            if before is None:
                return None
            cells = Cells(session, operator.project_id)
            theirs, ours = await cells.numbers(before.id), await cells.numbers(row.id)
            old = _named(before, verdicts(theirs, deciders(before)))
            new = _named(row, verdicts(ours, deciders(row)))
        deciding = _marking(row, ours)
        if draft.answers_of and deciding != _marking(before, theirs):
            return None  # the answers are the same: no row turned, it was asked something else
        turned = {key: said for key, said in new.items() if said is not None and old.get(key) is (not said)}
        return Since(
            before.id,
            before.name,
            green=_rows(key for key, said in turned.items() if said),
            red=_rows(key for key, said in turned.items() if not said),
            added=_rows(key for key in new if key[0] not in {number for number, _ in old}),
            judges=await self._changed(draft_of(before), draft),
            deciding=deciding,
        )

    async def _changed(self, before: Draft, now: Draft) -> tuple[str, ...]:
        """Return the judges that both have by name and that are not asked the same."""
        names = [
            {one.called for one in await self._evaluators(each.evaluators) if one.calls_models}
            for each in (before, now)
        ]
        held = await unchanged(self._outside, before, now)
        return tuple(sorted(set.intersection(*names) - held))


def _marking(row: ExperimentRow, numbers: Sequence[tuple[Any, ...]]) -> str:
    return marking([scores for _, _, _, _, scores, *_ in numbers], deciders(row))


def _like(row: ExperimentRow) -> Callable[[ExperimentRow], bool]:
    return lambda one: root_of(one.name) == root_of(row.name)


def root_of(name: str) -> str:
    return RUN.sub("", name)


def _number(name: str) -> int:
    found = RUN.search(name)
    return int(found.group(1)) if found else 1


def _named(row: ExperimentRow, said: dict[tuple[int, int], bool | None]) -> dict[tuple[int, str], bool | None]:
    names: Sequence[str] = [one.name for one in draft_of(row).variants]
    return {(number, names[variant]): one for (number, variant), one in said.items()}


def _rows(keys: Iterable[tuple[int, str]]) -> tuple[int, ...]:
    return tuple(sorted({number for number, _ in keys}))
