"""The provider's public keys: read when needed, and not more often than once a minute, whatever tokens claim."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

KEEP_SECONDS = 3600
REFETCH_SECONDS = 60
Fetch = Callable[[str], Awaitable[Mapping[str, Any]]]


class KeyRing:
    """Keep the set for an hour; a key id that is not in it asks for it anew."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: list[Mapping[str, Any]] = []
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, uri: str, key_id: str | None) -> Mapping[str, Any] | None:
        """Return the key of that id, or the only one where a token names none; None when there is no such key."""
        async with self._lock:
            age = self._clock() - self._fetched_at
            found = self._find(key_id)
            if age >= KEEP_SECONDS or (found is None and age >= REFETCH_SECONDS):
                keys = (await self._fetch(uri)).get("keys")
                self._keys = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
                self._fetched_at = self._clock()
                found = self._find(key_id)
        return found

    def _find(self, key_id: str | None) -> Mapping[str, Any] | None:
        signing = [key for key in self._keys if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
        if key_id is None:
            return signing[0] if len(signing) == 1 else None
        return next((key for key in signing if key.get("kid") == key_id), None)
