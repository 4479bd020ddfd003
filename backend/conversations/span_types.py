"""What the house sees of a span; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backend.ports.traces import Span


@dataclass(frozen=True, slots=True)
class SpanLine:
    """A span and what it says by the usual conventions. `kind` is empty for work of no model, tool or agent.

    `is_call` where it is the call of a model and says what the model was asked.
    """

    span: Span
    kind: str
    name: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: Decimal
    is_call: bool = False

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    @property
    def took_ms(self) -> float:
        return (self.span.ended_at - self.span.started_at).total_seconds() * 1e3


@dataclass(frozen=True, slots=True)
class CallMessage:
    """A message that a model was given; `role` may be tool, and `calls` are {"name", "arguments"}."""

    role: str
    text: str
    calls: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """The call of a model that another system told of. None for a parameter that it did not tell."""

    name: str
    model: str
    messages: tuple[CallMessage, ...]
    temperature: float | None = None
    max_tokens: int | None = None
