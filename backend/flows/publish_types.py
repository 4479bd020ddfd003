"""Versions, and the wishes to publish protected flows; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PublishState = Literal["waiting", "approved", "refused", "withdrawn", "overtaken"]


@dataclass(frozen=True, slots=True)
class Publishing:
    """A version that went out, for whoever looks at what changed since."""

    flow_id: str
    flow_name: str
    number: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A published version as a list shows it. `approved_by` is empty where nobody had to."""

    flow_id: str
    number: int
    comment: str
    created_by: str
    created_at: datetime
    num_nodes: int
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class PublishApproval:
    """A wish to publish a protected flow, and what became of it. `is_draft` while the draft still says the same.

    `fingerprint` is of the document that was asked for.
    """

    id: str
    flow_id: str
    flow_name: str
    version: int
    from_version: int | None
    state: PublishState
    comment: str
    asked_by: str
    asked_by_id: str
    asked_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    is_draft: bool = True
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class PublishChange:
    """What became of a wish to publish: the version that it made, or `approval` waits for a second person."""

    version: VersionInfo | None
    approval: PublishApproval | None = None
