"""Random tokens and how they are stored. They carry 256 random bits, so a fast hash is enough."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

KEY_PREFIX = "sbx"
LETTERS = string.ascii_letters + string.digits
PUBLIC_LETTERS = string.ascii_lowercase + string.digits
PUBLIC_CHARACTERS, SECRET_CHARACTERS, CHECK_CHARACTERS = 12, 43, 6  # 43 of 62 letters are 256 bits
# Published in docs/security.md for those who look for leaked keys.
KEY = re.compile(rf"{KEY_PREFIX}_([a-z0-9]{{12}})_([A-Za-z0-9]{{49}})")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_key() -> tuple[str, str]:
    """Return a key, `sbx_<public id>_<secret and checksum>`, and its public id."""
    public_id = "".join(secrets.choice(PUBLIC_LETTERS) for _ in range(PUBLIC_CHARACTERS))
    secret = "".join(secrets.choice(LETTERS) for _ in range(SECRET_CHARACTERS))
    body = f"{KEY_PREFIX}_{public_id}_{secret}"
    return f"{body}{_checksum(body)}", public_id


def public_id_of(key: str) -> str | None:
    """Return the public id of a key; None for one of the first format, which had none."""
    found = KEY.fullmatch(key)
    return found[1] if found else None


def is_misspelt(key: str) -> bool:
    """Tell a key whose checksum is wrong: it was never made here, and no look-up is needed to say so."""
    return KEY.fullmatch(key) is not None and _checksum(key[:-CHECK_CHARACTERS]) != key[-CHECK_CHARACTERS:]


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(text: str) -> str:
    number, letters = zlib.crc32(text.encode()), ""
    for _ in range(CHECK_CHARACTERS):
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters
