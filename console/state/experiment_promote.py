"""From a verdict to production: a label for the prompt that won, or a new version of the flow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict, Forbidden
from backend.experiments.types import Comparison, Experiment, Pinned, Promotion
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, STAGING
from console import routes, toasts
from console.problems import caught, unbroken
from console.state.experiment import ExperimentState
from console.state.experiment_advice import names_of, story
from console.state.experiment_asked import SCORES_OLDER
from console.state.experiment_promoted import against, doubts, setbacks
from console.state.followers import follow_words, followers, may_know
from console.state.forms import Choice, Formed
from console.state.gate_lines import GateLine, content_line
from console.state.prompt_gate import gate_line

MAX_COMMENT = 500


class ExperimentPromoteState(Formed, rx.State):
    """`what` says what would go where, `stands` where it is already; `labels` is empty where a flow is published.

    `against` are a sentence each of what speaks against it, `gate` what the gate says before it is asked, to the chosen
    `label` of a prompt; `lead` is what the form begins with, `doubts` where the metric that decides does not speak for
    it.
    """

    opened: rx.Field[bool] = rx.field(False)
    variant: rx.Field[str] = rx.field("")
    what: rx.Field[str] = rx.field("")
    stands: rx.Field[str] = rx.field("")
    refused: rx.Field[bool] = rx.field(False)
    against: rx.Field[list[str]] = rx.field(default_factory=list)
    gate: rx.Field[GateLine] = rx.field(default_factory=GateLine)
    is_prompt: rx.Field[bool] = rx.field(False)
    lead: rx.Field[str] = rx.field("")
    doubts: rx.Field[str] = rx.field("")
    note: rx.Field[str] = rx.field("")
    labels: rx.Field[list[Choice]] = rx.field(default_factory=list)
    label: rx.Field[str] = rx.field(PRODUCTION)
    drawn: rx.Field[int] = rx.field(0)
    _baseline: str = ""  # beside which the verdicts are that go along

    @rx.event
    async def ask(self, variant: str) -> None:
        """Say what would be promoted, and ask for the label."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentState)
        found, pinned = await page._chosen(operator, variant)
        drawn = self.drawn + 1
        self.reset()
        self.drawn = drawn
        if pinned is None:
            return
        self.variant, self.opened = pinned.name, True
        here = [one for one in page.promoted if one.variant == pinned.name and one.mark in {"ok", "wait"}]
        self.stands = " ".join(f"{one.words} {one.name} ({one.when})." for one in here)
        with caught(Conflict) as refusal:
            will = await services().experiments.promotion(operator, page.experiment_id, pinned.name)
            self.what, self.is_prompt = _will(will, pinned), will.kind == "prompt"
            if not self.is_prompt and (await services().flows.get(operator, will.id)).is_protected:
                self.what = f"{self.what} It is protected: somebody else has to approve it."
            if self.is_prompt:
                self.labels, self.label = await _labels(operator, will.id)
            self.gate = await _gate(operator, will, page.experiment_id, self.label)
            said = await services().experiments.comparison(operator, page.experiment_id, page.baseline)
            self.doubts, self._baseline = page.unreached or doubts(said, pinned.name), said.baseline
            self.lead = _reason(found, said, pinned.name) if not self.doubts else ""
            self.against = [
                unbroken(line)
                for line in (
                    *against(said, pinned.name, page.unreached),
                    *await _beside_labels(operator, page, found, pinned),
                )
            ]
            self.note = SCORES_OLDER if found.draft.answers_of else ""
        if refusal.problem:
            self.what, self.refused = refusal.problem.text, True

    @rx.event
    async def choose_label(self, label: str) -> None:
        """Choose the label, and say what the gate says to it."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        self.label, self.errors = label, {}
        page = await self.get_state(ExperimentState)
        with caught(Conflict):
            will = await services().experiments.promotion(operator, page.experiment_id, self.variant)
            self.gate = await _gate(operator, will, page.experiment_id, label)

    @rx.event
    async def close(self) -> None:
        """Leave everything as it is."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def send(self, form: dict[str, str]) -> Any:
        """Promote it; the verdicts go along. What refuses it stands in the dialog."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentState)
        async with self._checking(Conflict, Forbidden):
            made = await services().experiments.promote(
                operator,
                page.experiment_id,
                self.variant,
                label=form.get("label", PRODUCTION),
                comment=form.get("comment", ""),
                baseline=self._baseline,
            )
            self.opened = False
            await page._show_promoted(operator)
            return toasts.say(_said(made), await _reach(operator, made))
        with caught(Conflict):  # the gate may say something else than before
            will = await services().experiments.promotion(operator, page.experiment_id, self.variant)
            self.gate = await _gate(operator, will, page.experiment_id, self.label)
        return None


def _reason(found: Experiment, said: Comparison, variant: str) -> str:
    """Say for what it is promoted, and beside what; nothing speaks for a baseline beside itself."""
    if variant == said.baseline:
        return ""
    names = names_of(found)
    return f"Beside {names[said.baseline]}: {story(said, variant, names)}"[:MAX_COMMENT]


async def _gate(operator: Operator, will: Promotion, experiment_id: str, label: str) -> GateLine:
    """Return what the gate would say: to a version that is there, to a draft, or to a version that would be made.

    By this experiment it says so without a way there.
    """
    if will.kind == "flow":
        said = await content_line(operator, "flow", will.id, will.fingerprint, called="the draft")
    elif will.is_new:
        called = f"v{will.version}"
        said = await content_line(operator, "prompt", will.id, will.fingerprint, will.ran, called=called, label=label)
    else:
        said = await gate_line(operator, will.id, label, will.version)
    return replace(said, evidence="") if said.evidence == routes.to(routes.EXPERIMENT, experiment_id) else said


async def _beside_labels(operator: Operator, page: ExperimentState, found: Experiment, pinned: Pinned) -> list[str]:
    """Say in what it is worse than another variant that a label points at, where the page compares with none such."""
    if not pinned.prompt_id:
        return []
    said = []
    for label in await services().prompts.labels(operator, pinned.prompt_id):
        now = next((one.name for one in found.pinned if _is_it(one, pinned.prompt_id, label.version)), "")
        if now and now not in {pinned.name, page.baseline}:
            beside = await services().experiments.comparison(operator, found.id, now)
            said.append(setbacks(beside, pinned.name, label.name))
    return [line for line in said if line]


def _is_it(one: Pinned, prompt_id: str, version: int) -> bool:
    """Tell whether a variant ran as that version says, on its own model."""
    return (one.prompt_id, one.version) == (prompt_id, version) and one.as_run in {"", one.fingerprint}


async def _labels(operator: Operator, prompt_id: str) -> tuple[list[Choice], str]:
    """Return the labels, and the one to begin with: production, or while that is protected one that moves at once."""
    prompts = services().prompts
    now = {one.name: one.version for one in await prompts.labels(operator, prompt_id)}
    protected = set(await prompts.protected_labels(operator))
    names = [PRODUCTION, *sorted({STAGING, *now} - {PRODUCTION})]
    free = [name for name in names if name not in protected and (name in now or name == PRODUCTION)]
    return [Choice(name, _line(name, now.get(name), protected)) for name in names], (free or names)[0]


def _line(name: str, version: int | None, protected: set[str]) -> str:
    stands = f", now v{version}" if version else ""
    return f"{name}{stands}{', waits for a second person' if name in protected else ''}"


def _will(promotion: Promotion, pinned: Pinned) -> str:
    """Say which version the label will point at, and why it is another one than was compared."""
    name, number = promotion.name, f"v{promotion.version}"
    if promotion.kind == "flow":
        return f"The draft of {name} will be published as {number}."
    model = pinned.model.partition(":")[2] or pinned.model
    if promotion.version == promotion.ran:
        return f"The label will point at {name} {number}, on {model}."
    as_it_ran = f"v{promotion.ran} as it ran here, on {model}"
    if promotion.is_new:
        return f"{name} {number} will be made: {as_it_ran}. The label will point at {number}."
    return f"The label will point at {name} {number}, which says the same as {as_it_ran}."


async def _reach(operator: Operator, made: Promotion) -> str:
    """Say who gets it by now; empty of a flow and of what waits."""
    if made.kind == "flow" or made.waits_for or not may_know(operator):
        return ""
    return follow_words((await followers(operator, made.id)).get(made.label, []), made.label)


def _said(made: Promotion) -> str:
    if made.kind == "flow":
        waits = made.waits_for
        return f"{made.name} v{made.version} {'waits for a second person' if waits else 'is published'}."
    version = f"v{made.version}, made of v{made.ran}," if made.is_new else f"v{made.version}"
    if made.waits_for:
        return f"{made.label} of {made.name} waits for a second person to move to {version.rstrip(',')}."
    return f"{made.name} {version} is in {made.label}."
