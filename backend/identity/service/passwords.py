"""Local accounts: a password, the second step, and a way back for those who forgot."""

from __future__ import annotations

from backend.columns import utc_now
from backend.errors import InvalidInput
from backend.identity.emails import checked_email
from backend.identity.errors import LinkNotValid, WrongCredentials
from backend.identity.models import PasswordRow, UserRow
from backend.identity.repository import Accounts, Sessions
from backend.identity.service.base import ACCOUNTS
from backend.identity.service.entering import Entering
from backend.identity.tokens import hash_of
from backend.identity.types import (
    BY_LINK,
    BY_PASSWORD,
    FRESH,
    MAX_PASSWORD_CHARACTERS,
    MIN_PASSWORD_CHARACTERS,
    OPENING_LIFETIME,
    Entered,
    SecondStep,
    Way,
)
from backend.operator import Operator
from backend.unit_of_work import Work

SECOND_STEP = "sign-in:second-step"


class PasswordUse(Entering):
    """Nobody learns from an answer, or from how long it takes, whether an address has an account."""

    async def has_passwords(self) -> bool:
        """Tell whether the sign-in page asks for a password: somebody has one, and some organisation takes it."""
        async with self._units.read(ACCOUNTS) as reading:
            accounts = Accounts(reading)
            num_closed = sum(1 for row in await accounts.policies() if row.provider_only or not row.local_accounts)
            return num_closed < await accounts.num_organisations() and await accounts.any_password()

    async def by_password(self, email: str, password: str, browser: str = "") -> Entered | SecondStep:
        """Let somebody in, or to the second step. Raise WrongCredentials or QuotaExceeded."""
        address = email.strip().lower()
        num_left = await self._allow_try(address)
        async with self._units.read(ACCOUNTS) as reading:
            accounts = Accounts(reading)
            user = await accounts.by_email(address) if address else None
            kept = await accounts.password(user.id) if user else None
            allowed = await self._takes_passwords(reading, user.id if user else "")
        right = await self._parts.passwords.matches(kept.hash if kept else None, password[:MAX_PASSWORD_CHARACTERS])
        if not right or user is None or kept is None or not allowed:
            await self._count_failure()
            await self._tell_failure(user, "password")
            raise WrongCredentials(num_left)
        await self._parts.rates.forget(f"sign-in-account:{hash_of(address)}")
        if kept.totp_confirmed_at is not None:
            until = (utc_now() + OPENING_LIFETIME).timestamp()
            return SecondStep(self._sealed(SECOND_STEP, user=user.id, until=until, changed=kept.changed_at.isoformat()))
        async with self._units.write(ACCOUNTS) as work:
            return await self._enter(work, user, Way(BY_PASSWORD, utc_now()), browser)

    async def set_first_password(self, link: str, email: str, password: str, browser: str = "") -> Entered:
        """Consume the first owner's link, give the account an address and a password, and let the owner in.

        Raise LinkNotValid, or InvalidInput with the link still good.
        """
        address = checked_email(email)
        hashed = await self._hashed(password, address)
        async with self._units.write(ACCOUNTS) as work:
            row = await Sessions(work.session).link(hash_of(link), lock=True)
            now = utc_now()
            if row is None or row.used_at is not None or row.expires_at <= now:
                raise LinkNotValid("This sign-in link was used already or is older than 15 minutes.")
            user = await Accounts(work.session).user(row.user_id)
            assert user is not None
            if (await Accounts(work.session).by_email(address) or user).id != user.id:
                raise InvalidInput("Another account has this address.", fields={"email": "It is taken."})
            if not await self._takes_passwords(work.session, user.id):
                raise InvalidInput("Members of this organisation sign in at a provider.")
            row.used_at, user.email = now, address
            await self._keep_password(work, user, hashed)
            return await self._enter(work, user, Way(BY_LINK, now), browser)

    async def join(self, invitation: str, name: str, password: str, browser: str = "") -> Entered:
        """Accept an invitation with a new account and its password, and let its owner in.

        Raise LinkNotValid, SignInNeeded where the address has an account, Forbidden where only providers let in, or
        InvalidInput with the invitation still good.
        """
        identity = self._parts.identity
        email = (await identity.invitation_of(invitation)).email
        hashed = await self._hashed(password, email)
        async with self._units.write(ACCOUNTS) as work:
            user = await identity.join(work, invitation, name)
            await self._keep_password(work, user, hashed)
            return await self._enter(work, user, Way(BY_PASSWORD, utc_now()), browser)

    async def change_password(self, operator: Operator, token: str, old: str, new: str) -> None:
        """Change one's own password and end one's other sessions. Raise WrongCredentials where the old is not right."""
        operator.require_self()
        num_left = await self._allow_try(operator.user_id)
        async with self._units.read(ACCOUNTS) as reading:
            session = await Sessions(reading).session(hash_of(token))
            user = await Accounts(reading).user(operator.user_id)
            kept = await Accounts(reading).password(operator.user_id)
            allowed = await self._takes_passwords(reading, operator.user_id)
        if user is None or not user.email or not allowed:
            raise InvalidInput("This account signs in at a provider, without a password.")
        if kept is None and (session is None or utc_now() - session.created_at > FRESH):
            raise InvalidInput("Sign in again first: this needs a sign-in of the last 10 minutes.")
        if kept and not await self._parts.passwords.matches(kept.hash, old[:MAX_PASSWORD_CHARACTERS]):
            await self._count_failure()
            raise WrongCredentials(num_left)
        hashed = await self._hashed(new, user.email)
        async with self._units.write(ACCOUNTS) as work:
            this = await Sessions(work.session).session(hash_of(token))
            await self._keep_password(work, user, hashed)
            await Accounts(work.session).end_sessions(user.id, utc_now(), except_id=this.id if this else "")
        self._parts.identity.forget_all()

    async def _keep_password(self, work: Work, user: UserRow, hashed: str) -> None:
        row = await Accounts(work.session).password(user.id, lock=True)
        row = row or PasswordRow(user_id=user.id, hash=hashed)
        row.hash, row.changed_at = hashed, utc_now()
        work.session.add(row)
        await self._tell(work, user, "account.password")

    async def _hashed(self, password: str, email: str) -> str:
        return await self._parts.passwords.hash(checked_password(password, email))


def checked_password(password: str, email: str) -> str:
    """Return the password. Raise InvalidInput for one that is guessed first."""
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise InvalidInput(f"A password has {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters.")
    plain = password.lower()
    if len(set(plain)) < 5 or plain in {email, email.partition("@")[0]} or plain.startswith("signalbox"):  # noqa: PLR2004
        raise InvalidInput("This password is guessed too easily.", hint="Four words that do not belong together do.")
    return password
