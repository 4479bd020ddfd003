"""Make experiments, list them, and say what a start would do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from backend.audit.repository import AuditTrail
from backend.columns import storable
from backend.experiments.checks import all_there, checked
from backend.experiments.models import ExperimentRow
from backend.experiments.named_nodes import check_nodes
from backend.experiments.pinning import judges_named, judges_pinned, pin
from backend.experiments.planning import Planner
from backend.experiments.released import unreleased
from backend.experiments.repository import Cells, Experiments
from backend.experiments.rescoring import over_answers, refuse_twice
from backend.experiments.service.base import target
from backend.experiments.service.coding import Coding
from backend.experiments.service.headlining import Headlining
from backend.experiments.shapes import cell_of, definition_of, draft_of, experiment_of, pinned_of, wish_of
from backend.experiments.types import (
    Cell,
    CellStatus,
    Draft,
    EvaluatorKind,
    Experiment,
    Plan,
    PromptChoice,
    Status,
)
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.prompts.types import PRODUCTION, Use

FIRST_PAGE = Page()
MOST_USES = 20
WAITS = "it waits for a second person to approve the code."
NOT_YOURS = "its code is not approved, and your role may use approved code only."


def _prompts_of(row: ExperimentRow) -> Sequence[tuple[PromptChoice, int | None]]:
    """Return the managed prompts of a row's variants with their versions; None before a start pins what has none."""
    pinned = {one.name: one.version for one in pinned_of(row)}
    return [
        (variant.prompt, pinned.get(variant.name, variant.prompt.version))
        for variant in draft_of(row).variants
        if variant.prompt is not None
    ]


def noted(row: ExperimentRow) -> dict[str, Any]:
    """Return what the audit trail keeps of a draft."""
    variants = [one.name for one in draft_of(row).variants]
    return {"name": row.name, "dataset": row.dataset_name, "variants": variants}


class Making(Headlining, Coding):
    """Drafts, and what can be read of any."""

    async def create(self, operator: Operator, draft: Draft, *, once: bool = False) -> Experiment:
        """Keep an experiment as a draft. Raise InvalidInput, NotFound (dataset, prompt, flow, model).

        With `answers_of` it has that one's variants and rows, and Conflict is raised where there are no answers; with
        `once` also where another one scores them by the same evaluators already.
        """
        operator.require(Permission.EXPERIMENTS_EDIT)
        draft = await self._checked(operator, draft)
        evaluators = await self._evaluators(draft.evaluators)
        rows = await self._outside.rows(operator, draft.dataset_id, draft.version, draft.part)
        all_there(draft, rows.version, rows.numbers)
        row = ExperimentRow(
            id=new_id("exp"),
            project_id=operator.project_id,
            name=draft.name.strip(),
            dataset_id=draft.dataset_id,
            dataset_name=rows.name,
            definition=definition_of(draft),
            baseline=draft.baseline or draft.variants[0].name,
            concurrency=draft.concurrency,
            budget=draft.budget,
            created_by=operator.name,
            created_by_id=operator.user_id,
        )
        async with self._units.write(operator) as work:
            rows_kept = Experiments(work.session, operator.project_id)
            if once:
                await refuse_twice(rows_kept, draft)
            rows_kept.add(row)
            await AuditTrail(work.session).record(operator, "experiment.create", target(row), after=noted(row))
            await self._ask_for_code(work, operator, row, evaluators)
        return experiment_of(row)

    async def evaluator_kinds(self, operator: Operator) -> Sequence[EvaluatorKind]:
        """Return the ways to score, each with the schema of its settings."""
        operator.require(Permission.EXPERIMENTS_READ)
        found: list[EvaluatorKind] = (await self._outside.late("evaluators.registry")).kinds()
        why_off = await self._outside.code.why_off()
        return [replace(one, off=why_off) if one.kind == "python" else one for one in found]

    async def plan(self, operator: Operator, draft: Draft) -> Plan:
        """Say what a start would do and cost; nothing is kept. Raise as `create`."""
        operator.require(Permission.EXPERIMENTS_READ)
        draft = await self._checked(operator, draft)
        return await self._planned(operator, draft)

    async def plan_of(self, operator: Operator, experiment_id: str) -> Plan:
        """Say it of an experiment that is kept. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
        return await self._planned(operator, wish_of(row))

    async def list(
        self,
        operator: Operator,
        page: Page = FIRST_PAGE,
        *,
        dataset_id: str = "",
        statuses: Collection[Status] = (),
    ) -> Listed[Experiment]:
        """Return a page of experiments, newest first; those over one dataset, or that stand so, where it is named."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            rows = await Experiments(session, operator.project_id).page(page, dataset_id=dataset_id, statuses=statuses)
            progress = await Cells(session, operator.project_id).progress([row.id for row in rows])
        said = await self._headlines(operator, rows, progress)
        found = [
            experiment_of(row, progress.get(row.id), self._executor.told(row.id), said.get(row.id)) for row in rows
        ]
        return Listed.cut(found, page)

    async def names(self, operator: Operator, start: str) -> set[str]:
        """Return the names that begin like this."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            return set(await Experiments(session, operator.project_id).names(start))

    async def get(self, operator: Operator, experiment_id: str) -> Experiment:
        """Return one. Raise ExperimentNotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            progress = await Cells(session, operator.project_id).progress([row.id])
        said = await self._headlines(operator, [row], progress)
        return experiment_of(row, progress.get(row.id), self._executor.told(row.id), said.get(row.id))

    async def prompt_uses(self, operator: Operator, prompt_id: str, _slug: str) -> Sequence[Use]:
        """Return the latest experiments that ask a prompt, each with the version that it asked or is going to ask."""
        operator.require(Permission.PROMPTS_READ)
        if not operator.may(Permission.EXPERIMENTS_READ):
            return []
        async with self._units.read(operator) as session:
            rows = await Experiments(session, operator.project_id).naming(prompt_id, MOST_USES)
        uses = [
            Use(
                "experiment",
                row.id,
                row.name,
                "",
                "" if version else choice.label or PRODUCTION,
                version,
                past=Status(row.status).is_final,
            )
            for row in rows
            for choice, version in _prompts_of(row)
            if choice.id == prompt_id
        ]
        return tuple(dict.fromkeys(uses))

    async def cells(
        self,
        operator: Operator,
        experiment_id: str,
        page: Page = FIRST_PAGE,
        *,
        statuses: tuple[CellStatus, ...] = (),
        variant: str = "",
    ) -> Listed[Cell]:
        """Return a page of cells in the order of asking; `after` is a number. Raise ExperimentNotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        after = page.number(-1)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            names = [one.name for one in draft_of(row).variants]
            number = names.index(variant) if variant in names else None if not variant else -1
            found = await Cells(session, operator.project_id).page(
                row.id, after=after, limit=page.limit, statuses=statuses, variant=number
            )
            return Listed.cut([cell_of(one, names) for one in found], page, key="number")

    async def _checked(self, operator: Operator, draft: Draft) -> Draft:
        """Return the draft as it is kept, with models by their references. Raise InvalidInput, NotFound."""
        draft = msgspec.convert(storable(definition_of(draft)), Draft)
        if draft.answers_of:
            draft = await over_answers(self._outside, operator, draft)
        checked(draft, self._outside.templates)
        evaluators = await self._fitting(draft.evaluators)
        await self._admitted(evaluators)
        judges = await judges_pinned(self._outside, operator, draft.evaluators)
        if draft.answers_of:  # which models and versions answered is told there
            return replace(draft, evaluators=judges)
        pinned = await pin(self._outside, operator, draft, keep=False)
        check_nodes(pinned, evaluators)
        variants = tuple(
            replace(
                variant,
                model=one.model if variant.model else "",
                flow=variant.flow and replace(variant.flow, knowledge_base=one.knowledge_base),
            )
            for variant, one in zip(draft.variants, pinned, strict=True)
        )
        return replace(draft, variants=variants, evaluators=judges)

    async def _planned(self, operator: Operator, draft: Draft) -> Plan:
        judges = await self._evaluators(draft.evaluators)
        named = await judges_named(self._outside, operator, draft.evaluators, judges)
        draft, evaluators = replace(draft, evaluators=named), await self._evaluators(named)
        plan = await Planner(self._outside, operator).plan(draft, evaluators)
        async with self._units.read(operator) as session:
            waiting = await unreleased(session, operator.project_id, evaluators)
        words = WAITS if operator.may(Permission.EXPERIMENTS_CODE) else NOT_YOURS
        return replace(plan, unknown=(*plan.unknown, *(f"{one.called}: {words}" for one in waiting.values())))
