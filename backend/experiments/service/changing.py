"""Change what an experiment will do as long as it has not begun, and take experiments away."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.experiments.checks import all_there
from backend.experiments.errors import StaleDraft, WrongState
from backend.experiments.models import ExperimentRow
from backend.experiments.released import coded
from backend.experiments.repository import Experiments
from backend.experiments.service.base import target
from backend.experiments.service.making import Making, noted
from backend.experiments.shapes import definition_of, experiment_of, revision_of
from backend.experiments.types import Draft, Experiment, Status
from backend.operator import Operator, Permission

COPY_IT = "Copy it, and change the copy."


class Changing(Making):
    """`seen` is the revision of the draft that somebody looked at before they decided; empty asks for none."""

    async def change(self, operator: Operator, experiment_id: str, draft: Draft, *, seen: str = "") -> Experiment:
        """Keep a draft as it is described now.

        Raise as `create`, ExperimentNotFound, WrongState once it has begun, StaleDraft where another revision stands.
        """
        operator.require(Permission.EXPERIMENTS_EDIT)
        async with self._units.read(operator) as session:
            check_draft(await Experiments(session, operator.project_id).get(experiment_id), "changed", seen)
        draft = await self._checked(operator, draft)
        evaluators = await self._evaluators(draft.evaluators)
        rows = await self._outside.rows(operator, draft.dataset_id, draft.version, draft.part)
        all_there(draft, rows.version, rows.numbers)
        async with self._units.write(operator) as work:
            row = await Experiments(work.session, operator.project_id).get(experiment_id, lock=True)
            check_draft(row, "changed", seen)
            before = noted(row)
            row.name, row.definition = draft.name.strip(), definition_of(draft)
            row.dataset_id, row.dataset_name = draft.dataset_id, rows.name
            row.baseline = draft.baseline or draft.variants[0].name
            row.concurrency, row.budget = draft.concurrency, draft.budget
            work.session.add(row)
            await AuditTrail(work.session).record(
                operator, "experiment.change", target(row), before=before, after=noted(row)
            )
            await self._end_wishes(work, operator, row, but=coded(evaluators))
            await self._ask_for_code(work, operator, row, evaluators)
        return experiment_of(row)

    async def delete(self, operator: Operator, experiment_id: str, *, seen: str = "") -> None:
        """Take an experiment away with its answers, for good; with `seen` only a draft.

        Raise ExperimentNotFound, WrongState while it runs, StaleDraft.
        """
        operator.require(Permission.EXPERIMENTS_EDIT)
        async with self._units.write(operator) as work:
            rows = Experiments(work.session, operator.project_id)
            row = await rows.get(experiment_id, lock=True)
            if Status(row.status).is_open:
                raise WrongState("deleted", "running")
            if seen:
                check_draft(row, "deleted as a draft", seen)
            before = {"name": row.name, "status": row.status}
            await AuditTrail(work.session).record(operator, "experiment.delete", target(row), before=before)
            await self._end_wishes(work, operator, row)
            await rows.remove(row)


def check_draft(row: ExperimentRow, act: str, seen: str) -> None:
    """Raise WrongState once it has begun, StaleDraft where it is not the revision that was seen."""
    status = Status(row.status)
    if status is not Status.DRAFT:
        raise WrongState(act, "running" if status.is_open else status.value, hint=COPY_IT)
    if seen and revision_of(row) != seen:
        raise StaleDraft
