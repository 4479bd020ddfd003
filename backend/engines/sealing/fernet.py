"""MultiFernet: the newest key seals, every key opens."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.ports.sealing import SealBroken

KEY_BYTES = 32
PURPOSE = b"signalbox sealing"


def _fernet(secret: str) -> Fernet:
    """Derive a key from any long text, so that nobody has to know what a Fernet key looks like."""
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class FernetSealer:
    """`secrets` newest first, each at least 32 characters of chance (backend/settings.py refuses shorter ones)."""

    def __init__(self, secrets: Sequence[str]) -> None:
        keys = [_fernet(secret) for secret in secrets]
        self._newest, self._keys = keys[0], MultiFernet(keys)

    def seal(self, text: str, context: str) -> str:
        payload = json.dumps([context, text], ensure_ascii=False)
        return self._keys.encrypt(payload.encode()).decode()

    def open(self, token: str, context: str) -> str:
        try:
            sealed_for, text = json.loads(self._keys.decrypt(token.encode()))
        except InvalidToken:
            raise _broken() from None
        if sealed_for != context:
            raise SealBroken("A stored secret stands in the wrong place.", hint="Enter it again.")
        return str(text)

    def reseal(self, token: str) -> str | None:
        try:
            self._newest.decrypt(token.encode())
        except InvalidToken:
            pass
        else:
            return None
        try:
            return self._keys.rotate(token.encode()).decode()
        except InvalidToken:
            raise _broken() from None


def _broken() -> SealBroken:
    return SealBroken(
        "A stored secret cannot be opened with the keys of this Signalbox.",
        hint="Enter it again, or add the old key to SIGNALBOX_SECRET_KEY.",
    )
