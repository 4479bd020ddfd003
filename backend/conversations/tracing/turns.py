"""From the spans of one trace to a turn of a conversation: what was asked, the tools that were called, the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from backend.conversations.reports import Told
from backend.conversations.tracing.conventions import (
    Work,
    agent_of,
    call_id,
    session_of,
    tool_result,
    understood,
)
from backend.conversations.tracing.metadata import person_of
from backend.conversations.types import Role
from backend.ports.traces import Span

MAX_STEPS = 500


@dataclass(frozen=True, slots=True)
class Traced:
    """A trace as the log keeps it. Without messages nothing of it was said, and it is no conversation.

    `agent` is empty where no span names one; `service` is the program that it came from. `people` are all that its
    spans name, in their order.
    """

    session_id: str
    people: tuple[str, ...]
    agent: str
    service: str
    messages: tuple[Told, ...]

    @property
    def person(self) -> str:
        return self.people[0] if self.people else ""


def traced(spans: Sequence[Span]) -> Traced:
    """Return what a trace tells so far."""
    works = [understood(span) for span in sorted(spans, key=lambda span: (span.started_at, span.span_id))]
    ours = [work for work in works if work.kind]
    first = ours[0].span if ours else None
    return Traced(
        session_id=next(filter(None, map(session_of, (work.span for work in works))), ""),
        people=people_of(spans),
        agent=next(filter(None, map(agent_of, (work.span for work in works))), ""),
        service=first.service if first else "",
        messages=tuple(_said(ours)) if first else (),
    )


def people_of(spans: Sequence[Span]) -> tuple[str, ...]:
    """Return whom spans name, in the order of their beginnings, each once."""
    ordered = sorted(spans, key=lambda span: (span.started_at, span.span_id))
    return tuple(dict.fromkeys(filter(None, map(person_of, ordered))))


def _said(works: Sequence[Work]) -> Iterator[Told]:
    ids = {work.span.span_id for work in works}
    # Spans that name each other as parents have no top: then each is one.
    tops = [work for work in works if work.span.parent_id not in ids] or list(works)
    models = [work for work in works if work.kind == "llm"]
    asked = next(filter(None, (work.asked for work in (*tops, *models))), "")
    answered = next(filter(None, (work.answered for work in (*reversed(tops), *reversed(models)))), "")
    began, ended = min(work.span.started_at for work in tops), max(work.span.ended_at for work in tops)
    error = next((work.span.error for work in tops if work.span.error), "")
    if not (asked or answered or error):
        return
    if asked:
        yield Told(Role.USER, asked, began)
    steps = list(_steps(works))[:MAX_STEPS]
    yield from steps
    # What the steps did not use up belongs to the answer, so that the sums are those of the trace.
    yield Told(
        Role.ASSISTANT,
        answered,
        ended,
        model=models[-1].model if models else "",
        error=error,
        tokens_in=sum(one.tokens_in for one in models) - sum(one.tokens_in for one in steps),
        tokens_out=sum(one.tokens_out for one in models) - sum(one.tokens_out for one in steps),
        cost=sum((one.cost for one in models), Decimal(0)) - sum((one.cost for one in steps), Decimal(0)),
        latency_ms=round((ended - began).total_seconds() * 1000),
    )


def _steps(works: Sequence[Work]) -> Iterator[Told]:
    """Yield the calls that models made and what the tools gave back, in the order of their ends."""
    has_tools = any(work.kind == "tool" for work in works)
    for work in sorted(works, key=lambda one: one.span.ended_at):
        if work.kind == "llm" and not has_tools:
            yield from _results(work)
        if work.kind == "llm" and work.calls:
            text = next((line.text for line in work.gave if line.calls and line.text), "")
            yield replace(_spent(work), text=text, tool_calls=work.calls)
        elif work.kind == "tool":
            given, gave = tool_result(work)
            arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
            call = {"id": call_id(work), "name": work.name, "arguments": arguments}
            yield Told(
                Role.TOOL,
                gave,
                work.span.ended_at,
                tool_name=work.name,
                error=work.span.error,
                tool_calls=(call,) if arguments else (),
            )


def _results(work: Work) -> Iterator[Told]:
    """Yield what tools gave back where no span of theirs tells: it stands in what the model was given next."""
    trailing = []
    for line in reversed(work.given):
        if line.role is not Role.TOOL:
            break
        trailing.append(line)
    for line in reversed(trailing):
        yield Told(Role.TOOL, line.text, work.span.started_at)


def _spent(work: Work) -> Told:
    return Told(
        Role.ASSISTANT,
        "",
        work.span.ended_at,
        model=work.model,
        tokens_in=work.tokens_in,
        tokens_out=work.tokens_out,
        cost=work.cost,
    )
