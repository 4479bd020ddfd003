"""What a URL names, read once: the same parser serves the check and the connection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import httpx2

from backend.engines.http.addresses import CLOSED_NAMES, may_be_called, numeric
from backend.ports.http import WEB_PORTS, AddressRefused, Reach

_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9._])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
NOT_PUBLIC = "This address cannot be called: it does not lie on the public internet."
# Of a name that was looked up it is not told which: whoever asks would learn the names of our network.
REFUSED = "This address cannot be called: it does not exist, or does not lie on the public internet."
MAX_URL_CHARACTERS = 8_000
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Place:
    """Scheme, host and port, each as it is dialled; two URLs of one origin give equal places."""

    scheme: str
    host: str
    port: int


# Each call asks for the same few addresses, three times.
@lru_cache(maxsize=512)
def place_of(url: str) -> Place:
    """Read the origin of `url`. Raise AddressRefused with what is wrong about its form."""
    if len(url) > MAX_URL_CHARACTERS:
        raise AddressRefused("This address is too long.")
    try:
        parsed = httpx2.URL(url.strip())
        host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise AddressRefused(
            "This is not an address of the web.", hint="It starts with https:// or http://."
        ) from error
    if parsed.scheme not in _DEFAULT_PORTS:
        raise AddressRefused("Only http and https addresses can be called.", hint="It starts with https:// or http://.")
    if parsed.userinfo:
        raise AddressRefused("An address may not hold a user name or password.")
    if not _NAME.fullmatch(host) and (numeric(host) is None or "%" in host):
        raise AddressRefused("The address names no host that could be called.")
    port = parsed.port or _DEFAULT_PORTS[parsed.scheme]
    if port > MAX_PORT:
        raise AddressRefused("The port of the address does not exist.")
    return Place(parsed.scheme, host, port)


def private_places(reach: Reach) -> frozenset[Place]:
    return frozenset(place_of(origin) for origin in reach.private_origins)


def admit(place: Place, reach: Reach) -> None:
    """Refuse what needs no look-up: closed ports, closed names, literal addresses that are not public."""
    private = place in private_places(reach)
    if place.port not in WEB_PORTS | reach.ports and not private:
        raise AddressRefused("Only the ports 80 and 443 can be called.")
    if place.host in CLOSED_NAMES:
        raise AddressRefused(NOT_PUBLIC)
    literal = numeric(place.host)
    if literal is not None and not may_be_called(literal, private=private):
        raise AddressRefused(NOT_PUBLIC)
