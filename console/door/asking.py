"""Read who asks and for which host from the headers of a request, and believe no more than can be known."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import parse_qsl, urlsplit

from starlette.types import Scope

from backend.bootstrap import Edge

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
KEY_HEADERS = frozenset({b"x-api-key", b"authorization"})
# An address stands in histories, logs and proxies: a key has no place there.
KEY_NAMES = frozenset({"api_key", "api-key", "apikey", "x-api-key", "access_token", "authorization", "key"})
KEY_START = "sbx_"


def values_of(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for header, value in scope["headers"] if header == name]


def address_of(scope: Scope, num_proxies: int) -> str:
    """Return where the request came from.

    Each proxy of ours adds the address it saw to the end of X-Forwarded-For; what stands before those is the
    caller's own claim. One IPv6 customer holds 2**64 addresses, so the network stands for them.
    """
    peer = (scope.get("client") or ("", 0))[0]
    told = ",".join(values_of(scope, b"x-forwarded-for")).split(",") if num_proxies else []
    chain = [*(one.strip() for one in told if one.strip()), peer]
    found = chain[max(0, len(chain) - 1 - num_proxies)]
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return str(peer)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(address) if address.is_loopback else str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_known_host(scope: Scope, edge: Edge) -> bool:
    """Tell whether exactly one Host was sent, and it is ours: a name of another's pointed at us is none."""
    hosts = values_of(scope, b"host")
    if len(hosts) != 1:
        return False
    host = hosts[0].lower()
    matched = HOST.fullmatch(host)
    if matched is None:
        return False
    name = matched[1].strip("[]")
    if name == "localhost" or host == edge.public_host:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def came_over_tls(scope: Scope, edge: Edge) -> bool:
    """Tell whether the caller named the public address, and that one is behind a proxy with a certificate."""
    return edge.is_secure and [host.lower() for host in values_of(scope, b"host")] == [edge.public_host]


def is_foreign(scope: Scope, edge: Edge) -> bool:
    """Tell whether a page of another origin asks. No Origin is no browser page, or one that only navigates."""
    origins = values_of(scope, b"origin")
    if not origins:
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        return unsafe and any(site in {"cross-site", "same-site"} for site in values_of(scope, b"sec-fetch-site"))
    host = values_of(scope, b"host")[0].lower()
    if host == edge.public_host:
        return origins != [edge.public_origin]
    return len(origins) != 1 or urlsplit(origins[0]).netloc.lower() != host


def has_key_in_query(scope: Scope) -> bool:
    pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    in_api = scope["path"].startswith("/api/")
    return any(value.startswith(KEY_START) or (in_api and name.lower() in KEY_NAMES) for name, value in pairs)
