"""An ID token, believed only once every claim that ties it to us, to this sign-in and to now was checked.

authlib checks much of it, but a wrong issuer passes with empty options, `azp` may stand in for the audience,
and its leeway is two minutes: what matters is therefore demanded here by name.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from joserfc.jws import JWSRegistry

from backend.engines.sign_in.keys import KeyRing

LEEWAY_SECONDS = 60
MAX_TOKEN_CHARACTERS = 100_000
# Signatures that only the provider's private key can make.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
# A key, or the place of one, that the token brings along proves nothing; `crit` names rules that nobody here knows.
REFUSED_HEADERS = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip"})


class TokenRefused(Exception):
    """The token proves nothing; the text is for the log."""


def header_of(token: str) -> Mapping[str, Any]:
    part = token.partition(".")[0]
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError) as error:
        raise TokenRefused("no header") from error
    if not isinstance(found, dict):
        raise TokenRefused("no header")
    return {str(name): value for name, value in found.items()}


async def checked_claims(
    answer: Mapping[str, Any],
    keys: KeyRing,
    *,
    jwks_uri: str,
    algorithms: Collection[str],
    client_id: str,
    nonce: str,
    issuers: Callable[[Mapping[str, Any]], tuple[str, ...]],
    now: float,
) -> Mapping[str, Any]:
    """Return the claims of the answer's ID token. Raise TokenRefused."""
    token = answer.get("id_token")
    if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN_CHARACTERS:
        raise TokenRefused("no ID token")
    header = header_of(token)
    allowed = ALGORITHMS & (set(algorithms) or {"RS256"})
    if REFUSED_HEADERS & set(header):
        raise TokenRefused("header not allowed")
    key_id = header.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        raise TokenRefused("strange key id")
    key = await keys.key(jwks_uri, key_id)
    if key is None:
        raise TokenRefused("unknown key")
    try:
        registry = JWSRegistry(algorithms=[*allowed], strict_check_header=False)
        read = jwt.decode(token, JWKRegistry.import_key(dict(key)), registry=registry)
        options = {
            "iss": {"essential": True, "values": [*issuers(read.claims)]},
            "aud": {"essential": True, "value": client_id},
        }
        given = {"nonce": nonce, "client_id": client_id, "access_token": answer.get("access_token")}
        CodeIDToken(read.claims, read.header, options, given).validate(now=int(now), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenRefused(f"{type(error).__name__}: {error}") from error
    claims = read.claims
    if claims["aud"] not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise TokenRefused("made for another")
    return claims
