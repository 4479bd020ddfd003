"""Scores of a judge that was asked otherwise since: of which version they are, what asking again costs, one click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict, DomainError
from backend.experiments.types import Outdated, Plan
from backend.operator import Permission
from console import routes, toasts
from console.problems import caught
from console.state import formats
from console.state.experiment import ExperimentState
from console.state.seat import Seated


@dataclass(frozen=True)
class RenewLine:
    """`name` and `href` are the experiment that asked the newest version; `act` is empty for who may not ask."""

    lead: str
    words: str
    name: str
    href: str
    cost: str
    act: str


class ExperimentRenewState(Seated, rx.State):
    """Nothing stands here where every judge was asked as it is by now."""

    line: rx.Field[RenewLine | None] = rx.field(None)
    experiment_id: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Look whether the scores that the page shows are of the newest versions."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        page = await self.get_state(ExperimentState)
        self.line, self.experiment_id = None, page.experiment_id
        if page.phase != "ready":
            return
        found = await services().experiments.outdated(operator, self.experiment_id)
        if found:
            plan: Plan | None = None
            with caught(DomainError):  # the model of the newest judge may be gone: then only its version is told
                planned = await services().experiments.plan_renewed(operator, self.experiment_id)
                plan = planned[1] if planned else None
            may_ask = plan is not None and operator.may(Permission.EXPERIMENTS_RUN)
            self.line = renew_line(found, plan, may_ask=may_ask)

    @rx.event
    async def renew(self) -> Any:
        """Score the same answers by the newest versions, and go there."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        if self.line is None:  # the second click of two
            return None
        self.line = None
        with caught(Conflict) as refusal:
            made = await services().experiments.renew(operator, self.experiment_id)
            return rx.redirect(routes.to(routes.EXPERIMENT, made.id))
        assert refusal.problem
        return toasts.refuse(refusal.problem.words, refusal.problem.more)


def renew_line(found: Sequence[Outdated], plan: Plan | None, *, may_ask: bool) -> RenewLine:
    first = found[0]
    if len(found) == 1:
        lead = f"Scores by {first.metric} are of version {first.version}."
        words = f"Version {first.newest} of the judge was asked since, in"
        act = f"Score with version {first.newest}"
    else:
        lead = f"Scores by {formats.listed([one.metric for one in found])} are of older versions."
        words, act = "Newer ones of the judges were asked since, last in", "Score with the newest"
    last = max(found, key=lambda one: one.experiment_id)
    href = routes.to(routes.EXPERIMENT, last.experiment_id)
    return RenewLine(lead, words, last.experiment_name, href, _cost(plan), act if may_ask else "")


def _cost(plan: Plan | None) -> str:
    """Say what asking about the same answers costs; empty where that cannot be planned."""
    if plan is None:
        return ""
    if plan.cost is None:
        return "What asking again costs is not known."
    about = "at least" if plan.uncounted or plan.unpriced else "about"
    return f"Asking again costs {about} {formats.money(plan.cost)}, and no answer is asked for."
