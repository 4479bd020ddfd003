"""What the house sees of a span; `types` hands it on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from backend.ports.traces import Span

HOTTEST = 2
MOST_TOKENS = 2_000_000


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

    @property
    def spoken(self) -> tuple[Literal["system", "user", "assistant"], str]:
        """Role and text for a model that is given no tools: what was called, and what came of it, as words."""
        calls = [f"Called {call.get('name')} with {_as_text(call.get('arguments'))}" for call in self.calls]
        text = "\n".join(filter(None, ("Result of a tool:" if self.role == "tool" else "", self.text, *calls)))
        return "system" if self.role == "system" else "assistant" if self.role == "assistant" else "user", text


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """The call of a model that another system told of. None for a parameter that it did not tell."""

    name: str
    model: str
    messages: tuple[CallMessage, ...]
    temperature: float | None = None
    max_tokens: int | None = None

    @property
    def parameters(self) -> tuple[float | None, int | None]:
        """Temperature and most tokens, each None where no prompt of ours takes it."""
        warm, most = self.temperature, self.max_tokens
        return (
            warm if warm is not None and 0 <= warm <= HOTTEST else None,
            most if most is not None and 0 < most <= MOST_TOKENS else None,
        )


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
