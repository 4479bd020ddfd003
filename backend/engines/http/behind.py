"""What lies behind an answer that was read, where a look at the socket does not see it.

A server may send an answer that nobody asked for along with one, and it would be the answer to the next question:
somebody else's. It waits in the parser, in TLS, or in the queue of what was taken off the socket at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpcore2
from anyio.streams.tls import TLSStream


class Pool(httpcore2.AsyncConnectionPool):
    """Asks nothing over a connection on which more came than the answer."""

    def create_connection(self, origin: httpcore2.Origin) -> httpcore2.AsyncConnectionInterface:
        return Connection(
            origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=self._keepalive_expiry,
            network_backend=self._network_backend,
        )


class Connection(httpcore2.AsyncHTTPConnection):
    """Is over with an answer that more came behind: the pool asks as soon as the answer is given back."""

    def has_expired(self) -> bool:
        return super().has_expired() or (self.is_idle() and self._has_more())

    def _has_more(self) -> bool:
        spoken = self._connection
        return isinstance(spoken, httpcore2.AsyncHTTP11Connection) and bool(spoken._h11_state.trailing_data[0])


def kept_back(stream: Any) -> Iterator[Callable[[], int]]:
    """Yield what counts the bytes, records or pieces that were taken off the socket and not read, for each layer."""
    while stream is not None:
        if isinstance(stream, TLSStream):
            yield stream._ssl_object.pending
            yield partial(getattr, stream._read_bio, "pending")
        if (protocol := getattr(stream, "_protocol", None)) is not None:
            yield protocol.read_queue.__len__
        stream = getattr(stream, "_stream", None) or getattr(stream, "transport_stream", None)
