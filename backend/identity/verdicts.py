"""Answers about tokens, remembered for a moment."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

Verdict = TypeVar("Verdict")
REMEMBERED_SECONDS = 2.0
MAX_REMEMBERED = 2_000


class Verdicts(Generic[Verdict]):
    """Keep what was read for 2 s: less than the 5 s in which a revocation must reach every worker."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Verdict]] = {}

    def get(self, token_hash: str) -> Verdict | None:
        kept = self._kept.get(token_hash)
        return kept[1] if kept and time.monotonic() - kept[0] < REMEMBERED_SECONDS else None

    def keep(self, token_hash: str, verdict: Verdict) -> Verdict:
        if len(self._kept) >= MAX_REMEMBERED:
            self._kept.clear()
        self._kept[token_hash] = (time.monotonic(), verdict)
        return verdict

    def forget(self, token_hash: str) -> None:
        self._kept.pop(token_hash, None)
