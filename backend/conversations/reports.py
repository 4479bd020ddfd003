"""Conversations that were held elsewhere, as other systems tell them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from backend.conversations.types import AGENT, Channel, Citation, Role

MAX_MESSAGES = 50_000
# Dollars of one message. Money is kept in billionths of 63 bits: what costs more would break every sum over the log.
MAX_COST = 1_000
ROLES = {
    "user": Role.USER, "human": Role.USER, "customer": Role.USER, "assistant": Role.ASSISTANT, "agent": Role.ASSISTANT,
    "ai": Role.ASSISTANT, "model": Role.ASSISTANT, "system": Role.SYSTEM, "developer": Role.SYSTEM, "tool": Role.TOOL,
    "function": Role.TOOL,
}  # fmt: skip
TEXTS = ("title", "content", "text", "message", "transcript")
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
LISTS = ("messages", "items", "transcript", "transcriptItems", "history", "turns")
MOMENTS = ("createdAtMs", "created_at", "timestamp", "time")


@dataclass(frozen=True, slots=True)
class Told:
    """A message. `at` is None where nobody told when it was said."""

    role: Role
    text: str
    at: datetime | None = None
    author: str = ""
    tool_name: str = ""
    tool_calls: tuple[dict[str, Any], ...] = ()
    model: str = ""
    error: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    latency_ms: int = 0
    citations: tuple[Citation, ...] = ()
    was_cancelled: bool = False
    found_nothing: bool = False
    cites_nothing: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The run of a flow of this house that a conversation was; `asked_by_id` is the member who tried it."""

    flow_id: str
    version: int
    run_id: str
    prompt_name: str = ""
    prompt_version: int = 0
    asked_by_id: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole conversation. `turn_count` None is counted from the messages, which come from the transcript if none.

    `held` is None for what was held elsewhere. `others` speak in it beside `person`.
    """

    session_id: str
    agent_config: str
    agent_name: str
    transcript: dict[str, Any] | None = None
    duration: float | None = None
    turn_count: int | None = None
    satisfaction: int | None = None
    task_completed: bool | None = None
    prompt_id: str | None = None
    details: dict[str, Any] | None = None
    channel: Channel = Channel.REPORTED
    person: str = ""
    others: tuple[str, ...] = ()
    messages: tuple[Told, ...] = field(default=())
    held: Held | None = None

    @property
    def flow_id(self) -> str:
        """What tells the agent from others in the filters."""
        if self.held is not None:
            return self.held.flow_id
        told = hashlib.sha256(json.dumps([self.agent_config, self.agent_name]).encode())
        return f"{AGENT}{told.hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Tally:
    """All conversations under a prompt: durations as they were reported."""

    mean_duration: float
    num_judged: int
    num_completed: int


def messages_in(transcript: Mapping[str, Any]) -> tuple[Told, ...]:
    """Return what was said in a transcript of any usual shape, without its hidden items and breadcrumbs."""
    return tuple(_told(item) for item in _items(transcript) if _is_said(item))[:MAX_MESSAGES]


def _items(transcript: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for name in LISTS:
        found = transcript.get(name)
        if isinstance(found, list):
            return _objects(found)
    for found in transcript.values():
        if isinstance(found, list) and any(_objects(found)):
            return _objects(found)
    return _objects(transcript.values())


def _objects(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (value for value in values if isinstance(value, dict))


def _is_said(item: Mapping[str, Any]) -> bool:
    kind = str(item.get("type", "MESSAGE")).upper()
    return (
        kind in {"MESSAGE", "TEXT"}
        and not item.get("isHidden")
        and bool(_text(item) or item.get("tool_calls") or _failed(item))
    )


def _told(item: Mapping[str, Any]) -> Told:
    calls = item.get("tool_calls")
    role, error = _role(item), _failed(item)
    return Told(
        role=role,
        text="" if error else _text(item),
        error=error,
        at=next((moment for name in MOMENTS if (moment := moment_of(item.get(name)))), None),
        author=_plain(item.get("name")) or _plain(item.get("author")),
        model=_plain(item.get("model")) if role is Role.ASSISTANT else "",
        tool_calls=tuple(_objects(calls)) if isinstance(calls, list) else (),
    )


def _role(item: Mapping[str, Any]) -> Role:
    return ROLES.get(str(item.get("role") or item.get("speaker") or item.get("sender") or "").lower(), Role.USER)


def _failed(item: Mapping[str, Any]) -> str:
    """Return what a tool's result says that tells an error: by `is_error`, `isError` of MCP, or a `status`."""
    if _role(item) is not Role.TOOL:
        return ""
    failed = item.get("is_error") is True or item.get("isError") is True or item.get("status") == "error"
    return (_text(item) or "The tool failed.") if failed else ""


def _text(item: Mapping[str, Any]) -> str:
    for name in TEXTS:
        if found := text_of(item.get(name)):
            return found
    return ""


def text_of(content: Any) -> str:
    """Return a content as text: a string, or the texts of its parts, one below the other."""
    if isinstance(content, list):
        texts = (text_of(part) if isinstance(part, str) else text_of(part.get("text") or part.get("transcript"))
                 for part in content if isinstance(part, str | dict))  # fmt: skip
        return "\n".join(filter(None, texts))
    return content if isinstance(content, str) else ""


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""


def moment_of(value: Any) -> datetime | None:
    """Return a moment told in ISO 8601, or in seconds or milliseconds since 1970; None where it tells none.

    One that no clock showed is none: at the ends of the calendar it could be told in no other zone.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            found = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)  # noqa: PLR2004  # year 5138
        elif isinstance(value, str):
            found = datetime.fromisoformat(value)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found if FIRST <= found < LAST else None
