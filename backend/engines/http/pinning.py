"""Look a name up once, judge every address, and dial the one that was judged."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from typing import Any

import httpcore2

from backend.engines.http.addresses import Address, may_be_called, numeric
from backend.engines.http.dialled import Dialled, Watch
from backend.engines.http.places import NOT_PUBLIC, REFUSED
from backend.ports.http import AddressRefused

Resolver = Callable[[str, int], Awaitable[list[str]]]
MAX_DIALLED = 4
CONNECT_SECONDS = 5.0


async def system_resolver(host: str, port: int) -> list[str]:
    """Return every address of `host`, in the system's order; empty where there is none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Stand between the pool and the network. TLS and the Host header keep the name, the socket gets the address.

    The look-up and the dialling are one step, so a name that changes its answer in between changes nothing.
    """

    def __init__(
        self,
        private: frozenset[tuple[str, int]],
        resolver: Resolver = system_resolver,
        network: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._private = private
        self._resolver = resolver
        self._network = network or httpcore2.AnyIOBackend()
        self._watch = Watch()

    async def judged(self, host: str, port: int, *, must_exist: bool = True) -> list[str]:
        """Return the addresses of `host`. Raise AddressRefused unless all may be called, and there is one."""
        private = (host.rstrip("."), port) in self._private
        literal = numeric(host)
        texts = [str(literal)] if literal is not None else await self._resolver(host, port)
        addresses = [_address(text) for text in texts]
        if (must_exist and not addresses) or not all(may_be_called(address, private=private) for address in addresses):
            raise AddressRefused(REFUSED if must_exist else NOT_PUBLIC)
        return [str(address) for address in addresses]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the signature is httpcore's
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        seconds = min(timeout or CONNECT_SECONDS, CONNECT_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                addresses = (await self.judged(host, port))[:MAX_DIALLED]
                share = seconds / len(addresses)
                for address in addresses[:-1]:
                    try:
                        return await self._dial(address, (host, port), share, socket_options)
                    except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                        continue
                return await self._dial(addresses[-1], (host, port), seconds, socket_options)
        except TimeoutError as late:
            raise httpcore2.ConnectTimeout from late

    async def _dial(
        self,
        address: str,
        named: tuple[str, int],
        seconds: float,
        socket_options: Iterable[Any] | None,
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._network.connect_tcp(address, named[1], seconds, None, socket_options)
        peer, own = (_end(stream, side) for side in ("server_addr", "client_addr"))
        # A socket whose two ends have one address has reached this very machine, by whatever public name.
        itself = own is not None and peer == own and (named[0].rstrip("."), named[1]) not in self._private
        if peer != ip_address(address) or itself:
            await stream.aclose()
            raise AddressRefused(REFUSED)
        return Dialled(stream, self._watch)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused(REFUSED)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _address(text: str) -> Address:
    return ip_address(text.partition("%")[0])


def _end(stream: httpcore2.AsyncNetworkStream, side: str) -> Address | None:
    name = stream.get_extra_info(side)
    return _address(str(name[0])) if name else None
