"""Runs as REST takes and gives them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from backend.api.bodies import Strict
from backend.conversations.details import person_in
from backend.flows.types import NodeRun, NodeStatus, Run, RunDetail, RunResult, RunStatus, RunWish, Trigger


class NewRun(Strict):
    """`version` is a number, "draft" or "published". `conversation_id` goes on with a chat.

    `user` is by what you know whom you serve: it is kept with the conversation, and all of theirs is found by it.
    `metadata` is added to that of the conversation. Where no `user` is sent, its `user_id` is meant.
    """

    input: dict[str, Any] = Field(default_factory=dict)
    version: int | Literal["draft", "published"] | None = None
    conversation_id: str | None = None
    stream: bool = False
    user: str = Field(default="", max_length=200)
    metadata: dict[str, Any] | None = None

    def wish(self, trigger: Trigger = Trigger.API) -> RunWish:
        return RunWish(
            self.input,
            self.version or "published",
            self.conversation_id or "",
            trigger,
            person=self.user or person_in(self.metadata),
            details=self.metadata,
        )


class RunBody(BaseModel):
    """A run as a list shows it."""

    id: str
    run_id: str
    flow_id: str
    flow: str
    version: int | None
    status: RunStatus
    trigger: Trigger
    input: dict[str, Any]
    output: dict[str, Any] | None
    error: str
    error_node: str
    usage: dict[str, Any]
    citations: list[dict[str, Any]]
    conversation_id: str | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    time_ms: float

    @classmethod
    def of(cls, run: Run) -> RunBody:
        return cls(
            id=run.id,
            run_id=run.id,
            flow_id=run.flow_id,
            flow=run.flow_slug,
            version=run.version,
            status=run.status,
            trigger=run.trigger,
            input=run.input,
            output=run.output,
            error=run.error,
            error_node=run.error_node,
            usage=run.usage.as_json(),
            citations=run.citations,
            conversation_id=run.conversation_id,
            attempt=run.attempt,
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
            time_ms=run.time_ms,
        )


class RunList(BaseModel):
    runs: list[RunBody]
    next: str | None


class TryBody(BaseModel):
    """One attempt at a node; `error` is empty for the one that went through."""

    number: int
    time_ms: float
    error: str


UNTOLD: dict[str, Any] = {"inputs": {}, "output": None, "detail": {}}


class NodeBody(BaseModel):
    """What one node did in a run. `plate` is its number on the canvas, `offset_ms` is counted from the run's start."""

    node: str
    plate: int
    kind: str
    title: str
    status: NodeStatus
    reason: str
    error: str
    inputs: dict[str, Any]
    output: dict[str, Any] | None
    usage: dict[str, Any]
    offset_ms: float
    time_ms: float
    attempt: int
    tries: list[TryBody]
    detail: dict[str, Any]

    @classmethod
    def of(cls, node: NodeRun) -> NodeBody:
        same = {name: getattr(node, name) for name in cls.model_fields.keys() - {"usage", "tries"}}
        tries = [TryBody(number=one.number, time_ms=one.time_ms, error=one.error) for one in node.tries]
        return cls(**same, usage=node.usage.as_json(), tries=tries)


class RunDetailBody(RunBody):
    """A run with a row for each node."""

    nodes: list[NodeBody]

    @classmethod
    def with_nodes(cls, found: RunDetail) -> RunDetailBody:
        # Begun and yet not started: a person took its conversation over, and what its nodes gave is a draft of theirs.
        is_draft = found.run.status is RunStatus.WAITING and found.run.started_at is None
        nodes = [replace(node, **UNTOLD) if is_draft else node for node in found.nodes]
        return cls(**dict(RunBody.of(found.run)), nodes=[NodeBody.of(node) for node in nodes])


def result(ended: RunResult) -> dict[str, Any]:
    """Return the answer to who waited; plain, since it stands in the way of every run."""
    failed: dict[str, Any] = {"error": ended.error, "error_node": ended.error_node} if ended.error else {}
    if ended.waits_for:
        failed["waits_for"] = list(ended.waits_for)
    return {
        "run_id": ended.run_id,
        "status": ended.status.value,
        "output": ended.output,
        "usage": {**ended.usage.as_json(), "time_ms": ended.time_ms},
        "citations": ended.citations,
        "conversation_id": ended.conversation_id,
        **failed,
    }
