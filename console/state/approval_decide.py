"""The dialog in which somebody approves, changes or refuses, on whatever page they saw it."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.flows.types import Approval, ApprovalState, Choice, Decision
from backend.operator import Permission
from console import toasts
from console.problems import caught
from console.state.approval_cards import ApprovalCardsState
from console.state.approval_rows import changed_lines, typed, written
from console.state.approvals import ApprovalsState
from console.state.bar import BarState
from console.state.forms import Formed
from console.state.prompt_diff import Half

DONE = {
    ApprovalState.APPROVED: "Approved. The run goes on.",
    ApprovalState.CHANGED: "Changed and approved. The run goes on.",
    ApprovalState.REFUSED: "Refused. The run goes on without it.",
}
ENDS_THERE = "Refused. The run ends there."


class ApprovalDecideState(Formed, rx.State):
    """`choice` is empty while nothing is asked. `_shown` is what they saw: the decision carries its hash."""

    choice: rx.Field[str] = rx.field("")
    question: rx.Field[str] = rx.field("")
    value: rx.Field[str] = rx.field("")
    is_json: rx.Field[bool] = rx.field(default=False)
    second: rx.Field[str] = rx.field("")
    changes: rx.Field[list[Half]] = rx.field(default_factory=list)
    _shown: Approval | None = None

    @rx.event
    async def open(self, approval_id: str, choice: str) -> None:
        """Ask once more before a decision that nobody takes back."""
        operator = await self._operator(Permission.FLOWS_APPROVE)
        found = await services().approvals.get(operator, approval_id)
        self.errors, self.changes = {}, []
        self._shown, self.choice = found, choice
        self.question, self.value = found.question, written(found.value)
        self.is_json = not isinstance(found.value, str)

    @rx.event
    async def close(self) -> None:
        """Decide nothing."""
        await self._operator(Permission.FLOWS_READ)
        self.choice = ""

    @rx.event
    async def compare(self, text: str) -> None:
        """Show what was changed so far; JSON in the middle of being typed is none, and is refused when it is sent."""
        await self._operator(Permission.FLOWS_APPROVE)
        shown = self._shown
        if shown is not None:
            with caught(InvalidInput) as refusal:
                self.changes = changed_lines(shown.value, typed(text, shown.value))
            self.errors = {} if refusal.problem is None else self.errors

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Decide. Where somebody else did, or it changed, say so and show how it stands."""
        operator = await self._operator(Permission.FLOWS_APPROVE)
        shown = self._shown
        if shown is None or not self.choice:
            return None
        async with self._checking():
            choice = cast(Choice, self.choice)
            value = typed(str(form.get("value", "")), shown.value) if choice == "change" else None
            decision = Decision(choice, shown.hash, value, str(form.get("comment", "")))
            with caught(Conflict, Forbidden, NotFound) as refusal:
                goes_on = choice != "refuse" or await services().approvals.goes_on_refused(operator, shown.id)
                decided = await services().approvals.decide(operator, shown.id, decision)
            self.choice, self._shown = "", None
            others = [ApprovalCardsState.refresh, BarState.count]
            if problem := refusal.problem:
                return [toasts.refuse(problem.words, problem.hint), ApprovalsState.refresh, *others]
            return [toasts.say(DONE[decided.state] if goes_on else ENDS_THERE), ApprovalsState.go_on(shown.id), *others]
        return None
