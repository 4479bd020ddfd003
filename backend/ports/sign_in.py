"""Signing in at somebody else's door: what a provider is asked, and who it says has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from backend.errors import SignInNeeded, Unavailable

Kind = Literal["google", "entra", "oidc"]


class ProviderDown(Unavailable):
    """The provider does not answer, or not with what a provider says of itself."""


class ArrivalRefused(SignInNeeded):
    """The provider's answer proves nobody, or somebody whom its rules keep out. The sentence names no check."""


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One way in, as the environment sets it.

    `tenants` are the Entra tenants that may come; `groups`, where any are named, of which one must be held;
    `hosted_domains` the Google Workspace domains. Empty means no such rule, except that Entra needs a tenant.
    """

    id: str
    kind: Kind
    title: str
    client_id: str
    client_secret: str = field(repr=False)
    issuer: str
    tenants: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    hosted_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """What one sign-in is tied to. `state` comes back in the address, `nonce` in the token; `verifier` proves us."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came. (`issuer`, `subject`) is the key of a person, for Entra tenant and object; an address never is.

    `email` is empty unless the provider vouches for it; `tenant` is Entra's, empty elsewhere.
    """

    provider_id: str
    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    tenant: str = ""


class SignInProvider(Protocol):
    """Nothing is asked of the provider before somebody signs in, so that a start never waits for it."""

    @property
    def config(self) -> ProviderConfig: ...

    async def check(self) -> None:
        """Ask the provider what it says of itself. Raise ProviderDown."""
        ...

    async def address(self, opening: Opening) -> str:
        """Return where to send the browser, once the provider has answered lately. Raise ProviderDown."""
        ...

    async def arrival(self, code: str, opening: Opening) -> Arrival:
        """Trade the code for a checked identity. Raise ProviderDown or ArrivalRefused."""
        ...
