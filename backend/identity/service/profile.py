"""One's own account."""

from __future__ import annotations

from backend.columns import utc_now
from backend.errors import Conflict, InvalidInput, NotFound
from backend.identity.models import UserPictureRow
from backend.identity.repository import Accounts, Members
from backend.identity.service.base import ACCOUNTS
from backend.identity.service.entering import Entering
from backend.identity.tokens import hash_of
from backend.identity.types import BY_LINK, BY_PASSWORD, Account, Linked, SessionSeen
from backend.operator import Operator, Permission

MAX_NAME_CHARACTERS = 80


class ProfileUse(Entering):
    """What belongs to the person, whatever their role; support that acts for them sees and changes none of it."""

    async def account(self, operator: Operator) -> Account:
        operator.require_self()
        async with self._units.read(ACCOUNTS) as reading:
            accounts = Accounts(reading)
            user, kept = await accounts.user(operator.user_id), await accounts.password(operator.user_id)
            linked = await accounts.identities(operator.user_id)
            num_codes = await accounts.num_recovery_codes(operator.user_id)
            picture = await accounts.picture(operator.user_id)
        if user is None:
            raise NotFound("There is no such account.")
        titles = {one: provider.config.title for one, provider in self._parts.providers.items()}
        return Account(
            name=user.name,
            email=user.email or "",
            has_password=kept is not None,
            has_second_step=kept is not None and kept.totp_confirmed_at is not None,
            num_recovery_codes=num_codes,
            picture_at=picture.changed_at if picture else None,
            linked=tuple(
                Linked(row.id, titles.get(row.provider_id, row.provider_id), row.email, row.last_used_at)
                for row in linked
            ),
        )

    async def rename(self, operator: Operator, name: str) -> None:
        operator.require_self()
        kept = " ".join(name.split())
        if not 0 < len(kept) <= MAX_NAME_CHARACTERS or not kept.isprintable():
            raise InvalidInput(f"A name has 1 to {MAX_NAME_CHARACTERS} characters.")
        async with self._units.write(ACCOUNTS) as work:
            user = await Accounts(work.session).user(operator.user_id)
            assert user is not None
            user.name = kept
            work.session.add(user)
            await self._tell(work, user, "account.rename", operator.organisation_id, after={"name": kept})
        self._parts.identity.forget_all()

    async def set_picture(self, operator: Operator, sent: bytes) -> None:
        """Draw what was sent anew, small, and keep that. Raise InvalidInput for what is no picture."""
        operator.require_self()
        content = await self._parts.pictures.small(sent)
        async with self._units.write(ACCOUNTS) as work:
            row = await Accounts(work.session).picture(operator.user_id)
            row = row or UserPictureRow(user_id=operator.user_id, content=content)
            row.content, row.changed_at = content, utc_now()
            work.session.add(row)
        self._parts.identity.forget_all()

    async def drop_picture(self, operator: Operator) -> None:
        operator.require_self()
        async with self._units.write(ACCOUNTS) as work:
            await Accounts(work.session).drop_picture(operator.user_id)
        self._parts.identity.forget_all()

    async def picture_version(self, operator: Operator) -> int:
        """Return a number that changes with the operator's picture, 0 without one."""
        async with self._units.read(ACCOUNTS) as reading:
            changed_at = await Accounts(reading).picture_changed_at(operator.user_id)
        return int(changed_at.timestamp()) if changed_at else 0

    async def picture(self, operator: Operator, user_id: str) -> bytes:
        """Return the picture of a member of the operator's organisation, as PNG. Raise NotFound."""
        operator.require(Permission.MEMBERS_READ)
        async with self._units.read(ACCOUNTS) as reading:
            member = await Members(reading, operator.organisation_id).one(user_id)
            row = await Accounts(reading).picture(user_id) if member else None
        if row is None:
            raise NotFound("There is no picture of that id.")
        return row.content

    async def sessions(self, operator: Operator, token: str) -> list[SessionSeen]:
        """Return one's own open sessions, the last used first."""
        operator.require_self()
        async with self._units.read(ACCOUNTS) as reading:
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
        operator.require_self()
        if not session_id:
            raise NotFound("There is no such session.")
        async with self._units.write(ACCOUNTS) as work:
            num_ended = await Accounts(work.session).end_sessions(operator.user_id, utc_now(), only_id=session_id)
            if not num_ended:
                raise NotFound("There is no such session.")
        self._parts.identity.forget_all()

    async def end_all_sessions(self, operator: Operator) -> None:
        """Sign out everywhere, here too."""
        operator.require_self()
        async with self._units.write(ACCOUNTS) as work:
            await Accounts(work.session).end_sessions(operator.user_id, utc_now())
            user = await Accounts(work.session).user(operator.user_id)
            assert user is not None
            await self._tell(work, user, "account.sign-out-everywhere", operator.organisation_id)
        self._parts.identity.forget_all()

    async def unlink(self, operator: Operator, identity_id: str) -> None:
        """Take a way in away. Raise Conflict for the last one."""
        operator.require_self()
        async with self._units.write(ACCOUNTS) as work:
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
