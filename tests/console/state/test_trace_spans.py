"""Spans are read as a tree, also where their parents make none."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from backend.conversations.types import SpanLine
from backend.ports.traces import Span
from console.state.trace_spans import in_order

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(("parents", "order"), [(("", "a", "a"), "abc"), (("a",), "a"), (("b", "a", ""), "cab")])
def test_every_span_is_shown_once(parents: tuple[str, ...], order: str) -> None:
    lines = [
        SpanLine(Span("t", name, parent, name, AT.replace(second=at), AT), "llm", name, "", 0, 0, Decimal(0))
        for at, (name, parent) in enumerate(zip("abc", parents, strict=False))
    ]
    assert "".join(line.span.span_id for line in in_order(lines)) == order
