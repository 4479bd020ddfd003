"""What serves runs on the faster loop, and ends as it would on the other."""

from __future__ import annotations

import asyncio

import pytest

from backend.cli import event_loop


def test_it_is_not_the_loop_of_the_standard_library_and_hands_back_what_came_of_it() -> None:
    async def what() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert event_loop.run(what()) == "uvloop"


def test_an_error_comes_through() -> None:
    async def fail() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        event_loop.run(fail())
