"""Ways into an organisation: invitations by address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target
from backend.columns import utc_now
from backend.errors import Conflict, Forbidden, InvalidInput, SignInNeeded
from backend.identity.admission import admits
from backend.identity.emails import checked_email
from backend.identity.errors import InvitationNotFound, LinkNotValid, NotLetIn
from backend.identity.models import InvitationRow, MemberRow, UserRow
from backend.identity.permissions import Role, outranks
from backend.identity.repository import Accounts, Invitations, Invited, Members, People, Sessions, by_token
from backend.identity.service.base import ACCOUNTS, Base, policy_of, way_of
from backend.identity.service.letters import invitation_letter
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import BY_PASSWORD, INVITATION_LIFETIME, Invitation, Way
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.unit_of_work import Work

USED = "This invitation was used, taken back or is older than 7 days."


class InvitationUse(Base):
    """An invitation is for one address, works once, for 7 days, and gives no more than its maker has."""

    async def list_invitations(self, operator: Operator) -> list[Invitation]:
        """Return those that wait for an answer, newest first."""
        operator.require(Permission.MEMBERS_READ)
        async with self._units.read(operator) as reading:
            return [_of(row) for row in await Invitations(reading, operator.organisation_id).waiting()]

    async def invite(self, operator: Operator, email: str, role: Role) -> Invitation:
        """Ask somebody in; the answer has the token, stored nowhere. A letter goes out where mail is set up."""
        operator.require(Permission.MEMBERS_MANAGE)
        email, token = checked_email(email), new_token()
        async with self._units.write(operator) as work:
            members = Members(work.session, operator.organisation_id)
            invitations = Invitations(work.session, operator.organisation_id)
            organisation = await members.lock()
            inviter = await _may_give(members, operator.user_id, role)
            if await members.by_email(email):
                raise Conflict(f"{email} is a member already.")
            now = utc_now()
            for waiting, _, _ in await invitations.waiting():
                if waiting.email == email and waiting.expires_at > now:
                    raise Conflict(f"An invitation for {email} waits already.", hint="Send it again, or take it back.")
                if waiting.email == email:
                    waiting.revoked_at = now
                    invitations.add(waiting)
                    await invitations.flush()  # the index of waiting ones lets the new row in only then
            row = InvitationRow(
                id=new_id("inv"),
                organisation_id=operator.organisation_id,
                email=email,
                role=role,
                invited_by=operator.user_id,
                token_hash=hash_of(token),
                expires_at=now + INVITATION_LIFETIME,
            )
            invitations.add(row)
            await _tell(work, operator, "invitation.create", row)
        return await self._post(replace(_of((row, inviter, organisation)), token=token))

    async def resend_invitation(self, operator: Operator, invitation_id: str) -> Invitation:
        """Make a new link for another 7 days; the old one ends."""
        operator.require(Permission.MEMBERS_MANAGE)
        token = new_token()
        async with self._units.write(operator) as work:
            members = Members(work.session, operator.organisation_id)
            await members.lock()
            row, inviter, organisation = await _waiting(work, operator, invitation_id)
            await _may_give(members, operator.user_id, Role(row.role))
            row.token_hash, row.expires_at = hash_of(token), utc_now() + INVITATION_LIFETIME
            work.session.add(row)
            await _tell(work, operator, "invitation.resend", row)
        return await self._post(replace(_of((row, inviter, organisation)), token=token))

    async def revoke_invitation(self, operator: Operator, invitation_id: str) -> None:
        """Take an invitation back: its link ends."""
        operator.require(Permission.MEMBERS_MANAGE)
        async with self._units.write(operator) as work:
            row = (await _waiting(work, operator, invitation_id))[0]
            row.revoked_at = utc_now()
            work.session.add(row)
            await _tell(work, operator, "invitation.revoke", row)

    async def invitation_of(self, token: str) -> Invitation:
        """Return what a link invites to, without using it. Raise LinkNotValid."""
        async with self._units.read(ACCOUNTS) as reading:
            return _of(_valid(await by_token(reading, hash_of(token))))

    async def accept_invitation(self, operator: Operator, token: str) -> str:
        """Join as the signed-in person, whose address must be the one invited; return a project to begin in."""
        if operator.via != "session":
            raise Forbidden("Only a person accepts an invitation.")
        operator.require_self()
        async with self._units.write(ACCOUNTS) as work:
            found = _valid(await by_token(work.session, hash_of(token), lock=True))
            session = await Sessions(work.session).by_id(operator.session_id)
            policy = policy_of(await Accounts(work.session).policy(found[0].organisation_id))
            if session is None or not admits(policy, way_of(session)):
                raise NotLetIn
            user = await People(work.session).user(operator.user_id)
            if user is None or (user.email or "").lower() != found[0].email:
                raise Forbidden(
                    f"This invitation is for {found[0].email}, and you are signed in as {operator.name}.",
                    hint="Sign out, then open the link again.",
                )
            return await self.admit(work, found, user)

    async def join(self, work: Work, token: str, name: str) -> UserRow:
        """Make an account for the invited address, which has none yet. Raise Forbidden where only providers let in."""
        name = " ".join(name.split())
        if not name:
            raise InvalidInput("Say your name.", fields={"name": "Your name is missing."})
        found = _valid(await by_token(work.session, hash_of(token), lock=True))
        policy = policy_of(await Accounts(work.session).policy(found[0].organisation_id))
        if not admits(policy, Way(BY_PASSWORD, utc_now())):
            raise Forbidden(
                "Members of this organisation sign in at a provider.",
                hint="Sign in there with the address that was invited; that accepts the invitation.",
            )
        people = People(work.session)
        if await people.by_email(found[0].email):
            raise SignInNeeded(f"{found[0].email} has an account.", hint="Sign in, then open the link again.")
        user = UserRow(id=new_id("user"), name=name[:200], email=found[0].email)
        people.add(user)
        await people.flush()
        await self.admit(work, found, user)
        return user

    async def admit(self, work: Work, found: Invited, user: UserRow) -> str:
        """Use the invitation up and make its member. Every way of accepting goes through here."""
        row, inviter, organisation = found
        members = Members(work.session, row.organisation_id)
        await members.lock()
        sender = await members.one(inviter.id)
        if sender is None or not outranks(Role(sender[1].role), Role(row.role)):
            raise LinkNotValid(USED)  # whoever sent it could not send it today
        if await members.one(user.id):
            raise Conflict("You are a member already.")
        row.accepted_at = utc_now()
        work.session.add(row)
        members.add(MemberRow(organisation_id=row.organisation_id, user_id=user.id, role=row.role))
        await AuditTrail(work.session).record_of(
            row.organisation_id,
            Actor(user.id, user.name, "session"),
            "invitation.accept",
            Target("invitation", row.id, row.email),
            after={"role": row.role, "organisation": organisation.name},
        )
        work.after_commit(self._changed)
        return (await People(work.session).projects(row.organisation_id))[0].id

    async def _post(self, invitation: Invitation) -> Invitation:
        """Send the link where mail is set up; a letter that does not go out leaves the link to be shown."""
        return replace(invitation, mailed=await self.post(partial(invitation_letter, invitation)))


def _of(invited: Invited) -> Invitation:
    row, inviter, organisation = invited
    return Invitation(
        id=row.id,
        email=row.email,
        role=Role(row.role),
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        invited_by=inviter.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _valid(found: Invited | None, now: datetime | None = None) -> Invited:
    if found is None or found[0].accepted_at or found[0].revoked_at or found[0].expires_at <= (now or utc_now()):
        raise LinkNotValid(USED, hint="Ask for a new one.")
    return found


async def _waiting(work: Work, operator: Operator, invitation_id: str) -> Invited:
    for found in await Invitations(work.session, operator.organisation_id).waiting():
        if found[0].id == invitation_id:
            return found
    raise InvitationNotFound


async def _may_give(members: Members, user_id: str, role: Role) -> UserRow:
    """Return the inviter, whose own role is read again: nobody gives more than they have."""
    own = await members.one(user_id)
    rank = Role(own[1].role) if own else Role.VIEWER
    if own is None or rank not in {Role.OWNER, Role.ADMIN} or not outranks(rank, role):
        raise Forbidden(f"You cannot give the role {role.value}: your own is {rank.value}.")
    return own[0]


async def _tell(work: Work, operator: Operator, action: str, row: InvitationRow) -> None:
    target = Target("invitation", row.id, row.email)
    await AuditTrail(work.session).record(operator, action, target, after={"email": row.email, "role": row.role})
