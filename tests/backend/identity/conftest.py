"""Ways in over both databases, with a provider that signs what a test asks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from backend.engines.credentials.argon2_passwords import Argon2Passwords
from backend.engines.credentials.totp import TotpCodes
from backend.engines.rates.in_process import InProcessRates
from backend.engines.sealing.fernet import FernetSealer
from backend.identity.service import IdentityService
from backend.identity.service.signing_in import Parts, SignInService
from backend.operator import Operator
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.doubles.provider import Provider, config_of

SEALER = FernetSealer(["the key of the tests " * 2])
PASSWORD = "four words apart here"
EMAIL = "ines@alder.example"
BACK = "https://console.example/sign-in/callback/test"


class Drawn:
    """Draws nothing anew, and says so."""

    async def small(self, sent: bytes) -> bytes:
        return b"drawn anew: " + sent[:8]


@dataclass
class Ways:
    """Everything that a test of signing in touches."""

    identity: IdentityService
    service: SignInService
    provider: Provider
    database: Database
    units: Units
    nonce: str = ""

    async def owner(self) -> Operator:
        return await self.identity.ensure_owner()

    async def owner_with_password(self) -> Operator:
        await self.service.set_first_password(await self.identity.make_sign_in_link(), EMAIL, PASSWORD)
        return await self.owner()

    async def begun(self, **options: str) -> tuple[str, str]:
        """Begin at the provider; return the state and the cookie."""
        address, cookie = await self.service.begin("test", BACK, **options)
        query = dict(parse_qsl(urlsplit(address).query))
        self.nonce = query["nonce"]
        return query["state"], cookie

    async def come(self, cookie_state: tuple[str, str] | None = None, **claims: object) -> str:
        """Sign in at the provider as somebody of these claims; return the session token."""
        state, cookie = cookie_state or await self.begun()
        self.provider.sign(**{"nonce": self.nonce, **claims})
        entered, _ = await self.service.finish("test", cookie, state, "the-code")
        return entered.token


@pytest.fixture
def ways(any_database: Database) -> Ways:
    units = Units(any_database)
    identity = IdentityService(units)
    provider = Provider(config_of())
    parts = Parts(
        units,
        identity,
        Argon2Passwords(memory_kib=1024),
        TotpCodes(),
        SEALER,
        InProcessRates(clock=lambda: provider.clock),
        Drawn(),
        {"test": provider.engine},
    )
    return Ways(identity, SignInService(parts), provider, any_database, units)


def aged(cookie: str, purpose: str, by: timedelta) -> str:
    """Return the sealed cookie as if it had been made so long ago."""
    values = json.loads(SEALER.open(cookie, purpose))
    values["until"] -= by.total_seconds()
    return SEALER.seal(json.dumps(values), purpose)
