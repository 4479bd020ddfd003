"""Who somebody is: the first owner, sign-in links, sessions and API keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from backend.columns import utc_now
from backend.errors import SignInNeeded
from backend.identity.errors import LinkNotValid
from backend.identity.models import (
    ApiKeyRow,
    MemberRow,
    OrganisationRow,
    ProjectRow,
    SessionRow,
    SignInLinkRow,
    UserRow,
)
from backend.identity.permissions import PERMISSIONS, Role
from backend.identity.repository import IdentityRepository, Seat
from backend.identity.tokens import SHOWN_CHARACTERS, hash_of, new_key, new_token
from backend.identity.types import (
    LINK_LIFETIME,
    SESSION_IDLE,
    SESSION_LIFETIME,
    ApiKey,
    Person,
)
from backend.identity.verdicts import Verdicts
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.unit_of_work import Units

TOUCH_AFTER = timedelta(minutes=1)


class IdentityService:
    """Answer who asks. Verdicts are remembered for 2 s, so that a burst of calls costs one look-up."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._verdicts = Verdicts[tuple[Operator, Person]]()

    async def ensure_owner(self) -> Operator:
        """Make the organisation, project and local owner at the first start; return the owner."""
        async with self._units.write() as work:
            rows = IdentityRepository(work.session)
            found = await rows.first_owner()
            if found is None:
                found = await self._make_owner(rows)
            user, project = found
            seat = await rows.seat(user.id, project.id)
        assert seat is not None
        return _operator(seat, "system")

    async def _make_owner(self, rows: IdentityRepository) -> tuple[UserRow, ProjectRow]:
        organisation = OrganisationRow(id=new_id("org"), name="My organisation")
        project = ProjectRow(id=new_id("proj"), organisation_id=organisation.id, name="Support desk")
        user = UserRow(id=new_id("user"), name="Local owner")
        for row in (organisation, user):
            rows.add(row)
        await rows.flush()
        rows.add(project)
        rows.add(MemberRow(organisation_id=organisation.id, user_id=user.id, role=Role.OWNER))
        await rows.flush()
        return user, project

    async def make_sign_in_link(self) -> str:
        """Return a token for the owner that works once, for 15 minutes."""
        owner = await self.ensure_owner()
        token = new_token()
        async with self._units.write() as work:
            IdentityRepository(work.session).add(
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
            _valid_link(await IdentityRepository(session).link(hash_of(token)))

    async def sign_in_by_link(self, token: str) -> str:
        """Consume the link and return the token of a new session. Raise LinkNotValid."""
        owner = await self.ensure_owner()
        session_token = new_token()
        now = utc_now()
        async with self._units.write() as work:
            rows = IdentityRepository(work.session)
            link = _valid_link(await rows.link(hash_of(token), lock=True))
            link.used_at = now
            rows.add(link)
            rows.add(
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
            await IdentityRepository(work.session).revoke_session(hash_of(token), utc_now())
        self._verdicts.forget(hash_of(token))

    async def by_session(self, token: str) -> tuple[Operator, Person]:
        """Return who holds the session cookie. Raise SignInNeeded."""
        token_hash = hash_of(token)
        if known := self._verdicts.get(token_hash):
            return known
        now = utc_now()
        async with self._units.read() as reading:
            rows = IdentityRepository(reading)
            session = await rows.session(token_hash)
            seat = await rows.seat(session.user_id, session.project_id) if session else None
        if session is None or seat is None or not _alive(session, now):
            raise SignInNeeded("You are not signed in.", hint="Open a new sign-in link.")
        if now - session.last_seen_at > TOUCH_AFTER:
            async with self._units.write() as work:
                await IdentityRepository(work.session).touch_session(session.id, now)
        return self._verdicts.keep(token_hash, (_operator(seat, "session"), _person(seat)))

    async def by_key(self, secret: str) -> Operator:
        """Return who holds the API key: its scopes and its maker's rights, whichever is less. Raise SignInNeeded."""
        secret_hash = hash_of(secret)
        if known := self._verdicts.get(secret_hash):
            return known[0]
        now = utc_now()
        async with self._units.read() as reading:
            rows = IdentityRepository(reading)
            key = await rows.key(secret_hash)
            seat = await rows.seat(key.user_id, key.project_id) if key else None
        if key is None or seat is None or key.revoked_at is not None:
            raise SignInNeeded("This API key is not valid.")
        if key.last_used_at is None or now - key.last_used_at > TOUCH_AFTER:
            async with self._units.write() as work:
                await IdentityRepository(work.session).touch_key(key.id, now)
        operator = _operator(seat, "key", frozenset(Permission(scope) for scope in key.scopes))
        return self._verdicts.keep(secret_hash, (operator, _person(seat)))[0]

    async def create_key(self, operator: Operator, name: str) -> ApiKey:
        """Make a key with all rights of its maker; its secret is in the answer and nowhere else."""
        operator.require(Permission.KEYS_MANAGE)
        secret = new_key()
        row = ApiKeyRow(
            id=new_id("key"),
            project_id=operator.project_id,
            user_id=operator.user_id,
            name=name,
            prefix=secret[:SHOWN_CHARACTERS],
            secret_hash=hash_of(secret),
            scopes=sorted(operator.permissions),
        )
        async with self._units.write() as work:
            IdentityRepository(work.session).add(row)
        return ApiKey(row.id, name, row.prefix, tuple(row.scopes), row.created_at, None, secret)


def _valid_link(link: SignInLinkRow | None) -> SignInLinkRow:
    if link is None or link.used_at is not None or link.expires_at <= utc_now():
        raise LinkNotValid("This sign-in link was used already or is older than 15 minutes.")
    return link


def _alive(session: SessionRow, now: datetime) -> bool:
    return session.revoked_at is None and now < session.expires_at and now - session.last_seen_at < SESSION_IDLE


def _operator(
    seat: Seat,
    via: Literal["session", "key", "system"],
    scopes: frozenset[Permission] = frozenset(Permission),
) -> Operator:
    user, member, project, organisation = seat
    return Operator(
        user_id=user.id,
        name=user.name,
        organisation_id=organisation.id,
        project_id=project.id,
        permissions=PERMISSIONS[Role(member.role)] & scopes,
        via=via,
    )


def _person(seat: Seat) -> Person:
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
