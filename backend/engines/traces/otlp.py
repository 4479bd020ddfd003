"""OTLP/HTTP: requests in protobuf or JSON become spans, each within bounds; a bad span costs no other."""

from __future__ import annotations

import asyncio
import gzip
import io
import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from backend.columns import storable, utc_now
from backend.engines.traces import otlp_json, otlp_protobuf
from backend.errors import InvalidInput, TooLarge
from backend.ports.traces import Delivery, Span, SpanEvent, Wire

# What a request may unfold to; a gzip of zeros is a thousand times smaller.
MAX_BYTES = 20 * 1024 * 1024
MAX_SPANS = 10_000
MAX_ATTRIBUTES = 1_000
MAX_EVENTS = 200
MAX_NAME = 300
MAX_CHARACTERS = 200_000
MAX_SPAN_CHARACTERS = 600_000
MAX_VALUES = 20_000
MAX_DEPTH = 12
MAX_NUMBER = 2**63
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
ID = re.compile(r"(?!0+$)[0-9a-f]+")
NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class RawSpan:
    """A span as the wire has it; nothing of it is trusted. Times are nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_id: str
    name: Any
    started: int
    ended: int
    attributes: Iterable[tuple[Any, Any]]
    events: Iterable[tuple[Any, Iterable[tuple[Any, Any]]]]
    has_failed: bool
    error: Any
    resource: Mapping[str, Any]


class Otlp:
    """Works in a thread: a large request takes a second."""

    async def read(self, body: bytes, wire: Wire, *, gzipped: bool) -> Delivery:
        plain = await asyncio.to_thread(unfolded, body) if gzipped else body
        return await asyncio.to_thread(_read, plain, wire)

    async def answer(self, wire: Wire, num_rejected: int, words: str) -> bytes:
        return otlp_json.answer(num_rejected, words) if wire == "json" else otlp_protobuf.answer(num_rejected, words)

    async def refusal(self, wire: Wire, words: str) -> bytes:
        return otlp_json.refusal(words) if wire == "json" else otlp_protobuf.refusal(words)


def _read(body: bytes, wire: Wire) -> Delivery:
    reader: Callable[[bytes], Iterator[dict[str, Any]]] = (otlp_json if wire == "json" else otlp_protobuf).spans
    spans: list[Span] = []
    rejected, words = 0, ""
    latest = utc_now() + AHEAD
    for raw in reader(body):
        if len(spans) >= MAX_SPANS:
            rejected, words = rejected + 1, words or f"One request takes at most {MAX_SPANS:,} spans."
            continue
        try:
            spans.append(_span(RawSpan(**raw), latest))
        except (ValueError, TypeError, OverflowError) as error:
            rejected, words = rejected + 1, words or str(error)
    return Delivery(tuple(spans), rejected, words)


def unfolded(body: bytes) -> bytes:
    """Return what a gzip holds. Raise InvalidInput, TooLarge: no more than the bound is ever unfolded."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as members:  # one behind the other is one body
            plain = members.read(MAX_BYTES + 1)
    except (zlib.error, gzip.BadGzipFile):
        raise InvalidInput("The body is no gzip.") from None
    except EOFError:
        raise InvalidInput("The gzip is cut off.") from None
    if len(plain) > MAX_BYTES:
        raise TooLarge(f"The body unfolds to more than {MAX_BYTES // (1024 * 1024)} MB.", hint="Send smaller batches.")
    return plain


def _span(raw: RawSpan, latest: datetime) -> Span:
    if not isinstance(raw.trace_id, str) or len(raw.trace_id) != 32 or not ID.fullmatch(raw.trace_id):  # noqa: PLR2004
        raise ValueError("A trace id has 16 bytes, not all zero.")
    if not isinstance(raw.span_id, str) or len(raw.span_id) != 16 or not ID.fullmatch(raw.span_id):  # noqa: PLR2004
        raise ValueError("A span id has 8 bytes, not all zero.")
    started, ended = _moment(raw.started, latest), _moment(raw.ended, latest)
    bounds = _Bounds()
    attributes = bounds.named(raw.attributes)
    events = tuple(SpanEvent(_line(name), bounds.named(values)) for name, values in islice(raw.events, MAX_EVENTS))
    return Span(
        trace_id=raw.trace_id,
        span_id=raw.span_id,
        parent_id=raw.parent_id if isinstance(raw.parent_id, str) and ID.fullmatch(raw.parent_id) else "",
        name=_line(raw.name),
        started_at=started,
        ended_at=max(started, ended),
        attributes=attributes,
        events=events,
        error=(_line(raw.error) or _thrown(events) or "It failed.") if raw.has_failed else "",
        service=_line(raw.resource.get("service.name")),
    )


def _moment(nanoseconds: int, latest: datetime) -> datetime:
    seconds, rest = divmod(int(nanoseconds), NANOSECONDS)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
    if not FIRST <= moment <= latest:
        raise ValueError("A span begins and ends after 1999 and not in the future.")
    return moment


def _line(value: Any) -> str:
    return " ".join(str(storable(value)).split())[:MAX_NAME] if isinstance(value, str) else ""


def _thrown(events: Iterable[SpanEvent]) -> str:
    """Return what the exception of a span said."""
    for event in events:
        if said := event.attributes.get("exception.message") or event.attributes.get("exception.type"):
            return str(said)[:MAX_NAME]
    return ""


class _Bounds:
    """Keeps a span within its bounds: what is beyond them is cut with an ellipsis, or left out."""

    def __init__(self) -> None:
        self._characters, self._values = MAX_SPAN_CHARACTERS, MAX_VALUES

    def named(self, pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in islice(pairs, MAX_ATTRIBUTES):
            if key := _line(name):
                found[key] = self.kept(value)
        return found

    def kept(self, value: Any, depth: int = MAX_DEPTH) -> Any:
        """Return a value as plain JSON within the bounds."""
        self._values -= 1
        if self._values < 0 or (depth < 0 and isinstance(value, dict | list)):
            return "…"
        if isinstance(value, str):
            most = max(0, min(MAX_CHARACTERS, self._characters))
            self._characters -= len(value)
            return storable(value if len(value) <= most else f"{value[:most]}…")
        if isinstance(value, dict):
            return {_line(key): self.kept(one, depth - 1) for key, one in islice(value.items(), MAX_ATTRIBUTES)}
        if isinstance(value, list):
            return [self.kept(one, depth - 1) for one in islice(value, MAX_ATTRIBUTES)]
        return _single(value)


def _single(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not -MAX_NUMBER <= value < MAX_NUMBER:
        return "…"
    return value if value is None or isinstance(value, int | float) else str(value)[:MAX_NAME]
