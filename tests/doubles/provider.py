"""An OpenID provider in memory that signs whatever a test asks it to."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from backend.engines.sign_in.oidc import OidcProvider
from backend.ports.http import PUBLIC, CallFailed, HttpAnswer, HttpCall, Reach
from backend.ports.sign_in import Opening, ProviderConfig

ISSUER = "https://login.example"
CLIENT = "our-client"
TENANT = "0f3a1c5e-1111-4222-8333-444455556666"
OPENING = Opening("the-state", "the-nonce", "v" * 50, "https://console.example/sign-in/callback/test")
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


def config_of(kind: Any = "oidc", **changes: Any) -> ProviderConfig:
    issuer = {
        "oidc": ISSUER,
        "google": "https://accounts.google.com",
        "entra": "https://login.microsoftonline.com/organizations/v2.0",
    }[kind]
    given = {"title": "The provider", "client_id": CLIENT, "client_secret": "sssh", "issuer": issuer, "id": "test"}
    return ProviderConfig(kind=kind, **{**given, **changes})


class Provider:
    """Answers the guarded client's calls; `claims` and `header` say what the next token holds."""

    def __init__(self, config: ProviderConfig | None = None) -> None:
        self.config = config or config_of()
        self.keys = [KEY]
        self.is_down = False
        self.clock = 1_000.0
        self.called: list[HttpCall] = []
        self.answer: dict[str, Any] = {}
        self.token_status = 200
        self.engine = OidcProvider(self.config, self, clock=lambda: self.clock)

    async def send(self, call: HttpCall, reach: Reach = PUBLIC) -> HttpAnswer:
        assert reach
        self.called.append(call)
        if self.is_down:
            raise CallFailed("The other side does not answer.")
        if call.url.endswith("/.well-known/openid-configuration"):
            return self._json(
                {
                    "issuer": self.config.issuer,
                    "authorization_endpoint": f"{ISSUER}/authorize",
                    "token_endpoint": f"{ISSUER}/token",
                    "jwks_uri": f"{ISSUER}/jwks",
                    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                }
            )
        if call.url.endswith("/jwks"):
            return self._json({"keys": [key.as_dict(private=False) for key in self.keys]})
        return self._json(self.answer, self.token_status)

    async def check(self, url: str, reach: Reach = PUBLIC, *, must_exist: bool = True) -> None:
        assert url
        assert reach
        assert must_exist

    async def close(self) -> None: ...

    def _json(self, body: Any, status: int = 200) -> HttpAnswer:
        return HttpAnswer(status, ISSUER, json.dumps(body).encode())

    def calls(self, end: str) -> list[HttpCall]:
        return [call for call in self.called if call.url.endswith(end)]

    def sent_form(self) -> dict[str, str]:
        return dict(parse_qsl(self.calls("/token")[-1].content.decode()))

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return good claims with changes; None takes a claim out."""
        now = int(time.time())
        good = {
            "iss": self.config.issuer,
            "sub": "person-1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": OPENING.nonce,
            "name": "Ines Alder",
            "email": "Ines@alder.example",
            "email_verified": True,
        }
        if self.config.kind == "entra":
            good |= {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0", "tid": TENANT, "oid": "object-1"}
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def sign(self, header: dict[str, Any] | None = None, key: Any = KEY, **changes: Any) -> None:
        """Let the next code be traded for a token of these claims."""
        given = {"alg": "RS256", "kid": "one", **(header or {})}
        given = {name: value for name, value in given.items() if value is not None}
        registry = JWSRegistry(algorithms=["RS256", "HS256"], strict_check_header=False)
        token = jwt.encode(given, self.claims(**changes), key, registry=registry)
        self.answer = {"access_token": "at", "token_type": "Bearer", "id_token": token}
