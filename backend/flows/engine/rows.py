"""Between what a node did and its row in the record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from backend.columns import storable, utc_now
from backend.errors import InvalidInput
from backend.flows.engine.call import Outcome
from backend.flows.engine.plan import Step
from backend.flows.kind import Result
from backend.flows.types import NodeStatus
from backend.ports.run_journal import NodeEntry

MAX_OUTPUT_BYTES = 5_000_000
SHOWN_CHARACTERS = 20_000
SHOWN_ITEMS = 100
_encode = msgspec.json.Encoder(enc_hook=str).encode


@dataclass(frozen=True, slots=True)
class Kept:
    """A node that an earlier attempt finished or skipped."""

    status: NodeStatus
    reason: str
    result: Result


def inputs_hash(step: Step, inputs: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Return 32 hex digits that are the same when settings and all that the node reads are the same."""
    digest = hashlib.blake2b(step.fingerprint, digest_size=16)
    digest.update(_encode([inputs, values]))
    return digest.hexdigest()


def shown(value: Any) -> Any:
    """Cut what is too long for the trace; the value itself stays whole in the output of the node that made it."""
    if isinstance(value, str):
        return value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…"
    if isinstance(value, list):
        return [shown(item) for item in value[:SHOWN_ITEMS]]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value


def started(step: Step, moment: datetime, offset_ms: float, inputs: dict[str, Any], digest: str) -> NodeEntry:
    return NodeEntry(
        node=step.node.id,
        status=NodeStatus.RUNNING,
        started_at=moment,
        offset_ms=offset_ms,
        inputs=inputs,
        inputs_hash=digest,
    )


def waiting_entry(entry: NodeEntry) -> NodeEntry:
    return replace(entry, status=NodeStatus.WAITING, reason="waits for a person")


def skipped_entry(step: Step, reason: str, offset_ms: float) -> NodeEntry:
    return NodeEntry(
        node=step.node.id, status=NodeStatus.SKIPPED, started_at=utc_now(), offset_ms=offset_ms, reason=reason
    )


def ended(
    step: Step,
    status: NodeStatus,
    now_ms: float,
    *,
    reason: str = "",
    entry: NodeEntry | None = None,
    outcome: Outcome | None = None,
) -> NodeEntry:
    """Return the row of a node's end."""
    if entry is None or outcome is None:
        return NodeEntry(node=step.node.id, status=status, started_at=utc_now(), offset_ms=now_ms, reason=reason)
    result, error = outcome.result, outcome.error
    return replace(
        entry,
        status=status,
        time_ms=round(now_ms - entry.offset_ms - outcome.waited_ms, 3),
        reason=reason or outcome.reason or (result.reason if result else ""),
        error=storable(f"{error.message} {error.hint}".strip()) if error else "",
        taken=sorted(result.taken) if result and result.taken is not None else None,
        output=result.outputs if result else None,
        citations=result.citations if result else (),
        detail=result.detail if result else {},
        tries=storable(outcome.tries) if len(outcome.tries) > 1 or result is None else (),
        tokens_in=outcome.usage.tokens_in,
        tokens_out=outcome.usage.tokens_out,
        cost=outcome.usage.cost,
        has_unpriced=outcome.usage.has_unpriced,
    )


def keepable(step: Step, result: Result) -> Result:
    """Return the result as a database keeps it. Raise InvalidInput when it is too big."""
    result = replace(
        result, outputs=storable(result.outputs), citations=storable(result.citations), detail=storable(result.detail)
    )
    # The inputs of a quick one were small enough, and templates end at 1 MB by themselves.
    if not step.is_quick and len(_encode(result.outputs)) > MAX_OUTPUT_BYTES:
        raise InvalidInput(f"The output of {step.node.title or step.node.id} is larger than 5 MB.")
    return result
