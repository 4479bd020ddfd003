"""The form of a new experiment: two prompts over a dataset, planned before a dollar is spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import Draft, Plan, PromptChoice, VariantDraft
from backend.operator import Permission
from backend.paging import MAX_LIMIT, Page
from console import routes
from console.state import formats
from console.state.forms import Formed

UNREADABLE = -1
NAMES = ("A", "B")


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class PlanLines:
    """What the plan says, a line each; `missing` names rows that lack a variable."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class ExperimentFormState(Formed, rx.State):
    """Entries stay in the browser until they are sent."""

    opened: rx.Field[bool] = rx.field(False)
    datasets: rx.Field[list[Choice]] = rx.field(default_factory=list)
    models: rx.Field[list[Choice]] = rx.field(default_factory=list)
    plan: rx.Field[PlanLines] = rx.field(default_factory=PlanLines)
    _planned: Draft | None = None

    @rx.event
    async def open_new(self) -> None:
        """Show an empty form."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        self.reset()
        datasets = await services().datasets.list(operator, Page(MAX_LIMIT))
        self.datasets = [
            Choice(one.id, f"{one.name}, {formats.counted(one.num_items, 'row')}") for one in datasets.items
        ]
        models = await services().providers.list_models(operator)
        self.models = [Choice(one.reference, f"{one.name}, {one.provider_name}") for one in models]
        self.opened = True

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Plan it; once the plan of just these entries is seen, make it and go to it."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        async with self._checking():
            draft = _draft(form)
            if draft != self._planned:
                self.plan = plan_lines(await services().experiments.plan(operator, draft))
                self._planned = draft
                return None
            made = await services().experiments.create(operator, draft)
            self.opened = False
            return rx.redirect(routes.to(routes.EXPERIMENT, made.id))


def _draft(form: dict[str, Any]) -> Draft:
    def text(name: str) -> str:
        return str(form.get(name, ""))

    variants = tuple(
        VariantDraft(name, prompt=PromptChoice(template=text(f"template_{name}")), model=text(f"model_{name}"))
        for name in NAMES
        if text(f"template_{name}").strip()
    )
    evaluator: dict[str, Any] = {"kind": text("evaluator") or "exact"}
    if evaluator["kind"] == "judge":
        evaluator["rubric"] = text("rubric")
    return Draft(
        name=text("name").strip(),
        dataset_id=text("dataset"),
        variants=variants,
        evaluators=(evaluator,),
        repetitions=_whole(text("repetitions")),
        budget=_dollars(text("budget")),
    )


def plan_lines(plan: Plan) -> PlanLines:
    calls = f" and {formats.counted(plan.num_judge_calls, 'question')} to judges" if plan.num_judge_calls else ""
    factors = " x ".join(
        formats.counted(number, word)
        for number, word in (
            (plan.num_rows, "row"),
            (plan.num_variants, "variant"),
            (plan.repetitions, "repetition"),
        )
    )
    lines = [
        f"{factors}: {formats.counted(plan.num_cells, 'answer')}{calls}",
        f"About {formats.count(plan.tokens_in + plan.tokens_out)} tokens"
        + (f", {formats.money(plan.cost)}" if plan.cost is not None else "")
        + (f", {formats.span(plan.minutes * 60_000)}" if plan.minutes is not None else ""),
    ]
    if plan.detectable is not None:
        lines.append(f"It can show a difference of {plan.detectable:.2g} in {plan.detectable_metric}")
    missing = [f"Row {one.row} lacks {', '.join(one.names)} for {one.variant}." for one in plan.missing[:5]]
    if plan.num_missing > len(missing):
        missing.append(f"{formats.count(plan.num_missing - len(missing))} more lack something.")
    over = ["The budget is below what it may cost."] if plan.over_budget else []
    return PlanLines(lines, [*plan.problems, *over, *missing, *plan.unknown])


def _whole(text: str) -> int:
    try:
        return int(text or "1")
    except ValueError:
        return UNREADABLE


def _dollars(text: str) -> Decimal | None:
    """Return dollars, None for an empty entry; what is no number is below every budget."""
    if not text.strip():
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(UNREADABLE)
