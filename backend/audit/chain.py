"""How one event is tied to the one before it, and how a chain that was touched is found."""

from __future__ import annotations

import hashlib
import json

from backend.audit.models import AuditEventRow, AuditHeadRow
from backend.audit.signing import End
from backend.audit.types import Breach, BreachKind

START = ""


def link(row: AuditEventRow, previous: str, sequence: int | None = None) -> str:
    """Return the hash of the event's content and the hash before it; `sequence` stands in for the row's own."""
    content = row.model_dump(mode="json", exclude={"hash"})
    if sequence is not None:
        content["sequence"] = sequence
    told = json.dumps([previous, content], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


class Walk:
    """Take the events of one chain in their order and collect what does not fit."""

    def __init__(self, head: AuditHeadRow | None, end: End | None, *, is_held: bool) -> None:
        """Hold the chain to the `end` that was signed; without one, or unless `is_held`, to what `head` says."""
        self.breaches: list[Breach] = []
        self.num_events = 0
        self.hash = START
        self._said = End(head.sequence, head.hash) if head else End(0, START)
        self._end = end or self._said
        self._hash_at_end = START
        self._is_unsigned = is_held and end is None
        self._hash_before = START
        self._last: AuditEventRow | None = None
        self._sequence = 0
        # How many events were slipped in so far: those behind them were renumbered to make room.
        self._slipped_in = 0

    def step(self, row: AuditEventRow) -> None:
        self.num_events += 1
        original, missing = row.sequence - self._slipped_in, row.sequence - self._sequence - 1
        if missing:
            # What the next event was tied to is gone with the missing one, so it cannot be held to it.
            self.breaches.append(Breach(BreachKind.REMOVED, self._sequence + 1, missing))
        elif original > self._end.sequence and self._hash_at_end == self._end.hash:
            self.breaches.append(_of(BreachKind.ADDED, row))
        elif link(row, self.hash, original) != row.hash:
            self._judge(row, original)
        if original == self._end.sequence:
            self._hash_at_end = row.hash
        self._hash_before, self.hash, self._last, self._sequence = self.hash, row.hash, row, row.sequence

    def _judge(self, row: AuditEventRow, original: int) -> None:
        """Tell an event that was slipped in before this one from a change."""
        if self._last is None or link(row, self._hash_before, original - 1) != row.hash:
            self.breaches.append(_of(BreachKind.CHANGED, row))
            return
        self._slipped_in += 1
        if self.breaches and self.breaches[-1].event_id == self._last.id:
            self.breaches.pop()
        self.breaches.append(_of(BreachKind.ADDED, self._last))

    def finish(self) -> None:
        """Hold the chain to its end."""
        missing = self._end.sequence - (self._sequence - self._slipped_in)
        if self._is_unsigned:
            self.breaches.append(Breach(BreachKind.REWRITTEN, 0, self.num_events))
        if missing > 0:
            self.breaches.append(Breach(BreachKind.CUT, self._sequence + 1, missing))
        elif self._hash_at_end != self._end.hash and self._last is not None:
            if self._said == self._end and not missing:
                self.breaches.append(_of(BreachKind.CHANGED, self._last))
            else:
                self.breaches.append(Breach(BreachKind.REWRITTEN, self._end.sequence, self.num_events))


def _of(kind: BreachKind, row: AuditEventRow) -> Breach:
    return Breach(kind, row.sequence, 1, row.id, row.action, row.at)
