"""Run an experiment once more: what that would do and cost first, then the run."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Permission
from console import routes
from console.state.experiment import ExperimentState
from console.state.experiment_plan import PlanView, plan_view
from console.state.forms import Formed


class ExperimentAgainState(Formed, rx.State):
    """`name` is what the next run will be called."""

    opened: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    plan: rx.Field[PlanView] = rx.field(default_factory=PlanView)

    @rx.event
    async def ask(self) -> None:
        """Say what the same over the newest rows would do and cost."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        page = await self.get_state(ExperimentState)
        wish, plan = await services().experiments.plan_again(operator, page.experiment_id)
        self.name, self.plan, self.errors, self.opened = wish.name, plan_view(plan, wish), {}, True

    @rx.event
    async def close(self) -> None:
        """Start nothing."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def send(self) -> Any:
        """Run it, and go there."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        if not self.opened:  # the second click of two
            return None
        page = await self.get_state(ExperimentState)
        async with self._checking():
            made = await services().experiments.run_again(operator, page.experiment_id)
            self.opened = False
            return rx.redirect(routes.to(routes.EXPERIMENT, made.id))
        return None
