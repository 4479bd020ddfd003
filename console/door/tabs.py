"""Where the socket of each tab came from: the framework itself believes whoever writes X-Forwarded-For first."""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.types import Scope

MAX_TABS = 10_000
_addresses: OrderedDict[str, str] = OrderedDict()


def note(scope: Scope, address: str) -> None:
    """Remember the address of a socket that was let in, by the token of its tab."""
    [token] = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[:1]
    _addresses[token] = address
    _addresses.move_to_end(token)
    if len(_addresses) > MAX_TABS:
        _addresses.popitem(last=False)


def address_of(token: str) -> str:
    """Return where the tab's socket came from, empty for one that is not known (any more)."""
    return _addresses.get(token, "")
