"""What the house sees of a span; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from backend.ports.traces import Span


@dataclass(frozen=True, slots=True)
class SpanLine:
    """A span and what it says by the usual conventions. `kind` is empty for work of no model, tool or agent."""

    span: Span
    kind: str
    name: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: Decimal

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    @property
    def took_ms(self) -> float:
        return (self.span.ended_at - self.span.started_at).total_seconds() * 1e3
