"""What one socket may send and how many a tab may hold, on the real server."""

from __future__ import annotations

import asyncio

import pytest

from backend.api.access import SESSION_COOKIE
from tests.journeys.test_attacks import PALETTE, Attacker, new_session
from tests.serving import Server

MOST_BYTES = 1_000_000
CLOSED_SECONDS = 10


async def _is_closed(attacker: Attacker) -> bool:
    for _ in range(CLOSED_SECONDS * 10):
        if not attacker.io.connected:
            return True
        await asyncio.sleep(0.1)
    return False


@pytest.mark.security("49")
async def test_b4_a_message_of_more_than_a_megabyte_closes_its_socket_and_no_other(server: Server) -> None:
    headers = {"Cookie": f"{SESSION_COOKIE}={await new_session(server)}"}
    loud, other = Attacker(server, **headers), Attacker(server, **headers)
    await loud.connect()
    await other.connect()
    await loud.send(f"{PALETTE}.search", query="x" * (MOST_BYTES - 10_000))
    assert loud.io.connected
    await loud.send(f"{PALETTE}.search", query="x" * (MOST_BYTES + 10_000))
    assert await _is_closed(loud)
    assert any(told.get("delta") for told in await other.send(f"{PALETTE}.search", query="desk"))
    await other.io.disconnect()


async def test_b4_the_fourth_socket_of_a_tab_ends_the_first(server: Server) -> None:
    headers = {"Cookie": f"{SESSION_COOKIE}={await new_session(server)}"}
    sockets = [Attacker(server, **headers) for _ in range(4)]
    for one in sockets:
        await one.connect(sockets[0].token)
    assert await _is_closed(sockets[0])
    assert sockets[3].io.connected
    for one in sockets[1:]:
        await one.io.disconnect()
