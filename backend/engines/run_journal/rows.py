"""The statements of the journal and their values, the same for both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from backend.ports.run_journal import NodeEntry, RunEnding, RunOpening, RunUnit

BILLION = 1_000_000_000
_encode = msgspec.json.Encoder(enc_hook=str).encode
When = Callable[[datetime], Any]

RUN_COLUMNS = (
    "id", "project_id", "flow_id", "version", "draft_version", "snapshot_id", "status", "trigger", "attempt", "worker",
    "cancel_requested", "input", "output", "citations", "error", "error_node", "tokens_in", "tokens_out", "cost",
    "conversation_id", "started_by", "started_by_id", "person", "item_id", "created_at", "started_at",
    "finished_at", "time_ms", "details", "has_unpriced",
)  # fmt: skip
NODE_COLUMNS = (
    "run_id", "node", "attempt", "status", "reason", "error", "taken", "inputs", "inputs_hash", "output", "citations",
    "detail", "tries", "tokens_in", "tokens_out", "cost", "started_at", "offset_ms", "time_ms",
    "has_unpriced",
)  # fmt: skip
END_COLUMNS = (
    "status", "output", "citations", "error", "error_node", "tokens_in", "tokens_out", "cost", "finished_at", "time_ms",
    "has_unpriced",
)  # fmt: skip


def insert_run(mark: str) -> str:
    return f"INSERT INTO run ({', '.join(RUN_COLUMNS)}) VALUES ({', '.join([mark] * len(RUN_COLUMNS))})"  # noqa: S608  # our own names


def put_node(mark: str) -> str:
    """Insert a node, or replace the row of its start or its waiting; a node that ended is never replaced."""
    updates = ", ".join(f"{name} = excluded.{name}" for name in NODE_COLUMNS[2:])
    return (
        f"INSERT INTO node_run ({', '.join(NODE_COLUMNS)}) VALUES ({', '.join([mark] * len(NODE_COLUMNS))}) "  # noqa: S608  # our own names
        f"ON CONFLICT (run_id, node) DO UPDATE SET {updates} WHERE node_run.status IN ('running', 'waiting')"
    )


def end_run(mark: str) -> str:
    return f"UPDATE run SET {', '.join(f'{name} = {mark}' for name in END_COLUMNS)} WHERE id = {mark}"  # noqa: S608  # our own names


def text(value: Any) -> str:
    return _encode(value).decode()


def optional_text(value: Any) -> str | None:
    return None if value is None else text(value)


def billionths(cost: Decimal) -> int:
    return round(cost * BILLION) if cost else 0


def run_values(unit: RunUnit, opening: RunOpening, when: When) -> tuple[Any, ...]:
    """Return the new run's row; one that ends in the same unit is closed at once."""
    end = unit.ending
    return (
        unit.run_id, opening.project_id, opening.flow_id, opening.version, opening.draft_version, opening.snapshot_id,
        end.status if end else "running", opening.trigger, unit.attempt, opening.worker, False, text(opening.input),
        optional_text(end.output) if end else None, text(end.citations) if end else "[]", end.error if end else "",
        end.error_node if end else "", end.tokens_in if end else 0, end.tokens_out if end else 0,
        billionths(end.cost) if end else 0, opening.conversation_id, opening.started_by, opening.started_by_id,
        opening.person, opening.item_id, when(opening.created_at), when(opening.created_at),
        when(end.finished_at) if end else None, end.time_ms if end else 0.0, optional_text(opening.details),
        end.has_unpriced if end else False,
    )  # fmt: skip


def node_values(run_id: str, attempt: int, node: NodeEntry, when: When) -> tuple[Any, ...]:
    return (
        run_id, node.node, attempt, node.status, node.reason, node.error, optional_text(node.taken), text(node.inputs),
        node.inputs_hash, optional_text(node.output), text(node.citations), text(node.detail), text(node.tries),
        node.tokens_in, node.tokens_out, billionths(node.cost), when(node.started_at), node.offset_ms, node.time_ms,
        node.has_unpriced,
    )  # fmt: skip


def end_values(run_id: str, end: RunEnding, when: When) -> tuple[Any, ...]:
    return (
        end.status, optional_text(end.output), text(end.citations), end.error, end.error_node, end.tokens_in,
        end.tokens_out, billionths(end.cost), when(end.finished_at), end.time_ms, end.has_unpriced, run_id,
    )  # fmt: skip
