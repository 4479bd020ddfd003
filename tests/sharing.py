"""Which tests share a worker: those of one file, and each half of the journeys.

xdist's own groups (`--dist loadgroup`) are lost with pytest 9.2, which writes the name of a test elsewhere: journeys
then ran on both workers, each with a server and a browser of its own, and met halfway.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys/"
# About half of their time lies before this letter.
SECOND_HALF = f"{JOURNEYS}test_f"


class Sharing(LoadScopeScheduling):
    """A file starts its servers once; the journeys of one half have one server and one browser for all."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if not path.startswith(JOURNEYS):
            return path
        return SECOND_HALF if path >= SECOND_HALF else JOURNEYS
