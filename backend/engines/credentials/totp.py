"""Time-based one-time codes by cryptography; the QR code is drawn here, so that the secret goes to no other site."""

from __future__ import annotations

import base64
import secrets

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20
STEP_SECONDS = 30
DIGITS = 6
ISSUER = "Signalbox"


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  # what every app speaks


class TotpCodes:
    def new_secret(self) -> str:
        return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()

    def step_of(self, secret: str, code: str, seconds: float) -> int | None:
        digits = code.replace(" ", "")
        if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
            return None
        now = int(seconds // STEP_SECONDS)
        for step in (now, now - 1, now + 1):
            try:
                _totp(secret).verify(digits.encode(), step * STEP_SECONDS)
            except InvalidToken:
                continue
            return step
        return None

    def address(self, secret: str, account: str) -> str:
        return _totp(secret).get_provisioning_uri(account, ISSUER)

    def picture(self, address: str) -> str:
        return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=4, dark="#000", light="#fff"))
