"""How many calls are under way to one model, over all experiments of this process: who comes first goes first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

# How often one who waits looks whether it is still wanted.
LOOK_SECONDS = 1.0


class Places:
    """A call begins once fewer are under way than its own experiment allows, and all that came before it have begun.

    So two experiments of ten share ten, half of them each while both have more to ask.
    """

    def __init__(self) -> None:
        self._taken = 0
        self._waiting: deque[tuple[asyncio.Future[None], int]] = deque()

    async def take(self, most: int, is_stopped: Callable[[], bool]) -> bool:
        """Take a place among `most`, in turn; False where `is_stopped` said so before one came free."""
        if not self._waiting and self._taken < most:
            self._taken += 1
            return True
        came = asyncio.get_running_loop().create_future()
        mine = (came, most)
        self._waiting.append(mine)
        try:
            while not came.done() and not is_stopped():
                await asyncio.wait([came], timeout=LOOK_SECONDS)
        except asyncio.CancelledError:
            if came.done():
                self.give_back()
            raise
        finally:
            if not came.done():
                self._waiting.remove(mine)
                self._admit()  # it may have held up others, whose experiments allow more
        return came.done()

    def give_back(self) -> None:
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._taken < self._waiting[0][1]:
            self._taken += 1
            self._waiting.popleft()[0].set_result(None)
