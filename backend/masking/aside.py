"""Mask beside the event loop what is long: a hostile megabyte takes half a second, and everybody would stand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")
# Characters of one value that cost the loop 10 ms at the worst.
LONG = 20_000
# Characters that are masked before a unit that writes: everybody else who writes would wait for it.
AHEAD = 1_000
# One for the process: of two that compute in Python, each takes its turn from the loop.
_beside = ThreadPoolExecutor(1, thread_name_prefix="masking")


async def aside(make: Callable[[], Result], *said: Any) -> Result:
    """Return what `make` gives: called in a thread of its own where `said`, what it masks, is long."""
    if not is_long(*said):
        return make()
    return await asyncio.get_running_loop().run_in_executor(_beside, make)


def is_ahead(*said: Any) -> bool:
    """Tell whether it is masked before the unit that keeps it."""
    return is_long(*said, most=min(LONG, AHEAD))


def is_long(*said: Any, most: int = 0) -> bool:
    """Tell whether the texts of these JSON values have `most` characters together, LONG as a rule; count no further."""
    left, waiting = most or LONG, list(said)
    while waiting and left > 0:
        one = waiting.pop()
        if isinstance(one, str):
            left -= len(one)
        elif isinstance(one, Mapping):
            waiting += (*one, *one.values())
        elif isinstance(one, list | tuple):
            waiting += one
            left -= len(one)
    return left <= 0


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a JSON value, the names of fields too."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting += (*one, *one.values())
        elif isinstance(one, list | tuple):
            waiting += one
