"""Ask a model from a node: stream what it says, count what it used, note what it did."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from backend.errors import Unavailable
from backend.flows.context import NodeContext
from backend.flows.types import Usage
from backend.ports.language_model import (
    Adapted,
    AgentLimits,
    Attempt,
    Finished,
    Message,
    ModelEndpoint,
    ModelFailed,
    ModelSettings,
    TextDelta,
    Tool,
    ToolCall,
    ToolResult,
    estimated_usage,
)
from backend.ports.language_model import Usage as ModelUsage

# As much of an answer as a tool may tell the model; all of it is kept, for a replay gives the model the same.
MAX_RESULT_CHARACTERS = 20_000
# No mail, card or phone is longer.
LONGEST_VALUE = 256
WORD = re.compile(r"""[^\s",;<>{}\[\]|]+""")


@dataclass(slots=True)
class Said:
    """A whole answer. `steps` are the tools that were called, `retries` the requests that had to be made again.

    A step has `tool`, `arguments`, `result`, whether it `failed`, and two times in ms: `time_ms`, and `at_ms` from when
    the model was asked.
    """

    text: str
    usage: Usage
    is_cut: bool
    model: str
    first_token_ms: float | None
    steps: list[dict[str, Any]] = field(default_factory=list)
    retries: list[dict[str, Any]] = field(default_factory=list)
    adapted: Adapted | None = None

    def detail(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Return what the trace shows: the prompt, what came of it, and what the engine made of either."""
        found: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "first_token_ms": self.first_token_ms,
            "is_cut": self.is_cut,
            "steps": self.steps,
            "retries": self.retries,
        }
        if self.adapted is not None:
            found["adapted"] = asdict(self.adapted)
        return found


class AskFailed(Unavailable):
    """The model gave no whole answer; `usage` was spent all the same."""

    def __init__(self, failed: ModelFailed, usage: Usage) -> None:
        super().__init__(failed.message, hint=failed.hint)
        self.usage = usage
        self.may_help_to_retry = failed.may_help_to_retry
        self.reason, self.retry_after_seconds = failed.reason, failed.retry_after_seconds


async def ask(
    context: NodeContext[Any],
    endpoint: ModelEndpoint,
    messages: Sequence[Message],
    settings: ModelSettings,
    *,
    tools: Sequence[Tool] = (),
    max_requests: int = 1,
) -> Said:
    """Return the whole answer. Raise AskFailed."""
    try:
        return await _asked(context, endpoint, messages, settings, tools=tools, max_requests=max_requests)
    except ModelFailed as failed:
        raise AskFailed(failed, _usage(context, endpoint, failed.usage)) from failed


@dataclass(slots=True)
class _Heard:
    """What was asked and said so far, in characters, for a call that is cut off before anybody counts its tokens."""

    asked: int
    paid: int = 0
    said: int = 0
    is_open: bool = False

    def hear(self, event: object) -> None:
        match event:
            case TextDelta(text):
                self._write(len(text))
            case ToolCall(_, name, arguments):
                self._write(len(name) + len(json.dumps(arguments, default=str)))
            case ToolResult(_, _, content, _):
                self.asked += len(content)
                self.is_open = False  # the next word belongs to another request, which sends all of it again

    def _write(self, characters: int) -> None:
        if not self.is_open:
            self.paid, self.is_open = self.paid + self.asked, True
        self.said += characters
        self.asked += characters


def _usage(context: NodeContext[Any], endpoint: ModelEndpoint, used: ModelUsage) -> Usage:
    cost = context.outside.models.cost(endpoint, used)
    return Usage(used.input_tokens, used.output_tokens, cost, endpoint.has_unpriced(used))


async def _asked(
    context: NodeContext[Any],
    endpoint: ModelEndpoint,
    messages: Sequence[Message],
    settings: ModelSettings,
    *,
    tools: Sequence[Tool],
    max_requests: int,
) -> Said:
    limits = AgentLimits(max_requests=max_requests, max_total_tokens=context.tokens_left)
    steps: list[dict[str, Any]] = []
    retries: list[dict[str, Any]] = []
    heard = _Heard(sum(len(message.content) for message in messages))
    stream = context.outside.language_model.stream(endpoint, messages, tools=tools, settings=settings, limits=limits)
    reference = endpoint.reference or endpoint.model
    async with context.turn(reference), _counted_when_cut(context, endpoint, heard), aclosing(stream) as events:
        began = time.perf_counter()
        async for event in events:
            heard.hear(event)
            match event:
                case TextDelta(text):
                    await context.say(text)
                case ToolCall(call_id, name, arguments):
                    steps.append({"id": call_id, "tool": name, "arguments": arguments, "at_ms": _since(began)})
                case ToolResult(call_id, _, content, failed):
                    _note_result(steps, call_id, content, _since(began), failed=failed)
                case Attempt(number, words, pause_seconds):
                    retries.append({"number": number, "error": words, "waited_ms": round(pause_seconds * 1e3)})
                case Finished():
                    usage = _usage(context, endpoint, event.usage)
                    model = endpoint.reference or endpoint.model
                    spoken = (event.text, usage, event.is_cut, model, event.first_token_ms)
                    return Said(*spoken, steps, retries, event.adapted)
    raise Unavailable("The model ended without a word.")


@asynccontextmanager
async def _counted_when_cut(context: NodeContext[Any], endpoint: ModelEndpoint, heard: _Heard) -> AsyncIterator[None]:
    """Count a call that a time limit or a cancel cuts off: its tokens were made, and are paid for."""
    try:
        yield
    except asyncio.CancelledError:
        if heard.said:
            context.spend(_usage(context, endpoint, estimated_usage(heard.paid, heard.said)))
        raise


def _note_result(steps: list[dict[str, Any]], call_id: str, content: str, now_ms: float, *, failed: bool) -> None:
    for step in reversed(steps):
        if step["id"] == call_id:
            step["result"], step["failed"] = cut(content), failed
            step["time_ms"] = round(now_ms - step["at_ms"], 1)
            return


def cut(text: str) -> str:
    """Return as much of a result as is told: no word in part, no number in blocks, for masking finds only whole values.

    A word longer than any value is cut all the same.
    """
    if len(text) <= MAX_RESULT_CHARACTERS:
        return text
    end, least = MAX_RESULT_CHARACTERS, MAX_RESULT_CHARACTERS - LONGEST_VALUE
    words = list(WORD.finditer(text, least, end))
    if not words or words[0].span() == (least, end):
        return text[:end]
    for one in reversed(words):
        goes_on = text[one.end() : end].isspace() and any(map(str.isdigit, one[0]))
        if one.end() < end and not goes_on:
            break
        end = one.start()
    return text[:end]


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1e3, 1)


def turns(history: Any, most: int) -> list[Message]:
    """Make messages of what was said before, the last `most` of it."""
    said = history if isinstance(history, list) else []
    return [
        Message(one["role"], one["text"])
        for one in (said[-most:] if most else [])
        if isinstance(one, dict) and one.get("role") in ("user", "assistant") and isinstance(one.get("text"), str)
    ]
