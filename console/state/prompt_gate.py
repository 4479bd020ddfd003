"""What a prompt must pass before it goes to production, and how the version that is looked at did."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import GateResult, Requirement, kind_of
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, Approval, VersionRef
from console import routes
from console.state import formats
from console.state.prompt import PromptState
from console.state.seat import Seated


class PromptGateState(Seated, rx.State):
    """`dataset` is empty where nothing is asked; `evidence` is the experiment that `said` comes from.

    `asking` opens the form of the experiment that is missing, empty where one has spoken.
    """

    dataset: rx.Field[str] = rx.field("")
    dataset_href: rx.Field[str] = rx.field("")
    rule: rx.Field[str] = rx.field("")
    passed: rx.Field[bool] = rx.field(False)
    said: rx.Field[str] = rx.field("")
    hint: rx.Field[str] = rx.field("")
    evidence: rx.Field[str] = rx.field("")
    asking: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the requirement, and what it says to the version that is looked at, of a draft to the newest one."""
        operator = await self._operator(Permission.PROMPTS_READ)
        page = await self.get_state(PromptState)
        self.reset()
        if page.phase != "ready" or not operator.may(Permission.EXPERIMENTS_READ):
            return
        experiments = services().experiments
        asked = await experiments.requirement(operator, "prompt", page.id)
        if asked is None:
            return
        number = page.chosen or page.latest
        version = await services().prompts.get_version(operator, page.id, VersionRef("", number))
        found = await experiments.gate_result(operator, "prompt", page.id, version.content.fingerprint(), number)
        self.dataset, self.dataset_href = asked.dataset_name, routes.to(routes.DATASET, asked.dataset_id)
        self.rule, self.passed = rule_words(asked), found.passed
        num_rows = (await experiments.get(operator, found.experiment_id)).num_rows if found.experiment_id else 0
        self.said, self.hint = said_of(found, number, num_rows), found.hint or found.room
        self.evidence = routes.to(routes.EXPERIMENT, found.experiment_id) if found.experiment_id else ""
        if not found.passed and not found.experiment_id and operator.may(Permission.EXPERIMENTS_EDIT):
            self.asking = f"{routes.EXPERIMENT_NEW}?gate={page.id}&version={number}"


async def gate_on(operator: Operator, wish: Approval) -> str:
    """Say why a wish that waits could not be approved now, empty where nothing is against it."""
    found = await gate_of(operator, wish.prompt_id, wish.label, wish.version)
    return f"It cannot be approved now: {found.words}" if not found.passed else ""


async def gate_of(operator: Operator, prompt_id: str, label: str, number: int) -> GateResult:
    """Return what the gate would say to a label on a version: it passes where nothing is asked, or may be read."""
    if label != PRODUCTION or not operator.may(Permission.EXPERIMENTS_READ):
        return GateResult(passed=True)
    version = await services().prompts.get_version(operator, prompt_id, VersionRef("", number))
    fingerprint = version.content.fingerprint()
    return await services().experiments.gate_result(operator, "prompt", prompt_id, fingerprint, number)


def evaluators_in(asked: Requirement) -> str:
    """Return the names of the evaluators, as the gate and the page of an experiment have them."""
    names = [str(one.get("name") or kind_of(one)) for one in asked.evaluators]
    return ", ".join(names) or "any evaluator"


def rule_words(asked: Requirement) -> str:
    """Say what an experiment has to show."""
    return f"Over all its rows, nothing worse than production and every target met, by {evaluators_in(asked)}."


def said_of(found: GateResult, number: int, num_rows: int) -> str:
    """Say how a version did. That nothing is known to be worse is all that a gate shows."""
    if not found.passed:
        return found.words
    over = formats.counted(num_rows, "row")
    if not found.experiment_id:
        return f"v{number} is in production"
    return f"Nothing is known to be worse in v{number} on {over}"
