"""The transport under every outgoing call: the guard's door, and a cap on what comes back."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import cast

import httpcore2
import httpx2

from backend.engines.http.behind import Pool
from backend.engines.http.pinning import PinnedBackend, Resolver, system_resolver
from backend.engines.http.places import admit, place_of, private_places
from backend.ports.http import MAX_ANSWER_BYTES, AnswerTooBig, CallFailed, Reach

MAX_CONNECTIONS = 100
MAX_IDLE_CONNECTIONS = 20
IDLE_SECONDS = 30.0
PIECE_BYTES = 65_536
_ONLY_FOR_THE_WIRE = (b"content-encoding", b"content-length", b"transfer-encoding")


@cache
def tls() -> ssl.SSLContext:
    """Return the one TLS context: loading the certificate list takes 20 ms."""
    return httpx2.create_ssl_context(trust_env=False)


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """Check each request's address, dial only judged addresses, unpack at most `max_bytes`.

    The request's extension "max_bytes" overrides the cap. Nothing is read from the environment: no proxy, no .netrc.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        resolver: Resolver = system_resolver,
        network: httpcore2.AsyncNetworkBackend | None = None,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        super().__init__(verify=tls(), trust_env=False)
        self.reach = reach
        self._max_bytes = max_bytes
        private = frozenset((place.host, place.port) for place in private_places(reach))
        self.backend = PinnedBackend(private, resolver, network)
        # The parent offers no way to hand over a network backend; its exception mapping is worth keeping.
        self._pool = Pool(
            ssl_context=tls(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self.backend,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        admit(place_of(str(request.url)), self.reach)
        request.headers["Accept-Encoding"] = "gzip"
        answer = await super().handle_async_request(request)
        cap = int(request.extensions.get("max_bytes", self._max_bytes))
        encoding = answer.headers.get("content-encoding", "identity").strip().lower() or "identity"
        if encoding not in ("identity", "gzip", "x-gzip"):
            await answer.aclose()
            raise CallFailed("The answer is packed in a way that was not asked for.")
        return httpx2.Response(
            answer.status_code,
            headers=[pair for pair in answer.headers.raw if pair[0].lower() not in _ONLY_FOR_THE_WIRE],
            stream=_Capped(cast(httpx2.AsyncByteStream, answer.stream), cap, packed=encoding != "identity"),
            extensions=answer.extensions,
        )


class _Gzip:
    """Unpack a gzip stream of one or more members, never more than one piece at a time."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` unpacks to. Raise CallFailed where it is not gzip."""
        try:
            while data:
                if self._member.eof:
                    self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
                part = self._member.decompress(data, PIECE_BYTES)
                data = self._member.unconsumed_tail or self._member.unused_data
                yield part
        except zlib.error as error:
            raise CallFailed("The answer cannot be unpacked.") from error


class _Capped(httpx2.AsyncByteStream):
    """Unpack in pieces of 64 KB, and stop at the cap: a bomb never unfolds."""

    def __init__(self, source: httpx2.AsyncByteStream, cap: int, *, packed: bool) -> None:
        self._source = source
        self._cap = cap
        self._packed = packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        num_bytes = 0
        unpacked = _Gzip() if self._packed else None
        async for piece in self._source:
            for part in unpacked.feed(piece) if unpacked else (piece,):
                num_bytes += len(part)
                if num_bytes > self._cap:
                    raise AnswerTooBig(f"The answer is larger than {self._cap / 1_000_000:g} MB.")
                yield part

    async def aclose(self) -> None:
        await self._source.aclose()
