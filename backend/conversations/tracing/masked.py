"""Spans as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.conversations.details import person_in
from backend.conversations.tracing.conventions import PEOPLE, SESSIONS, parsed
from backend.conversations.tracing.metadata import ASSOCIATED, METADATA, kept_metadata
from backend.masking.masker import Masker
from backend.ports.traces import Span, SpanEvent

IDS = frozenset((*SESSIONS, *PEOPLE))


@dataclass(frozen=True, slots=True)
class Ahead:
    """Spans of a trace that were masked before the unit that keeps them; `met` is what their conversation knew then.

    `values` are rows by the id of the span.
    """

    conversation_id: str
    met: dict[tuple[str, str], int]
    masker: Masker
    values: dict[str, dict[str, Any]]

    def fits(self, conversation_id: str, masker: Masker) -> bool:
        """Tell whether it is the same conversation, which met nothing since: then its placeholders are the same."""
        return (conversation_id, masker.numbers, masker.is_on) == (self.conversation_id, self.met, self.masker.is_on)


def said_in(spans: Sequence[Span]) -> list[Any]:
    """Return what of spans may be long."""
    return [(span.name, span.error, span.attributes, [one.attributes for one in span.events]) for span in spans]


def kept(masker: Masker, spans: Sequence[Span]) -> dict[str, dict[str, Any]]:
    """Return the rows of spans by their ids, without project and conversation."""
    return {span.span_id: _values(masked_span(masker, span)) for span in spans}


def masked_span(masker: Masker, span: Span) -> Span:
    """Return what is kept of a span; ids of sessions and people stay the same everywhere in the project."""
    if not masker.is_on:
        told = {name: _attribute(masker, name, value) for name, value in span.attributes.items()}
        return replace(span, attributes=told)
    return replace(
        span,
        name=masker.text(span.name),
        error=masker.text(span.error),
        service=masker.name(span.service),
        attributes={masker.text(name): _attribute(masker, name, value) for name, value in span.attributes.items()},
        events=tuple(
            SpanEvent(
                masker.text(one.name),
                {masker.text(name): masker.value(value) for name, value in one.attributes.items()},
            )
            for one in span.events
        ),
    )


def _attribute(masker: Masker, name: str, value: Any) -> Any:
    """Return the id of a session or a person as one text, a number too: a removal looks for it as such.

    Metadata is kept as the object that its JSON says, so that whom it names is found there too.
    """
    if name in IDS or _names_somebody(name, value):
        return masker.name(str(value).strip())
    found = parsed(value) if name == METADATA else None
    return kept_metadata(masker, found) if isinstance(found, Mapping) else masker.value(value)


def _names_somebody(name: str, value: Any) -> bool:
    return name.startswith(ASSOCIATED) and bool(person_in({name.removeprefix(ASSOCIATED): value}))


def _values(span: Span) -> dict[str, Any]:
    return {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "name": span.name or "span",
        "service": span.service,
        "error": span.error,
        "started_at": span.started_at,
        "ended_at": span.ended_at,
        "attributes": dict(span.attributes),
        "events": [{"name": event.name, "attributes": dict(event.attributes)} for event in span.events],
    }
