"""Which version answers for a flow right now, remembered for a moment."""

from __future__ import annotations

import time
from dataclasses import dataclass

# Another process's publish shows after this; our own shows at once.
REMEMBERED_SECONDS = 1.0
MAX_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class Live:
    """A flow as a run needs it. `version` is None for its draft."""

    flow_id: str
    flow_name: str
    version: int | None
    draft_version: int | None
    snapshot_id: str


class Published:
    """Published versions by project and name (id or slug): a burst of runs costs one look-up a second."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, Live]] = {}

    def get(self, project_id: str, name: str) -> Live | None:
        kept = self._kept.get((project_id, name))
        return kept[1] if kept and time.monotonic() - kept[0] < REMEMBERED_SECONDS else None

    def keep(self, project_id: str, name: str, live: Live) -> Live:
        if len(self._kept) >= MAX_REMEMBERED:
            self._kept.clear()
        self._kept[project_id, name] = (time.monotonic(), live)
        return live

    def forget(self, flow_id: str) -> None:
        """Call it after every commit that changes what a flow is called, publishes it or deletes it."""
        self._kept = {key: kept for key, kept in self._kept.items() if kept[1].flow_id != flow_id}
