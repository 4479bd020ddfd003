"""What the rest of the house says to the audit log, and reads from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
