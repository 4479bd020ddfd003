"""The way back for who forgot a password: a link that works once, for an hour."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import Forbidden, InvalidInput
from backend.identity.errors import LinkNotValid
from backend.identity.models import ResetLinkRow, UserRow
from backend.identity.repository import Accounts
from backend.identity.service.base import ACCOUNTS
from backend.identity.service.letters import reset_letter
from backend.identity.service.passwords import PasswordUse
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import RESET_LIFETIME, ResetLink
from backend.operator import Operator, Permission


class ResetUse(PasswordUse):
    """Whoever has the link is that person, so nobody makes one for somebody above them."""

    async def make_reset_link(self, operator: Operator, user_id: str) -> ResetLink:
        """Make a link for a member of the operator's organisation; a letter goes out where mail is set up.

        Raise MemberNotFound, Forbidden, and InvalidInput for who uses no password.
        """
        operator.require(Permission.MEMBERS_MANAGE)
        operator.require_self()
        if operator.via == "key":
            raise Forbidden("A key makes no reset link: whoever has one is that person.", hint="Make it in Members.")
        by_person, token, now = operator.via == "session", new_token(), utc_now()
        if by_person and user_id == operator.user_id:
            raise Forbidden("Nobody resets their own password.", hint="Change it in your profile.")
        async with self._units.write(ACCOUNTS) as work:
            if by_person:
                await self._parts.identity.check_outranked(work, operator, user_id)
            accounts = Accounts(work.session)
            user, homes = await accounts.user(user_id), await accounts.homes(user_id)
            # With the link one is that person everywhere: a member of another organisation too is not one's own.
            if user is None or not user.email or {one for _, one in homes} != {operator.organisation_id}:
                raise InvalidInput("There is no member of that id with an address.")
            if not await self._takes_passwords(work.session, user_id):
                raise InvalidInput("Members of this organisation sign in at a provider.")
            if by_person and await accounts.password(user_id) is None:
                raise InvalidInput(f"{user.name} signs in at a provider, without a password.")
            await accounts.end_reset_links(user.id, now)
            expires_at = now + RESET_LIFETIME
            work.session.add(ResetLinkRow(token_hash=hash_of(token), user_id=user.id, expires_at=expires_at))
            target = Target("account", user.id, user.name)
            await AuditTrail(work.session).record(operator, "account.reset-link", target)
        made = ResetLink(user.email, token, expires_at)
        if by_person and await self._parts.identity.post(partial(reset_letter, made, operator.name)):
            return replace(made, token="", mailed=True)
        return made

    async def reset_link_for(self, operator: Operator, email: str) -> ResetLink:
        """Make a link for the member of that address. Raise InvalidInput."""
        async with self._units.read(ACCOUNTS) as reading:
            user = await Accounts(reading).by_email(email.strip().lower())
        return await self.make_reset_link(operator, user.id if user else "")

    async def reset_password(self, token: object, password: str) -> None:
        """Consume the link, set the password and end every session. Raise LinkNotValid, or InvalidInput and keep it."""
        if not isinstance(token, str) or not token:
            raise _reset_over()
        async with self._units.read(ACCOUNTS) as reading:
            user = await self._resetting(reading, token)
        # A hash is dear: nobody gets one for a guess.
        hashed = await self._hashed(password, user.email or "")
        async with self._units.write(ACCOUNTS) as work:
            accounts, now = Accounts(work.session), utc_now()
            user = await self._resetting(work.session, token, lock=True)
            await accounts.end_reset_links(user.id, now)
            await self._keep_password(work, user, hashed)
            await accounts.end_sessions(user.id, now)
        self._parts.identity.forget_all()

    async def _resetting(self, session: AsyncSession, token: str, *, lock: bool = False) -> UserRow:
        """Return whose password the link sets. Raise LinkNotValid."""
        accounts = Accounts(session)
        row = await accounts.reset_link(hash_of(token), lock=lock)
        user = await accounts.user(row.user_id) if row else None
        if row is None or user is None or row.used_at is not None or row.expires_at <= utc_now():
            raise _reset_over()
        if not await self._takes_passwords(session, user.id):
            raise _reset_over()
        return user


def _reset_over() -> LinkNotValid:
    return LinkNotValid("This link was used already or is older than an hour.")
