"""Ways in: providers from the settings, passwords and codes, joined to one service."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any, cast

from backend.bootstrap.engines import engine
from backend.identity.service import IdentityService
from backend.identity.service.signing_in import Parts, SignInService
from backend.identity.types import SessionLimits
from backend.ports.credentials import OneTimeCodes, Passwords
from backend.ports.http import Http
from backend.ports.pictures import Pictures
from backend.ports.rates import Rates
from backend.ports.sealing import Sealer
from backend.ports.sign_in import Arrival, Opening, ProviderConfig, SignInProvider
from backend.settings import Settings, SignInEntry
from backend.unit_of_work import Units


class AtFirstSignIn:
    """A provider whose libraries are loaded when somebody chooses it."""

    def __init__(self, config: ProviderConfig, http: Http) -> None:
        self._config, self._http = config, http

    @property
    def config(self) -> ProviderConfig:
        return self._config

    @cached_property
    def _loaded(self) -> SignInProvider:
        return cast(SignInProvider, engine("sign_in.oidc", "OidcProvider")(self._config, self._http))

    async def check(self) -> None:
        await self._loaded.check()

    async def address(self, opening: Opening) -> str:
        return await self._loaded.address(opening)

    async def arrival(self, code: str, opening: Opening) -> Arrival:
        return await self._loaded.arrival(code, opening)


class PasswordsAtFirstUse:
    """The hasher, loaded when somebody types a password."""

    @cached_property
    def _loaded(self) -> Any:
        return engine("credentials.argon2_passwords", "Argon2Passwords")()

    async def hash(self, password: str) -> str:
        return cast(str, await self._loaded.hash(password))

    async def matches(self, kept: str | None, password: str) -> bool:
        return cast(bool, await self._loaded.matches(kept, password))

    def is_stale(self, kept: str) -> bool:
        return cast(bool, self._loaded.is_stale(kept))


class CodesAtFirstUse:
    """The maker of one-time codes, loaded with the first of them."""

    @cached_property
    def _loaded(self) -> OneTimeCodes:
        return cast(OneTimeCodes, engine("credentials.totp", "TotpCodes")())

    def new_secret(self) -> str:
        return self._loaded.new_secret()

    def step_of(self, secret: str, code: str, seconds: float) -> int | None:
        return self._loaded.step_of(secret, code, seconds)

    def address(self, secret: str, account: str) -> str:
        return self._loaded.address(secret, account)

    def picture(self, address: str) -> str:
        return self._loaded.picture(address)


def config_of(entry: SignInEntry) -> ProviderConfig:
    return ProviderConfig(
        id=entry.id,
        kind=entry.kind,
        title=entry.found_title,
        client_id=entry.client_id,
        client_secret=entry.client_secret.get_secret_value(),
        issuer=entry.found_issuer,
        tenants=entry.tenants,
        groups=entry.groups,
        hosted_domains=entry.hosted_domains,
    )


def open_sign_in(
    settings: Settings, units: Units, *, identity: IdentityService, sealer: Sealer, rates: Rates, http: Http
) -> SignInService:
    """Join the parts. Nothing is asked of a provider before somebody signs in there."""
    identity.limits = SessionLimits(
        timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    )
    passwords: Passwords = PasswordsAtFirstUse()
    pictures = cast(Pictures, engine("pictures.isolated", "IsolatedPictures")())
    codes: OneTimeCodes = CodesAtFirstUse()
    providers = {entry.id: AtFirstSignIn(config_of(entry), http) for entry in settings.sign_in}
    return SignInService(Parts(units, identity, passwords, codes, sealer, rates, pictures, providers))
