"""The code that scores an experiment: read it, let it run, or refuse it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import CodeApproval
from backend.operator import Operator, Permission
from console import routes, toasts
from console.state.experiment import ExperimentState
from console.state.experiment_draft import ExperimentDraftState
from console.state.forms import Formed
from console.state.trace_rows import OutputLine

PAGE = (ExperimentState.load, ExperimentDraftState.load)  # what it says of the code
MARKS = {"waiting": "wait", "approved": "ok", "refused": "fail", "withdrawn": "fail"}


@dataclass(frozen=True)
class CodeLine:
    """A text and what became of it. `lead` is what needs a person, empty where nothing does."""

    id: str
    title: str
    mark: str
    words: str
    lead: str
    why_not: str
    own: bool
    may_decide: bool
    may_refuse: bool
    lines: list[OutputLine] = field(default_factory=list)


@dataclass(frozen=True)
class CodeWaiting:
    """A text that waits for a second person, as the list of experiments says it."""

    href: str
    words: str
    by: str


def code_line(one: CodeApproval, user_id: str, *, may: bool) -> CodeLine:
    waits = one.state == "waiting"
    may_decide = waits and may and not one.is_author
    why_not = "Nobody approves their own code." if one.is_author else "Owners and admins decide."
    said = {
        "waiting": "waits for a second person",
        "approved": f"approved by {one.decided_by}",
        "refused": f"refused by {one.decided_by}: {one.reason}",
        "withdrawn": f"taken back by {one.decided_by}",
    }
    return CodeLine(
        id=one.id,
        title=f"The code of {one.name}",
        mark=MARKS[one.state],
        words=said[one.state],
        lead=f"{one.asked_by} asks to let the code of {one.name} run." if waits else "",
        why_not="" if may_decide else why_not,
        own=waits and may and user_id == one.asked_by_id,
        may_decide=may_decide,
        may_refuse=one.state == "approved" and may,
        lines=[OutputLine(str(at), text) for at, text in enumerate(one.code.rstrip("\n").split("\n"), start=1)],
    )


def code_waiting(one: CodeApproval) -> CodeWaiting:
    words = f"{one.experiment_name}: the code of {one.name}"
    return CodeWaiting(routes.to(routes.EXPERIMENT, one.experiment_id), words, one.asked_by)


class ExperimentCodeState(Formed, rx.State):
    """`deciding` is the text that the dialog asks about, empty where it is closed."""

    experiment_id: rx.Field[str] = rx.field("")
    codes: rx.Field[list[CodeLine]] = rx.field(default_factory=list)
    deciding: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the code of the experiment that the page shows."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        self.reset()
        page = await self.get_state(ExperimentState)
        if page.phase == "ready":
            await self._read(operator, page.experiment_id)

    async def _read(self, operator: Operator, experiment_id: str) -> None:
        may = operator.may(Permission.EXPERIMENTS_CODE)
        found = await services().experiments.codes_of(operator, experiment_id)
        self.experiment_id = experiment_id
        self.codes = [code_line(one, operator.user_id, may=may) for one in found]

    @rx.event
    async def approve(self, identifier: str) -> Any:
        """Let a text run that somebody else asked for."""
        operator = await self._operator(Permission.EXPERIMENTS_CODE)
        done = await services().experiments.approve_code(operator, identifier)
        return [*PAGE, ExperimentCodeState.load, toasts.say(f"The code of {done.name} may run.")]

    @rx.event
    async def ask_refusal(self, identifier: str) -> None:
        """Ask why not."""
        await self._operator(Permission.EXPERIMENTS_CODE)
        self.deciding, self.errors = identifier, {}

    @rx.event
    async def close(self) -> None:
        """Leave it as it is."""
        await self._operator(Permission.EXPERIMENTS_READ)
        self.deciding, self.errors = "", {}

    @rx.event
    async def refuse(self, form: dict[str, str]) -> Any:
        """Refuse a text, with a reason."""
        operator = await self._operator(Permission.EXPERIMENTS_CODE)
        async with self._checking():
            await services().experiments.refuse_code(operator, self.deciding, form.get("reason", ""))
            return [*PAGE, ExperimentCodeState.load]

    @rx.event
    async def withdraw(self, identifier: str) -> Any:
        """Take one's own wish back."""
        operator = await self._operator(Permission.EXPERIMENTS_CODE)
        await services().experiments.withdraw_code(operator, identifier)
        return ExperimentCodeState.load
