"""Which addresses may be called. `ipaddress.is_global` alone lets tunnels and metadata services through."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


# A provider whose owner allowed private addresses may reach these, and no others.
PRIVATE = _networks(
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"
)  # fmt: skip
# Nobody may reach these: metadata services, link-local, multicast, and every form that wraps an IPv4 address.
CLOSED = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
    "100.100.100.200/32", "168.63.129.16/32",
    "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16",
    "fec0::/10", "fe80::/10", "ff00::/8", "fd00:ec2::254/128",
)  # fmt: skip
CLOSED_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "metadata", "instance-data"})


def numeric(host: str) -> Address | None:
    """Read an address in any spelling that the system would dial: 2130706433, 0x7f.1, 0177.0.0.1, ::1.

    None for a name.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    return ip_address(str(found[0][4][0]).partition("%")[0])


def may_be_called(address: Address, *, private: bool) -> bool:
    """Tell whether `address` is public, or private where that was allowed."""
    if isinstance(address, IPv6Address) and address == IPv6Address("::1"):
        return private
    if any(address in network for network in CLOSED if network.version == address.version):
        return False
    if any(address in network for network in PRIVATE if network.version == address.version):
        return private
    return address.is_global
