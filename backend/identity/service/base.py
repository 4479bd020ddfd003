"""What the use cases of identity work with, and how a row of seats becomes an operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from backend.identity.permissions import PERMISSIONS, Role
from backend.identity.repository import Seat
from backend.identity.types import Person
from backend.identity.verdicts import Verdicts
from backend.operator import Operator, Permission
from backend.unit_of_work import Units

TOUCH_AFTER = timedelta(minutes=1)


class Base:
    """Verdicts are remembered for 2 s, so that a burst of calls costs one look-up."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._verdicts = Verdicts[tuple[Operator, Person]]()
        # Apart: out of one memory a key was taken for a session while it was remembered, and the other way round.
        self._key_verdicts = Verdicts[Operator]()


def operator_of(
    seat: Seat,
    via: Literal["session", "key", "system"],
    scopes: frozenset[Permission] = frozenset(Permission),
    *,
    key_id: str = "",
) -> Operator:
    user, member, project, organisation = seat
    return Operator(
        user_id=user.id,
        name=user.name,
        organisation_id=organisation.id,
        project_id=project.id,
        permissions=PERMISSIONS[Role(member.role)] & scopes,
        via=via,
        key_id=key_id,
    )


def person_of(seat: Seat) -> Person:
    user, member, project, organisation = seat
    return Person(
        user_id=user.id,
        name=user.name,
        role=Role(member.role),
        organisation_name=organisation.name,
        project_id=project.id,
        project_name=project.name,
        time_zone=project.time_zone,
    )
