"""One's own account, and the rules of an organisation for signing in."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import Conflict, InvalidInput, NotFound
from backend.identity.models import SignInPolicyRow
from backend.identity.permissions import Role
from backend.identity.repository import Accounts, Sessions
from backend.identity.service.entering import Entering
from backend.identity.tokens import hash_of
from backend.identity.types import BY_LINK, BY_PASSWORD, Account, Linked, Policy, SessionSeen
from backend.operator import Operator, Permission

MAX_NAME_CHARACTERS = 80


class ProfileUse(Entering):
    """What belongs to the person, whatever their role."""

    async def account(self, operator: Operator) -> Account:
        async with self._units.read() as reading:
            accounts = Accounts(reading)
            user, kept = await accounts.user(operator.user_id), await accounts.password(operator.user_id)
            linked = await accounts.identities(operator.user_id)
            num_codes = await accounts.num_recovery_codes(operator.user_id)
        if user is None:
            raise NotFound("There is no such account.")
        titles = {one: provider.config.title for one, provider in self._parts.providers.items()}
        return Account(
            name=user.name,
            email=user.email or "",
            has_password=kept is not None,
            has_second_step=kept is not None and kept.totp_confirmed_at is not None,
            num_recovery_codes=num_codes,
            linked=tuple(
                Linked(row.id, titles.get(row.provider_id, row.provider_id), row.email, row.last_used_at)
                for row in linked
            ),
        )

    async def rename(self, operator: Operator, name: str) -> None:
        kept = " ".join(name.split())
        if not 0 < len(kept) <= MAX_NAME_CHARACTERS or not kept.isprintable():
            raise InvalidInput(f"A name has 1 to {MAX_NAME_CHARACTERS} characters.")
        async with self._units.write() as work:
            user = await Accounts(work.session).user(operator.user_id)
            assert user is not None
            user.name = kept
            work.session.add(user)
            await self._tell(work, user, "account.rename", operator.organisation_id, after={"name": kept})
        self._parts.identity.forget_all()

    async def sessions(self, operator: Operator, token: str) -> list[SessionSeen]:
        """Return one's own open sessions, the last used first."""
        async with self._units.read() as reading:
            rows = await Accounts(reading).sessions(operator.user_id, utc_now())
        this = hash_of(token)
        return [
            SessionSeen(
                row.id,
                self._way(row.signed_in_with),
                row.address,
                row.browser,
                row.created_at,
                row.last_seen_at,
                row.token_hash == this,
            )
            for row in rows
            if self._parts.identity.is_alive(row, utc_now())
        ]

    def _way(self, way: str) -> str:
        provider = self._parts.providers.get(way)
        return provider.config.title if provider else {BY_LINK: "one-time link", BY_PASSWORD: "password"}.get(way, way)

    async def end_session(self, operator: Operator, session_id: str) -> None:
        """End one of one's own sessions at once; another's id is none."""
        if not session_id:
            raise NotFound("There is no such session.")
        async with self._units.write() as work:
            await Accounts(work.session).end_sessions(operator.user_id, utc_now(), only_id=session_id)
        self._parts.identity.forget_all()

    async def end_all_sessions(self, operator: Operator) -> None:
        """Sign out everywhere, here too."""
        async with self._units.write() as work:
            await Accounts(work.session).end_sessions(operator.user_id, utc_now())
            user = await Accounts(work.session).user(operator.user_id)
            assert user is not None
            await self._tell(work, user, "account.sign-out-everywhere", operator.organisation_id)
        self._parts.identity.forget_all()

    async def unlink(self, operator: Operator, identity_id: str) -> None:
        """Take a way in away. Raise Conflict for the last one."""
        async with self._units.write() as work:
            accounts = Accounts(work.session)
            linked, kept = await accounts.identities(operator.user_id), await accounts.password(operator.user_id)
            if all(row.id != identity_id for row in linked):
                raise NotFound("There is no such sign-in.")
            if len(linked) == 1 and kept is None:
                raise Conflict("This is your only way in.", hint="Set a password or add another provider first.")
            await accounts.drop_identity(operator.user_id, identity_id)
            user = await accounts.user(operator.user_id)
            assert user is not None
            await self._tell(work, user, "account.unlink", operator.organisation_id)

    async def policy(self, operator: Operator) -> Policy:
        operator.require(Permission.ORGANISATION_MANAGE)
        async with self._units.read() as reading:
            row = await Accounts(reading).policy(operator.organisation_id)
        return Policy(row.local_accounts, row.provider_only, tuple(row.domains), row.domain_role) if row else Policy()

    async def set_policy(self, operator: Operator, token: str, policy: Policy) -> None:
        """Choose how members sign in. Raise Conflict for an owner who would lock themselves out."""
        operator.require(Permission.ORGANISATION_MANAGE)
        domains = tuple(sorted({one.strip().lower().removeprefix("@") for one in policy.domains if one.strip()}))
        if any("." not in one or not one.replace(".", "").replace("-", "").isalnum() for one in domains):
            raise InvalidInput("Write domains as company.example, separated by commas.")
        if policy.domain_role not in (Role.EDITOR, Role.REVIEWER, Role.VIEWER):
            raise InvalidInput("People who come by their domain become editor, reviewer or viewer.")
        async with self._units.write() as work:
            session = await Sessions(work.session).session(hash_of(token))
            if policy.provider_only and (session is None or session.signed_in_with in (BY_LINK, BY_PASSWORD)):
                raise Conflict("Sign in at a provider first: you would lock yourself out.")
            row = await Accounts(work.session).policy(operator.organisation_id)
            row = row or SignInPolicyRow(organisation_id=operator.organisation_id)
            before = {"local_accounts": row.local_accounts, "provider_only": row.provider_only, "domains": row.domains}
            if policy.provider_only and not row.provider_only:
                row.provider_only_since = utc_now()
            row.local_accounts, row.provider_only = policy.local_accounts, policy.provider_only
            row.provider_only_since = row.provider_only_since if policy.provider_only else None
            row.domains, row.domain_role = list(domains), policy.domain_role
            work.session.add(row)
            after = {"local_accounts": row.local_accounts, "provider_only": row.provider_only, "domains": row.domains}
            target = Target("organisation", operator.organisation_id)
            await AuditTrail(work.session).record(operator, "sign-in.policy", target, before=before, after=after)
        self._parts.identity.forget_all()


__all__ = ["ProfileUse"]
