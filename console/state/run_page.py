"""One run: the canvas of its own version, what each node did, and what the selected node took and gave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.flows.types import NodeRun, NodeStatus, RunDetail, RunStatus, RunWish, Trigger
from backend.operator import Operator, Permission
from console import routes
from console.state import formats
from console.state.cited_text import Part, parts_of
from console.state.conversations_rows import BY_A_PERSON
from console.state.flow_choices import choices_of, names_of
from console.state.flows_live import FlowLiveState, follow
from console.state.flows_rows import RUN_MARKS, RunLine, run_line
from console.state.flows_said import Cited, cited
from console.state.run_board import RunBoard, shown
from console.state.run_values import Values, given, messages, values
from console.state.seat import Phased

# Why no node of a run did anything: somebody took its conversation over.
WHY_NOT = {
    RunStatus.WAITING: "A person answers this conversation. The flow waits until it is handed back.",
    RunStatus.DONE: "A person answered in its place.",
}
NODE_MARKS = {
    "done": "ok",
    "failed": "fail",
    "skipped": "skip",
    "running": "run",
    "cancelled": "idle",
    "waiting": "wait",
}
NODE_LOOKS = {"done": "", "failed": "bad", "running": "live", "waiting": "wt"}


@dataclass(frozen=True)
class TryLine:
    number: str
    mark: str
    words: str
    time: str
    waited: str


@dataclass(frozen=True)
class NodeLine:
    """What the right pane shows of a node."""

    node: str = ""
    plate: str = ""
    title: str = ""
    look: str = "off"
    mark: str = "queued"
    words: str = "Did not run"
    reason: str = ""
    time: str = ""
    tokens_in: str = ""
    tokens_out: str = ""
    cost: str = ""
    inputs: Values = field(default_factory=Values)
    output: Values = field(default_factory=Values)
    prompt: Values = field(default_factory=Values)
    prompt_name: str = "Prompt as sent"
    given: Values = field(default_factory=Values)
    detail: Values = field(default_factory=Values)
    tries: list[TryLine] = field(default_factory=list)
    play: str = ""
    play_words: str = ""


class RunPageState(Phased, rx.State):
    run_id: rx.Field[str] = rx.field("")
    line: rx.Field[RunLine | None] = rx.field(None)
    seed: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    catalogue: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    names: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    revision: rx.Field[int] = rx.field(0)
    note: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    state_words: rx.Field[str] = rx.field("")
    state_mark: rx.Field[str] = rx.field("queued")
    conversation_href: rx.Field[str] = rx.field("")
    pieces: rx.Field[list[Part]] = rx.field(default_factory=list)
    sources: rx.Field[list[Cited]] = rx.field(default_factory=list)
    asked: rx.Field[Values] = rx.field(default_factory=Values)
    node: rx.Field[NodeLine] = rx.field(default_factory=NodeLine)
    goto: rx.Field[str] = rx.field("")
    _order: tuple[str, ...] = ()
    _owner: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Read the run that the address names, and go on watching it while it runs."""
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        if wanted != self.run_id:
            self.phase, self.run_id, self.seed, self.node = "loading", wanted, {}, NodeLine()
            self.line, self.title = None, ""
            yield
        operator = await self._operator(Permission.FLOWS_READ)
        async with self._loading():
            detail = await services().runs.get(operator, wanted)
            self.catalogue = services().flows.catalogue(operator)
            self.names = names_of(await choices_of(operator, with_variables=False))
            live = await self.get_state(FlowLiveState)
            board = RunBoard()
            board.recall(detail, detail.run.time_ms)
            self._owner = live._take()
            live._draw(board, self._owner)
            await self._show(detail)
            self.seed = detail.document.as_json()
            self.revision += 1
            slowest = max(detail.nodes, key=lambda row: row.time_ms, default=None)
            self._choose(detail, detail.run.error_node or (slowest.node if slowest else ""))
            self.goto = self.node.node
            self.phase = "ready"
            if not detail.run.status.is_final:
                yield RunPageState.watch

    async def _show(self, detail: RunDetail) -> None:
        run, zone, now = detail.run, await self._zone(), formats.now()
        self.line = run_line(run, zone, now)
        began = formats.clock(run.created_at, zone, now)
        self.title = f"{run.flow_name}, {began}"
        retries = sum(len(row.tries) - 1 for row in detail.nodes if len(row.tries) > 1)
        again = f", {formats.counted(retries, 'retry', 'retries')}" if retries else ""
        by_person = BY_A_PERSON if run.status is RunStatus.DONE and not _reached(detail) else ""
        self.state_words, self.state_mark = by_person or f"{self.line.words}{again}", RUN_MARKS[run.status]
        which = f"v{run.version}" if run.version else f"Draft {run.draft_version}"
        self.note = f"{which} as it ran. Read only."
        self.conversation_href = routes.to(routes.CONVERSATION, run.conversation_id) if run.conversation_id else ""
        self.sources = [cited(one, at) for at, one in enumerate(run.citations, start=1)]
        text = shown(run.output) if run.output else ""
        self.pieces = parts_of(text, {one.number: one.href for one in self.sources})
        self.asked = values(run.input)
        self._order = tuple(row.node for row in detail.nodes)

    @rx.event
    async def choose(self, node: str) -> None:
        """Show what a node took and gave."""
        operator = await self._operator(Permission.FLOWS_READ)
        self._choose(await services().runs.get(operator, self.run_id), node)

    @rx.event
    async def step(self, by: int) -> None:
        """Go to the node before or after, in plate order."""
        operator = await self._operator(Permission.FLOWS_READ)
        if not self._order:
            return
        at = self._order.index(self.node.node) if self.node.node in self._order else 0
        node = self._order[max(0, min(len(self._order) - 1, at + by))]
        self._choose(await services().runs.get(operator, self.run_id), node)
        self.goto = node

    def _choose(self, detail: RunDetail, node: str) -> None:
        row = next((one for one in detail.nodes if one.node == node), None)
        if row is not None:
            line = with_playground(node_line(row), row, self.run_id)
            self.node = line if _reached(detail) else replace(line, reason=WHY_NOT.get(detail.run.status, ""))

    @rx.event(background=True, supersedes=True)
    async def watch(self) -> None:
        """Show the run until it ends."""
        async with self:
            operator = await self._operator(Permission.FLOWS_READ)
            run_id, owner = self.run_id, self._owner
        await follow(partial(self._draw, owner), operator, RunBoard(), run_id)
        async with self:
            if self.run_id == run_id:
                detail = await services().runs.get(operator, run_id)
                await self._show(detail)
                self._choose(detail, self.node.node)

    async def _draw(self, owner: str, board: RunBoard) -> None:
        async with self:
            (await self.get_state(FlowLiveState))._draw(board, owner)

    @rx.event
    async def stop(self) -> None:
        """Cancel the run."""
        operator = await self._operator(Permission.FLOWS_RUN)
        await services().runs.cancel(operator, self.run_id)

    @rx.event
    async def again(self) -> rx.event.EventSpec:
        """Run the same version with the same input and open that run."""
        operator = await self._operator(Permission.FLOWS_RUN)
        run = (await services().runs.get(operator, self.run_id)).run
        wish = RunWish(run.input, run.version or "draft", "", Trigger.CONSOLE)
        return await self._start(operator, run.flow_id, wish)

    async def _start(self, operator: Operator, flow_id: str, wish: RunWish) -> rx.event.EventSpec:
        """Queue the run: its row is there before its page opens."""
        made = await services().runs.enqueue(operator, flow_id, wish)
        return rx.redirect(routes.to(routes.RUN, made.id))


def _reached(detail: RunDetail) -> bool:
    """Tell whether the flow did anything."""
    return any(row.status is not NodeStatus.PENDING for row in detail.nodes)


def with_playground(line: NodeLine, row: NodeRun, run_id: str) -> NodeLine:
    """Say where the call of a model can be tried again: with the prompt it used, or as a prompt of its own."""
    if not row.detail.get("messages"):
        return line
    told = row.detail.get("managed_prompt")
    address = routes.to(routes.PROMPT, told["slug"]) if told else routes.PROMPTS
    words = "Open in the playground" if told else "Make a prompt of it"
    return replace(line, play=f"{address}?run={run_id}&node={row.node}", play_words=words)


def node_line(row: NodeRun) -> NodeLine:
    status = row.status.value
    words = {
        "done": "Done",
        "failed": "Failed",
        "skipped": "Skipped",
        "running": "Running",
        "waiting": "Waiting for a person",
        "cancelled": "Cancelled",
    }
    said = words.get(status, "Not reached")
    if len(row.tries) > 1 and status == "done":
        said = f"Done on attempt {len(row.tries)}"
    prompt = row.detail.get("prompt") or row.detail.get("messages")
    adapted = row.detail.get("adapted")
    rest = {key: value for key, value in row.detail.items() if key not in ("prompt", "messages", "adapted")}
    ran = status in ("done", "failed", "cancelled")
    return NodeLine(
        node=row.node,
        plate=f"{row.plate:02d}",
        title=row.title,
        look=NODE_LOOKS.get(status, "off"),
        mark=NODE_MARKS.get(status, "queued"),
        words=said,
        reason=row.error or row.reason,
        time=f"{row.time_ms:,.0f} ms" if ran else "",
        tokens_in=formats.count(row.usage.tokens_in) if row.usage.tokens_in else "",
        tokens_out=formats.count(row.usage.tokens_out) if row.usage.tokens_out else "",
        cost=formats.spent(row.usage),
        inputs=values(row.inputs),
        output=values(row.output),
        prompt=messages(prompt),
        prompt_name="Prompt of this node" if adapted else "Prompt as sent",
        given=given(adapted),
        detail=values(rest),
        tries=[
            TryLine(
                number=str(one.number),
                mark="fail" if one.error else "ok",
                words=one.error or "Done",
                time=f"{one.time_ms:,.0f} ms",
                waited=formats.span(one.waited_ms) if one.waited_ms else "",
            )
            for one in row.tries
            if len(row.tries) > 1
        ],
    )
