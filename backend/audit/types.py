"""What the rest of the house says to the audit log, and reads from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What an act was done to; `name` is kept beside the id, which may lead nowhere later."""

    kind: str
    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted. `id` is empty where nobody could be told, as at a failed sign-in."""

    id: str
    name: str
    via: str


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act. `before` and `after` hold what changed, secrets masked; `sequence` counts from 1 in its organisation."""

    id: str
    organisation_id: str
    project_id: str | None
    sequence: int
    at: datetime
    actor: Actor
    action: str
    target: Target
    before: Values | None
    after: Values | None
    address: str
    request_id: str
    hash: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty and None leave it as wide as it is.

    `actor` is a user's id or a part of their name, `action` an act or its area (`flow`), `target` a kind, an id or a
    part of a name, `kind` a kind alone; `text` stands anywhere in the event; `since` is within, `until` is not.
    """

    actor: str = ""
    action: str = ""
    target: str = ""
    kind: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


class BreachKind(StrEnum):
    """What became of an event behind the back of the log."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    CUT = "cut"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a chain does not hold.

    Of removed events, and of those cut off its end, only the first number and how many they are is known. Of a chain
    that was rewritten, `sequence` is the event that is not the signed one any more, 0 where no signature is left.
    """

    kind: BreachKind
    sequence: int
    num_events: int
    event_id: str = ""
    action: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk along one chain found. `hash` is its end: kept elsewhere, it shows a chain that was made anew."""

    organisation_id: str
    num_events: int
    hash: str
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a walk along a chain has come; `verified` stands at its end."""

    num_events: int
    total: int
    verified: Verified | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """When the chain of an organisation was held to its hashes last, by whom, and what was found."""

    at: datetime
    by: str
    num_events: int
    num_breaches: int
    hash: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the newest events can be narrowed to: acts and kinds by name, people by id and name."""

    actions: tuple[str, ...]
    kinds: tuple[str, ...]
    actors: tuple[tuple[str, str], ...]
