"""How people prove who they are. Passwords, tokens and codes are stored as hashes, the secret of an app sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now


class UserIdentityRow(SQLModel, table=True):
    """Who somebody is at a provider. `email` is what it said once, for the eye; nobody is found by it."""

    __tablename__ = "user_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    provider_id: str
    issuer: str
    subject: str
    email: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_used_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class SignInAttemptRow(SQLModel, table=True):
    """A state that came back from a provider: it is good once."""

    __tablename__ = "sign_in_attempt"

    state_hash: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class PasswordRow(SQLModel, table=True):
    """`totp_step` is the last time step whose code was used: no code is good twice."""

    __tablename__ = "password"

    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    hash: str
    changed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    totp_secret: str | None = None
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_step: int = 0


class UserPictureRow(SQLModel, table=True):
    """A small PNG that was drawn anew from what somebody sent."""

    __tablename__ = "user_picture"

    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    content: bytes
    changed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class RecoveryCodeRow(SQLModel, table=True):
    __tablename__ = "recovery_code"

    code_hash: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ResetLinkRow(SQLModel, table=True):
    __tablename__ = "reset_link"

    token_hash: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user_account.id")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInPolicyRow(SQLModel, table=True):
    """How the members of an organisation sign in. Whoever comes from one of `domains` gets `domain_role`."""

    __tablename__ = "sign_in_policy"

    organisation_id: str = Field(primary_key=True, foreign_key="organisation.id")
    local_accounts: bool = True
    provider_only: bool = False
    provider_only_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    domains: list[str] = Field(default_factory=list, sa_type=Json)
    domain_role: str = "viewer"
    tenants: list[str] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"})
    groups: list[str] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"})
