"""Sign what goes to a webhook as Standard Webhooks has it: over the id, the time and the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
NUM_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(NUM_BYTES)).decode()


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> tuple[tuple[str, str], ...]:
    """Return the headers of a message; the time is of this try, the id the same at each."""
    time = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{time}.".encode() + body, hashlib.sha256).digest()
    return (
        ("content-type", "application/json"),
        ("webhook-id", message_id),
        ("webhook-timestamp", time),
        ("webhook-signature", f"v1,{base64.b64encode(digest).decode()}"),
    )
