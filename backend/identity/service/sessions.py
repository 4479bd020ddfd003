"""The first owner, sign-in links and sessions."""

from __future__ import annotations

from datetime import datetime

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target
from backend.columns import utc_now
from backend.errors import SignInNeeded
from backend.identity.errors import LinkNotValid, ProjectNotFound
from backend.identity.models import (
    MemberRow,
    OrganisationRow,
    ProjectRow,
    SessionRow,
    SignInLinkRow,
    SignInPolicyRow,
    UserRow,
)
from backend.identity.permissions import Role
from backend.identity.repository import Accounts, People, Seat, Sessions
from backend.identity.service.base import TOUCH_AFTER, Base, operator_of, person_of
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import BY_LINK, BY_PASSWORD, LINK_LIFETIME, Entered, Person
from backend.ids import new_id
from backend.operator import Operator
from backend.trace_ids import caller_address


class SessionUse(Base):
    """Let somebody in, say who they are, let them out."""

    async def ensure_owner(self) -> Operator:
        """Make the organisation, project and local owner at the first start; return the owner."""
        async with self._units.write() as work:
            people = People(work.session)
            found = await people.first_owner()
            if found is None:
                found = await self._make_owner(people)
            user, project = found
            seat = await people.seat(user.id, project.id)
        assert seat is not None
        return operator_of(seat, "system")

    async def _make_owner(self, people: People) -> tuple[UserRow, ProjectRow]:
        organisation = OrganisationRow(id=new_id("org"), name="My organisation")
        project = ProjectRow(id=new_id("proj"), organisation_id=organisation.id, name="Support desk")
        user = UserRow(id=new_id("user"), name="Local owner")
        for row in (organisation, user):
            people.add(row)
        await people.flush()
        people.add(project)
        people.add(MemberRow(organisation_id=organisation.id, user_id=user.id, role=Role.OWNER))
        await people.flush()
        return user, project

    async def make_sign_in_link(self) -> str:
        """Return a token for the owner that works once, for 15 minutes."""
        owner = await self.ensure_owner()
        token = new_token()
        async with self._units.write() as work:
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
        async with self._units.read() as session:
            _valid_link(await Sessions(session).link(hash_of(token)))

    async def has_credential(self) -> bool:
        """Tell whether the first owner can come back without a link of the terminal."""
        owner = await self.ensure_owner()
        async with self._units.read() as reading:
            return await Accounts(reading).has_credential(owner.user_id)

    async def enter_by_link(self, token: str) -> Entered:
        """Consume the link and open a session. Raise LinkNotValid."""
        return Entered(await self.sign_in_by_link(token), self.limits.lifetime)

    async def sign_in_by_link(self, token: str) -> str:
        """Consume the link and return the token of a new session. Raise LinkNotValid."""
        owner = await self.ensure_owner()
        session_token = new_token()
        now = utc_now()
        async with self._units.write() as work:
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
        async with self._units.write() as work:
            sessions, people = Sessions(work.session), People(work.session)
            session = await sessions.session(hash_of(token))
            seat = await _seat_of(people, session, "") if session and session.revoked_at is None else None
            if session and seat:
                actor, target = Actor(seat[0].id, seat[0].name, "session"), Target("session", session.id)
                await AuditTrail(work.session).record_of(seat[3].id, actor, "session.sign_out", target)
            await sessions.revoke(hash_of(token), utc_now())
        self._verdicts.forget(hash_of(token))

    def is_alive(self, session: SessionRow, now: datetime) -> bool:
        """Tell whether the session may be used: what a link opened has no way back, so being idle does not end it."""
        idle = self.limits.lifetime if session.signed_in_with == BY_LINK else self.limits.idle
        return session.revoked_at is None and now < session.expires_at and now - session.last_seen_at < idle

    async def by_session(self, token: str, project_id: str = "") -> tuple[Operator, Person]:
        """Return who holds the session cookie, in that project or in the one that they were in last.

        Raise SignInNeeded, and NotFound where they are no member of the project named.
        """
        token_hash = hash_of(token)
        if known := self._verdicts.get(token_hash, project_id):
            return known
        now = utc_now()
        async with self._units.read() as reading:
            session, people = await Sessions(reading).session(token_hash), People(reading)
            alive = session is not None and self.is_alive(session, now)
            seat = await _seat_of(people, session, project_id) if session and alive else None
            policy = await Accounts(reading).policy(seat[3].id) if seat else None
        if project_id and seat is None and alive:
            raise ProjectNotFound
        if session is None or seat is None or _shut_out(session, policy):
            raise SignInNeeded("You are not signed in.", hint="Sign in again.")
        if now - session.last_seen_at > TOUCH_AFTER:
            async with self._units.write() as work:
                await Sessions(work.session).touch(session.id, now)
        return self._verdicts.keep(token_hash, (operator_of(seat, "session"), person_of(seat)), project_id)

    async def enter(self, token: str, project_id: str) -> Person:
        """Make a project the one that the session's new tabs begin in. Raise NotFound where they are no member."""
        person = (await self.by_session(token, project_id))[1]
        async with self._units.write() as work:
            await Sessions(work.session).enter(hash_of(token), project_id)
        self._verdicts.forget(hash_of(token))
        return person


async def _seat_of(people: People, session: SessionRow, project_id: str) -> Seat | None:
    """Return the seat in the project named; without a name, the session's, else any that is left to the person."""
    if found := await people.seat(session.user_id, project_id or session.project_id):
        return found
    left = [] if project_id else await people.seats(session.user_id)
    return left[0] if left else None


def _valid_link(link: SignInLinkRow | None) -> SignInLinkRow:
    if link is None or link.used_at is not None or link.expires_at <= utc_now():
        raise LinkNotValid("This sign-in link was used already or is older than 15 minutes.")
    return link


def _shut_out(session: SessionRow, policy: SignInPolicyRow | None) -> bool:
    """Tell whether the session may not go on because the organisation lets people in through its providers only.

    A link of the terminal opened after that is the way back in when the provider is gone.
    """
    if policy is None or not policy.provider_only:
        return False
    since = policy.provider_only_since
    is_old_link = session.signed_in_with == BY_LINK and (since is None or session.created_at < since)
    return session.signed_in_with == BY_PASSWORD or is_old_link
