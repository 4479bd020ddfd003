"""Support: somebody of another account stands in for a member, for a while, because an owner said so."""

from __future__ import annotations

from datetime import timedelta

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target, Values
from backend.columns import utc_now
from backend.errors import Forbidden, InvalidInput, NotFound
from backend.identity.errors import MemberNotFound
from backend.identity.models import SessionRow, SupportGrantRow
from backend.identity.permissions import Role, outranks
from backend.identity.repository import Granted, Members, People, Sessions, Support
from backend.identity.service.base import ACCOUNTS
from backend.identity.service.sessions import SessionUse
from backend.identity.tokens import hash_of
from backend.identity.types import MAX_SUPPORT, MIN_SUPPORT, SupportGrant
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.unit_of_work import Work

SHOWN_AFTER_END = timedelta(days=7)


class SupportUse(SessionUse):
    """A grant never gives more than its role, and nothing of members, keys, secrets, connections or the policy."""

    async def list_support(self, operator: Operator) -> list[SupportGrant]:
        """Return the organisation's grants that are open, or ended in the last week, newest first."""
        operator.require(Permission.SUPPORT_GRANT)
        async with self._units.read(operator) as reading:
            support, since = Support(reading), utc_now() - SHOWN_AFTER_END
            found = await support.of_organisation(operator.organisation_id, since)
            in_use = await support.in_use([one.row.id for one in found])
        return [_of(one, in_use=one.row.id in in_use) for one in found]

    async def grant_support(
        self, operator: Operator, email: str, member_id: str, role: Role, lifetime: timedelta
    ) -> SupportGrant:
        """Let the account of an address stand in for a member. Raise InvalidInput, or NotFound for no such member."""
        operator.require(Permission.SUPPORT_GRANT)
        if not MIN_SUPPORT <= lifetime <= MAX_SUPPORT:
            raise InvalidInput("Support is let in for 5 minutes to 24 hours.", fields={"minutes": "Choose less time."})
        async with self._units.write(operator) as work:
            members, people = Members(work.session, operator.organisation_id), People(work.session)
            await members.lock()
            found, person = await members.one(member_id), await people.by_email(email.strip().lower())
            if found is None:
                raise MemberNotFound
            if person is None:
                words = "There is no account of this address here: support signs in with one of its own."
                raise InvalidInput(words, fields={"email": "Nobody here has this address."})
            if person.id in {member_id, operator.user_id}:
                raise InvalidInput("Nobody is their own support.", fields={"email": "Name somebody else."})
            if not outranks(Role(found[1].role), role):
                words = f"{found[0].name} is {found[1].role}: support gets no more."
                raise InvalidInput(words, fields={"role": words})
            now = utc_now()
            row = SupportGrantRow(
                id=new_id("supp"),
                organisation_id=operator.organisation_id,
                support_id=person.id,
                member_id=member_id,
                role=role,
                granted_by=operator.user_id,
                created_at=now,
                expires_at=now + lifetime,
            )
            Support(work.session).add(row)
            await work.session.flush()
            granted = await Support(work.session).one(operator.organisation_id, row.id)
            assert granted is not None
            after = {**_told(granted), "role": role.value, "until": row.expires_at.isoformat(timespec="seconds")}
            await AuditTrail(work.session).record(operator, "support.grant", _target(granted), after=after)
        return _of(granted)

    async def revoke_support(self, operator: Operator, grant_id: str) -> None:
        """Take a grant back: whoever acts under it is themself again at once. One that ended stays as it is."""
        operator.require(Permission.SUPPORT_GRANT)
        async with self._units.write(operator) as work:
            granted = await Support(work.session).one(operator.organisation_id, grant_id)
            if granted is None:
                raise NotFound("There is no grant of that id.")
            if granted.row.revoked_at is None:
                granted.row.revoked_at = utc_now()
                Support(work.session).add(granted.row)
                await Support(work.session).take_off(grant_id)
                await AuditTrail(work.session).record(
                    operator, "support.revoke", _target(granted), before=_told(granted)
                )
            work.after_commit(self._changed)

    async def offered_support(self, operator: Operator) -> list[SupportGrant]:
        """Return the open grants that the person holds themself."""
        operator.require_self()
        async with self._units.read(ACCOUNTS) as reading:
            return [_of(one) for one in await Support(reading).offered(operator.user_id, utc_now())]

    async def start_support(self, token: str, grant_id: str) -> None:
        """Let the session act under a grant that its person holds. Raise NotFound for one that does not hold (now)."""
        operator = (await self.by_session(token))[0]
        operator.require_self()
        async with self._units.write(ACCOUNTS) as work:
            session = await self._session(work, token)
            granted = await Support(work.session).standing(grant_id, operator.user_id, utc_now())
            if granted is None:
                raise NotFound("There is no such grant, or it ended.")
            await Support(work.session).put_on(session.id, grant_id)
            await self._tell(work, granted, "support.start", {"role": granted.row.role})
            work.after_commit(self._changed)

    async def stop_support(self, token: str) -> None:
        """Let the session's person be themself again; where nobody acts this is no error."""
        async with self._units.write(ACCOUNTS) as work:
            session = await self._session(work, token)
            if session.support_grant_id is None:
                return
            granted = await Support(work.session).standing(session.support_grant_id, session.user_id, utc_now())
            await Support(work.session).put_on(session.id, None)
            if granted:
                await self._tell(work, granted, "support.stop", None)
            work.after_commit(self._changed)

    async def _session(self, work: Work, token: str) -> SessionRow:
        session = await Sessions(work.session).session(hash_of(token))
        if session is None or not self.is_alive(session, utc_now()):
            raise Forbidden("You are not signed in.")
        return session

    async def _tell(self, work: Work, granted: Granted, action: str, after: Values | None) -> None:
        actor = Actor(granted.support.id, granted.support.name, "support")
        await AuditTrail(work.session).record_of(
            granted.row.organisation_id, actor, action, _target(granted), after={**_told(granted), **(after or {})}
        )


def _target(granted: Granted) -> Target:
    return Target("support_grant", granted.row.id, f"{granted.support.name} for {granted.member.name}")


def _told(granted: Granted) -> Values:
    return {"support": granted.support.email, "member": granted.member.name}


def _of(granted: Granted, *, in_use: bool = False) -> SupportGrant:
    row = granted.row
    return SupportGrant(
        id=row.id,
        support_name=granted.support.name,
        support_email=granted.support.email or "",
        member_id=granted.member.id,
        member_name=granted.member.name,
        organisation_name=granted.organisation.name,
        role=Role(row.role),
        granted_by=granted.owner.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        in_use=in_use and row.revoked_at is None and utc_now() < row.expires_at,
    )
