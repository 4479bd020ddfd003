"""MultiFernet: the newest key seals, every key opens."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.ports.sealing import SealBroken

KEY_BYTES = 32
SEALING, SIGNING = b"signalbox sealing", b"signalbox signing"


def _derived(secret: str, purpose: bytes) -> bytes:
    """Derive a key from any long text, so that nobody has to know what a Fernet key looks like."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


class FernetSealer:
    """`secrets` newest first, each at least 32 characters of chance (backend/settings.py refuses shorter ones)."""

    def __init__(self, secrets: Sequence[str]) -> None:
        keys = [Fernet(base64.urlsafe_b64encode(_derived(secret, SEALING))) for secret in secrets]
        self._newest, self._keys = keys[0], MultiFernet(keys)
        self._signing = [_derived(secret, SIGNING) for secret in secrets]

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

    def sign(self, text: str) -> str:
        return _signature(self._signing[0], text)

    def is_signed(self, text: str, signature: str) -> bool:
        return any(hmac.compare_digest(_signature(key, text).encode(), signature.encode()) for key in self._signing)

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


def _signature(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()


def _broken() -> SealBroken:
    return SealBroken(
        "A stored secret cannot be opened with the keys of this Signalbox.",
        hint="Enter it again, or add the old key to SIGNALBOX_SECRET_KEY.",
    )
