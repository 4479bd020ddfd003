"""The second step of a local account: codes of an app, and recovery codes for the day the app is gone."""

from __future__ import annotations

import secrets

from backend.columns import utc_now
from backend.errors import Conflict
from backend.identity.errors import OpeningNotValid, WrongCode
from backend.identity.models import PasswordRow, RecoveryCodeRow
from backend.identity.repository import Accounts
from backend.identity.service.base import ACCOUNTS
from backend.identity.service.entering import Entering
from backend.identity.service.passwords import SECOND_STEP
from backend.identity.tokens import hash_of
from backend.identity.types import BY_PASSWORD, NUM_RECOVERY_CODES, Entered, Way
from backend.operator import Operator

CODE_CHARACTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another


class SecondStepUse(Entering):
    """A code is good once; guesses are counted as those of passwords are."""

    async def by_code(self, token: str, code: str, browser: str = "") -> Entered:
        """End the second step. Raise WrongCode, OpeningNotValid or QuotaExceeded."""
        values = self._opened(SECOND_STEP, token)
        user_id = str(values["user"])
        await self._allow_try(f"code:{user_id}")
        async with self._units.write(ACCOUNTS) as work:
            accounts = Accounts(work.session)
            user, kept = await accounts.user(user_id), await accounts.password(user_id, lock=True)
            changed = kept is None or kept.changed_at.isoformat() != values["changed"]
            if user is None or kept is None or changed:
                raise OpeningNotValid
            allowed = await self._takes_passwords(work.session, user_id)
            if allowed and await self._is_right(accounts, kept, code):
                await self._parts.rates.forget(f"sign-in-account:{hash_of(f'code:{user_id}')}")
                return await self._enter(work, user, Way(BY_PASSWORD, utc_now()), browser)
        await self._count_failure()
        await self._tell_failure(user, "code")
        raise WrongCode

    async def _is_right(self, accounts: Accounts, kept: PasswordRow, code: str) -> bool:
        """Tell whether the code is the app's or a recovery code, and use it up."""
        assert kept.totp_secret is not None
        now = utc_now()
        secret = self._parts.sealer.open(kept.totp_secret, _place(kept.user_id))
        step = self._parts.codes.step_of(secret, code, now.timestamp())
        if step is not None and step > kept.totp_step:
            kept.totp_step = step
            accounts.add(kept)
            return True
        spare = await accounts.recovery_code(kept.user_id, hash_of(_plain(code)))
        if spare is None:
            return False
        spare.used_at = now
        accounts.add(spare)
        return True

    async def begin_second_step(self, operator: Operator) -> tuple[str, str]:
        """Return a new secret for one's app, and its QR code. It counts once a code of it was shown."""
        operator.require_self()
        async with self._units.write(ACCOUNTS) as work:
            kept = await Accounts(work.session).password(operator.user_id, lock=True)
            if kept is None or kept.totp_confirmed_at is not None:
                raise Conflict("A second step goes with a password, and is set up once.")
            if kept.totp_secret is None:
                kept.totp_secret = self._parts.sealer.seal(self._parts.codes.new_secret(), _place(operator.user_id))
                work.session.add(kept)
            secret = self._parts.sealer.open(kept.totp_secret, _place(operator.user_id))
            user = await Accounts(work.session).user(operator.user_id)
        account = user.email if user and user.email else operator.name
        return secret, self._parts.codes.picture(self._parts.codes.address(secret, account))

    async def confirm_second_step(self, operator: Operator, code: str) -> tuple[str, ...]:
        """Ask for the second step from now on; return the recovery codes, shown this once. Raise WrongCode."""
        operator.require_self()
        await self._allow_try(f"code:{operator.user_id}")
        async with self._units.write(ACCOUNTS) as work:
            accounts = Accounts(work.session)
            kept, user = await accounts.password(operator.user_id, lock=True), await accounts.user(operator.user_id)
            if kept is None or kept.totp_secret is None or kept.totp_confirmed_at is not None or user is None:
                raise Conflict("The second step is not being set up.")
            secret = self._parts.sealer.open(kept.totp_secret, _place(operator.user_id))
            step = self._parts.codes.step_of(secret, code, utc_now().timestamp())
            if step is None:
                raise WrongCode
            kept.totp_confirmed_at, kept.totp_step = utc_now(), step
            work.session.add(kept)
            codes = tuple(_new_code() for _ in range(NUM_RECOVERY_CODES))
            await accounts.drop_recovery_codes(user.id)
            for one in codes:
                accounts.add(RecoveryCodeRow(code_hash=hash_of(_plain(one)), user_id=user.id))
            await self._tell(work, user, "account.second-step", after={"on": True})
        return codes

    async def end_second_step(self, operator: Operator, code: str) -> None:
        """Ask for the password alone again. Raise WrongCode unless a code proves that the app is there."""
        operator.require_self()
        await self._allow_try(f"code:{operator.user_id}")
        async with self._units.write(ACCOUNTS) as work:
            accounts = Accounts(work.session)
            kept, user = await accounts.password(operator.user_id, lock=True), await accounts.user(operator.user_id)
            if kept is None or kept.totp_confirmed_at is None or user is None:
                raise Conflict("There is no second step to end.")
            if not await self._is_right(accounts, kept, code):
                raise WrongCode
            kept.totp_secret, kept.totp_confirmed_at, kept.totp_step = None, None, 0
            work.session.add(kept)
            await accounts.drop_recovery_codes(user.id)
            await self._tell(work, user, "account.second-step", after={"on": False})


def _place(user_id: str) -> str:
    return f"account:{user_id}:second-step"


def _new_code() -> str:
    drawn = "".join(secrets.choice(CODE_CHARACTERS) for _ in range(12))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"


def _plain(code: str) -> str:
    return code.strip().lower().replace("-", "").replace(" ", "")
