"""Work that outlives its request: named bodies, and row ids that wait for one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from backend.ports.database import Everywhere

Body = Callable[[str], Awaitable[None]]
# Its arguments are ids: whose row it is, the row says.
BY_ID = Everywhere("a job knows its row by the id alone")


class Waiting(NamedTuple):
    """A row that should be worked on. A new attempt is new work; the same attempt twice is once."""

    row_id: str
    attempt: int


Pending = Callable[[], Awaitable[Sequence[Waiting]]]


class Jobs(Protocol):
    """A dispatcher and nothing more: the row is the truth about what was done and how it ended.

    A body gets the id of its row and reads the rest itself. It may be called again for the same attempt after a
    crash, so it goes on behind what its row says is done. It ends its row as done, failed or cancelled; what it
    raises is logged and ends this attempt.
    """

    def register(self, name: str, body: Body, *, concurrency: int, pending: Pending, is_urgent: bool = True) -> None:
        """Name a kind of work before `start`. At most `concurrency` bodies of it run at once in this process.

        Work that is not urgent may wait a second for its start; somebody looks at the other.

        `pending` lists the rows that are still queued: whatever a crash kept from being enqueued is found by it.
        """
        ...

    async def enqueue(self, name: str, row_id: str, attempt: int) -> None:
        """Ask for work on a row whose commit is done; return when the wish is on disk.

        Before `start` nothing is asked: the row waits for the process that serves, which lists it by `pending`.
        """
        ...

    async def start(self) -> None:
        """Go on with what a crash left, then take what waits."""
        ...

    async def take_over(self, executor_id: str) -> int:
        """Adopt the unfinished work of another process that is known to be dead; return how much it was."""
        ...

    async def stop(self) -> None:
        """Take nothing new; what runs is cancelled and will be gone on with at the next start."""
        ...
