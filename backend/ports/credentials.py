"""Passwords and one-time codes: how they are kept, and how they are checked."""

from __future__ import annotations

from typing import Protocol


class Passwords(Protocol):
    """Hashing takes tens of milliseconds by design, so it happens off the event loop and a few at a time."""

    async def hash(self, password: str) -> str: ...

    async def matches(self, kept: str | None, password: str) -> bool:
        """Tell whether the password is the one kept; None takes as long and is never right."""
        ...

    def is_stale(self, kept: str) -> bool:
        """Tell whether the hash was made with weaker settings than today's."""
        ...


class OneTimeCodes(Protocol):
    """Six digits that change every 30 s (RFC 6238)."""

    def new_secret(self) -> str:
        """Return a random secret in base 32, as people type it into their app."""
        ...

    def step_of(self, secret: str, code: str, seconds: float) -> int | None:
        """Return the time step whose code this is: now's, or the one before or after; None when it is none of them."""
        ...

    def address(self, secret: str, account: str) -> str:
        """Return the otpauth:// address that an app reads."""
        ...

    def picture(self, address: str) -> str:
        """Return the address as a QR code, a data: address of an SVG."""
        ...
