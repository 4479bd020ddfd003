"""The metadata of conversations in the log: what is chosen of it, in words, and its columns in the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backend.conversations.facet_types import IS, MAX_NAME, MAX_VALUE
from console.state.conversations_filters import METADATA
from console.state.conversations_rows import ConversationLine

# Before the name in it, as the column of a file has it.
COLUMN = f"{METADATA}."
MAX_COLUMNS = 20


def typed_metadata(name: str, value: str) -> str:
    """Return what a filter asks of a name, of any value where none was typed; nothing for what no name is."""
    name, value = name.strip(), value.strip()
    if not 0 < len(name) <= MAX_NAME or IS in name or len(value) > MAX_VALUE:
        return ""
    return f"{name}{IS}{value}" if value else name


def metadata_words(chosen: str) -> str:
    name, is_, value = chosen.partition(IS)
    return f"{name}: {(value or 'none') if is_ else 'any'}"


def names_in(columns: Iterable[str]) -> list[str]:
    """Return the names in metadata that columns show."""
    return [one.removeprefix(COLUMN) for one in columns if one.startswith(COLUMN)]


def with_metadata(
    rows: Iterable[ConversationLine], told: Mapping[str, Mapping[str, str]], names: Sequence[str]
) -> list[ConversationLine]:
    """Return the lines with what the metadata of each says under these names."""
    found = []
    for row in rows:
        values = told.get(row.id, {})
        cells = {f"{COLUMN}{name}": f"{name}: {values[name]}" if name in values else "" for name in names}
        found.append(replace(row, cells=row.cells | cells))
    return found
