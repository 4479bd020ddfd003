"""The first owner, sign-in links and sessions."""

from __future__ import annotations

from datetime import datetime

from backend.columns import utc_now
from backend.errors import SignInNeeded
from backend.identity.errors import LinkNotValid
from backend.identity.models import MemberRow, OrganisationRow, ProjectRow, SessionRow, SignInLinkRow, UserRow
from backend.identity.permissions import Role
from backend.identity.repository import People, Sessions
from backend.identity.service.base import TOUCH_AFTER, Base, operator_of, person_of
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import LINK_LIFETIME, SESSION_IDLE, SESSION_LIFETIME, Person
from backend.ids import new_id
from backend.operator import Operator


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
            sessions.add(
                SessionRow(
                    id=new_id("sess"),
                    token_hash=hash_of(session_token),
                    user_id=link.user_id,
                    project_id=owner.project_id,
                    expires_at=now + SESSION_LIFETIME,
                )
            )
        return session_token

    async def sign_out(self, token: str) -> None:
        """Revoke the session; unknown ones are no error."""
        async with self._units.write() as work:
            await Sessions(work.session).revoke(hash_of(token), utc_now())
        self._verdicts.forget(hash_of(token))

    async def by_session(self, token: str) -> tuple[Operator, Person]:
        """Return who holds the session cookie. Raise SignInNeeded."""
        token_hash = hash_of(token)
        if known := self._verdicts.get(token_hash):
            return known
        now = utc_now()
        async with self._units.read() as reading:
            session = await Sessions(reading).session(token_hash)
            seat = await People(reading).seat(session.user_id, session.project_id) if session else None
        if session is None or seat is None or not _alive(session, now):
            raise SignInNeeded("You are not signed in.", hint="Open a new sign-in link.")
        if now - session.last_seen_at > TOUCH_AFTER:
            async with self._units.write() as work:
                await Sessions(work.session).touch(session.id, now)
        return self._verdicts.keep(token_hash, (operator_of(seat, "session"), person_of(seat)))


def _valid_link(link: SignInLinkRow | None) -> SignInLinkRow:
    if link is None or link.used_at is not None or link.expires_at <= utc_now():
        raise LinkNotValid("This sign-in link was used already or is older than 15 minutes.")
    return link


def _alive(session: SessionRow, now: datetime) -> bool:
    return session.revoked_at is None and now < session.expires_at and now - session.last_seen_at < SESSION_IDLE
