"""Calls of tools in a transcript, each drawn once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from backend.conversations.types import Message, Role
from console.state.conversations_rows import MessageLine, ToolLine


def told_once(lines: Iterable[tuple[Message, MessageLine]]) -> Iterator[MessageLine]:
    """Yield the lines; what a tool gave says its call no more where the model's line said it, as if it were another."""
    said = set[tuple[str, str, str]]()
    for message, line in lines:
        calls = [(message.trace_id, *_same(tool)) for tool in line.tools]
        if message.role is Role.TOOL:
            new = [tool for tool, call in zip(line.tools, calls, strict=True) if call not in said]
            yield replace(line, tools=new)
        else:
            said.update(calls)
            yield line


def _same(tool: ToolLine) -> tuple[str, str]:
    """Return what tells calls apart, whichever way their arguments are written."""
    try:
        return tool.name, json.dumps(json.loads(tool.arguments), sort_keys=True)
    except ValueError:
        return tool.name, tool.arguments
