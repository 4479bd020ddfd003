"""What spans say of their conversation beside what was said in it: OpenInference's `metadata`, OpenLLMetry's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.conversations.details import MAX_CHARACTERS, person_in
from backend.conversations.tracing.conventions import PEOPLE, SESSIONS, parsed, person_named
from backend.masking.masker import Masker
from backend.ports.traces import Span

METADATA, ASSOCIATED = "metadata", "traceloop.association.properties."


def metadata_of(span: Span) -> dict[str, Any]:
    """Return what a span says; what is too long says nothing."""
    told = span.attributes
    found = parsed(told.get(METADATA))
    if not isinstance(found, Mapping):
        known = (*SESSIONS, *PEOPLE)
        own = {name: value for name, value in told.items() if name.startswith(ASSOCIATED) and name not in known}
        found = {name.removeprefix(ASSOCIATED): value for name, value in own.items()}
    return {**found} if len(json.dumps(found, ensure_ascii=False, default=str)) <= MAX_CHARACTERS else {}


def first_metadata(spans: Sequence[Span]) -> dict[str, Any]:
    """Return what the first span says that says anything."""
    ordered = sorted(spans, key=lambda span: (span.started_at, span.span_id))
    return next(filter(None, map(metadata_of, ordered)), {})


def person_of(span: Span) -> str:
    return person_named(span) or person_in(metadata_of(span))


def kept_metadata(masker: Masker, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata as it is kept: whom it names stays the same everywhere in the project."""
    return {
        masker.text(name): masker.name(str(value).strip()) if person_in({name: value}) else masker.value(value)
        for name, value in found.items()
    }
