"""What a prompt must pass before its labels move, and how the version that is looked at did."""

from __future__ import annotations

from dataclasses import dataclass, replace

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import Requirement, kind_of
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, Approval, VersionRef
from console import routes
from console.state.gate_lines import GateLine, content_line
from console.state.prompt import PromptState
from console.state.seat import Seated


@dataclass(frozen=True)
class LabelGate:
    """A label that is guarded, and what the gate says under it to the version that is looked at."""

    label: str
    said: GateLine


class PromptGateState(Seated, rx.State):
    """`dataset` is empty where nothing is asked; `gates` are the labels that it guards.

    `refuses` says that the version that is looked at may not go to production.
    """

    dataset: rx.Field[str] = rx.field("")
    dataset_href: rx.Field[str] = rx.field("")
    rule: rx.Field[str] = rx.field("")
    labels: rx.Field[list[str]] = rx.field(default_factory=list)
    gates: rx.Field[list[LabelGate]] = rx.field(default_factory=list)
    refuses: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> None:
        """Read the requirement, and what it says to the version that is looked at, of a draft to the newest one."""
        operator = await self._operator(Permission.PROMPTS_READ)
        page = await self.get_state(PromptState)
        self.reset()
        if page.phase != "ready" or not operator.may(Permission.EXPERIMENTS_READ):
            return
        asked = await services().experiments.requirement(operator, "prompt", page.id)
        if asked is None:
            return
        number = page.chosen or page.latest
        self.labels = list(asked.labels)
        self.gates = [LabelGate(one, await gate_line(operator, page.id, one, number)) for one in asked.labels]
        self.refuses = any(one.label == PRODUCTION and one.said.mark == "fail" for one in self.gates)
        self.dataset, self.dataset_href = asked.dataset_name, routes.to(routes.DATASET, asked.dataset_id)
        self.rule = rule_words(asked)


async def gate_on(operator: Operator, wish: Approval) -> str:
    """Say why a wish that waits could not be approved now, empty where nothing is against it."""
    found = await gate_line(operator, wish.prompt_id, wish.label, wish.version)
    return f"It cannot be approved now: {found.words}" if found.mark == "fail" else ""


async def gate_line(operator: Operator, prompt_id: str, label: str, number: int) -> GateLine:
    """Return what the gate would say to a label on a version, and the form of the experiment that is missing."""
    if not operator.may(Permission.EXPERIMENTS_READ):
        return GateLine()
    version = await services().prompts.get_version(operator, prompt_id, VersionRef("", number))
    said = await content_line(operator, "prompt", prompt_id, version.content.fingerprint(), number, label=label)
    if said.mark != "fail" or said.evidence or not operator.may(Permission.EXPERIMENTS_EDIT):
        return said
    beside = "" if label == PRODUCTION else f"&label={label}"
    return replace(said, asking=f"{routes.EXPERIMENT_NEW}?gate={prompt_id}&version={number}{beside}")


def evaluators_in(asked: Requirement) -> str:
    """Return the names of the evaluators, as the gate and the page of an experiment have them."""
    names = [str(one.get("name") or kind_of(one)) for one in asked.evaluators]
    return ", ".join(names) or "any evaluator"


def rule_words(asked: Requirement) -> str:
    """Say what an experiment has to show."""
    beside = asked.labels[0] if len(asked.labels) == 1 else "the version under the label"
    return f"Over all its rows, nothing worse than {beside} and every target met, by {evaluators_in(asked)}."
