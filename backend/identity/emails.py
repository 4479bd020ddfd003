"""What an e-mail address is, wherever one is typed."""

from __future__ import annotations

from backend.errors import InvalidInput

MAX_EMAIL_CHARACTERS = 254


def checked_email(email: str) -> str:
    """Return the address in lower case. Raise InvalidInput."""
    address = email.strip().lower()
    name, _, host = address.rpartition("@")
    plain = address.isprintable() and not any(sign in address for sign in " ,;<>\"'\\")
    if not (name and plain and "." in host.strip(".") and "@" not in name) or len(address) > MAX_EMAIL_CHARACTERS:
        raise InvalidInput("This is no e-mail address.", fields={"email": "Write it as name@example.com."})
    return address
