"""What every way in shares: the parts it works with, who may use it, and the session at its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target, Values
from backend.columns import utc_now
from backend.errors import QuotaExceeded
from backend.identity.errors import NotInvited, OpeningNotValid
from backend.identity.models import SessionRow, UserRow
from backend.identity.repository import Accounts
from backend.identity.service import IdentityService
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import Entered, Policy
from backend.ids import new_id
from backend.ports.credentials import OneTimeCodes, Passwords
from backend.ports.rates import Rate, Rates
from backend.ports.sealing import SealBroken, Sealer
from backend.ports.sign_in import SignInProvider
from backend.trace_ids import caller_address
from backend.unit_of_work import Units, Work

PER_ACCOUNT = Rate(5, 60)
PER_ADDRESS = Rate(30, 60)
MAX_BROWSER_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Parts:
    """What signing in is made of; `bootstrap` joins it."""

    units: Units
    identity: IdentityService
    passwords: Passwords
    codes: OneTimeCodes
    sealer: Sealer
    rates: Rates
    providers: Mapping[str, SignInProvider]


class Entering:
    """The base of each group of use cases."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._units = parts.units

    async def _enter(self, work: Work, user: UserRow, way: str, browser: str = "") -> Entered:
        """Open a session in the unit that proved the person. Raise NotInvited for a member of nothing."""
        home = await Accounts(work.session).home(user.id)
        if home is None:
            raise NotInvited
        token, now, limits = new_token(), utc_now(), self._parts.identity.limits
        row = SessionRow(
            id=new_id("sess"),
            token_hash=hash_of(token),
            user_id=user.id,
            project_id=home[0],
            signed_in_with=way,
            address=caller_address.get(),
            browser=browser[:MAX_BROWSER_CHARACTERS],
            expires_at=now + limits.lifetime,
        )
        work.session.add(row)
        await self._tell(work, user, "sign-in.enter", home[1], after={"with": way})
        return Entered(token, limits.lifetime)

    async def _tell(  # an act of a person upon their own account
        self, work: Work, user: UserRow, action: str, organisation_id: str = "", *, after: Values | None = None
    ) -> None:
        accounts = Accounts(work.session)
        home = await accounts.home(user.id) if not organisation_id else None
        organisation = organisation_id or (home[1] if home else await accounts.first_organisation())
        if organisation:
            actor = Actor(user.id, user.name, "session")
            target = Target("account", user.id, user.name)
            await AuditTrail(work.session).record_of(organisation, actor, action, target, after=after)

    async def _tell_failure(self, user: UserRow | None, reason: str) -> None:
        """Record a sign-in that failed, the same for known and unknown accounts."""
        async with self._units.write() as work:
            organisation = await Accounts(work.session).first_organisation()
            if organisation:
                target = Target("account", user.id if user else "", user.name if user else "")
                await AuditTrail(work.session).record_of(
                    organisation, Actor("", "", "session"), "sign-in.fail", target, after={"reason": reason}
                )

    async def _allow_try(self, account: str) -> int:
        """Count a try upon an account; return how many are left. Raise QuotaExceeded. Known or not makes no odds."""
        rates, address = self._parts.rates, f"sign-in:{caller_address.get()}"
        by_address = await rates.look(address, PER_ADDRESS)
        allowance = await rates.take(f"sign-in-account:{hash_of(account)}", PER_ACCOUNT)
        wait = max(by_address.wait_seconds, allowance.wait_seconds)
        if not (by_address.allowed and allowance.allowed):
            raise QuotaExceeded(f"Too many tries. Try again in {int(wait) + 1} s.", retry_after_seconds=wait)
        return allowance.remaining

    async def _count_failure(self) -> None:
        await self._parts.rates.take(f"sign-in:{caller_address.get()}", PER_ADDRESS)

    def _sealed(self, purpose: str, **values: Any) -> str:
        return self._parts.sealer.seal(json.dumps(values), purpose)

    def _opened(self, purpose: str, token: str) -> dict[str, Any]:
        """Return what was sealed. Raise OpeningNotValid when it was not sealed for this, or is too old."""
        try:
            values = json.loads(self._parts.sealer.open(token, purpose))
        except (SealBroken, ValueError) as error:
            raise OpeningNotValid from error
        if not isinstance(values, dict) or values.get("until", 0) < utc_now().timestamp():
            raise OpeningNotValid
        return values

    async def _policy_of(self, work_session: Any, user_id: str) -> Policy:
        home = await Accounts(work_session).home(user_id)
        row = await Accounts(work_session).policy(home[1]) if home else None
        if row is None:
            return Policy()
        return Policy(row.local_accounts, row.provider_only, tuple(row.domains), row.domain_role)


def may_use_password(policy: Policy) -> bool:
    return policy.local_accounts and not policy.provider_only
