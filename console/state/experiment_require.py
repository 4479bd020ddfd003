"""What must be passed before a prompt goes to production or a flow is published: set from an experiment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import reflex as rx

from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.experiments.types import Pinned, Requirement
from backend.operator import Permission
from backend.prompts.types import PRODUCTION, STAGING
from console import toasts
from console.state.experiment import ExperimentState
from console.state.experiment_asked import SCORES_OLDER
from console.state.forms import Formed
from console.state.prompt_gate import evaluators_in


@dataclass(frozen=True)
class Counted:
    """An evaluator of the experiment, and whether it is to be asked from now on; or a label, and whether it waits."""

    name: str
    counts: bool = True


class ExperimentRequireState(Formed, rx.State):
    """`dataset` would have to be passed from now on, `now` what is asked already, empty for nothing.

    `what` says why nothing can be required, where `refused`.
    """

    opened: rx.Field[bool] = rx.field(False)
    subject: rx.Field[str] = rx.field("")
    what: rx.Field[str] = rx.field("")
    now: rx.Field[str] = rx.field("")
    note: rx.Field[str] = rx.field("")
    dataset: rx.Field[str] = rx.field("")
    evaluators: rx.Field[list[Counted]] = rx.field(default_factory=list)
    labels: rx.Field[list[Counted]] = rx.field(default_factory=list)
    refused: rx.Field[bool] = rx.field(False)
    _kind: Literal["flow", "prompt"] = "prompt"
    _id: str = ""
    _asked: tuple[dict[str, Any], ...] = ()

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
            self.dataset, self._asked = found.dataset_name, found.draft.evaluators
            self.note = SCORES_OLDER if found.draft.answers_of else ""
            if self._kind == "prompt":
                guarded = asked.labels if asked else (PRODUCTION,)
                there = [one.name for one in await services().prompts.labels(operator, self._id)]
                names = dict.fromkeys((PRODUCTION, *sorted({STAGING, *there, *guarded})))
                self.labels = [Counted(name, counts=name in guarded) for name in names]
            self.evaluators = [Counted(evaluators_in(Requirement(evaluators=(one,)))) for one in self._asked]
        self.opened = True

    @rx.event
    async def count(self, at: int) -> None:
        """Let an evaluator count, or not."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        self.evaluators = [
            replace(one, counts=not one.counts) if place == at else one for place, one in enumerate(self.evaluators)
        ]

    @rx.event
    async def guard(self, at: int) -> None:
        """Let a label move only once it is passed, or freely."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        self.labels = [
            replace(one, counts=not one.counts) if place == at else one for place, one in enumerate(self.labels)
        ]

    @rx.event
    async def close(self) -> None:
        """Leave everything as it is."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.opened = False

    @rx.event
    async def send(self) -> Any:
        """Ask those of this experiment's evaluators that count from now on."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        page = await self.get_state(ExperimentState)
        async with self._checking():
            chosen = tuple(given for given, one in zip(self._asked, self.evaluators, strict=True) if one.counts)
            if not chosen:
                raise InvalidInput("At least one evaluator has to count.")
            labels = tuple(one.name for one in self.labels if one.counts)
            if self.labels and not labels:
                raise InvalidInput("At least one label has to wait for it.")
            wish = Requirement(evaluators=chosen, experiment_id=page.experiment_id, labels=labels)
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
    """Return the dataset, the evaluators and the labels in words."""
    before = f", before {', '.join(asked.labels)}" if asked.labels else ""
    return f"{asked.dataset_name}, by {evaluators_in(asked)}{before}"
