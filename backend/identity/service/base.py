"""What the use cases of identity work with, and how a row of seats becomes an operator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from backend.identity.models import SessionRow, SignInPolicyRow
from backend.identity.permissions import Role, held, held_by_support, lower
from backend.identity.repository import Granted, Seat
from backend.identity.types import Person, Policy, SessionLimits, Way
from backend.identity.verdicts import Verdicts
from backend.operator import Operator, Permission
from backend.ports.database import Everywhere
from backend.ports.mail import Letter, Mail
from backend.unit_of_work import Units

# Three ways past the wall between tenants, and what for.
WHO_ASKS = Everywhere("who asks, and so for which tenant, is found out here")
ACCOUNTS = Everywhere("an account is a person's, who may be a member of several organisations or of none yet")
EVERY_CLOSED = Everywhere("the start ends what goes on in the closed projects of every organisation")
TOUCH_AFTER = timedelta(minutes=1)


@dataclass(slots=True)
class Seen:
    """Who a session is, as it was read, and when it was last in use."""

    operator: Operator
    person: Person
    seen_at: datetime


class Base:
    """Verdicts are remembered for 2 s, so that a burst of calls costs one look-up."""

    def __init__(self, units: Units, *, mail: Mail | None = None, public_url: str = "") -> None:
        self._units = units
        self._mail = mail
        self._public_url = public_url
        self._verdicts = Verdicts[Seen]()
        # Apart: out of one memory a key was taken for a session while it was remembered, and the other way round.
        self._key_verdicts = Verdicts[Operator]()
        self.limits = SessionLimits()
        # What other slices do once a project was closed, each with its id.
        self.on_closing: list[Callable[[str], Awaitable[None]]] = []
        # Counts what changed of who may do what, so that a watcher need not wait for its next round.
        self.num_changes = 0

    async def post(self, letter_at: Callable[[str], Letter]) -> bool:
        """Send the letter, written for the address that people come by; False where none goes out."""
        if self._mail is None or not self._public_url:
            return False
        return await self._mail.send(letter_at(self._public_url))

    def forget_all(self) -> None:
        """Read again who may do what; other processes do so within 2 s."""
        self._verdicts.forget_all()
        self._key_verdicts.forget_all()
        self.num_changes += 1

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


def supported(operator: Operator, seat: Seat, granted: Granted) -> Operator:
    """Return the member's operator as support holds it."""
    role, organisation_role, most = seat.role, Role(seat.member.role), Role(granted.row.role)
    return replace(
        operator,
        permissions=held_by_support(role, organisation_role, most),
        role=lower(role, most),
        organisation_role=lower(organisation_role, most),
        support_id=granted.support.id,
        support_name=granted.support.name,
    )


def policy_of(row: SignInPolicyRow | None) -> Policy:
    """Return the policy of an organisation; without a row it is the one that each begins with."""
    if row is None:
        return Policy()
    return Policy(
        row.local_accounts,
        row.provider_only,
        tuple(row.domains),
        row.domain_role,
        tuple(row.tenants),
        tuple(row.groups),
        row.provider_only_since,
    )


def way_of(session: SessionRow) -> Way:
    return Way(session.signed_in_with, session.created_at, session.tenant, tuple(session.groups))


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
