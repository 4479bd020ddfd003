"""What every way in shares: the parts it works with, who may use it, and the session at its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target, Values
from backend.columns import utc_now
from backend.errors import QuotaExceeded
from backend.identity.admission import admits
from backend.identity.errors import NotInvited, NotLetIn, OpeningNotValid
from backend.identity.models import SessionRow, UserRow
from backend.identity.repository import Accounts
from backend.identity.service import IdentityService
from backend.identity.service.base import ACCOUNTS, policy_of
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import BY_PASSWORD, Entered, Policy, Way
from backend.ids import new_id
from backend.ports.credentials import OneTimeCodes, Passwords
from backend.ports.pictures import Pictures
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
    pictures: Pictures
    providers: Mapping[str, SignInProvider]


class Entering:
    """The base of each group of use cases."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._units = parts.units
        # Whether each provider answered when it was asked last, and when that was.
        self._heard: dict[str, tuple[bool, datetime]] = {}

    async def _enter(self, work: Work, user: UserRow, way: Way, browser: str = "") -> Entered:
        """Open a session in the unit that proved the person.

        Raise NotInvited for a member of nothing, NotLetIn where every organisation of theirs is shut to this way.
        """
        homes = await self._homes(work.session, user.id)
        if not homes:
            raise NotInvited
        home = next((found for *found, policy in homes if admits(policy, way)), None)
        if home is None:
            raise NotLetIn
        token, now, limits = new_token(), utc_now(), self._parts.identity.limits
        row = SessionRow(
            id=new_id("sess"),
            token_hash=hash_of(token),
            user_id=user.id,
            project_id=home[0],
            signed_in_with=way.kind,
            tenant=way.tenant,
            groups=list(way.groups),
            address=caller_address.get(),
            browser=browser[:MAX_BROWSER_CHARACTERS],
            expires_at=now + limits.lifetime,
        )
        work.session.add(row)
        await self._tell(work, user, "sign-in.enter", home[1], after={"with": way.kind})
        return Entered(token, limits.lifetime)

    async def _tell(  # an act of a person upon their own account
        self, work: Work, user: UserRow, action: str, organisation_id: str = "", *, after: Values | None = None
    ) -> None:
        accounts = Accounts(work.session)
        homes = await accounts.homes(user.id) if not organisation_id else []
        organisation = organisation_id or (homes[0][1] if homes else await accounts.first_organisation())
        if organisation:
            actor = Actor(user.id, user.name, "session")
            target = Target("account", user.id, user.name)
            await AuditTrail(work.session).record_of(organisation, actor, action, target, after=after)

    async def _tell_failure(self, user: UserRow | None, reason: str) -> None:
        """Record a sign-in that failed, the same for known and unknown accounts."""
        async with self._units.write(ACCOUNTS) as work:
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
            words, limit = f"Too many tries. Try again in {int(wait) + 1} s.", PER_ACCOUNT.limit
            raise QuotaExceeded(words, retry_after_seconds=wait, limit=limit)
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

    async def _homes(self, session: AsyncSession, user_id: str) -> list[tuple[str, str, Policy]]:
        """Return the projects that the person may enter, each with its organisation and how that lets people in."""
        accounts = Accounts(session)
        policies = {row.organisation_id: policy_of(row) for row in await accounts.policies()}
        return [(project, one, policies.get(one, Policy())) for project, one in await accounts.homes(user_id)]

    async def _takes_passwords(self, session: AsyncSession, user_id: str) -> bool:
        """Tell whether a password leads anywhere: some organisation of the person takes one."""
        way, homes = Way(BY_PASSWORD, utc_now()), await self._homes(session, user_id)
        return not homes or any(admits(policy, way) for *_, policy in homes)
