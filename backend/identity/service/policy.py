"""How the members of an organisation sign in: one policy, chosen by an owner."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import Conflict, InvalidInput
from backend.identity.admission import admits
from backend.identity.models import SessionRow, SignInPolicyRow
from backend.identity.permissions import Role
from backend.identity.repository import Accounts, Members, Sessions
from backend.identity.service.base import policy_of, way_of
from backend.identity.service.entering import Entering
from backend.identity.types import BY_LINK, BY_PASSWORD, Policy
from backend.operator import Operator, Permission
from backend.unit_of_work import Work

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAX_ENTRIES, MAX_GROUP_CHARACTERS = 100, 200
DOMAIN_ROLES = (Role.EDITOR, Role.REVIEWER, Role.VIEWER)


class PolicyUse(Entering):
    """What is chosen here holds at once, for open sessions too."""

    async def policy(self, operator: Operator) -> Policy:
        """Return how the members of the operator's organisation sign in."""
        operator.require(Permission.ORGANISATION_MANAGE)
        async with self._units.read(operator) as reading:
            return policy_of(await Accounts(reading).policy(operator.organisation_id))

    async def set_policy(self, operator: Operator, policy: Policy) -> Policy:
        """Choose how members sign in. Raise Conflict for an owner who would lock themselves out."""
        operator.require(Permission.ORGANISATION_MANAGE)
        chosen = _checked(policy)
        async with self._units.write(operator) as work:
            await Members(work.session, operator.organisation_id).lock()
            row = await Accounts(work.session).policy(operator.organisation_id)
            was = policy_of(row)
            chosen = replace(chosen, provider_only_since=_since(was, chosen))
            await self._refuse_lock_out(work, operator, chosen)
            row = row or SignInPolicyRow(organisation_id=operator.organisation_id)
            row.local_accounts, row.provider_only = chosen.local_accounts, chosen.provider_only
            row.provider_only_since = chosen.provider_only_since
            row.domains, row.domain_role = list(chosen.domains), chosen.domain_role
            row.tenants, row.groups = list(chosen.tenants), list(chosen.groups)
            work.session.add(row)
            target = Target("organisation", operator.organisation_id)
            await AuditTrail(work.session).record(
                operator, "sign-in.policy", target, before=_told(was), after=_told(chosen)
            )
        self._parts.identity.forget_all()
        return chosen

    async def _refuse_lock_out(self, work: Work, operator: Operator, chosen: Policy) -> None:
        """Raise Conflict where the acting owner could not come back under the policy."""
        if chosen.provider_only or not chosen.local_accounts:
            linked = await Accounts(work.session).identities(operator.user_id)
            if not any(one.provider_id in self._parts.providers for one in linked):
                raise Conflict(
                    "Without passwords you would lock yourself out: no provider is linked to your account.",
                    hint=(
                        "Link one on your profile page first."
                        if self._parts.providers
                        else "Set one up first (SIGNALBOX_SIGN_IN), then link it on your profile page."
                    ),
                )
        session = await Sessions(work.session).by_id(operator.session_id) if operator.session_id else None
        if session is not None and _came_by_provider(session) and not admits(chosen, way_of(session)):
            raise Conflict("These tenants or groups would lock you out: you came from none of them.")


def _came_by_provider(session: SessionRow) -> bool:
    return session.signed_in_with not in {BY_LINK, BY_PASSWORD}


def _since(was: Policy, chosen: Policy) -> datetime | None:
    if not chosen.provider_only:
        return None
    return was.provider_only_since if was.provider_only else utc_now()


def _checked(policy: Policy) -> Policy:
    """Return the policy in its plain spelling. Raise InvalidInput."""
    domains = {one.strip().lower().removeprefix("@") for one in policy.domains if one.strip()}
    tenants = {one.strip().lower() for one in policy.tenants if one.strip()}
    groups = {one.strip() for one in policy.groups if one.strip()}
    wrong: dict[str, str] = {}
    if not all(DOMAIN.fullmatch(one) for one in domains):
        wrong["domains"] = "Write domains as company.example, separated by commas."
    if not all(TENANT.fullmatch(one) for one in tenants):
        wrong["tenants"] = "Write the ids of tenants, as 0f3a1c5e-1111-4222-8333-444455556666."
    if not all(one.isprintable() and len(one) <= MAX_GROUP_CHARACTERS for one in groups):
        wrong["groups"] = "Write groups as the provider sends them."
    if policy.domain_role not in DOMAIN_ROLES:
        wrong["domain_role"] = "People who come by their domain become editor, reviewer or viewer."
    for name, entries in (("domains", domains), ("tenants", tenants), ("groups", groups)):
        if len(entries) > MAX_ENTRIES:
            wrong[name] = f"At most {MAX_ENTRIES} are taken."
    if wrong:
        raise InvalidInput(next(iter(wrong.values())), fields=wrong)
    return Policy(
        local_accounts=policy.local_accounts,
        provider_only=policy.provider_only,
        domains=tuple(sorted(domains)),
        domain_role=policy.domain_role,
        tenants=tuple(sorted(tenants)),
        groups=tuple(sorted(groups)),
    )


def _told(policy: Policy) -> dict[str, Any]:
    return {
        "local_accounts": policy.local_accounts,
        "provider_only": policy.provider_only,
        "domains": list(policy.domains),
        "domain_role": policy.domain_role,
        "tenants": list(policy.tenants),
        "groups": list(policy.groups),
    }
