"""Random tokens and how they are stored. They carry 256 random bits, so a fast hash is enough."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX = "sbx"
SHOWN_CHARACTERS = 12


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """Return `sbx_` and 43 random characters; the first 12 are what lists show."""
    return f"{KEY_PREFIX}_{secrets.token_urlsafe(32)}"


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
