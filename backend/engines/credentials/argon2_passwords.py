"""argon2id, in two threads of its own: the event loop goes on, and a flood of sign-ins cannot take all memory."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106's setting for little memory, with one lane: 64 MiB and three passes.
MEMORY_KIB = 65_536
PASSES = 3
AT_ONCE = 2


class Argon2Passwords:
    def __init__(self, *, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._nobody = ""

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, kept, password)

    def is_stale(self, kept: str) -> bool:
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str | None, password: str) -> bool:
        # Of somebody unknown a hash is checked as well: the answer must not come sooner for them.
        self._nobody = self._nobody or self._hasher.hash(secrets.token_urlsafe())
        try:
            return self._hasher.verify(kept or self._nobody, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
