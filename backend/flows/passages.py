"""Passages on their way through a flow: as JSON, numbered, and cited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from backend.flows.context import NodeContext
from backend.knowledge.types import Mode, Passage
from backend.ports.grounding import GroundPassage

_CITED = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")


def as_value(passage: Passage, number: int) -> dict[str, Any]:
    """Return what travels on a track of the type documents. `number` is what a citation names, from 1."""
    return {
        "number": number,
        "chunk_id": passage.chunk_id,
        "document_id": passage.document_id,
        "document_name": passage.document_name,
        "knowledge_base_id": passage.knowledge_base_id,
        "ordinal": passage.ordinal,
        "heading": passage.heading,
        "text": passage.text,
        "page": passage.page,
        "score": passage.score,
    }


async def find(
    context: NodeContext[Any], bases: Sequence[str], query: str, limit: int, mode: Mode, *, first: int = 1
) -> list[dict[str, Any]]:
    """Search as the run's operator; the passages are numbered from `first`."""
    found = await context.outside.knowledge.search(context.run.operator, bases, query, limit=limit, mode=mode)
    return [as_value(passage, number) for number, passage in enumerate(found, start=first)]


def source_of(value: dict[str, Any]) -> str:
    heading = value.get("heading") or ""
    return f"{value.get('document_name', '')}, {heading}" if heading else str(value.get("document_name", ""))


def grounds(values: Sequence[dict[str, Any]]) -> list[GroundPassage]:
    return [GroundPassage(int(value["number"]), source_of(value), str(value["text"])) for value in values]


def as_reading(values: Sequence[dict[str, Any]]) -> str:
    """Write passages for a template or a tool's answer: number and source, then the text."""
    return "\n\n".join(f"[{value['number']}] {source_of(value)}\n{value['text']}" for value in values)


def numbered(values: Any) -> list[dict[str, Any]]:
    """Take what reached a port of the type documents, of one search or several, and number it anew."""
    lists = values if isinstance(values, list) else []
    flat = [item for one in lists for item in (one if isinstance(one, list) else [one])]
    seen: dict[str, dict[str, Any]] = {}
    for value in flat:
        if isinstance(value, dict) and "text" in value and "chunk_id" in value:
            seen.setdefault(str(value["chunk_id"]), value)
    return [{**value, "number": number} for number, value in enumerate(seen.values(), start=1)]


def cited(text: str, values: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the passages that the text names as [n], in the order of their numbers."""
    numbers = {int(number) for group in _CITED.findall(text) for number in group.split(",")}
    return tuple(value for value in values if value["number"] in numbers)
