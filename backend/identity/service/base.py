"""What the use cases of identity work with, and how a row of seats becomes an operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from backend.identity.permissions import Role, held
from backend.identity.repository import Seat
from backend.identity.types import Person, SessionLimits
from backend.identity.verdicts import Verdicts
from backend.operator import Operator, Permission
from backend.ports.mail import Mail
from backend.unit_of_work import Units

TOUCH_AFTER = timedelta(minutes=1)


class Base:
    """Verdicts are remembered for 2 s, so that a burst of calls costs one look-up."""

    def __init__(self, units: Units, *, mail: Mail | None = None, public_url: str = "") -> None:
        self._units = units
        self._mail = mail
        self._public_url = public_url
        self._verdicts = Verdicts[tuple[Operator, Person]]()
        # Apart: out of one memory a key was taken for a session while it was remembered, and the other way round.
        self._key_verdicts = Verdicts[Operator]()
        self.limits = SessionLimits()

    def forget_all(self) -> None:
        """Read again who may do what; other processes do so within 2 s."""
        self._verdicts.forget_all()
        self._key_verdicts.forget_all()

    async def _changed(self) -> None:
        self.forget_all()


def operator_of(
    seat: Seat,
    via: Literal["session", "key", "system"],
    scopes: frozenset[Permission] = frozenset(Permission),
    *,
    key_id: str = "",
) -> Operator:
    user, member, project, organisation = seat[:4]
    return Operator(
        user_id=user.id,
        name=user.name,
        organisation_id=organisation.id,
        project_id=project.id,
        permissions=held(seat.role, Role(member.role)) & scopes,
        via=via,
        key_id=key_id,
        role=seat.role,
        organisation_role=member.role,
    )


def person_of(seat: Seat) -> Person:
    user, _, project, organisation = seat[:4]
    return Person(
        user_id=user.id,
        name=user.name,
        role=seat.role,
        organisation_name=organisation.name,
        project_id=project.id,
        project_name=project.name,
        time_zone=project.time_zone,
    )
