"""Labels of a prompt: move, roll back, approve; and the details of the prompt itself."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, STAGING, PromptChange, VersionRef
from console import toasts
from console.problems import Caught, caught
from console.state import formats
from console.state.forms import Formed
from console.state.gate_lines import GateLine
from console.state.prompt import PromptState
from console.state.prompt_gate import PromptGateState, gate_line, gate_on
from console.state.prompt_measured import measured, weak_words
from console.state.prompt_rows import (
    LabelLine,
    MoveLine,
    WishLine,
    label_line,
    move_line,
    refusal_line,
    wish_line,
)
from console.state.refusals import RefusalLine


class PromptLabelsState(Formed, rx.State):
    """`pointing` is the label that a dialog is about, "" where it asks for a name; `target` the version, `gate` what
    the gate says to that before it is asked, `weak` that it did clearly worse than production.

    `asked` are the versions that wait for production. `is_alone` where nobody could approve what a dialog is about."""

    labels: rx.Field[list[LabelLine]] = rx.field(default_factory=list)
    names: rx.Field[list[str]] = rx.field(default_factory=list)
    moves: rx.Field[list[MoveLine]] = rx.field(default_factory=list)
    wishes: rx.Field[list[WishLine]] = rx.field(default_factory=list)
    refusals: rx.Field[list[RefusalLine]] = rx.field(default_factory=list)
    asked: rx.Field[list[int]] = rx.field(default_factory=list)
    protected: rx.Field[list[str]] = rx.field(default_factory=list)
    may_edit: rx.Field[bool] = rx.field(False)
    may_manage: rx.Field[bool] = rx.field(False)
    is_alone: rx.Field[bool] = rx.field(False)
    may_invite: rx.Field[bool] = rx.field(False)
    opened: rx.Field[str] = rx.field("")
    pointing: rx.Field[str] = rx.field("")
    target: rx.Field[int] = rx.field(0)
    stands: rx.Field[str] = rx.field("")
    gate: rx.Field[GateLine] = rx.field(default_factory=GateLine)
    weak: rx.Field[str] = rx.field("")
    deciding: rx.Field[str] = rx.field("")
    details: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    async def load(self) -> None:
        """Read the labels, their history and what waits for approval."""
        operator = await self._operator(Permission.PROMPTS_READ)
        page = await self.get_state(PromptState)
        self.opened = ""  # a dialog of the page that was left, maybe of another prompt
        if page.phase == "ready":
            await self._read(operator, page.id)

    async def _read(self, operator: Operator, prompt_id: str) -> None:
        prompts = services().prompts
        zone, now = await self._zone(), formats.now()
        self.labels = [label_line(one, zone, now) for one in await prompts.labels(operator, prompt_id)]
        self.names = sorted({STAGING, *(one.name for one in self.labels)} - {PRODUCTION})
        self.moves = [move_line(one, zone, now) for one in await prompts.moves(operator, prompt_id)]
        may = operator.may(Permission.PROMPTS_APPROVE)
        wishes = await prompts.approvals(operator, prompt_id)
        self.wishes = [
            wish_line(
                one,
                operator.user_id,
                may_approve=may,
                gate=await gate_on(operator, one),
                is_alone=await is_alone(operator, one.asked_by_id, one.author_id),
            )
            for one in wishes
        ]
        self.asked = [one.version for one in wishes if one.label == PRODUCTION]
        refused = await prompts.refusals(operator, prompt_id)
        self.refusals = [refusal_line(one, operator.user_id, zone, now) for one in refused]
        self.protected = list(await prompts.protected_labels(operator))
        self.may_edit = operator.may(Permission.PROMPTS_EDIT)
        self.may_manage = operator.may(Permission.PROJECT_MANAGE)
        self.may_invite = operator.may(Permission.MEMBERS_MANAGE)

    @rx.event
    async def ask_point(self, label: str, number: int) -> None:
        """Ask before a label moves, or for the name of a new one."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        page = await self.get_state(PromptState)
        if label in self.protected:
            wanted = await services().prompts.get_version(operator, page.id, VersionRef("", number))
            self.is_alone = await is_alone(operator, operator.user_id, wanted.created_by_id)
        self.gate = await gate_line(operator, page.id, label, number)
        found = await measured(operator, page.id) if label == PRODUCTION else None
        self.weak = weak_words(found, number, page.production)
        self.pointing, self.target, self.errors, self.opened = label, number, {}, "point"
        self.stands = next((one.version for one in self.labels if one.name == label), "")

    @rx.event
    async def show(self, dialog: str) -> None:
        """Open the history of the labels, or the question why not; empty closes whatever is open."""
        await self._operator(Permission.PROMPTS_READ)
        self.opened, self.errors = dialog, {}

    @rx.event
    async def point(self, form: dict[str, str]) -> Any:
        """Move the label, or ask for approval where it is protected."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        page = await self.get_state(PromptState)
        label = self.pointing or form.get("label", "")
        async with self._checking(Conflict):
            change = await services().prompts.set_label(operator, page.id, label, self.target, form.get("comment", ""))
            self.opened = ""
            moved = change.approval is None
            words = f"v{self.target} is in {label}." if moved else f"{label} waits for a second person."
            await self._read(operator, page.id)
            return [PromptState.refresh, toasts.say(words), PromptGateState.load]
        self.gate = await gate_line(operator, page.id, label, self.target)  # what refuses it may have come meanwhile
        return None

    @rx.event
    async def roll_back(self, label: str, seen: str) -> Any:
        """Point a label at the version that it pointed at before; nothing where `seen` does not stand any more."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        page = await self.get_state(PromptState)
        said = ""
        with caught(Conflict) as late:
            moved = await services().prompts.roll_back(operator, page.id, label, int(seen.removeprefix("v")))
            said = f"v{moved.version} is in {label}."
        return await self._decided(operator, late, said)

    async def _decided(self, operator: Operator, late: Caught, said: str) -> list[Any]:
        """Read how things stand after a decision, and say it, or what refused it: a gate, or somebody was quicker."""
        await self._read(operator, (await self.get_state(PromptState)).id)
        told = toasts.refuse(late.problem.words, late.problem.more) if late.problem else toasts.say(said)
        return [PromptState.refresh, told, PromptGateState.load]

    @rx.event
    async def remove(self, label: str) -> Any:
        """Take a label off."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        page = await self.get_state(PromptState)
        await services().prompts.remove_label(operator, page.id, label)
        await self._read(operator, page.id)
        return [PromptState.refresh, PromptGateState.load]

    @rx.event
    async def ask_protect(self, label: str) -> None:
        """Ask before a label of all prompts is protected, or moves freely again."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.is_alone = await is_alone(operator, operator.user_id)
        self.pointing, self.opened, self.errors = label, "protect", {}

    @rx.event
    async def protect(self, label: str, protected: bool) -> Any:
        """Protect a label of all prompts of the project, or let it move freely again."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        with caught(Conflict) as split:
            await services().prompts.protect_label(operator, label, protected=protected)
        self.opened = ""
        await self._read(operator, (await self.get_state(PromptState)).id)
        if split.problem:
            return toasts.refuse(split.problem.words, split.problem.more)
        told = "waits for a second person from now on" if protected else "moves without a second person again"
        return toasts.say(f"{label} {told}.", "In every prompt of this project.")

    @rx.event
    async def approve(self, wish: str) -> Any:
        """Let a label move that somebody else asked for."""
        operator = await self._operator(Permission.PROMPTS_APPROVE)
        said = ""
        with caught(Conflict) as late:
            moved = await services().prompts.approve(operator, wish)
            said = f"v{moved.version} is in {moved.name}."
        return await self._decided(operator, late, said)

    @rx.event
    async def ask_refusal(self, wish: str) -> None:
        """Ask why not."""
        await self._operator(Permission.PROMPTS_APPROVE)
        self.deciding, self.opened, self.errors = wish, "refuse", {}

    @rx.event
    async def refuse(self, form: dict[str, str]) -> Any:
        """Refuse a wish, with a reason."""
        operator = await self._operator(Permission.PROMPTS_APPROVE)
        async with self._checking():
            await services().prompts.refuse(operator, self.deciding, form.get("reason", ""))
            self.opened = ""
            await self._read(operator, (await self.get_state(PromptState)).id)
            return PromptGateState.load

    @rx.event
    async def withdraw(self, wish: str) -> Any:
        """Take one's own wish back."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        with caught(Conflict) as late:
            await services().prompts.withdraw(operator, wish)
        return await self._decided(operator, late, "Your wish is taken back.")

    @rx.event
    async def dismiss(self, wish: str) -> None:
        """Put away that one's own wish was refused."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        await services().prompts.dismiss_refusal(operator, wish)
        await self._read(operator, (await self.get_state(PromptState)).id)

    @rx.event
    async def ask_details(self) -> None:
        """Open the form of name, folder, tags and description."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        prompt = await services().prompts.get(operator, (await self.get_state(PromptState)).id)
        agent = " / ".join(part for part in (prompt.agent_config, prompt.agent_name) if part)
        self.details = {
            "name": prompt.name,
            "folder": prompt.folder,
            "tags": ", ".join(prompt.tags),
            "description": prompt.description or "",
            "agent": agent,
            "active": "yes" if prompt.is_active else "",
        }
        self.opened, self.errors = "details", {}

    @rx.event
    async def change(self, form: dict[str, Any]) -> Any:
        """Save name, folder, tags and description."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        page = await self.get_state(PromptState)
        tags = [tag.strip() for tag in str(form.get("tags", "")).split(",") if tag.strip()]
        values: dict[str, Any] = {name: str(form.get(name, "")) for name in ("name", "folder", "description")}
        if self.details.get("agent"):
            values["is_active"] = bool(form.get("active"))
        async with self._checking():
            change = PromptChange({**values, "tags": tags})
            await services().prompts.change(operator, page.id, change)
            self.opened = ""
            return PromptState.refresh


async def is_alone(operator: Operator, *first: str) -> bool:
    return await services().identity.is_alone(operator, Permission.PROMPTS_APPROVE, *first)
