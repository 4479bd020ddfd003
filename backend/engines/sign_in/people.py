"""Who a checked token speaks of, by the rules of its kind of provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backend.engines.sign_in.tokens import TokenRefused
from backend.ports.sign_in import Arrival, ArrivalRefused, ProviderConfig

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAX_CHARACTERS = 255
GOOGLE_ISSUERS = ("https://accounts.google.com", "accounts.google.com")


def issuers_of(config: ProviderConfig, claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the issuers that this token may name. Raise TokenRefused for a tenant that may not come."""
    if config.kind == "google":
        return GOOGLE_ISSUERS if config.issuer == GOOGLE_ISSUERS[0] else (config.issuer,)
    if config.kind == "oidc":
        return (config.issuer,)
    tenant = claims.get("tid")
    # The tenant of personal accounts is one like any other here: it comes only where it is named.
    if not isinstance(tenant, str) or not GUID.fullmatch(tenant) or tenant not in config.tenants:
        raise TokenRefused("tenant not allowed")
    root = config.issuer.rstrip("/").rsplit("/", 2)[0]
    return (f"{root}/{tenant}/v2.0",)


def arrival_of(config: ProviderConfig, claims: Mapping[str, Any]) -> Arrival:
    """Return the person. Raise TokenRefused, or ArrivalRefused where the provider's own rules keep them out."""
    subject = _text(claims, "oid" if config.kind == "entra" else "sub")
    if not subject:
        raise TokenRefused("nobody named")
    groups = claims.get("groups")
    held = tuple(one for one in groups if isinstance(one, str)) if isinstance(groups, list) else ()
    if config.groups and not set(config.groups) & set(held):
        raise ArrivalRefused("Your account is in none of the groups that may sign in here.")
    if config.hosted_domains and claims.get("hd") not in config.hosted_domains:
        raise ArrivalRefused("Your account does not belong to an organisation that may sign in here.")
    if config.kind == "entra":
        vouched = claims.get("xms_edov") in (True, 1, "1", "true")
    else:
        vouched = claims.get("email_verified") is True
    return Arrival(
        provider_id=config.id,
        issuer=str(claims["iss"]) if config.kind != "google" else config.issuer,
        subject=subject,
        name=_text(claims, "name"),
        email=_text(claims, "email").lower() if vouched else "",
        groups=held,
        tenant=_text(claims, "tid") if config.kind == "entra" else "",
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_CHARACTERS and value.isprintable() else ""
