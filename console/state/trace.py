"""The trace beside a conversation: what each node of the answer's run did."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import SpanLine
from backend.flows.types import NodeRun
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console.state.seat import Phased
from console.state.trace_rows import (
    NodeDetail,
    TraceHead,
    TraceLine,
    call_detail,
    node_detail,
    opened_first,
    trace_head,
    trace_lines,
    unsent_words,
)
from console.state.trace_spans import in_order, span_detail, span_head, span_lines
from console.state.trace_spans import opened_first as span_opened_first


class TraceState(Phased, rx.State):
    """One run and one node of it are open; empty where the answer has no run that is kept.

    `opened` says that it stands over the page, where there is no room beside a transcript; `unsent` that a person
    answered in the place of the run.
    """

    head: rx.Field[TraceHead] = rx.field(default_factory=TraceHead)
    lines: rx.Field[list[TraceLine]] = rx.field(default_factory=list)
    node: rx.Field[NodeDetail] = rx.field(default_factory=NodeDetail)
    chosen: rx.Field[str] = rx.field("")
    opened: rx.Field[bool] = rx.field(default=False)
    unsent: rx.Field[str] = rx.field("")
    _nodes: tuple[NodeRun, ...] = ()
    _conversation: str = ""
    _spans: dict[str, SpanLine] = {}  # noqa: RUF012  # a var of its own for each tab

    @rx.event
    async def show(self, run_id: str, replied_by: str = "") -> None:
        """Read a run; an answer without one shows that there is none. `replied_by` is who answered in its place."""
        operator = await self._operator(Permission.FLOWS_READ)
        await self._read(operator, run_id, replied_by)

    async def _read(self, operator: Operator, run_id: str, replied_by: str) -> None:
        self._nodes, self.lines, self.head, self._spans, self.unsent = (), [], TraceHead(), {}, ""
        if not run_id:
            self.phase = "empty"
            return
        async with self._loading():
            detail = await services().runs.get(operator, run_id)
            self._nodes = tuple(detail.nodes)
            self.head, self.lines = trace_head(detail.run), trace_lines(detail)
            self.unsent = unsent_words(detail, replied_by)
            self._choose(detail.run.error_node or opened_first(self._nodes))
            self.phase = "ready"

    @rx.event
    async def show_spans(self, conversation_id: str, trace_id: str) -> None:
        """Read a trace that another system told of."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self._nodes, self.lines, self.head, self._spans, self.unsent = (), [], TraceHead(), {}, ""
        self._conversation = conversation_id
        async with self._loading():
            page = Page(MAX_LIMIT)
            listed = await services().conversations.spans(operator, conversation_id, trace_id, page)
            found = in_order(listed.items)
            self._spans = {one.span.span_id: one for one in found}
            self.head, self.lines = span_head(trace_id, found), span_lines(found)
            self._choose(span_opened_first(found))
            self.phase = "ready" if found else "empty"

    @rx.event
    async def open(self) -> None:
        """Show it over the page."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.opened = True

    @rx.event
    async def close(self) -> None:
        """Leave it."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.opened = False

    @rx.event
    async def choose(self, node: str) -> None:
        """Open what one node gave."""
        await self._operator(Permission.FLOWS_READ)
        self._choose(node)

    def _choose(self, name: str) -> None:
        if span := self._spans.get(name):
            number = [line.node for line in self.lines].index(name) + 1
            self.chosen, self.node = name, span_detail(span, number, self._conversation)
            return
        node = next((one for one in self._nodes if one.node == name), None)
        found = node_detail(node) if node else call_detail(self._nodes, name)
        self.chosen, self.node = (name, found) if found else ("", NodeDetail())
