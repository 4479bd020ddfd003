"""The trace beside a conversation: what each node of the answer's run did."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.flows.types import NodeRun
from backend.operator import Operator, Permission
from console.state.seat import Phased
from console.state.trace_rows import (
    NodeDetail,
    OutputLine,
    TraceHead,
    TraceLine,
    node_detail,
    output_lines,
    trace_head,
    trace_lines,
)


class TraceState(Phased, rx.State):
    """One run and one node of it are open; empty where the answer has no run that is kept."""

    head: rx.Field[TraceHead] = rx.field(default_factory=TraceHead)
    lines: rx.Field[list[TraceLine]] = rx.field(default_factory=list)
    node: rx.Field[NodeDetail] = rx.field(default_factory=NodeDetail)
    output: rx.Field[list[OutputLine]] = rx.field(default_factory=list)
    chosen: rx.Field[str] = rx.field("")
    _nodes: tuple[NodeRun, ...] = ()

    @rx.event
    async def show(self, run_id: str) -> None:
        """Read a run; an answer without one shows that there is none."""
        operator = await self._operator(Permission.FLOWS_READ)
        await self._read(operator, run_id)

    async def _read(self, operator: Operator, run_id: str) -> None:
        self._nodes, self.lines, self.head = (), [], TraceHead()
        if not run_id:
            self.phase = "empty"
            return
        async with self._loading():
            detail = await services().runs.get(operator, run_id)
            self._nodes = tuple(detail.nodes)
            self.head, self.lines = trace_head(detail.run), trace_lines(detail)
            self._choose(detail.run.error_node or (self._nodes[-1].node if self._nodes else ""))
            self.phase = "ready"

    @rx.event
    async def choose(self, node: str) -> None:
        """Open what one node gave."""
        await self._operator(Permission.FLOWS_READ)
        self._choose(node)

    def _choose(self, name: str) -> None:
        node = next((one for one in self._nodes if one.node == name), None)
        self.chosen = name if node else ""
        self.node = node_detail(node) if node else NodeDetail()
        self.output = output_lines(node.output) if node else []
