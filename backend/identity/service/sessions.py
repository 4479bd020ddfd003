"""The first owner, sign-in links and sessions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target
from backend.columns import utc_now
from backend.errors import SignInNeeded
from backend.identity.admission import admits, admits_support
from backend.identity.errors import LinkNotValid, ProjectNotFound
from backend.identity.models import MemberRow, OrganisationRow, ProjectRow, SessionRow, SignInLinkRow, UserRow
from backend.identity.permissions import Role
from backend.identity.repository import Accounts, Granted, People, Seat, Sessions, Support
from backend.identity.service.base import (
    TOUCH_AFTER,
    WHO_ASKS,
    Base,
    Seen,
    operator_of,
    person_of,
    policy_of,
    supported,
    way_of,
)
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import BY_LINK, LINK_LIFETIME, Entered, Person
from backend.ids import new_id
from backend.operator import Operator
from backend.trace_ids import caller_address, unattended
from backend.unit_of_work import Work


class SessionUse(Base):
    """Let somebody in, say who they are, let them out."""

    async def ensure_owner(self) -> Operator:
        """Make the organisation, project and local owner at the first start; return the owner."""
        async with self._units.write(WHO_ASKS) as work:
            people = People(work.session)
            found = await people.first_owner()
            if found is None:
                found = await self._make_owner(work, people)
            user, project = found
            seat = await people.seat(user.id, project.id)
        assert seat is not None
        return operator_of(seat, "system")

    async def _make_owner(self, work: Work, people: People) -> tuple[UserRow, ProjectRow]:
        organisation = OrganisationRow(id=new_id("org"), name="My organisation")
        project = ProjectRow(id=new_id("proj"), organisation_id=organisation.id, name="Support desk")
        user = UserRow(id=new_id("user"), name="Local owner")
        for row in (organisation, user):
            people.add(row)
        await people.flush()
        people.add(project)
        people.add(MemberRow(organisation_id=organisation.id, user_id=user.id, role=Role.OWNER))
        await AuditTrail(work.session).begin(organisation.id)
        await people.flush()
        return user, project

    async def make_sign_in_link(self) -> str:
        """Return a token for the owner that works once, for 15 minutes."""
        owner = await self.ensure_owner()
        token = new_token()
        async with self._units.write(WHO_ASKS) as work:
            Sessions(work.session).add(
                SignInLinkRow(
                    id=new_id("link"),
                    token_hash=hash_of(token),
                    user_id=owner.user_id,
                    expires_at=utc_now() + LINK_LIFETIME,
                )
            )
        return token

    async def check_link(self, token: str) -> None:
        """Raise LinkNotValid unless the link could be used now. Consume nothing."""
        async with self._units.read(WHO_ASKS) as session:
            _valid_link(await Sessions(session).link(hash_of(token)))

    async def has_credential(self) -> bool:
        """Tell whether the first owner can come back without a link of the terminal."""
        owner = await self.ensure_owner()
        async with self._units.read(WHO_ASKS) as reading:
            return await Accounts(reading).has_credential(owner.user_id)

    async def enter_by_link(self, token: str) -> Entered:
        """Consume the link and open a session. Raise LinkNotValid."""
        return Entered(await self.sign_in_by_link(token), self.limits.lifetime)

    async def sign_in_by_link(self, token: str) -> str:
        """Consume the link and return the token of a new session. Raise LinkNotValid."""
        owner = await self.ensure_owner()
        session_token = new_token()
        now = utc_now()
        async with self._units.write(WHO_ASKS) as work:
            sessions = Sessions(work.session)
            link = _valid_link(await sessions.link(hash_of(token), lock=True))
            link.used_at = now
            sessions.add(link)
            session = SessionRow(
                id=new_id("sess"),
                token_hash=hash_of(session_token),
                user_id=link.user_id,
                project_id=owner.project_id,
                address=caller_address.get(),
                expires_at=now + self.limits.lifetime,
            )
            sessions.add(session)
            actor = Actor(owner.user_id, owner.name, "link")
            target = Target("session", session.id)
            await AuditTrail(work.session).record_of(owner.organisation_id, actor, "session.sign_in", target)
        return session_token

    async def sign_out(self, token: str) -> None:
        """Revoke the session; unknown ones are no error."""
        async with self._units.write(WHO_ASKS) as work:
            sessions, people = Sessions(work.session), People(work.session)
            session = await sessions.session(hash_of(token))
            seats = await people.seats(session.user_id) if session and session.revoked_at is None else []
            if session and seats:
                seat = next((one for one in seats if one.project.id == session.project_id), seats[0])
                actor, target = Actor(seat.user.id, seat.user.name, "session"), Target("session", session.id)
                await AuditTrail(work.session).record_of(seat.organisation.id, actor, "session.sign_out", target)
            await sessions.revoke(hash_of(token), utc_now())
        self.forget_all()

    def is_alive(self, session: SessionRow, now: datetime) -> bool:
        """Tell whether the session may be used."""
        ended = session.revoked_at is not None or now >= session.expires_at
        return not ended and self._is_in_use(session.signed_in_with, session.last_seen_at, now)

    def _is_in_use(self, way: str, last_seen_at: datetime, now: datetime) -> bool:
        """Tell whether nobody went idle: what a link opened has no way back, so that does not end it."""
        return now - last_seen_at < (self.limits.lifetime if way == BY_LINK else self.limits.idle)

    async def marks(self, tokens: Collection[str]) -> dict[str, str]:
        """Return a mark for each of the sessions that goes on, read at once for all of them.

        It changes with whatever may end what the session hears: its holder's memberships, policies, closed projects. An
        empty one says that only `by_session` can tell, as where support acts. No mark: the session is over.
        """
        now, by_hash = utc_now(), {hash_of(token): token for token in tokens}
        async with self._units.read(WHO_ASKS) as reading:
            sessions = Sessions(reading)
            rows = [one for one in await sessions.open_now([*by_hash], now) if self._is_in_use(one[2], one[3], now)]
            doors = await sessions.doors({one[1] for one in rows})
        return {by_hash[one[0]]: "" if one[4] else doors.get(one[1], "") for one in rows}

    def forget(self, token: str) -> None:
        """Read again who holds this session."""
        self._verdicts.forget(hash_of(token))

    async def by_session(self, token: str, project_id: str = "") -> tuple[Operator, Person]:
        """Return who holds the session cookie, in that project or in the one that they were in last.

        Raise SignInNeeded, and NotFound where they are no member of the project named.
        """
        token_hash = hash_of(token)
        seen = self._verdicts.get(token_hash, project_id)
        while seen is None:
            num_forgotten = self._verdicts.num_forgotten
            found = await self._look(token_hash, project_id)
            if num_forgotten == self._verdicts.num_forgotten:  # else it was read while somebody's rights changed
                seen = self._verdicts.keep(token_hash, found, project_id)
        now = utc_now()
        if now - seen.seen_at > TOUCH_AFTER and not unattended.get():
            seen.seen_at = now
            async with self._units.write(WHO_ASKS) as work:
                await Sessions(work.session).touch(seen.operator.session_id, now)
        return seen.operator, seen.person

    async def _look(self, token_hash: str, project_id: str) -> Seen:
        """Read who the session is now: of support, the member that they act for."""
        now = utc_now()
        async with self._units.read(WHO_ASKS) as reading:
            session = await Sessions(reading).session(token_hash)
            if session is None or not self.is_alive(session, now):
                raise _signed_out()
            granted = None
            if session.support_grant_id:
                granted = await Support(reading).standing(session.support_grant_id, session.user_id, now)
            seat = await _seat_of(reading, session, project_id, granted)
        operator = replace(operator_of(seat, "session"), session_id=session.id)
        person = person_of(seat)
        if granted:
            operator = supported(operator, seat, granted)
            until = granted.row.expires_at
            person = replace(person, role=Role(operator.role), support_name=granted.support.name, support_until=until)
        return Seen(operator, person, session.last_seen_at)

    async def enter(self, token: str, project_id: str) -> Person:
        """Make a project the one that the session's new tabs begin in. Raise NotFound where they are no member."""
        person = (await self.by_session(token, project_id))[1]
        async with self._units.write(WHO_ASKS) as work:
            await Sessions(work.session).enter(hash_of(token), project_id)
        self._verdicts.forget(hash_of(token))
        return person


async def _seat_of(reading: AsyncSession, session: SessionRow, project_id: str, granted: Granted | None) -> Seat:
    """Return the seat in the project named; without a name, the session's, else any that is left to the person.

    Raise NotFound where there is none in the project named, SignInNeeded where none is left that lets this session in.
    """
    people, asks = People(reading), admits_support if granted else admits
    user_id, way = (granted.row.member_id if granted else session.user_id), way_of(session)

    def lets_in(seat: Seat) -> bool:
        return asks(policy_of(seat.policy), way)

    def is_meant(seat: Seat | None) -> bool:
        return seat is not None and (granted is None or seat.organisation.id == granted.row.organisation_id)

    first = await people.seat(user_id, project_id or session.project_id)
    if is_meant(first) and first and lets_in(first):
        return first
    if project_id and not is_meant(first):
        raise ProjectNotFound
    for seat in [] if project_id else await people.seats(user_id):
        if is_meant(seat) and lets_in(seat):
            return seat
    raise _signed_out()


def _signed_out() -> SignInNeeded:
    return SignInNeeded("You are not signed in.", hint="Sign in again.")


def _valid_link(link: SignInLinkRow | None) -> SignInLinkRow:
    if link is None or link.used_at is not None or link.expires_at <= utc_now():
        raise LinkNotValid("This sign-in link was used already or is older than 15 minutes.")
    return link
