"""The trace of one run as a pane shows it: a bar for every node on one scale of time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.flows.types import NodeRun, NodeStatus, Run, RunDetail
from console import routes
from console.state import formats
from console.state.run_values import Values, values

SHORT_ID = 12
# Between a node and the number of its call: no id of a node has a blank.
CALL = " call "
MAX_SHOWN_CHARACTERS = 6_000
MARKS = {
    NodeStatus.PENDING: ("queued", "Not reached"),
    NodeStatus.RUNNING: ("run", "Running"),
    NodeStatus.WAITING: ("wait", "Waiting for a person"),
    NodeStatus.DONE: ("ok", "Done"),
    NodeStatus.SKIPPED: ("skip", "Skipped"),
    NodeStatus.FAILED: ("fail", "Failed"),
    NodeStatus.CANCELLED: ("idle", "Cancelled"),
}
PLATES = {
    NodeStatus.RUNNING: "live", NodeStatus.FAILED: "bad", NodeStatus.PENDING: "off", NodeStatus.SKIPPED: "off",
    NodeStatus.WAITING: "wt",
}  # fmt: skip
# What stands where a node has no time of its own; the pane is narrow.
UNTIMED = {NodeStatus.WAITING: "Waiting"}


@dataclass(frozen=True)
class OutputLine:
    """A numbered line of what a node gave; `mark` is empty, as in code without changes."""

    number: str
    text: str
    mark: str = ""


@dataclass(frozen=True)
class TraceLine:
    """A node on the time line, or a call of its, without a plate; `left` and `width` are percent of the whole run."""

    node: str
    plate: str
    plate_state: str
    title: str
    left: float
    width: float
    time: str
    cost: str
    depth: int = 0


@dataclass(frozen=True)
class TraceHead:
    """The figures of the run."""

    run_id: str = ""
    short: str = ""
    href: str = ""
    time: str = ""
    tokens: str = ""
    cost: str = ""
    version: str = ""


@dataclass(frozen=True)
class NodeDetail:
    """What one node took and gave. `play` is where a prompt is made of it, empty where it asked no model."""

    plate: str = ""
    title: str = ""
    mark: str = "queued"
    words: str = ""
    reason: str = ""
    inputs: Values = field(default_factory=Values)
    gave: str = "Output"
    output: Values = field(default_factory=Values)
    play: str = ""


def trace_head(run: Run) -> TraceHead:
    return TraceHead(
        run_id=run.id,
        short=run.id[:SHORT_ID],
        href=routes.to(routes.RUN, run.id),
        time=formats.span(run.time_ms),
        tokens=formats.count(run.usage.tokens_in + run.usage.tokens_out),
        cost=formats.spent(run.usage) or formats.money(run.usage.cost),
        version=f"v{run.version}" if run.version else "draft",
    )


def opened_first(nodes: Sequence[NodeRun]) -> str:
    """Return the node that waits for a person, else the last that a model answered, else the last; empty for none."""
    waits = next((one.node for one in nodes if one.status is NodeStatus.WAITING), "")
    asked = next((one.node for one in reversed(nodes) if one.usage.tokens_out), "")
    return waits or asked or (nodes[-1].node if nodes else "")


def unsent_words(detail: RunDetail, replied_by: str) -> str:
    """Say what became of a draft that a person answered in the place of; empty where nobody did, or none was made."""
    said = (detail.run.output or {}).get("answer")
    if not replied_by or not detail.nodes:
        return ""
    if any(said in (one.output or {}).values() for one in detail.nodes if one.plate == len(detail.nodes)):
        return f"{replied_by} sent this answer under their name."
    return f"{replied_by} answered in its place: what was written here was not sent."


def trace_lines(detail: RunDetail) -> list[TraceLine]:
    whole = max((node.offset_ms + node.time_ms for node in detail.nodes), default=0) or 1
    return [line for node in detail.nodes for line in (_line(node, whole), *_calls(node, whole))]


def _line(node: NodeRun, whole: float) -> TraceLine:
    ran = node.started_at is not None
    return TraceLine(
        node=node.node,
        plate=f"{node.plate:02}",
        plate_state=PLATES.get(node.status, ""),
        title=node.title,
        left=round(100 * node.offset_ms / whole, 1) if ran else 0,
        width=max(round(100 * node.time_ms / whole, 1), 0.8) if ran else 0,
        time=UNTIMED.get(node.status) or (f"{node.time_ms:,.0f} ms" if ran else MARKS[node.status][1]),
        cost=formats.spent(node.usage),
    )


def _calls(node: NodeRun, whole: float) -> Iterator[TraceLine]:
    """Yield a line for each tool that the node called; one from before times were kept has no bar."""
    begun = node.offset_ms + sum(one.time_ms for one in node.tries[:-1]) + sum(one.waited_ms for one in node.tries)
    for number, step in enumerate(node.detail.get("steps", ())):
        at, took = step.get("at_ms"), step.get("time_ms")
        left, width, time = 0.0, 0.0, ""
        if at is not None and took is not None:
            left, time = round(100 * (begun + at) / whole, 1), f"{took:,.0f} ms"
            width = max(round(100 * took / whole, 1), 0.8)
        yield TraceLine(
            node=f"{node.node}{CALL}{number}",
            plate="",
            plate_state="",
            title=str(step.get("tool", "")),
            left=left,
            width=width,
            time=time,
            cost="Failed" if step.get("failed") else "",
        )


def call_detail(nodes: Sequence[NodeRun], name: str) -> NodeDetail | None:
    """Return what a call of a node took and gave; None for the name of anything else."""
    owner, _, number = name.partition(CALL)
    node = next((one for one in nodes if one.node == owner), None)
    steps = node.detail.get("steps", ()) if node else ()
    if node is None or not number.isdecimal() or int(number) >= len(steps):
        return None
    step = steps[int(number)]
    failed = bool(step.get("failed"))
    return NodeDetail(
        plate=f"{node.plate:02}",
        title=f"{node.title}, {step.get('tool', '')}",
        mark="fail" if failed else "ok",
        words="Failed" if failed else "Done",
        inputs=values(step.get("arguments")),
        gave="Result",
        output=values(step.get("result")),
    )


def node_detail(node: NodeRun) -> NodeDetail:
    mark, words = MARKS[node.status]
    return NodeDetail(
        plate=f"{node.plate:02}",
        title=node.title,
        mark=mark,
        words=words,
        # That it waits for a person stands beside its title already.
        reason="" if node.status is NodeStatus.WAITING else node.error or node.reason,
        inputs=values(node.inputs),
        output=values(node.output),
    )


def output_lines(output: dict[str, Any] | None) -> list[OutputLine]:
    """Return the output as JSON, cut where it would be a book."""
    if output is None:
        return []
    text = json.dumps(output, ensure_ascii=False, indent=2, default=str)
    shown = text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"
    return [OutputLine(str(place), line) for place, line in enumerate(shown.split("\n"), start=1)]
