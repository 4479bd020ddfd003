"""Which version a conversation gets: the same one whoever asks, in the shares of the weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from backend.live_tests.types import Arm
from backend.ports.sealing import Sealer

OF_SESSION = "session_"


class SeatNames:
    """What stands for the first run of a conversation that is held elsewhere.

    Its session is not kept, and without the secret key nobody can try whose name it was.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def of(self, project_id: str, session_id: str) -> str:
        return OF_SESSION + self._sealer.sign(f"live test seat {project_id}/{session_id}")


def drawn(test_id: str, run_id: str, arms: Sequence[Arm]) -> int:
    """Return the version of the arm that the hash of test and conversation falls on."""
    digest = hashlib.sha256(f"{test_id}/{run_id}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") % sum(arm.weight for arm in arms)
    for arm in arms:
        place -= arm.weight
        if place < 0:
            return arm.version
    raise AssertionError("the weights are above nought")
