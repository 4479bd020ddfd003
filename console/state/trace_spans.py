"""A trace of another system as the pane shows it: its spans, each below the one that it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from backend.conversations.types import SpanLine
from console.state import formats
from console.state.logged_call import play_address
from console.state.run_values import values
from console.state.trace_rows import SHORT_ID, NodeDetail, TraceHead, TraceLine

MAX_INDENT = 8


def in_order(lines: Sequence[SpanLine]) -> list[SpanLine]:
    """Return spans as a tree is read: each before its children, in the order of their beginning."""
    return [line for line, _ in _walked(lines)]


def _walked(lines: Sequence[SpanLine]) -> Iterator[tuple[SpanLine, int]]:
    known = {line.span.span_id for line in lines}
    below = defaultdict[str, list[SpanLine]](list)
    for line in sorted(lines, key=lambda one: one.span.started_at, reverse=True):
        below[line.span.parent_id if line.span.parent_id in known else ""].append(line)
    waiting = [(line, 0) for line in below.pop("", ())]
    while waiting or below:
        if not waiting:  # these name each other as parents
            waiting = [(line, 0) for line in below.pop(next(reversed(below)))]
        line, depth = waiting.pop()
        yield line, depth
        waiting += [(one, depth + 1) for one in below.pop(line.span.span_id, ())]


def opened_first(lines: Sequence[SpanLine]) -> str:
    """Return the span where a trace failed: of those that say so, the first below which none does; else the top."""
    failed = [line.span for line in lines if line.span.error]
    above = {span.parent_id for span in failed}
    found = next((span for span in failed if span.span_id not in above), next(iter(failed), None))
    top = lines[0].span.span_id if lines else ""
    return found.span_id if found else top


def span_head(trace_id: str, lines: Sequence[SpanLine]) -> TraceHead:
    if not lines:
        return TraceHead()
    models = [line for line in lines if line.kind == "llm"]
    return TraceHead(
        run_id=trace_id,
        short=trace_id[:SHORT_ID],
        time=formats.span(_whole_ms(lines)),
        tokens=formats.count(sum(line.tokens for line in models)),
        cost=formats.cost(sum((line.cost for line in models), Decimal(0)), sum(line.tokens for line in models)),
        version=lines[0].span.service or "traced",
    )


def span_lines(lines: Sequence[SpanLine]) -> list[TraceLine]:
    whole = _whole_ms(lines) or 1
    began = min((line.span.started_at for line in lines), default=None)
    found = []
    for number, (line, depth) in enumerate(_walked(lines), start=1):
        assert began is not None
        left = (line.span.started_at - began).total_seconds() * 1e3
        took = line.took_ms
        found.append(
            TraceLine(
                node=line.span.span_id,
                plate=f"{number:02}",
                plate_state="bad" if line.span.error else "" if line.kind else "off",
                title=line.name,
                left=round(100 * left / whole, 1),
                width=max(round(100 * took / whole, 1), 0.8),
                time=f"{took:,.0f} ms",
                cost=formats.cost(line.cost, line.tokens),
                depth=min(depth, MAX_INDENT),
            )
        )
    return found


def span_detail(line: SpanLine, number: int, conversation_id: str) -> NodeDetail:
    return NodeDetail(
        plate=f"{number:02}",
        title=line.name,
        mark="fail" if line.span.error else "ok",
        words="Failed" if line.span.error else "Done",
        reason=line.span.error,
        gave="Attributes",
        output=values(dict(line.span.attributes)),
        play=play_address(conversation_id, line.span.trace_id, line.span.span_id) if line.is_call else "",
    )


def _whole_ms(lines: Sequence[SpanLine]) -> float:
    ends = [line.span.ended_at for line in lines]
    return (max(ends) - min(line.span.started_at for line in lines)).total_seconds() * 1e3 if ends else 0
