"""Rows of flows, versions and runs, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from backend.flows.types import (
    FlowBrief,
    FlowDocument,
    Problem,
    Run,
    RunStatus,
    Severity,
    VersionInfo,
)
from console import routes
from console.state import formats
from console.state.evidence import words_of

RUN_WORDS = {
    RunStatus.QUEUED: "Queued",
    RunStatus.RUNNING: "Running",
    RunStatus.WAITING: "Waiting for a person",
    RunStatus.DONE: "Done",
    RunStatus.FAILED: "Failed",
    RunStatus.CANCELLED: "Cancelled",
}
RUN_MARKS = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "run",
    RunStatus.WAITING: "wait",
    RunStatus.DONE: "ok",
    RunStatus.FAILED: "fail",
    RunStatus.CANCELLED: "idle",
}
TRIGGER_WORDS = {"api": "API", "console": "Console", "job": "Job", "demo": "Example", "experiment": "Experiment",
                 "replay": "Replay"}  # fmt: skip


@dataclass(frozen=True)
class FlowLine:
    """A flow in the list. `mark` and `words` say how its last run went."""

    id: str
    href: str
    name: str
    slug: str
    description: str
    version: str
    changed: bool
    mark: str
    words: str
    run_href: str
    run_when: str
    run_time: str
    nodes: str
    saved: str
    saved_exact: str


@dataclass(frozen=True)
class VersionLine:
    number: str
    comment: str
    by: str
    approved: str
    when: str
    when_exact: str
    nodes: str
    current: bool


@dataclass(frozen=True)
class RunLine:
    """A run in the history."""

    id: str
    href: str
    flow: str
    flow_href: str
    version: str
    mark: str
    words: str
    reason: str
    asked: str
    trigger: str
    by: str
    when: str
    when_exact: str
    time: str
    tokens: str
    cost: str


@dataclass(frozen=True)
class AskedField:
    """One field that a run is given."""

    name: str
    kind: str
    required: bool
    help: str
    default: str


@dataclass(frozen=True)
class RunForm:
    """How a run is asked for: as a chat with `message` as its field, or as a form."""

    chat: bool = True
    message: str = ""
    needed: bool = True
    fields: list[AskedField] = field(default_factory=list)


def flow_line(row: FlowBrief, zone: tzinfo, now: datetime) -> FlowLine:
    last = row.last_run
    return FlowLine(
        id=row.id,
        href=routes.to(routes.FLOW, row.id),
        name=row.name,
        slug=row.slug,
        description=row.description,
        version=f"v{row.published_version}" if row.published_version else "",
        changed=row.is_changed,
        mark=RUN_MARKS[last.status] if last else "queued",
        words=RUN_WORDS[last.status] if last else "Not run",
        run_href=routes.to(routes.RUN, last.id) if last else "",
        run_when=formats.day(last.created_at, zone, now) if last else "",
        run_time=formats.span(last.time_ms) if last and last.status.is_final else "",
        nodes=formats.count(row.num_nodes),
        saved=formats.day(row.updated_at, zone, now),
        saved_exact=formats.exact(row.updated_at, zone),
    )


def version_line(row: VersionInfo, current: int | None, zone: tzinfo, now: datetime) -> VersionLine:
    return VersionLine(
        number=str(row.number),
        comment=words_of(row.comment),
        by=row.created_by,
        approved=f", approved by {row.approved_by}" if row.approved_by else "",
        when=formats.clock(row.created_at, zone, now),
        when_exact=formats.exact(row.created_at, zone),
        nodes=formats.counted(row.num_nodes, "node"),
        current=row.number == current,
    )


def run_line(run: Run, zone: tzinfo, now: datetime) -> RunLine:
    tokens = run.usage.tokens_in + run.usage.tokens_out
    return RunLine(
        id=run.id,
        href=routes.to(routes.RUN, run.id),
        flow=run.flow_name,
        flow_href=routes.to(routes.FLOW, run.flow_id),
        version=f"v{run.version}" if run.version else "draft",
        mark=RUN_MARKS[run.status],
        words=RUN_WORDS[run.status],
        reason=run.error,
        asked=asked(run.input),
        trigger=TRIGGER_WORDS.get(run.trigger.value, run.trigger.value),
        by=run.started_by,
        when=formats.clock(run.created_at, zone, now),
        when_exact=formats.exact(run.created_at, zone),
        time=formats.span(run.time_ms) if run.status.is_final else "",
        tokens=formats.count(tokens) if run.status.is_final else "",
        cost=(formats.spent(run.usage) or formats.money(run.usage.cost)) if run.status.is_final else "",
    )


def asked(given: dict[str, Any]) -> str:
    """Return what a run was given in one line: the values, the first one leading."""
    texts = [value if isinstance(value, str) else str(value) for value in given.values() if value not in (None, "")]
    return " · ".join(" ".join(text.split()) for text in texts)[:200]


def problem_row(one: Problem) -> dict[str, Any]:
    return {
        "severity": one.severity.value,
        "sentence": one.sentence,
        "fix": one.fix,
        "node": one.node,
        "plate": one.plate,
        "field": one.field,
        "edge": one.edge,
    }


def blocking(problems: list[Problem], act: str) -> str:
    """Say in words why the act is not possible now; empty when it is."""
    errors = sum(one.severity is Severity.ERROR for one in problems)
    if not errors:
        return ""
    return f"1 problem blocks {act}" if errors == 1 else f"{errors} problems block {act}"


def form_of(document: FlowDocument) -> RunForm | None:
    """Return how a run of this document is asked for; None when it has no input."""
    node = next((node for node in document.nodes if node.kind == "input"), None)
    if node is None:
        return None
    given = node.config.get("fields")
    fields = [
        AskedField(
            name=str(one.get("name", "")),
            kind=str(one.get("type", "text")),
            required=bool(one.get("required", True)),
            help=str(one.get("description", "")),
            default="" if one.get("default") is None else str(one.get("default")),
        )
        for one in (given if isinstance(given, list) else [{"name": "question"}])
        if isinstance(one, dict)
    ]
    chat = node.config.get("mode", "chat") == "chat"
    asked = next((one for one in fields if one.kind == "text"), None)
    return RunForm(
        chat=chat,
        message=asked.name if asked else "",
        needed=bool(asked and asked.required and not asked.default),
        fields=[one for one in fields if not chat or one is not asked],
    )
