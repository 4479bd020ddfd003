"""Judge the answers of an experiment as its judges are asked by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.errors import Conflict
from backend.experiments.models import ExperimentRow
from backend.experiments.repository import Experiments
from backend.experiments.service.again import Again
from backend.experiments.shapes import draft_of, wish_of
from backend.experiments.types import Draft, Experiment, Outdated, Plan, Status
from backend.operator import Operator, Permission
from backend.paging import Page

# Versions count from the first of so many experiments over a dataset.
LOOKED_AT = 100
# What failed or was cancelled judged some answers alone, and may never judge the others.
BEGUN = (Status.QUEUED, Status.RUNNING, Status.PAUSED, Status.DONE)


# How a judge's scores are counted is an experiment's own, and no version of the judge.
OWN = frozenset(("weight", "target", "margin", "statistic", "unit", "node"))


class Renewing(Again):
    """A judge is the same one by its name, over the rows of one dataset; its version is how it is asked."""

    async def outdated(self, operator: Operator, experiment_id: str) -> Sequence[Outdated]:
        """Return its judges that were asked otherwise since; none before it is done. Raise ExperimentNotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            rows = Experiments(session, operator.project_id)
            row = await rows.get(experiment_id)
            evaluators = await self._evaluators(draft_of(row).evaluators)
            if row.status != Status.DONE or not any(one.num_calls for one in evaluators):
                return ()
            begun = await rows.page(Page(LOOKED_AT), dataset_id=row.dataset_id, statuses=BEGUN)
        others = [one for one in begun if one.id != row.id]
        analysis = await self._outside.late("analysis.outdated")
        told = [await self._begun(analysis, one) for one in (row, *others)]
        found: Sequence[Outdated] = analysis.outdated_of(told[0], told[1:], _over_the_same(row, others))
        return found

    async def plan_renewed(self, operator: Operator, experiment_id: str) -> tuple[Draft, Plan] | None:
        """Return what `renew` would make, and what that would do and cost; None where nothing is outdated.

        Raise ExperimentNotFound, and as `create`.
        """
        wish = await self._renewed(operator, experiment_id)
        return (wish, await self.plan(operator, wish)) if wish else None

    async def renew(self, operator: Operator, experiment_id: str) -> Experiment:
        """Score its answers by the newest version of each judge, within its own budget, and start that.

        Raise ExperimentNotFound, Conflict where no judge is outdated or somebody else did it just now, and as `create`
        and `start`.
        """
        operator.require(Permission.EXPERIMENTS_RUN)
        wish = await self._renewed(operator, experiment_id)
        if wish is None:
            raise Conflict("Its answers are judged by the newest version already.", hint="Nothing was asked.")
        made = await self.create(operator, wish, once=True)
        return await self.start(operator, made.id)

    async def _renewed(self, operator: Operator, experiment_id: str) -> Draft | None:
        """Return what scores its answers, each outdated judge as it is asked by now; None where none is."""
        newest = {one.metric: one.newest_settings for one in await self.outdated(operator, experiment_id)}
        if not newest:
            return None
        async with self._units.read(operator) as session:
            draft = wish_of(await Experiments(session, operator.project_id).get(experiment_id))
        named = await self._evaluators(draft.evaluators)
        renewed = [
            _asked_as(newest.get(one.called, spec), spec) for one, spec in zip(named, draft.evaluators, strict=True)
        ]
        return replace(await self._scored_by(operator, experiment_id, renewed), budget=draft.budget)

    async def _begun(self, analysis: Any, row: ExperimentRow) -> Any:
        specs = draft_of(row).evaluators
        named = zip(await self._evaluators(specs), specs, strict=True)
        return analysis.Begun(row.id, row.name, list(named))


def _asked_as(newest: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a judge that is asked as the newest is, and counted as it was."""
    asked = {name: value for name, value in newest.items() if name not in OWN}
    return asked | {name: value for name, value in own.items() if name in OWN}


def _over_the_same(row: ExperimentRow, others: Sequence[ExperimentRow]) -> Collection[str]:
    """Return which of the others have the answers of `row`: they score it, are scored by it, or score what it does."""
    source = draft_of(row).answers_of
    theirs = {one.id: draft_of(one).answers_of for one in others}
    return {
        one for one, answers_of in theirs.items() if answers_of == row.id or (source and source in (one, answers_of))
    }
