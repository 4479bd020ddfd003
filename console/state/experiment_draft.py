"""A draft: what it will run, what that would do and cost, and how it begins or goes away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import DomainError
from backend.experiments.types import Draft, StaleDraft, VariantDraft, WrongState, kind_of, numbered
from backend.operator import Operator, Permission
from console import routes, toasts
from console.problems import Caught, caught
from console.state import formats
from console.state.experiment import ExperimentState
from console.state.experiment_asked import AskedLine
from console.state.experiment_offers import scored_there
from console.state.experiment_plan import PlanView, plan_view
from console.state.seat import Seated


@dataclass(frozen=True)
class HeldLine:
    """Something that the draft says; `href` leads to what it names, empty where that is nowhere."""

    name: str
    words: str
    href: str = ""


class ExperimentDraftState(Seated, rx.State):
    """What stands here of another revision than the kept one is neither started nor deleted.

    `problem` says why it cannot be planned, and so not run.
    """

    experiment_id: rx.Field[str] = rx.field("")
    held: rx.Field[list[HeldLine]] = rx.field(default_factory=list)
    asked: rx.Field[list[AskedLine]] = rx.field(default_factory=list)
    plan: rx.Field[PlanView] = rx.field(default_factory=PlanView)
    problem: rx.Field[str] = rx.field("")
    edit: rx.Field[str] = rx.field("")
    deleting: rx.Field[bool] = rx.field(False)
    _revision: str = ""

    @rx.event
    async def load(self) -> None:
        """Read what the page shows, where that is a draft."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        self.reset()
        page = await self.get_state(ExperimentState)
        if page.phase == "ready" and page.line and page.line.status == "draft":
            await self._read(operator, page.experiment_id)

    async def _read(self, operator: Operator, experiment_id: str) -> None:
        found = await services().experiments.get(operator, experiment_id)
        draft, runs = replace(found.draft, budget=found.budget), ("",) * len(found.draft.variants)
        with caught(DomainError) as refusal:
            plan = await services().experiments.plan_of(operator, experiment_id)
            self.plan, runs = plan_view(plan, draft), plan.runs
        self.problem = refusal.problem.text if refusal.problem else ""
        self.held = [*await _scored(operator, draft), *held_lines(draft, found.dataset_name)]
        self.asked = [
            AskedLine(one.name, variant_words(one, words), one.name == found.baseline)
            for one, words in zip(draft.variants, runs, strict=True)
        ]
        self.edit = f"{routes.EXPERIMENT_NEW}?draft={found.id}"
        self.experiment_id, self._revision = found.id, found.revision

    @rx.event
    async def start(self) -> Any:
        """Begin what the page shows; where it says something else by now, show that instead."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        page = await self.get_state(ExperimentState)
        with caught(StaleDraft) as refusal:
            await page._show(await services().experiments.start(operator, page.experiment_id, seen=self._revision))
            return ExperimentState.watch
        return _shown_anew(refusal)

    @rx.event
    async def ask_delete(self) -> None:
        """Ask first: it cannot be undone."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        self.deleting = True

    @rx.event
    async def keep(self) -> None:
        """Delete nothing."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.deleting = False

    @rx.event
    async def delete(self) -> Any:
        """Delete what the page shows; where it says something else by now, or began, show that instead."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        if not self.deleting:
            return None
        self.deleting = False
        page = await self.get_state(ExperimentState)
        with caught(StaleDraft, WrongState) as refusal:
            await services().experiments.delete(operator, page.experiment_id, seen=self._revision)
            return [rx.redirect(routes.EXPERIMENTS), toasts.say("The draft is deleted.")]
        return _shown_anew(refusal)


def _shown_anew(refusal: Caught) -> list[Any]:
    assert refusal.problem
    words = toasts.refuse(refusal.problem.words, refusal.problem.more)
    return [ExperimentState.load, ExperimentDraftState.load, words]


async def _scored(operator: Operator, draft: Draft) -> list[HeldLine]:
    """Say whose answers it scores, where it asks for none."""
    name, href = await scored_there(operator, draft)
    return [HeldLine("Answers", f"those of {name}", href)] if name else []


def held_lines(draft: Draft, dataset: str) -> list[HeldLine]:
    """Say what a draft holds beside its variants."""
    version = f"v{draft.version}" if draft.version else "its newest version"
    rows = f"{dataset}, {version}, {draft.part.words}"
    pace = f"{formats.count(draft.concurrency)} at once"
    rate = f", {formats.count(draft.requests_per_minute)} a minute" if draft.requests_per_minute else ""
    return [
        HeldLine("Rows", rows, routes.to(routes.DATASET, draft.dataset_id)),
        HeldLine("Scored by", formats.listed(_scorers(draft)) or "nothing but time and cost"),
        HeldLine("Repetitions", f"{formats.count(draft.repetitions)} of each row"),
        HeldLine("Pace", pace + rate),
        HeldLine("Budget", formats.money(draft.budget) if draft.budget is not None else "no limit"),
        HeldLine("Early stop", "once the first evaluator is decided" if draft.early_stop else "off"),
    ]


def _scorers(draft: Draft) -> list[str]:
    """Return the evaluators by name, with the models of those that ask some."""
    names = numbered(str(one.get("name") or kind_of(one)) for one in draft.evaluators)
    return [f"{name}{_by(spec)}" for name, spec in zip(names, draft.evaluators, strict=True)]


def _by(spec: dict[str, Any]) -> str:
    if kind_of(spec) not in ("judge", "pairwise"):
        return ""
    models = [spec["model"]] if spec.get("model") else spec.get("models") or [""]
    told = [str(one).partition(":")[2] or str(one) or "the project's model" for one in models]
    return f" (by {formats.listed(told)})"


def variant_words(variant: VariantDraft, runs: str) -> str:
    """Say what a variant is as it would run now, or as it was asked for where that cannot be told, and how."""
    told = [runs or _wished(variant)]
    if variant.prompt and variant.prompt.id and not variant.prompt.version:
        told.append(f"follows {variant.prompt.label or 'production'}")
    if variant.flow and variant.flow.version == "published":
        told.append("follows what is published")
    told += [f"{name.replace('_', ' ')} {value}" for name, value in variant.parameters.items() if name != "json_schema"]
    return ", ".join([*told, *(["with a JSON schema"] if variant.parameters.get("json_schema") else [])])


def _wished(variant: VariantDraft) -> str:
    if variant.flow:
        return f"flow {variant.flow.slug}"
    model = variant.model.partition(":")[2] or variant.model
    return ", ".join(filter(None, ["a prompt" if variant.prompt and variant.prompt.id else "inline prompt", model]))
