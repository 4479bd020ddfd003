"""Traces of other systems, as they arrive over OTLP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Wire = Literal["protobuf", "json"]


@dataclass(frozen=True, slots=True)
class SpanEvent:
    name: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of work. Ids are lower-case hex, `parent_id` empty for a root; attributes are bounded plain JSON.

    `error` says why it failed, empty for one that did not. `service` is the name of the program that did it.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    started_at: datetime
    ended_at: datetime
    attributes: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    error: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a request brought: spans that can be read, how many cannot, and why the first of those cannot."""

    spans: tuple[Span, ...]
    num_rejected: int = 0
    words: str = ""


class Traces(Protocol):
    """Reads requests and writes answers. The sender may be hostile."""

    async def read(self, body: bytes, wire: Wire, *, gzipped: bool) -> Delivery:
        """Raise InvalidInput for what is no request, TooLarge for one that unfolds beyond its bound."""
        ...

    async def answer(self, wire: Wire, num_rejected: int, words: str) -> bytes:
        """Return the body of a success; with words also where nothing was rejected, as a warning."""
        ...

    async def refusal(self, wire: Wire, words: str) -> bytes:
        """Return the body of a failure."""
        ...
