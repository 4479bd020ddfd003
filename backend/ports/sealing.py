"""Keep a secret in a row so that only this installation, and only for this row, can read it."""

from __future__ import annotations

from typing import Protocol

from backend.errors import Conflict


class SealBroken(Conflict):
    """The token was changed, was sealed with a key that is gone, or belongs to another place."""


class Sealer(Protocol):
    """`context` names the place of the secret, tenant and row (`proj_...:prov_...`), and is sealed in with it.

    A token copied into another row or tenant therefore does not open there.
    """

    def seal(self, text: str, context: str) -> str:
        """Return a token for the database, different at each call."""
        ...

    def open(self, token: str, context: str) -> str:
        """Return the text. Raise SealBroken."""
        ...

    def sign(self, text: str) -> str:
        """Return what only a holder of the newest key can say of this text; the text itself stays open."""
        ...

    def is_signed(self, text: str, signature: str) -> bool:
        """Tell whether one of the keys signed the text."""
        ...

    def reseal(self, token: str) -> str | None:
        """Return the same secret in the same place under the newest key; None where it is already. Raise SealBroken."""
        ...
