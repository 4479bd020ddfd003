"""People, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.identity.permissions import Role


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in person and where they stand, for the bar and the menu."""

    user_id: str
    name: str
    role: Role
    organisation_name: str
    project_id: str
    project_name: str
    time_zone: str
    # Whoever of support acts with this person's seat, and until when.
    support_name: str = ""
    support_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """What projects and members belong to."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Project:
    """A project of an organisation. Days of its budget and reports begin in `time_zone`."""

    id: str
    name: str
    time_zone: str
    created_at: datetime
