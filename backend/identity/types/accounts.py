"""Accounts and ways to sign in, as others see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

OPENING_LIFETIME = timedelta(minutes=10)
# Whoever adds a way in shows that they are there: their session is this young.
FRESH = timedelta(minutes=10)
RESET_LIFETIME = timedelta(hours=1)
MIN_PASSWORD_CHARACTERS = 12
MAX_PASSWORD_CHARACTERS = 200
NUM_RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class ResetLink:
    """A way to a new password, once. Where a letter with it went out (`mailed`), nobody else sees the token."""

    email: str
    token: str
    expires_at: datetime
    mailed: bool = False


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right and a code is asked for; `token` says so, sealed, for 10 minutes."""

    token: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A sign-in at a provider that leads to this person."""

    id: str
    provider: str
    email: str
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class Door:
    """A way in for the sign-in page. `answers` is what it did when it was asked last, None where nobody asked yet."""

    id: str
    kind: str
    title: str
    issuer: str = ""
    answers: bool | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One's own account: how one gets in."""

    name: str
    email: str
    has_password: bool
    has_second_step: bool
    num_recovery_codes: int
    linked: tuple[Linked, ...]
    picture_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How the members of an organisation sign in, and who may come without an invitation.

    `tenants` are the Entra tenants, and `groups` those of a provider of which one must be held; empty means any.
    """

    local_accounts: bool = True
    provider_only: bool = False
    domains: tuple[str, ...] = ()
    domain_role: str = "viewer"
    tenants: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    provider_only_since: datetime | None = None
