"""Signing in at a provider: begun in one browser, ended once in the same, and believed for what it proves."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from backend.columns import utc_now
from backend.errors import Conflict, NotFound
from backend.identity.admission import admits
from backend.identity.errors import LinkNotValid, NotInvited, OpeningNotValid
from backend.identity.models import MemberRow, SignInAttemptRow, UserIdentityRow, UserRow
from backend.identity.permissions import Role
from backend.identity.repository import Accounts, Sessions
from backend.identity.service.base import ACCOUNTS, policy_of
from backend.identity.service.entering import Entering
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import FRESH, OPENING_LIFETIME, Door, Entered, Policy, Way
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.sign_in import Arrival, ArrivalRefused, Opening, ProviderDown, SignInProvider
from backend.unit_of_work import Work

OPENING = "sign-in:opening"
MAX_GROUPS = 1_000  # what a session keeps; a policy looks for a few


class ProviderUse(Entering):
    """What a browser carries to the provider and back is sealed in a cookie: the server keeps only what was used."""

    def doors(self) -> tuple[Door, ...]:
        configs = (provider.config for provider in self._parts.providers.values())
        return tuple(
            Door(one.id, one.kind, one.title, one.issuer, *self._heard.get(one.id, (None, None))) for one in configs
        )

    async def check_provider(self, operator: Operator, provider_id: str) -> Door:
        """Ask a provider whether it is there; return what was heard. Raise NotFound."""
        operator.require(Permission.ORGANISATION_MANAGE)
        with suppress(ProviderDown), self._hearing(self._provider(provider_id)) as provider:
            await provider.check()
        return next(one for one in self.doors() if one.id == provider_id)

    @contextmanager
    def _hearing(self, provider: SignInProvider) -> Iterator[SignInProvider]:
        """Note whether the provider answers what it is asked inside the block; a refusal is an answer."""
        answers = True
        try:
            yield provider
        except ProviderDown:
            answers = False
            raise
        finally:
            self._heard[provider.config.id] = (answers, utc_now())

    async def begin(
        self, provider_id: str, redirect_uri: str, *, target: str = "/", link: str = "", user_id: str = ""
    ) -> tuple[str, str]:
        """Return the provider's address and the cookie that ties it to this browser. Raise NotFound or ProviderDown.

        `link` is the first owner's, and `user_id` somebody who is signed in and adds this way to get in.
        """
        provider = self._provider(provider_id)
        opening = Opening(new_token(), new_token(), new_token() + new_token(), redirect_uri)
        with self._hearing(provider):
            address = await provider.address(opening)
        cookie = self._sealed(
            OPENING,
            provider=provider_id,
            state=opening.state,
            nonce=opening.nonce,
            verifier=opening.verifier,
            redirect=redirect_uri,
            target=target,
            link=link,
            user=user_id,
            until=(utc_now() + OPENING_LIFETIME).timestamp(),
        )
        return address, cookie

    async def finish(
        self, provider_id: str, cookie: str, state: str, code: str, browser: str = ""
    ) -> tuple[Entered, str]:
        """Return a new session and where to go. No token is asked for unless this browser began, and not twice.

        Raise OpeningNotValid, ArrivalRefused, ProviderDown, NotInvited or LinkNotValid.
        """
        provider = self._provider(provider_id)
        values = self._opened(OPENING, cookie)
        if not state or not hmac.compare_digest(str(values["state"]).encode(), state.encode()):
            raise OpeningNotValid
        if values["provider"] != provider_id:
            raise OpeningNotValid
        await self._use_up(state)
        if not code:
            await self._tell_failure(None, f"provider {provider_id}")
            raise ArrivalRefused("The provider did not let you in.")
        opening = Opening(state, str(values["nonce"]), str(values["verifier"]), str(values["redirect"]))
        try:
            with self._hearing(provider):
                arrival = await provider.arrival(code, opening)
        except ArrivalRefused:
            await self._tell_failure(None, f"provider {provider_id}")
            raise
        async with self._units.write(ACCOUNTS) as work:
            user = await self._person(work, arrival, str(values["link"]), str(values["user"]))
            ruled = await Accounts(work.session).ruled_organisations(user.id)
        for organisation_id in ruled:
            await self._parts.identity.apply_group_rules(organisation_id, user.id, arrival.groups)
        way = Way(provider_id, utc_now(), arrival.tenant, arrival.groups[:MAX_GROUPS])
        async with self._units.write(ACCOUNTS) as work:
            return await self._enter(work, user, way, browser), str(values["target"])

    async def begin_linking(
        self, operator: Operator, token: str, provider_id: str, redirect_uri: str
    ) -> tuple[str, str]:
        """Begin to add a way in to one's own account. Raise Conflict where the sign-in is not fresh."""
        operator.require_self()
        async with self._units.read(ACCOUNTS) as reading:
            session = await Sessions(reading).session(hash_of(token))
        if session is None or utc_now() - session.created_at > FRESH:
            raise Conflict("Sign in again first: this needs a sign-in of the last 10 minutes.")
        return await self.begin(provider_id, redirect_uri, target="/profile", user_id=operator.user_id)

    async def _use_up(self, state: str) -> None:
        """Note the state before anything else happens with it. Raise OpeningNotValid for the second time."""
        async with self._units.write(ACCOUNTS) as work:
            accounts, now = Accounts(work.session), utc_now()
            await accounts.drop_old_attempts(now)
            if await accounts.attempt(hash_of(state)):
                raise OpeningNotValid
            # Its cookie is dead after 10 minutes, so the note may go after twice that.
            accounts.add(SignInAttemptRow(state_hash=hash_of(state), expires_at=now + 2 * OPENING_LIFETIME))

    async def _person(self, work: Work, arrival: Arrival, link: str, user_id: str) -> UserRow:
        """Return who the arrival is here. Raise NotInvited, Conflict or LinkNotValid."""
        accounts = Accounts(work.session)
        known = await accounts.identity(arrival.issuer, arrival.subject)
        if link:
            user_id = await self._owner_of(work, link)
        if known is not None:
            if user_id and known.user_id != user_id:
                raise Conflict("This account of the provider belongs to somebody else here.")
            known.last_used_at = utc_now()
            accounts.add(known)
            user = await accounts.user(known.user_id)
        elif user_id:
            user = await accounts.user(user_id)
        else:
            user = await self._newcomer(work, arrival)
        if user is None:
            raise NotInvited
        if known is None:
            await self._link(work, user, arrival)
        return user

    async def _owner_of(self, work: Work, link: str) -> str:
        row, now = await Sessions(work.session).link(hash_of(link), lock=True), utc_now()
        if row is None or row.used_at is not None or row.expires_at <= now:
            raise LinkNotValid("This sign-in link was used already or is older than 15 minutes.")
        row.used_at = now
        work.session.add(row)
        return row.user_id

    async def _newcomer(self, work: Work, arrival: Arrival) -> UserRow:
        """Make an account for somebody whom a rule of an organisation lets in. Raise NotInvited.

        Only an address that the provider vouches for counts, and never to find an account that is there: whoever
        holds that address today may be somebody else.
        """
        accounts = Accounts(work.session)
        if arrival.email and await accounts.by_email(arrival.email):
            raise Conflict(
                "There is an account with this address already.",
                hint="Sign in as before, then add this provider on your profile page.",
            )
        name, _, domain = arrival.email.rpartition("@")
        way = Way(arrival.provider_id, utc_now(), arrival.tenant, arrival.groups)
        policies = {row.organisation_id: policy_of(row) for row in await accounts.policies()}
        for found in await accounts.invited(arrival.email, utc_now()) if name else ():
            if not admits(policies.get(found[0].organisation_id, Policy()), way):
                continue
            user = await self._account(work, arrival)
            await self._parts.identity.admit(work, found, user)
            return user
        for organisation_id, policy in policies.items():
            if name and domain in policy.domains and admits(policy, way):
                return await self._join(work, arrival, organisation_id, Role(policy.domain_role))
        if await accounts.has_rule(arrival.groups):
            return await self._account(work, arrival)
        raise NotInvited

    async def _account(self, work: Work, arrival: Arrival) -> UserRow:
        name = arrival.name or arrival.email.partition("@")[0] or "New member"
        user = UserRow(id=new_id("user"), name=name, email=arrival.email or None)
        work.session.add(user)
        await work.session.flush()
        return user

    async def _join(self, work: Work, arrival: Arrival, organisation_id: str, role: Role) -> UserRow:
        user = await self._account(work, arrival)
        work.session.add(MemberRow(organisation_id=organisation_id, user_id=user.id, role=role))
        await work.session.flush()
        await self._tell(work, user, "member.join", organisation_id, after={"role": role, "by": "sign-in rule"})
        return user

    async def _link(self, work: Work, user: UserRow, arrival: Arrival) -> None:
        work.session.add(
            UserIdentityRow(
                id=new_id("uid"),
                user_id=user.id,
                provider_id=arrival.provider_id,
                issuer=arrival.issuer,
                subject=arrival.subject,
                email=arrival.email,
            )
        )
        await self._tell(work, user, "account.link", after={"provider": arrival.provider_id})

    def _provider(self, provider_id: str) -> SignInProvider:
        provider = self._parts.providers.get(provider_id)
        if provider is None:
            raise NotFound("There is no such way to sign in.")
        return provider
