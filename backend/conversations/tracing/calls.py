"""The call of a model as a span tells it: what it was given, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.conversations.tracing.conventions import Line, Work, parsed
from backend.conversations.types import CallMessage, LoggedCall, Role

# Beyond it a number is no parameter, and one of hundreds of digits is no float either.
TOO_LARGE = 10**15
# OpenInference and OpenLLMetry put parameters into an object, the GenAI conventions into attributes.
OBJECTS = ("llm.invocation_parameters", "gen_ai.request.parameters")
TEMPERATURE = ("gen_ai.request.temperature", "llm.temperature", "temperature")
MAX_TOKENS = (
    "gen_ai.request.max_tokens", "llm.request.max_tokens", "max_tokens", "max_completion_tokens", "max_output_tokens",
)  # fmt: skip


def is_call(work: Work) -> bool:
    return work.kind == "llm" and bool(_said(work))


def call_of(work: Work) -> LoggedCall:
    told = dict(work.span.attributes)
    for name in OBJECTS:
        if isinstance(found := parsed(told.get(name)), Mapping):
            told = {**found, **told}
    max_tokens = _number(told, MAX_TOKENS)
    return LoggedCall(
        work.name,
        work.model,
        tuple(CallMessage(line.role.value, line.text, line.calls) for line in _said(work)),
        _number(told, TEMPERATURE),
        None if max_tokens is None else int(max_tokens),
    )


def _said(work: Work) -> Sequence[Line]:
    """Return the messages that it was given; without, the text of its input as somebody's question."""
    given = [line for line in work.given if line.text or line.calls]
    return given or ([Line(Role.USER, work.asked)] if work.asked else [])


def _number(told: Mapping[str, Any], names: Sequence[str]) -> float | None:
    numbers = (told[name] for name in names if isinstance(told.get(name), int | float))
    return next((one for one in numbers if not isinstance(one, bool) and abs(one) < TOO_LARGE), None)
