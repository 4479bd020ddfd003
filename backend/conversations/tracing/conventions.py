"""What one span says: OpenInference, the GenAI conventions of OpenTelemetry in their old and new forms, OpenLLMetry."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.columns import storable
from backend.conversations.reports import MAX_COST, ROLES, text_of
from backend.conversations.types import Role
from backend.plain_json import flaws_of
from backend.ports.traces import Span

OURS = ("llm.", "gen_ai.", "openinference.", "traceloop.")
KINDS = {
    "chat": "llm", "text_completion": "llm", "generate_content": "llm", "completion": "llm", "execute_tool": "tool",
    "invoke_agent": "agent", "create_agent": "agent", "invoke_workflow": "chain", "embeddings": "embedding",
    "workflow": "chain", "task": "chain",
}  # fmt: skip
SESSIONS = ("session.id", "gen_ai.conversation.id", "traceloop.association.properties.session_id", "thread.id")
PEOPLE = ("user.id", "enduser.id", "traceloop.association.properties.user_id")
MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "embedding.model_name")
TOKENS_IN = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
TOKENS_OUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
COSTS = ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.usage.total_cost")
INPUTS = ("gen_ai.input.messages", "gen_ai.prompt")
OUTPUTS = ("gen_ai.output.messages", "gen_ai.completion")
ARGUMENTS = ("gen_ai.tool.call.arguments", "tool.parameters", "input.value", "traceloop.entity.input")
CALL_IDS = ("gen_ai.tool.call.id", "tool_call.id")
RESULTS = ("gen_ai.tool.call.result", "output.value", "traceloop.entity.output")
QUESTIONS = ("question", "query", "message", "input", "prompt", "text", "messages", "content", "user_input",
             "inputs", "kwargs", "args")  # fmt: skip
ANSWERS = ("answer", "output", "response", "result", "message", "text", "messages", "content", "completion", "outputs")
EVENT_ROLES = {
    "gen_ai.user.message": "user", "gen_ai.system.message": "system", "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}  # fmt: skip
MAX_TOKENS = 1_000_000_000
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A message that a model was given, or gave."""

    role: Role
    text: str
    calls: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """A span as the log understands it. `kind` is empty for work that is no model's, tool's or agent's."""

    span: Span
    kind: str
    name: str
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    given: tuple[Line, ...] = field(default=())
    gave: tuple[Line, ...] = field(default=())

    @property
    def asked(self) -> str:
        """What a person said: the last that was said to the model, else the text of the input."""
        said = [line.text for line in self.given if line.role is Role.USER and line.text]
        return said[-1] if said else plain_text(self.span.attributes, ARGUMENTS[2:], QUESTIONS)

    @property
    def answered(self) -> str:
        said = [line.text for line in self.gave if line.text and not line.calls]
        return said[-1] if said else plain_text(self.span.attributes, RESULTS[1:], ANSWERS)

    @property
    def calls(self) -> tuple[dict[str, Any], ...]:
        return tuple(call for line in self.gave for call in line.calls)


def understood(span: Span) -> Work:
    """Return what a span says, as far as any convention tells."""
    told = span.attributes
    kind = _kind(span)
    name = _text(told, ("gen_ai.tool.name", "tool.name", "gen_ai.agent.name", "agent.name", "traceloop.entity.name"))
    if not kind:
        return Work(span, "", name or span.name)
    return Work(
        span,
        kind,
        name or span.name,
        model=_text(told, MODELS),
        tokens_in=_count(told, TOKENS_IN),
        tokens_out=_count(told, TOKENS_OUT),
        cost=_cost(told),
        given=tuple(_given(span)),
        gave=tuple(_gave(span)),
    )


def session_of(span: Span) -> str:
    return _text(span.attributes, SESSIONS)


def person_named(span: Span) -> str:
    return _text(span.attributes, PEOPLE)


def agent_of(span: Span) -> str:
    return _text(span.attributes, ("gen_ai.agent.name", "agent.name"))


def tool_result(work: Work) -> tuple[Any, str]:
    """Return what a tool was given and what it gave back."""
    told = work.span.attributes
    given = next((told[name] for name in ARGUMENTS if name in told), "")
    gave = next((told[name] for name in RESULTS if name in told), "")
    return given, gave if isinstance(gave, str) else json.dumps(gave, ensure_ascii=False)


def call_id(work: Work) -> str:
    """Return the id of the call that a tool answers, empty where none is told."""
    return _text(work.span.attributes, CALL_IDS)


def _kind(span: Span) -> str:
    told = span.attributes
    if named := _text(told, ("openinference.span.kind", "traceloop.span.kind")).lower():
        return KINDS.get(named, named)[:40]
    if operation := _text(told, ("gen_ai.operation.name", "llm.request.type")).lower():
        return KINDS.get(operation, "chain")
    if not any(name.startswith(OURS) for name in told):
        return ""
    return "llm" if _text(told, MODELS) else "chain"


def _given(span: Span) -> Iterator[Line]:
    told = span.attributes
    yield from _flat(told, "llm.input_messages", "message.")
    yield from _flat(told, "gen_ai.prompt", "")
    yield from _listed(told.get("gen_ai.system_instructions"), Role.SYSTEM)
    for name in INPUTS:
        yield from _listed(told.get(name), Role.USER)
    for event in span.events:
        if role := EVENT_ROLES.get(event.name):
            yield from _of_event(event.attributes, ROLES[role])
        for name in INPUTS:
            yield from _listed(event.attributes.get(name), Role.USER)


def _gave(span: Span) -> Iterator[Line]:
    told = span.attributes
    yield from _flat(told, "llm.output_messages", "message.")
    yield from _flat(told, "gen_ai.completion", "")
    for name in OUTPUTS:
        yield from _listed(told.get(name), Role.ASSISTANT)
    for event in span.events:
        if event.name == "gen_ai.choice":
            yield from _of_event(event.attributes, Role.ASSISTANT)
        for name in OUTPUTS:
            yield from _listed(event.attributes.get(name), Role.ASSISTANT)


def _flat(told: Mapping[str, Any], prefix: str, inner: str) -> Iterator[Line]:
    """Read messages whose fields are attributes, as `llm.input_messages.0.message.role`."""
    rows: dict[int, dict[str, Any]] = {}
    for name, value in told.items():
        number, dot, rest = name[len(prefix) + 1 :].partition(".") if name.startswith(f"{prefix}.") else ("", "", "")
        if dot and number.isdecimal() and len(number) <= 4 and rest.startswith(inner):  # noqa: PLR2004  # 9,999 messages
            rows.setdefault(int(number), {})[rest[len(inner) :]] = value
    for _, row in sorted(rows.items())[:MAX_LISTED]:
        texts = [value for name, value in sorted(row.items()) if name.endswith("message_content.text")]
        text = _content(row.get("content")) or "\n".join(one for one in texts if isinstance(one, str))
        yield Line(_role(row.get("role")), text, tuple(_flat_calls(row)))


def _flat_calls(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    calls: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        if name.startswith("tool_calls."):
            number, _, rest = name.removeprefix("tool_calls.").partition(".")
            calls.setdefault(number, {})[rest.rpartition(".")[2]] = value
    for _, call in sorted(calls.items()):
        yield _call(call)


def _listed(value: Any, role: Role) -> Iterator[Line]:
    """Read messages that stand in one attribute, as a list or as JSON."""
    found = parsed(value)
    for one in found[:MAX_LISTED] if isinstance(found, list) else [found]:
        if isinstance(one, str) and one:
            yield Line(role, one)
        elif isinstance(one, dict):
            yield _message(one, role)


def _message(one: dict[str, Any], role: Role) -> Line:
    said = one.get("role")
    role = _role(said) if said else role
    parts = one.get("parts")
    if not isinstance(parts, list):
        if isinstance(inner := one.get("message"), dict):
            return _message(inner, role)
        calls = one.get("tool_calls")
        return Line(role, text_of(one.get("content")), tuple(map(_call, _objects(calls))))
    texts, calls = [], []
    for part in _objects(parts):
        if part.get("type") == "tool_call":
            calls.append(_call(part))
        else:
            found = part.get("content", part.get("text", part.get("response", part.get("result"))))
            texts.append(found if isinstance(found, str) else json.dumps(found) if found is not None else "")
    return Line(role, "\n".join(filter(None, texts)), tuple(calls))


def _of_event(told: Mapping[str, Any], role: Role) -> Iterator[Line]:
    whole = parsed(told.get("gen_ai.event.content", told.get("message")))
    calls = parsed(told.get("tool_calls"))
    if isinstance(whole, dict) and "content" not in told:
        yield _message(whole, role)
    else:
        yield Line(role, _content(told.get("content", whole)), tuple(map(_call, _objects(calls))))


def _content(value: Any) -> str:
    """Return a content as text; parts may stand in it as JSON, but what a tool gave back in JSON is its text."""
    parts = parsed(value) if isinstance(value, str) and value.startswith("[") else value
    if isinstance(parts, list) and parts and all(isinstance(one, dict) and "text" in one for one in parts):
        return text_of(parts)
    return text_of(value)


def _call(told: dict[str, Any]) -> dict[str, Any]:
    inner = told.get("function")
    call = inner if isinstance(inner, dict) else told
    return {"id": told.get("id") or "", "name": str(call.get("name") or "tool"), "arguments": call.get("arguments", "")}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)][:MAX_LISTED] if isinstance(value, list) else []


def plain_text(told: Mapping[str, Any], names: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """Return the text of an input or output: as it stands, or what a usual key of its JSON holds."""
    for name in names:
        if name in told:
            return _inner(parsed(told[name]), keys, depth=4)
    return ""


def _inner(found: Any, keys: tuple[str, ...], depth: int) -> str:
    if isinstance(found, str) or depth == 0:
        return found if isinstance(found, str) else ""
    if isinstance(found, list):
        return next(filter(None, (_inner(one, keys, depth - 1) for one in reversed(found[-20:]))), "")
    if isinstance(found, dict):
        return next(filter(None, (_inner(found[key], keys, depth - 1) for key in keys if key in found)), "")
    return ""


def parsed(value: Any) -> Any:
    """Return what a text of JSON says, as it can be stored, and as it is all else and what could not be kept."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return value if any(flaws_of(found)) else storable(found)
    return value


def _role(value: Any) -> Role:
    return ROLES.get(str(value).lower(), Role.USER)


def _text(told: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(told[name]).strip()[:200] for name in names if isinstance(told.get(name), str | int)), "")


def _count(told: Mapping[str, Any], names: tuple[str, ...]) -> int:
    found = next((told[name] for name in names if isinstance(told.get(name), int | float)), 0)
    return min(MAX_TOKENS, max(0, int(found))) if math.isfinite(found) else 0


def _cost(told: Mapping[str, Any]) -> Decimal:
    found = next((told[name] for name in COSTS if isinstance(told.get(name), int | float)), 0)
    return Decimal(str(found)) if math.isfinite(found) and 0 <= found <= MAX_COST else Decimal(0)
