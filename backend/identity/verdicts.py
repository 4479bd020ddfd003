"""Answers about tokens, remembered for a moment."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

Verdict = TypeVar("Verdict")
REMEMBERED_SECONDS = 2.0
MAX_REMEMBERED = 2_000


class Verdicts(Generic[Verdict]):
    """Keep what was read for 2 s: less than the 5 s in which a revocation must reach every worker.

    One token has a verdict for each project that it was used for; the empty project is the one it names itself.
    """

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, tuple[float, Verdict]]] = {}
        # Counts what was forgotten: a verdict read before that must not be kept after it.
        self.num_forgotten = 0

    def get(self, token_hash: str, project_id: str = "") -> Verdict | None:
        kept = self._kept.get(token_hash, {}).get(project_id)
        return kept[1] if kept and time.monotonic() - kept[0] < REMEMBERED_SECONDS else None

    def keep(self, token_hash: str, verdict: Verdict, project_id: str = "") -> Verdict:
        if len(self._kept) >= MAX_REMEMBERED:
            self._kept.clear()
        projects = self._kept.setdefault(token_hash, {})
        if len(projects) >= MAX_REMEMBERED:
            projects.clear()
        projects[project_id] = (time.monotonic(), verdict)
        return verdict

    def forget_all(self) -> None:
        """Forget everything: who may do what has changed, which is rare."""
        self._kept.clear()
        self.num_forgotten += 1

    def forget(self, token_hash: str) -> None:
        self._kept.pop(token_hash, None)
        self.num_forgotten += 1
