"""Passwords, codes, links and sign-ins at providers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import (
    GroupRuleRow,
    InvitationRow,
    MemberRow,
    OrganisationRow,
    PasswordRow,
    ProjectRow,
    RecoveryCodeRow,
    ResetLinkRow,
    SessionRow,
    SignInAttemptRow,
    SignInPolicyRow,
    UserIdentityRow,
    UserPictureRow,
    UserRow,
)


class Accounts:
    """Opened for one unit of work. What belongs to a person is asked for with the person's id."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: SQLModel) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    async def user(self, user_id: str) -> UserRow | None:
        return await self._session.get(UserRow, user_id)

    async def by_email(self, email: str) -> UserRow | None:
        return (await self._session.exec(select(UserRow).where(UserRow.email == email))).first()

    async def homes(self, user_id: str) -> list[tuple[str, str]]:
        """Return the projects and organisations that the person may enter, the oldest first."""
        statement = (
            select(ProjectRow.id, ProjectRow.organisation_id)
            .join(MemberRow, col(MemberRow.organisation_id) == ProjectRow.organisation_id)
            .where(MemberRow.user_id == user_id, col(ProjectRow.archived_at).is_(None))
            .order_by(col(ProjectRow.created_at), col(ProjectRow.id))
        )
        return list(await self._session.exec(statement))

    async def first_organisation(self) -> str | None:
        statement = select(OrganisationRow.id).order_by(col(OrganisationRow.created_at)).limit(1)
        return (await self._session.exec(statement)).first()

    async def invited(self, email: str, now: datetime) -> list[tuple[InvitationRow, UserRow, OrganisationRow]]:
        """Return the invitations that wait for an address, with who sent them and where to."""
        statement = (
            select(InvitationRow, UserRow, OrganisationRow)
            .join(UserRow, col(UserRow.id) == InvitationRow.invited_by)
            .join(OrganisationRow, col(OrganisationRow.id) == InvitationRow.organisation_id)
            .where(
                InvitationRow.email == email,
                col(InvitationRow.accepted_at).is_(None),
                col(InvitationRow.revoked_at).is_(None),
                InvitationRow.expires_at > now,
            )
            .with_for_update(of=InvitationRow)
        )
        return list(await self._session.exec(statement))

    async def has_rule(self, groups: Collection[str]) -> bool:
        statement = select(GroupRuleRow.id).where(col(GroupRuleRow.group_name).in_(groups)).limit(1)
        return bool(groups) and (await self._session.exec(statement)).first() is not None

    async def ruled_organisations(self, user_id: str) -> list[str]:
        """Return the organisations that have rules for groups, and those where one gave this person a role."""
        ruled = await self._session.exec(select(GroupRuleRow.organisation_id).distinct())
        given = await self._session.exec(
            select(MemberRow.organisation_id).where(
                MemberRow.user_id == user_id, col(MemberRow.group_rule_id).is_not(None)
            )
        )
        return sorted({*ruled, *given})

    async def num_organisations(self) -> int:
        return int((await self._session.exec(select(func.count()).select_from(OrganisationRow))).one())

    async def password(self, user_id: str, *, lock: bool = False) -> PasswordRow | None:
        statement = select(PasswordRow).where(PasswordRow.user_id == user_id)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def any_password(self) -> bool:
        return (await self._session.exec(select(PasswordRow.user_id).limit(1))).first() is not None

    async def has_credential(self, user_id: str) -> bool:
        """Tell whether the person can come back without a link."""
        if await self.password(user_id):
            return True
        return bool(await self.identities(user_id))

    async def identities(self, user_id: str) -> list[UserIdentityRow]:
        statement = select(UserIdentityRow).where(UserIdentityRow.user_id == user_id)
        return list(await self._session.exec(statement.order_by(col(UserIdentityRow.created_at))))

    async def identity(self, issuer: str, subject: str) -> UserIdentityRow | None:
        statement = select(UserIdentityRow).where(UserIdentityRow.issuer == issuer, UserIdentityRow.subject == subject)
        return (await self._session.exec(statement)).first()

    async def drop_identity(self, user_id: str, identity_id: str) -> None:
        await self._session.exec(
            delete(UserIdentityRow).where(
                col(UserIdentityRow.id) == identity_id, col(UserIdentityRow.user_id) == user_id
            )
        )

    async def attempt(self, state_hash: str) -> SignInAttemptRow | None:
        statement = select(SignInAttemptRow).where(SignInAttemptRow.state_hash == state_hash)
        return (await self._session.exec(statement.with_for_update())).first()

    async def drop_old_attempts(self, moment: datetime) -> None:
        await self._session.exec(delete(SignInAttemptRow).where(col(SignInAttemptRow.expires_at) < moment))

    async def reset_link(self, token_hash: str, *, lock: bool = False) -> ResetLinkRow | None:
        statement = select(ResetLinkRow).where(ResetLinkRow.token_hash == token_hash)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def end_reset_links(self, user_id: str, moment: datetime) -> None:
        await self._session.exec(
            update(ResetLinkRow)
            .where(col(ResetLinkRow.user_id) == user_id, col(ResetLinkRow.used_at).is_(None))
            .values(used_at=moment)
        )

    async def recovery_code(self, user_id: str, code_hash: str) -> RecoveryCodeRow | None:
        statement = select(RecoveryCodeRow).where(
            RecoveryCodeRow.user_id == user_id,
            RecoveryCodeRow.code_hash == code_hash,
            col(RecoveryCodeRow.used_at).is_(None),
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def num_recovery_codes(self, user_id: str) -> int:
        statement = (
            select(func.count())
            .select_from(RecoveryCodeRow)
            .where(RecoveryCodeRow.user_id == user_id, col(RecoveryCodeRow.used_at).is_(None))
        )
        return int((await self._session.exec(statement)).one())

    async def drop_recovery_codes(self, user_id: str) -> None:
        await self._session.exec(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.user_id) == user_id))

    async def policy(self, organisation_id: str) -> SignInPolicyRow | None:
        return await self._session.get(SignInPolicyRow, organisation_id)

    async def policies(self) -> list[SignInPolicyRow]:
        return list(await self._session.exec(select(SignInPolicyRow)))

    async def picture(self, user_id: str) -> UserPictureRow | None:
        return (await self._session.exec(select(UserPictureRow).where(UserPictureRow.user_id == user_id))).first()

    async def picture_changed_at(self, user_id: str) -> datetime | None:
        """Return when the picture was drawn, without its bytes: every page asks."""
        statement = select(UserPictureRow.changed_at).where(UserPictureRow.user_id == user_id)
        return (await self._session.exec(statement)).first()

    async def drop_picture(self, user_id: str) -> None:
        await self._session.exec(delete(UserPictureRow).where(col(UserPictureRow.user_id) == user_id))

    async def sessions(self, user_id: str, now: datetime) -> list[SessionRow]:
        """Return the person's sessions that were neither ended nor outlived, newest first."""
        statement = select(SessionRow).where(
            SessionRow.user_id == user_id, col(SessionRow.revoked_at).is_(None), SessionRow.expires_at > now
        )
        return list(await self._session.exec(statement.order_by(col(SessionRow.last_seen_at).desc())))

    async def end_sessions(self, user_id: str, moment: datetime, *, except_id: str = "", only_id: str = "") -> int:
        """End sessions of the person, and return how many."""
        statement = update(SessionRow).where(
            col(SessionRow.user_id) == user_id, col(SessionRow.revoked_at).is_(None), col(SessionRow.id) != except_id
        )
        if only_id:
            statement = statement.where(col(SessionRow.id) == only_id)
        return int((await self._session.exec(statement.values(revoked_at=moment))).rowcount)
