"""Spans are read as a tree, also where their parents make none."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pytest

from backend.conversations.types import Message, Role, SpanLine
from backend.ports.traces import Span
from console.state.conversations_rows import MessageLine, ToolLine
from console.state.tool_calls import told_once
from console.state.trace_spans import in_order, opened_first

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(("parents", "order"), [(("", "a", "a"), "abc"), (("a",), "a"), (("b", "a", ""), "cab")])
def test_every_span_is_shown_once(parents: tuple[str, ...], order: str) -> None:
    lines = [
        SpanLine(Span("t", name, parent, name, AT.replace(second=at), AT), "llm", name, "", 0, 0, Decimal(0))
        for at, (name, parent) in enumerate(zip("abc", parents, strict=False))
    ]
    assert "".join(line.span.span_id for line in in_order(lines)) == order


@pytest.mark.parametrize(("parents", "failed", "first"), [("-ab", "abc", "c"), ("-aa", "ab", "b"), ("-aa", "", "a")])
def test_a_trace_opens_where_it_failed(parents: str, failed: str, first: str) -> None:
    lines = [
        SpanLine(
            Span("t", name, parent.strip("-"), name, AT.replace(second=at), AT, error="No." if name in failed else ""),
            "llm", name, "", 0, 0, Decimal(0),
        )
        for at, (name, parent) in enumerate(zip("abc", parents, strict=True))
    ]  # fmt: skip
    assert opened_first(in_order(lines)) == first


def test_a_call_that_the_model_told_is_drawn_once() -> None:
    def line(role: Role, *arguments: str) -> tuple[Message, MessageLine]:
        said: dict[str, Any] = {"role": role, "trace_id": "t"}
        tools = [ToolLine("find", one) for one in arguments]
        return Mock(spec=Message, **said), MessageLine("m", role is not Role.USER, "", "", "", "", "", tools=tools)

    given = [line(Role.ASSISTANT, '{"a": 1, "b": 2}'), line(Role.TOOL, '{"b":2,"a":1}'), line(Role.TOOL, '{"b":3}')]
    assert [len(one.tools) for one in told_once(given)] == [1, 0, 1]
