"""The open draft: its seed for the canvas, its saves, its checklist. The browser owns the document in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.flows.types import MAX_NAME_CHARACTERS, Flow, FlowDocument, Problem, Saved, StaleDraft
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console import routes
from console.problems import caught
from console.state import formats
from console.state.addresses import Addressed
from console.state.flow_choices import Choices, choices_of, names_of
from console.state.flows_form import CHANGES_FORM, FlowFormState
from console.state.flows_rows import blocking, problem_row
from console.state.naming import copy_name
from console.state.seat import Phase, Phased
from console.toasts import say, warn


class FlowDraftState(Addressed, Phased, rx.State):
    """`seed` is sent once per `revision`; after that only small answers go to the browser."""

    key: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    slug: rx.Field[str] = rx.field("")
    description: rx.Field[str] = rx.field("")
    seed: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    revision: rx.Field[int] = rx.field(0)
    catalogue: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    choices: rx.Field[Choices] = rx.field(default_factory=dict)
    names: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    may_edit: rx.Field[bool] = rx.field(default=False)
    may_publish: rx.Field[bool] = rx.field(default=False)
    may_run: rx.Field[bool] = rx.field(default=False)
    _version: int = 0
    _zone_name: str = "UTC"

    @rx.var
    def shown(self) -> Phase:
        """Stay loading until the flow of this address is here: a field of the one before must not be typed into."""
        return self.phase if self._wanted() == self.address else "loading"

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Read the flow that the address names."""
        wanted = self._wanted()
        if wanted != self.address:
            self.phase, self.key, self.seed = "loading", wanted, {}
            self.address, self.name = wanted, ""
            yield
        operator = await self._operator(Permission.FLOWS_READ)
        async with self._loading():
            self._zone_name = (await self._person()).time_zone
            self.may_edit = operator.may(Permission.FLOWS_EDIT)
            self.may_publish = operator.may(Permission.FLOWS_PUBLISH)
            self.may_run = operator.may(Permission.FLOWS_RUN)
            flow = await services().flows.get(operator, wanted)
            problems = list(await services().flows.problems(operator, wanted))
            self.choices = await choices_of(operator)
            self.names = names_of(self.choices)
            self.catalogue = services().flows.catalogue(operator)
            await self._open(flow, problems)
            self.phase = "ready"

    @rx.event
    async def apply(self, operations: list[dict[str, Any]]) -> AsyncIterator[Any]:
        """Save what the browser did. A draft that somebody else saved meanwhile is never written over."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        status = await self.get_state(FlowSaveState)
        if status.stale:
            return
        with caught(StaleDraft, InvalidInput) as refusal:
            saved = await services().flows.apply(operator, self.key, self._version, operations)
            self._version = saved.version
            status._show(saved, self._zone_name)
            if any(one.get("op") in CHANGES_FORM for one in operations):
                (await self.get_state(FlowFormState))._read((await services().flows.get(operator, self.key)).draft)
        match refusal.error:
            case StaleDraft() as stale:
                status._outdate(stale, operator.name, self._zone_name)
            case InvalidInput() as refused:
                yield warn(refused.message, "The canvas shows the draft as it is kept.")
                await self._again(operator)

    @rx.event
    async def load_theirs(self) -> None:
        """Drop what was not saved here and show what the other person saved."""
        await self._again(await self._operator(Permission.FLOWS_READ))

    @rx.event
    async def keep_mine(self) -> None:
        """Ask the browser for its document: it becomes a flow of its own."""
        await self._operator(Permission.FLOWS_EDIT)
        status = await self.get_state(FlowSaveState)
        status.ask += 1

    @rx.event
    async def copy_mine(self, document: dict[str, Any]) -> rx.event.EventSpec | list[rx.event.EventSpec]:
        """Make a flow of the document that the browser holds, and open it."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        taken = {one.name for one in (await services().flows.list(operator, Page(MAX_LIMIT))).items}
        name = copy_name(self.name, taken, MAX_NAME_CHARACTERS, "my copy")
        made = await services().flows.create(operator, name, document=FlowDocument.model_validate(document))
        return [rx.redirect(routes.to(routes.FLOW, made.id)), say(f"{made.name} holds your version.")]

    async def _open(self, flow: Flow, problems: list[Problem]) -> None:
        """Give the browser a new seed."""
        self.key, self.name, self.slug, self.description = flow.id, flow.name, flow.slug, flow.description
        self.seed, self._version = flow.draft.as_json(), flow.draft_version
        self.revision += 1
        (await self.get_state(FlowFormState))._read(flow.draft)
        (await self.get_state(FlowSaveState))._begin(flow, problems, self._zone_name)

    async def _again(self, operator: Operator) -> None:
        flow = await services().flows.get(operator, self.key)
        await self._open(flow, list(await services().flows.problems(operator, self.key)))


class FlowSaveState(rx.State):
    """What changes with every save, apart from the seed: small, so that a drop costs a few hundred bytes."""

    problems: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)
    plates: rx.Field[dict[str, int]] = rx.field(default_factory=dict)
    saved: rx.Field[str] = rx.field("")
    draft: rx.Field[str] = rx.field("")
    published: rx.Field[int] = rx.field(0)
    changed: rx.Field[bool] = rx.field(default=True)
    blocked: rx.Field[str] = rx.field("")
    run_blocked: rx.Field[str] = rx.field("")
    stale: rx.Field[bool] = rx.field(default=False)
    stale_lead: rx.Field[str] = rx.field("")
    stale_words: rx.Field[str] = rx.field("")
    goto: rx.Field[str] = rx.field("")
    ask: rx.Field[int] = rx.field(0)
    _plates: dict[str, int] | None = None

    def _begin(self, flow: Flow, problems: list[Problem], zone: str) -> None:
        self.stale, self.stale_words, self.goto = False, "", ""
        self._plates = {node.id: node.plate for node in flow.draft.nodes}
        self.plates = {}
        self.saved = f"Saved {_clock(flow.draft_saved_at, zone)}"
        self._stand(flow, problems)

    def _stand(self, flow: Flow, problems: list[Problem]) -> None:
        """Say what is published and whether the draft can be; the canvas stays as it is."""
        self.published, self.changed = flow.published_version or 0, flow.is_changed
        self.draft = f"v{self.published + 1} draft"
        self._judge(problems)

    def _outdate(self, newer: StaleDraft, name: str, zone: str) -> None:
        """Say who saved a newer draft: the same person may have done so in another tab."""
        self.stale_lead = (
            "You changed this flow in another tab."
            if newer.saved_by == name
            else f"{newer.saved_by} changed this flow."
        )
        self.stale_words = f"That was saved at {_clock(newer.saved_at, zone)}; what you do here is not written over it."
        self.stale = True

    def _show(self, saved: Saved, zone: str) -> None:
        """Take the answer to a save; what is as it was is not sent again."""
        known = self._plates or {}
        moved = {name: plate for name, plate in saved.plates.items() if known.get(name) != plate}
        if moved:
            self.plates = moved
        self._plates = saved.plates
        self.saved = f"Saved {_clock(saved.saved_at, zone)}"
        if saved.is_changed != self.changed:
            self.changed = saved.is_changed
        self._judge(saved.problems)

    def _judge(self, problems: list[Problem]) -> None:
        rows = [problem_row(one) for one in problems]
        if rows != self.problems:
            self.problems = rows
        blocked = blocking(problems, "publishing")
        if not blocked and not self.changed:
            blocked = f"Nothing changed since v{self.published}"
        if blocked != self.blocked:
            self.blocked = blocked
        run_blocked = blocking(problems, "running")
        if run_blocked != self.run_blocked:
            self.run_blocked = run_blocked

    def _publish(self, number: int) -> None:
        self.published, self.changed = number, False
        self.draft = f"v{number + 1} draft"
        self.blocked = f"Nothing changed since v{number}"


def _clock(moment: Any, zone: str) -> str:
    return formats.clock(moment, ZoneInfo(zone), formats.now())
