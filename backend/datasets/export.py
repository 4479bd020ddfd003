"""Write rows for other programs: JSON lines that say all, and CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from backend.datasets.types import Item
from backend.spreadsheets import csv_line

FIXED = ("row", "split", "tags")


def as_json(item: Item) -> dict[str, Any]:
    """Return a row as the REST API takes it, with its number."""
    return {
        "row": item.row,
        "input": item.input,
        "expected_output": item.expected_output,
        "metadata": item.metadata,
        "split": item.split,
        "tags": [*item.tags],
    }


async def jsonl(batches: AsyncIterator[list[Item]]) -> AsyncIterator[bytes]:
    """Yield a line for each row."""
    async for items in batches:
        yield "".join(f"{json.dumps(as_json(item), ensure_ascii=False)}\n" for item in items).encode()


async def comma_separated(batches: AsyncIterator[list[Item]], columns: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield RFC 4180 lines under these columns, with a mark by which spreadsheets know UTF-8."""
    yield f"\ufeff{csv_line([*FIXED, *columns])}".encode()
    async for items in batches:
        yield "".join(csv_line(_cells(item, columns)) for item in items).encode()


def columns_of(item: Item) -> list[str]:
    """Return the columns that a row fills besides its number, split and tags."""
    parts = (("input", item.input), ("expected_output", item.expected_output), ("metadata", item.metadata))
    found: list[str] = []
    for head, value in parts:
        if isinstance(value, dict) and value:
            found += [f"{head}.{field}" for field in value]
        elif head == "expected_output" and value is not None:
            found.append(head)
    return found


def _cells(item: Item, columns: Sequence[str]) -> list[str]:
    filled: dict[str, Any] = {"expected_output": item.expected_output}
    for head, value in (("input", item.input), ("expected_output", item.expected_output), ("metadata", item.metadata)):
        if isinstance(value, dict):
            filled |= {f"{head}.{field}": one for field, one in value.items()}
    if isinstance(item.expected_output, dict) and item.expected_output:
        filled.pop("expected_output")
    texts = [_text(filled.get(column)) for column in columns]
    return [str(item.row), item.split, ", ".join(item.tags), *texts]


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
