"""Which tests share a worker: those of one file, and all journeys.

xdist's own groups (`--dist loadgroup`) are lost with pytest 9.2, which writes the name of a test elsewhere: journeys
then ran on both workers, each with a server and a browser of its own, and met halfway.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys/"


class Sharing(LoadScopeScheduling):
    """A file starts its servers once; the journeys have one server and one browser for all."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return JOURNEYS if path.startswith(JOURNEYS) else path
