"""What a run has said so far, node by node, as the canvas and the timeline draw it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from backend.flows.types import FlowDocument, NodeRun, NodeStatus, Run, RunDetail

TAIL_CHARACTERS = 400
SHOWN_CHARACTERS = 4_000
Mark = dict[str, Any]


def shown(value: Any) -> str:
    """Return the beginning of a value as a person reads it: a lone text as itself, the rest as indented lines."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        value = value["text"]
    text = value if isinstance(value, str) else "" if value is None else _lines(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} …"


def _lines(value: Any, depth: int = 0) -> str:
    """Write objects and lists with one entry a line."""
    pad = "  " * depth
    if isinstance(value, dict):
        return "\n".join(f"{pad}{key}: {_inner(one, depth)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(f"{pad}- {_inner(one, depth)}" for one in value)
    return f"{pad}{value}"


def _inner(value: Any, depth: int) -> str:
    return f"\n{_lines(value, depth + 1)}" if isinstance(value, dict | list | tuple) and value else str(value)


def mark_of(row: NodeRun) -> Mark:
    """Return the mark of a node from its row in the record."""
    mark: Mark = {"status": row.status.value}
    if row.status is NodeStatus.PENDING:
        return mark
    mark |= {"offset_ms": round(row.offset_ms, 1), "time_ms": round(row.time_ms, 1)}
    mark |= _figures(row.usage.tokens_in, row.usage.tokens_out, float(row.usage.cost))
    if reason := (row.error if row.status is NodeStatus.FAILED else row.reason):
        mark["reason"] = reason
    if row.kind == "condition" and row.status is NodeStatus.DONE:
        mark["ports"] = sorted(row.output or {})
        mark["taken"] = ", ".join(mark["ports"])
    if row.tries:
        mark["tries"] = [
            {"number": one.number, "time_ms": one.time_ms, "error": one.error, "waited_ms": one.waited_ms}
            for one in row.tries
        ]
    if row.output is not None:
        mark["output"] = shown(row.output)
    return mark


def _figures(tokens_in: int, tokens_out: int, cost: float) -> Mark:
    found = {"tokens_in": tokens_in, "tokens_out": tokens_out, "cost": cost}
    return {name: value for name, value in found.items() if value}


class RunBoard:
    """Takes events in order; offsets are milliseconds since the run began."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self.hides = False  # words come from the record alone, masked: what is heard is not
        self.run_id = ""
        self.conversation_id = ""
        self.status = "running"
        self.document: FlowDocument | None = None
        self.marks: dict[str, Mark] = {}
        self.live: dict[str, str] = {}
        self.answer = ""
        self.output: dict[str, Any] | None = None
        self.citations: list[dict[str, Any]] = []
        self.error = ""
        self.error_node = ""
        self.refused = ""

    @property
    def elapsed_ms(self) -> float:
        return (self._clock() - self._began) * 1_000

    @property
    def is_over(self) -> bool:
        return self.status in {"done", "failed", "cancelled"}

    def recall(self, detail: RunDetail, elapsed_ms: float) -> None:
        """Take what the record says: of a run that has ended, or that began before we listened."""
        self._began = self._clock() - elapsed_ms / 1_000
        self.document = self.document or detail.document
        self.marks = {row.node: mark_of(row) for row in detail.nodes if row.status is not NodeStatus.PENDING}
        self.refused = next((row.reason for row in detail.nodes if row.detail.get("outcome") == "refused"), "")
        if self.refused:  # what was spoken before is what a person refused
            self.answer, self.live = "", {}
        self._settle(detail.run)

    def catch_up(self, detail: RunDetail) -> None:
        """Take from the record what was not heard: another process may carry the run, or have ended it.

        The rows of quick nodes come later than their events, so what was heard already stands.
        """
        self.document = self.document or detail.document
        for row in detail.nodes:
            heard = self.marks.get(row.node, {}).get("status")
            known = (NodeStatus.PENDING,) if heard is None else (NodeStatus.PENDING, NodeStatus.RUNNING)
            if heard in {None, "running", "waiting"} and row.status not in known:
                self.marks[row.node] = mark_of(row)
        self._settle(detail.run)

    def _settle(self, run: Run) -> None:
        self.run_id, self.status = run.id, run.status.value
        self.conversation_id = run.conversation_id or ""
        self.output, self.citations = run.output, run.citations
        self.error, self.error_node = run.error, run.error_node

    def take(self, events: Sequence[Mark]) -> None:
        for event in events:
            self.run_id = event.get("run_id") or self.run_id
            self.conversation_id = event.get("conversation_id") or self.conversation_id
            match event.get("event"):
                case "node.started":
                    self.marks[event["node"]] = {"status": "running", "offset_ms": round(self.elapsed_ms, 1)}
                case "token":
                    self._hear(event["node"], event["text"])
                case "node.waiting":
                    self.marks[event["node"]] = {**self.marks.get(event["node"], {}), "status": "waiting"}
                case "node.done":
                    self._end(event)
                case "run.done" | "run.failed" | "run.waiting":
                    self._close(event)

    def _hear(self, node: str, text: str) -> None:
        if node not in self.live:
            self.answer = ""
            self.marks[node] = {**self.marks.get(node, {"status": "running"}), "tokens": True}
        text = "" if self.hides else text
        self.answer += text
        self.live[node] = (self.live.get(node, "") + text)[-TAIL_CHARACTERS:]

    def _end(self, event: Mark) -> None:
        event = {**event, "reason": "", "error": "", "output_preview": ""} if self.hides else event
        time_ms = float(event.get("time_ms") or 0)
        began = self.marks.get(event["node"], {}).get("offset_ms", max(0.0, self.elapsed_ms - time_ms))
        mark: Mark = {"status": event["status"], "offset_ms": round(began, 1), "time_ms": round(time_ms, 1)}
        mark |= _figures(event.get("tokens_in") or 0, event.get("tokens_out") or 0, event.get("cost") or 0)
        if reason := event.get("error") or event.get("reason"):
            mark["reason"] = reason
        if event.get("output_preview"):
            mark["output"] = event["output_preview"]
        self.marks[event["node"]] = mark

    def _close(self, event: Mark) -> None:
        failed = event["event"] == "run.failed"
        event = {**event, "output": None, "citations": [], "error": ""} if self.hides else event
        self.status = event.get("status") or ("failed" if failed else "done")
        self.output = event.get("output")
        self.citations = event.get("citations") or []
        self.error, self.error_node = event.get("error") or "", event.get("node") or ""
