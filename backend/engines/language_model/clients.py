"""Connections to providers: each provider's own pool, behind the guard."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpcore2
import httpx2

from backend.engines.http.pinning import Resolver, system_resolver
from backend.engines.http.places import place_of
from backend.engines.http.transport import GuardedTransport
from backend.engines.language_model.failures import NotAModel
from backend.engines.language_model.gate import Gate
from backend.engines.language_model.lean_client import LeanClient
from backend.ports.http import Reach
from backend.ports.language_model import ModelEndpoint
from backend.ports.rests import Rests

MAX_CLIENTS = 64
# A long answer of 100,000 tokens takes some 25 MB on the wire, so the cap of web pages would cut it.
MAX_STREAM_BYTES = 100_000_000
NO_KEY = "none"


def reach_of(endpoint: ModelEndpoint) -> Reach:
    """Let a provider be reached at its own port, and at its own private address where an owner chose so."""
    private = frozenset({endpoint.base_url}) if endpoint.allow_private_address else frozenset[str]()
    return Reach(ports=frozenset({place_of(endpoint.base_url).port}), private_origins=private)


def _who(endpoint: ModelEndpoint) -> str:
    """Name the provider and the key that it knows us by, so that neither can be read from it."""
    told = repr((endpoint.base_url, endpoint.organisation, endpoint.api_key))
    return hashlib.sha256(told.encode()).hexdigest()


class ModelTransport(GuardedTransport):
    """Refuse what answers a chat with success and a web page."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await super().handle_async_request(request)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        asked_for_stream = request.url.path.endswith("/chat/completions")
        if asked_for_stream and answer.is_success and kind in ("application/json", "text/html"):
            await answer.aclose()
            raise NotAModel(
                "The address answers, but not as a chat model does.",
                hint="Check that the base URL ends as the provider says, often in /v1.",
            )
        return answer


@dataclass(slots=True)
class _Kept:
    client: LeanClient
    gate: Gate
    num_users: int = 0


class Clients:
    """One pool and one gate for each base URL, key and reach; beyond 64 the least recently used that is idle ends."""

    def __init__(
        self,
        resolver: Resolver = system_resolver,
        network: httpcore2.AsyncNetworkBackend | None = None,
        rests: Rests | None = None,
    ) -> None:
        self._resolver = resolver
        self._rests = rests
        self._network = network
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()

    @asynccontextmanager
    async def use(self, endpoint: ModelEndpoint) -> AsyncGenerator[tuple[LeanClient, Gate]]:
        """Hold the client and the gate of `endpoint`'s provider: no other tenant's call ends a client that answers.

        Raise AddressRefused for a bad base URL.
        """
        kept = self._of(endpoint)
        kept.num_users += 1
        try:
            yield kept.client, kept.gate
        finally:
            kept.num_users -= 1
            await self._end_idle()

    def _of(self, endpoint: ModelEndpoint) -> _Kept:
        parts = (endpoint.base_url, endpoint.api_key, endpoint.organisation, str(endpoint.allow_private_address))
        if parts not in self._kept:
            self._kept[parts] = _Kept(self._made(endpoint), Gate(rests=self._rests, who=_who(endpoint)))
        self._kept.move_to_end(parts)
        return self._kept[parts]

    def _made(self, endpoint: ModelEndpoint) -> LeanClient:
        transport = ModelTransport(
            reach_of(endpoint), resolver=self._resolver, network=self._network, max_bytes=MAX_STREAM_BYTES
        )
        return LeanClient(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key or NO_KEY,
            organization=endpoint.organisation or None,
            max_retries=0,
            http_client=httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False),
        )

    async def _end_idle(self) -> None:
        idle = [parts for parts, kept in self._kept.items() if not kept.num_users]
        ended = [self._kept.pop(parts) for parts in idle[: max(0, len(self._kept) - MAX_CLIENTS)]]
        for one in ended:
            await one.client.close()

    async def close(self) -> None:
        for kept in self._kept.values():
            await kept.client.close()
        self._kept.clear()
