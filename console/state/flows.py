"""The list of flows: create, duplicate, delete with undo."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.errors import DomainError
from backend.flows.types import MAX_NAME_CHARACTERS, FlowBrief
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Listed, Page
from console import routes
from console.problems import Problem, caught
from console.state import formats
from console.state.flow_templates import template_document
from console.state.flows_rows import FlowLine, flow_line
from console.state.naming import copy_name
from console.state.seat import Phased

NOTHING = Problem()


class FlowsState(Phased, rx.State):
    """`num_clears` rises when the server empties the filter."""

    rows: rx.Field[list[FlowLine]] = rx.field(default_factory=list)
    query: rx.Field[str] = rx.field("")
    num_clears: rx.Field[int] = rx.field(0)
    shown: rx.Field[str] = rx.field("")
    creating: rx.Field[bool] = rx.field(default=False)
    template: rx.Field[str] = rx.field("blank")
    refused: rx.Field[Problem] = rx.field(default_factory=Problem)
    undo: rx.Field[bool] = rx.field(default=False)
    undo_words: rx.Field[str] = rx.field("")
    num_undo: rx.Field[int] = rx.field(0)
    may_edit: rx.Field[bool] = rx.field(default=False)
    has_more: rx.Field[bool] = rx.field(default=False)
    _after: str = ""
    _deleted: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the first page, without a filter."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.query, self.num_clears = "", self.num_clears + 1
        await self._read(operator)

    async def _read(self, operator: Operator, after: str = "") -> None:
        self.may_edit = operator.may(Permission.FLOWS_EDIT)
        async with self._loading():
            listed = await self._listed(operator, after)
            zone, now = await self._zone(), formats.now()
            lines = [flow_line(row, zone, now) for row in listed.items]
            self.rows = [*self.rows, *lines] if after else lines
            self._after, self.has_more = listed.next or "", listed.next is not None
            self.shown = f"Rows 1 to {formats.count(len(self.rows))}, newest first" if self.rows else ""
            self.phase = "ready" if self.rows or self.query else "empty"

    async def _listed(self, operator: Operator, after: str) -> Listed[FlowBrief]:
        """Return a page; of a filter, from whichever flows match, however far down they stand."""
        if not self.query:
            return await services().flows.list(operator, Page(after=after))
        found: list[FlowBrief] = []
        page = Page(limit=MAX_LIMIT, after=after)
        while True:
            listed = await services().flows.list(operator, page)
            found += [row for row in listed.items if self._matches(row)]
            if listed.next is None or len(found) > DEFAULT_LIMIT:
                return Listed.cut(found, Page())
            page = Page(limit=MAX_LIMIT, after=listed.next)

    def _matches(self, row: FlowBrief) -> bool:
        return self.query in f"{row.name} {row.slug} {row.description}".casefold()

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        await self._read(await self._operator(Permission.FLOWS_READ), self._after)

    @rx.event
    async def search(self, text: str) -> None:
        """Look for flows by name, address and description."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.query = text.strip().casefold()[:100]
        await self._read(operator)

    @rx.event
    async def ask(self, template: str) -> None:
        """Open the dialog that names a new flow."""
        await self._operator(Permission.FLOWS_EDIT)
        self.creating, self.template, self.refused = True, template, NOTHING

    @rx.event
    async def leave(self) -> None:
        """Close the dialog."""
        await self._operator(Permission.FLOWS_READ)
        self.creating = False

    @rx.event
    async def create(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        """Make a flow and open it."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        with caught(DomainError) as refusal:
            made = await services().flows.create(
                operator,
                form.get("name", "").strip() or "Untitled flow",
                description=form.get("description", ""),
                document=template_document(form.get("template", self.template)),
            )
            self.creating = False
            return rx.redirect(routes.to(routes.FLOW, made.id))
        self.refused = refusal.problem or NOTHING
        return None

    @rx.event
    async def duplicate(self, flow_id: str) -> rx.event.EventSpec:
        """Make a flow with the same draft and open it."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        flow = await services().flows.get(operator, flow_id)
        taken = {one.name for one in (await services().flows.list(operator, Page(MAX_LIMIT))).items}
        name = copy_name(flow.name, taken, MAX_NAME_CHARACTERS)
        made = await services().flows.create(operator, name, description=flow.description, document=flow.draft)
        return rx.redirect(routes.to(routes.FLOW, made.id))

    @rx.event
    async def delete(self, flow_id: str) -> None:
        """Take a flow away and offer it back."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        name = next((row.name for row in self.rows if row.id == flow_id), "The flow")
        self._deleted = await services().flows.delete(operator, flow_id)
        self.undo, self.undo_words, self.num_undo = True, f"{name} deleted", self.num_undo + 1
        await self._read(operator)

    @rx.event
    async def take_back(self) -> None:
        """Undo the last delete."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        if self._deleted:
            await services().flows.undelete(operator, self._deleted)
        self._deleted, self.undo = "", False
        await self._read(operator)

    @rx.event
    async def dismiss(self) -> None:
        """Let the last delete stand."""
        await self._operator(Permission.FLOWS_READ)
        self._deleted, self.undo = "", False
