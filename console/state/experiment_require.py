"""What must be passed before a prompt goes to production or a flow is published: set from an experiment."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import Pinned, Requirement, kind_of
from backend.operator import Permission
from console import toasts
from console.state.evaluator_fields import TITLES
from console.state.experiment import ExperimentState
from console.state.forms import Formed


class ExperimentRequireState(Formed, rx.State):
    """`what` says what would be asked from now on, `now` what is asked already, empty for nothing."""

    opened: rx.Field[bool] = rx.field(False)
    subject: rx.Field[str] = rx.field("")
    what: rx.Field[str] = rx.field("")
    now: rx.Field[str] = rx.field("")
    refused: rx.Field[bool] = rx.field(False)
    _kind: Literal["flow", "prompt"] = "prompt"
    _id: str = ""

    @rx.event
    async def ask(self) -> None:
        """Say what the variant's prompt or flow would have to pass."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentState)
        found, pinned = await page._chosen(operator)
        self.reset()
        if pinned is None:
            return
        self._kind, self._id, self.subject = _subject(pinned)
        if not self._id:
            self.what, self.refused = "It is a text of this experiment alone: nobody publishes it.", True
        elif not found.draft.evaluators:
            self.what, self.refused = "This experiment asked no evaluator.", True
        else:
            asked = await services().experiments.requirement(operator, self._kind, self._id)
            self.now = _words(asked) if asked else ""
            self.what = _words(Requirement(evaluators=found.draft.evaluators, dataset_name=found.dataset_name))
        self.opened = True

    @rx.event
    async def close(self) -> None:
        """Leave everything as it is."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def send(self) -> Any:
        """Ask this experiment's evaluators from now on."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentState)
        async with self._checking():
            wish = Requirement(experiment_id=page.experiment_id)
            made = await services().experiments.require(operator, self._kind, self._id, wish)
            self.opened = False
            return toasts.say(f"{self.subject} has to pass {made.dataset_name} from now on.")

    @rx.event
    async def release(self) -> Any:
        """Ask nothing any more."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        async with self._checking():
            await services().experiments.release(operator, self._kind, self._id)
            self.opened = False
            return toasts.say(f"{self.subject} has to pass nothing any more.")


def _subject(pinned: Pinned) -> tuple[Literal["flow", "prompt"], str, str]:
    if pinned.kind == "flow":
        return "flow", pinned.flow_id, pinned.flow_name
    return "prompt", pinned.prompt_id, pinned.prompt_name


def _words(asked: Requirement) -> str:
    """Return the dataset and the evaluators in words."""
    names = [str(one.get("name") or TITLES.get(kind_of(one), kind_of(one))) for one in asked.evaluators]
    return f"{asked.dataset_name}, by {', '.join(names) or 'any evaluator'}"
