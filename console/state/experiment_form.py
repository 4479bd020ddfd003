"""The form of a new experiment: any mix of variants and evaluators, planned before a dollar is spent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import DomainError
from backend.experiments.types import (
    MAX_NAME,
    MAX_VARIANTS,
    SCORED_AGAIN,
    Draft,
    Experiment,
    ExperimentNotFound,
    StaleDraft,
    WrongState,
)
from backend.operator import Operator, Permission
from console import routes, toasts
from console.problems import caught
from console.state.addresses import Addressed
from console.state.evaluator_fields import EvaluatorLine, evaluator_line, shown_with
from console.state.experiment_entries import DEFAULTS, SAVE, START, draft_of, numbers_of, rows_text
from console.state.experiment_form_only import CONTAINS, by_containing
from console.state.experiment_offers import (
    Offered,
    asked_by,
    of_dataset,
    offered,
    required_of,
    scored_name,
    scoring_kinds,
    versioned,
)
from console.state.experiment_plan import PlanView, plan_view
from console.state.experiment_scoring import begun_with, scoring_of
from console.state.experiment_subject import fitting
from console.state.experiment_variants import FLOW, INLINE, LETTERS, MANAGED, VariantLine, shown, unlike
from console.state.experiment_varied import Varied
from console.state.experiment_wrong import placed
from console.state.forms import Choice, Formed
from console.state.naming import copied_from, copy_name
from console.state.seat import Phased


class ExperimentFormState(Addressed, Formed, Phased, Varied, rx.State):
    """Entries stay in the browser until they are sent; here stands which there are, and what they began with.

    `draft_id` is of the draft that is edited, empty for a new one; `outdated` says why another one is made after all.
    `answers` says of which experiment the answers are scored in place of asking for others, empty for none.
    """

    name: rx.Field[str] = rx.field("")
    datasets: rx.Field[list[Choice]] = rx.field(default_factory=list)
    dataset: rx.Field[str] = rx.field("")
    dataset_versions: rx.Field[list[Choice]] = rx.field(default_factory=list)
    splits: rx.Field[list[Choice]] = rx.field(default_factory=list)
    prompts: rx.Field[list[Choice]] = rx.field(default_factory=list)
    flows: rx.Field[list[Choice]] = rx.field(default_factory=list)
    models: rx.Field[list[Choice]] = rx.field(default_factory=list)
    default_model: rx.Field[str] = rx.field("")
    small_note: rx.Field[str] = rx.field("")
    kinds: rx.Field[list[Choice]] = rx.field(default_factory=list)
    code_note: rx.Field[str] = rx.field("")
    baseline: rx.Field[str] = rx.field("")
    wrong: rx.Field[list[Choice]] = rx.field(default_factory=list)
    scoring_note: rx.Field[str] = rx.field("")
    evaluators: rx.Field[list[EvaluatorLine]] = rx.field(default_factory=list)
    numbers: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    plan: rx.Field[PlanView] = rx.field(default_factory=PlanView)
    planned: rx.Field[str] = rx.field("")
    may_run: rx.Field[bool] = rx.field(False)
    draft_id: rx.Field[str] = rx.field("")
    draft_name: rx.Field[str] = rx.field("")
    outdated: rx.Field[str] = rx.field("")
    answers: rx.Field[str] = rx.field("")
    drawn: rx.Field[int] = rx.field(0)
    _planned: Draft | None = None
    _starts: bool = False
    _saves: bool = False
    _num_made: int = 0
    _revision: str = ""
    _over: Draft | None = None

    @rx.event
    async def load(self) -> None:
        """Open the form: of a draft, like an experiment or over its answers, or with what the address names."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        # The browser keeps the entries of a form that it takes for the same one: those of an earlier experiment.
        drawn = self.drawn + 1
        self.reset()
        self.drawn, self.may_run = drawn, operator.may(Permission.EXPERIMENTS_RUN)
        async with self._loading():
            found = await offered(operator)
            self.datasets, self.prompts = found.datasets, found.prompts
            self.flows, self.models = found.flows, found.models
            self.default_model, self.small_note = found.default_model, found.small_note
            self.kinds, self.code_note = scoring_kinds(operator, found.kinds)
            if draft := self._asked("draft"):
                await self._edit(operator, found, draft)
            elif like := self._asked("like"):
                await self._repeat(operator, found, await services().experiments.get(operator, like))
            elif scores := self._asked("scores"):
                kept = await services().experiments.get(operator, scores)
                self.name = f"{kept.name[: MAX_NAME - len(SCORED_AGAIN)]}{SCORED_AGAIN}"
                again = replace(kept.draft, answers_of=kept.id)
                if self._asked("by") == CONTAINS:
                    begun = await begun_with(operator, found, CONTAINS, again.dataset_id)
                    again = replace(again, evaluators=by_containing(again.evaluators, begun))
                await self._fill(operator, found, replace(kept, draft=again))
            elif not await self._begin_asked(operator, found):
                await self._begin(operator, found)
            self.phase = "ready"

    async def _begin_asked(self, operator: Operator, found: Offered) -> bool:
        """Fill the form with what the prompt of the address must pass; tell whether there is such a thing."""
        asked = await required_of(operator, self._asked("gate"), self._asked("version"), self._asked("label"))
        if asked is None:
            return False
        self.numbers, self.name = dict(DEFAULTS), asked.name[:MAX_NAME]
        await self._pick(operator, asked.dataset)
        for variant in asked.variants:
            await self._add(operator, variant)
        self._score(found, *asked.evaluators)
        return True

    async def _begin(self, operator: Operator, found: Offered) -> None:
        """Ask the flow of the address, else a prompt in production beside it as it is now, else two texts.

        Where the address names no prompt it is one that reads the rows.
        """
        wanted, known = self._asked("dataset"), [one.value for one in self.datasets]
        self.numbers = DEFAULTS | {"rows": rows_text(self._asked("rows")) if wanted in known else ""}
        await self._pick(operator, wanted if wanted in known else (known or [""])[0])
        flow, prompt = self._asked("flow"), self._asked("prompt")
        first = "" if flow or prompt else await fitting(operator, self.dataset) or found.first(MANAGED)
        self.name, variants = await asked_by(operator, flow, prompt, first)
        named = next((one.label.rpartition(", ")[0] for one in self.datasets if one.value == wanted), "")
        self.name = self.name or named[:MAX_NAME]
        for variant in variants:
            await self._add(operator, variant)
        fits, self.scoring_note = await scoring_of(operator, self.dataset, can_judge=found.can_judge)
        self._score(found, *(found.begun(one["kind"]) | one for one in fits))

    async def _edit(self, operator: Operator, found: Offered, experiment_id: str) -> None:
        """Fill the form with a draft, to be saved over it; with a copy of what has begun already."""
        kept = await services().experiments.get(operator, experiment_id)
        self.draft_id, self.draft_name, self._revision = kept.id, kept.name, kept.revision
        if kept.revision:
            self.name = kept.name
            await self._fill(operator, found, kept)
        else:
            self.outdated = "It has begun already."
            await self._repeat(operator, found, kept)

    async def _repeat(self, operator: Operator, found: Offered, kept: Experiment) -> None:
        """Fill the form with what an experiment was asked for, to be asked anew under a name of its own."""
        taken = await services().experiments.names(operator, copied_from(kept.name))
        self.name = copy_name(kept.name, taken, MAX_NAME)
        await self._fill(operator, found, replace(kept, draft=replace(kept.draft, answers_of="")))

    async def _fill(self, operator: Operator, found: Offered, kept: Experiment) -> None:
        if kept.draft.answers_of:
            self._over, self.answers = kept.draft, await scored_name(operator, kept.draft)
        self.numbers = numbers_of(replace(kept.draft, budget=kept.budget))
        await self._pick(operator, kept.draft.dataset_id)
        for variant in kept.draft.variants:
            await self._add(operator, shown(variant))
            if variant.name == kept.baseline:
                self.baseline = self.variants[-1].key
        self._score(found, *kept.draft.evaluators)

    async def _pick(self, operator: Operator, dataset_id: str) -> None:
        self.dataset = dataset_id
        self.dataset_versions, self.splits = await of_dataset(operator, dataset_id)

    async def _add(self, operator: Operator, line: VariantLine) -> None:
        at, self._num_made = len(self.variants), self._num_made + 1
        placed = replace(line, key=f"f{self._num_made}", at=f"variants.{at}", letter=LETTERS[at])
        self.variants = [*self.variants, await versioned(operator, placed, placed.subject)]

    def _score(self, found: Offered, *evaluators: dict[str, Any]) -> None:
        for settings in evaluators:
            if kind := next((one for one in found.kinds if one.kind == settings["kind"]), None):
                self._num_made += 1
                line = evaluator_line(kind, f"f{self._num_made}", len(self.evaluators), found.scorers, settings)
                self.evaluators = [*self.evaluators, line]

    @rx.event
    async def pick_dataset(self, dataset_id: str) -> None:
        """Choose the rows."""
        await self._pick(await self._operator(Permission.EXPERIMENTS_EDIT), dataset_id)

    @rx.event
    async def add_variant(self, kind: str) -> None:
        """Add a variant: a managed prompt, a text of its own, or a flow."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        if len(self.variants) < MAX_VARIANTS and kind in (MANAGED, INLINE, FLOW):
            choices = {MANAGED: self.prompts, FLOW: self.flows}.get(kind) or [Choice("", "")]
            await self._add(operator, VariantLine("", "", "", kind, subject=choices[0].value))
            self.variants = unlike(self.variants)

    @rx.event
    async def add_evaluator(self, kind: str) -> None:
        """Add an evaluator of a kind."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        found = await offered(operator)
        self._score(found, await begun_with(operator, found, kind, self.dataset))

    @rx.event
    async def choose(self, key: str, value: str) -> None:
        """Show the fields that belong to what was picked; what stands in the others stays in the browser."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        self.evaluators = [shown_with(one, key, value) for one in self.evaluators]

    @rx.event
    async def decide_by(self, key: str) -> None:
        """Put an evaluator first, which is the one that decides."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        ordered = sorted(self.evaluators, key=lambda one: one.key != key)
        self.evaluators = [replace(one, at=f"evaluators.{at}") for at, one in enumerate(ordered)]

    @rx.event
    async def remove_evaluator(self, key: str) -> None:
        """Take an evaluator away."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        left = [one for one in self.evaluators if one.key != key]
        self.evaluators = [replace(one, at=f"evaluators.{at}") for at, one in enumerate(left)]

    @rx.event
    async def choose_act(self, act: str) -> None:
        """Note which button sends the form: "plan", "save", or "start" for the one that starts what it makes."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        self._starts, self._saves = act == START, act == SAVE and self.draft_id != "" and not self.outdated

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Plan it, but to save a draft; once just that plan is seen, make it, start it if wished, and go to it."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        saves, self._saves = self._saves, False
        async with self._placed():
            draft = draft_of(form, self.variants, self.evaluators, self._over)
            if draft != self._planned and not saves:
                return await self._plan(operator, draft)
            if made := await self._made(operator, draft):
                return [rx.redirect(routes.to(routes.EXPERIMENT, made.id)), *await self._begun(operator, made)]
        return toasts.point(self.wrong[0].value) if self.wrong else None

    async def _made(self, operator: Operator, draft: Draft) -> Experiment | None:
        """Make it, or save it over the draft; None where that is not the one any more which was opened."""
        if not self.draft_id or self.outdated:
            return await services().experiments.create(operator, draft)
        with caught(StaleDraft, WrongState, ExperimentNotFound) as refusal:
            made = await services().experiments.change(operator, self.draft_id, draft, seen=self._revision)
            self._revision = made.revision
            return made
        assert refusal.problem
        self.outdated = refusal.problem.words
        return None

    @rx.event
    async def plan_anew(self, form: dict[str, Any]) -> None:
        """Plan once more what changed since the plan on the page, so that its button makes what it says."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        async with self._placed():
            known = self._planned
            if known and (draft := draft_of(form, self.variants, self.evaluators, self._over)) != known:
                await self._plan(operator, draft)

    async def _plan(self, operator: Operator, draft: Draft) -> None:
        self.plan = plan_view(await services().experiments.plan(operator, draft), draft)
        self.planned = "The plan was updated because the form had changed." if self._planned else "Planned."
        self._planned = draft

    async def _begun(self, operator: Operator, made: Experiment) -> list[Any]:
        """Start what was made, if that was wished. It is kept also where it cannot start."""
        if not self._starts:
            return []
        with caught(DomainError) as refusal:
            await services().experiments.start(operator, made.id, seen=made.revision)
        return [toasts.warn(refusal.problem.words, refusal.problem.more)] if refusal.problem else []

    @asynccontextmanager
    async def _placed(self) -> AsyncIterator[None]:
        """Tell the sentences of a refusal at the fields that they are about."""
        async with self._checking():
            yield
        self.errors, self.wrong = placed(self.errors, self.variants, self.evaluators)
