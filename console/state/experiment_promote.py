"""From a verdict to production: a label for the prompt that won, or a new version of the flow."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import Pinned, Promotion
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, STAGING
from console import toasts
from console.state.experiment import ExperimentState
from console.state.forms import Choice, Formed


class ExperimentPromoteState(Formed, rx.State):
    """`what` says what would go where; `labels` is empty where a flow is published."""

    opened: rx.Field[bool] = rx.field(False)
    variant: rx.Field[str] = rx.field("")
    what: rx.Field[str] = rx.field("")
    refused: rx.Field[bool] = rx.field(False)
    is_prompt: rx.Field[bool] = rx.field(False)
    lead: rx.Field[str] = rx.field("")
    labels: rx.Field[list[Choice]] = rx.field(default_factory=list)

    @rx.event
    async def ask(self) -> None:
        """Say what would be promoted, and ask for the label."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentState)
        found = await services().experiments.get(operator, page.experiment_id)
        pinned = next((one for one in found.pinned if one.name == page.variant), None)
        self.reset()
        if pinned is None:
            return
        self.variant, self.lead = page.variant, page.lead
        self.what, self.refused = await self._words(operator, pinned)
        self.is_prompt = bool(pinned.prompt_id)
        if self.is_prompt:
            self.labels = await _labels(operator, pinned.prompt_id)
        self.opened = True

    async def _words(self, operator: Operator, pinned: Pinned) -> tuple[str, bool]:
        """Return what would happen, and whether it cannot."""
        if pinned.prompt_id:
            return f"{pinned.words}: the label will point at it.", False
        if pinned.kind == "prompt":
            return "It is a text of this experiment alone. Save it as a prompt, and compare that.", True
        if pinned.version is not None:
            return f"{pinned.words} was published before. Compare a draft to publish it.", True
        flow = await services().flows.get(operator, pinned.flow_id)
        number = (flow.published_version or 0) + 1
        return f"The draft of {flow.name} will be published as v{number}.", False

    @rx.event
    async def close(self) -> None:
        """Leave everything as it is."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def send(self, form: dict[str, str]) -> Any:
        """Promote it; the verdicts go along."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentState)
        async with self._checking():
            made = await services().experiments.promote(
                operator,
                page.experiment_id,
                self.variant,
                label=form.get("label", PRODUCTION),
                comment=form.get("comment", ""),
            )
            self.opened = False
            return toasts.say(_said(made))


async def _labels(operator: Operator, prompt_id: str) -> list[Choice]:
    prompts = services().prompts
    now = {one.name: one.version for one in await prompts.labels(operator, prompt_id)}
    protected = set(await prompts.protected_labels(operator))
    names = [PRODUCTION, *sorted({STAGING, *now} - {PRODUCTION})]
    return [Choice(name, _line(name, now.get(name), protected)) for name in names]


def _line(name: str, version: int | None, protected: set[str]) -> str:
    stands = f", now v{version}" if version else ""
    return f"{name}{stands}{', waits for a second person' if name in protected else ''}"


def _said(made: Promotion) -> str:
    if made.kind == "flow":
        return f"{made.name} v{made.version} is published."
    if made.waits_for:
        return f"{made.label} of {made.name} waits for a second person."
    return f"{made.name} v{made.version} is in {made.label}."
