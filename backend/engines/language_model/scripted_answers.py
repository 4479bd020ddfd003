"""What the scripted model says: the sentence of the passages that shares most with the question, cited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.engines.language_model.sentences import coverage, ranked
from backend.ports.grounding import NOT_FOUND_ANSWER, GroundPassage, read_grounded

FEWEST_SHARED = 0.55


@dataclass(frozen=True, slots=True)
class Reply:
    """What to stream: a text, or a call of a tool with its arguments as JSON."""

    text: str = ""
    tool: str = ""
    arguments: str = ""


def reply_to(request: dict[str, Any]) -> Reply:
    """Answer a chat request: call the one tool that takes a question, once; then answer from what it gave."""
    messages = request.get("messages", [])
    question = _last(messages, "user")
    found = _last(messages, "tool")
    tool = _searching_tool(request.get("tools", [])) if not found else None
    if tool is not None:
        name, argument = tool
        return Reply(tool=name, arguments=json.dumps({argument: question}))
    if found:
        return Reply(answer_from([GroundPassage(1, "", found)], question, cite=False))
    grounded = read_grounded(question)
    if grounded is not None:
        return Reply(answer_from(grounded.passages, grounded.question))
    return Reply(f"You said: {question}" if question else "Nothing was said.")


def answer_from(passages: Sequence[GroundPassage], question: str, *, cite: bool = True) -> str:
    """Return the best sentence and its citation; the words for "not found" where too little is shared."""
    best = next(iter(ranked(passages, question)), None)
    if best is None or best.score <= 0 or coverage(passages, question) < FEWEST_SHARED:
        return NOT_FOUND_ANSWER
    return f"{best.text} [{best.number}]" if cite else best.text


def _last(messages: list[dict[str, Any]], role: str) -> str:
    """Return what `role` said after the last answer; empty where somebody else spoke last."""
    for message in reversed(messages):
        if message.get("role") == role:
            return _text(message.get("content"))
        if role == "tool":
            return ""
    return ""


def _text(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _searching_tool(tools: list[dict[str, Any]]) -> tuple[str, str] | None:
    """Return the name and the argument of the first tool that takes a text as its one needed argument."""
    for tool in tools:
        function = tool.get("function", {})
        schema = function.get("parameters", {})
        properties = schema.get("properties", {})
        needed = schema.get("required") or list(properties)[:1]
        if len(needed) == 1 and properties.get(needed[0], {}).get("type") == "string":
            return function["name"], needed[0]
    return None
