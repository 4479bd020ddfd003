"""One provider: where it is found, how it is asked, and what its answer proves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from backend.engines.sign_in.keys import KeyRing
from backend.engines.sign_in.people import arrival_of, issuers_of
from backend.engines.sign_in.tokens import TokenRefused, checked_claims
from backend.errors import DomainError
from backend.ports.http import Http, HttpCall, Reach
from backend.ports.sign_in import Arrival, ArrivalRefused, Opening, ProviderConfig, ProviderDown

DISCOVERY_SECONDS = 3600
# Nobody is sent to a provider that did not answer lately: the browser would wait there instead of reading a sentence.
RECENT_SECONDS = 30
CALL_SECONDS = 10
DISCOVERY_CALL_SECONDS = 5
MAX_BYTES = 1_000_000
REFUSED = "The sign-in could not be proved."


def reach_of(config: ProviderConfig) -> Reach:
    """Let calls go to the issuer itself wherever it lies, since the environment names it; all else must be public."""
    parts = urlsplit(config.issuer)
    ports = frozenset({parts.port} if parts.port else ())
    return Reach(ports=ports, private_origins=frozenset({f"{parts.scheme}://{parts.netloc}"}))


class OidcProvider:
    """Ask over the guarded client; what the provider says of itself is kept for an hour."""

    def __init__(
        self,
        config: ProviderConfig,
        http: Http,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._http = http
        self._reach = reach_of(config)
        self._clock, self._now = clock, now
        self._known: dict[str, Any] = {}
        self._known_at = 0.0
        self._keys = KeyRing(self._get, clock)

    @property
    def config(self) -> ProviderConfig:
        return self._config

    async def check(self) -> None:
        await self._metadata(0)

    async def address(self, opening: Opening) -> str:
        metadata = await self._metadata(RECENT_SECONDS)
        extra = {"hd": self._config.hosted_domains[0]} if len(self._config.hosted_domains) == 1 else {}
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                client_id=self._config.client_id,
                response_type="code",
                redirect_uri=opening.redirect_uri,
                scope="openid profile email",
                state=opening.state,
                nonce=opening.nonce,
                code_challenge=create_s256_code_challenge(opening.verifier),
                code_challenge_method="S256",
                **extra,
            )
        )

    async def arrival(self, code: str, opening: Opening) -> Arrival:
        metadata = await self._metadata()
        answer = await self._trade(metadata["token_endpoint"], code, opening)
        try:
            claims = await checked_claims(
                answer,
                self._keys,
                jwks_uri=metadata["jwks_uri"],
                algorithms=metadata.get("id_token_signing_alg_values_supported") or (),
                client_id=self._config.client_id,
                nonce=opening.nonce,
                issuers=lambda claims: issuers_of(self._config, claims),
                now=self._now(),
            )
            return arrival_of(self._config, claims)
        except TokenRefused as refusal:
            raise ArrivalRefused(REFUSED) from refusal

    async def _trade(self, endpoint: str, code: str, opening: Opening) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": opening.redirect_uri,
            "client_id": self._config.client_id,
            "client_secret": self._config.client_secret,
            "code_verifier": opening.verifier,
        }
        headers = (("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json"))
        return await self._call(HttpCall("POST", endpoint, headers, urlencode(form).encode()), ArrivalRefused(REFUSED))

    async def _metadata(self, max_age: float = DISCOVERY_SECONDS) -> dict[str, Any]:
        """Return what the provider says of itself, read anew where it is older than that. Raise ProviderDown."""
        if self._known and self._clock() - self._known_at < max_age:
            return self._known
        found = await self._get(f"{self._config.issuer.rstrip('/')}/.well-known/openid-configuration")
        needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        if any(not isinstance(found.get(name), str) for name in needed) or not self._is_its_own(found["issuer"]):
            raise ProviderDown(f"{self._config.title} does not describe itself as a sign-in provider.")
        self._known, self._known_at = dict(found), self._clock()
        return self._known

    def _is_its_own(self, issuer: str) -> bool:
        # Entra's shared address describes the issuer with a gap for the tenant; each token's issuer is checked whole.
        return self._config.kind == "entra" or issuer.rstrip("/") == self._config.issuer.rstrip("/")

    async def _get(self, url: str) -> Mapping[str, Any]:
        call = HttpCall("GET", url, (("accept", "application/json"),))
        return await self._call(call, None, DISCOVERY_CALL_SECONDS)

    async def _call(
        self, call: HttpCall, refusal: DomainError | None, seconds: float = CALL_SECONDS
    ) -> Mapping[str, Any]:
        """Return a JSON object. A 4xx raises `refusal`, where one is given."""
        down = ProviderDown(f"{self._config.title} does not answer. Try again in a moment, or sign in another way.")
        shape = HttpCall(
            call.method, call.url, call.headers, call.content, seconds, max_bytes=MAX_BYTES, max_redirects=0
        )
        try:
            answer = await self._http.send(shape, self._reach)
        except DomainError as error:
            raise down from error
        if 400 <= answer.status < 500 and refusal is not None:  # noqa: PLR2004
            raise refusal
        try:
            found = json.loads(answer.content)
        except ValueError as error:
            raise down from error
        if answer.status != 200 or not isinstance(found, dict):  # noqa: PLR2004
            raise down
        return found
