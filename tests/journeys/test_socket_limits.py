"""What one socket may send and how many a tab may hold, on the real server."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
import pytest

from backend.api.access import SESSION_COOKIE
from console.door.crowds import MOST_OF_SESSION, TRY_AGAIN_LATER
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


@pytest.mark.security("49")
async def test_b4_a_session_that_opens_no_end_of_sockets_is_told_how_many_it_may(server: Server) -> None:
    """Each under a tab of its own, as a script would: what a browser holds open besides is not touched."""
    headers = {"Cookie": f"{SESSION_COOKIE}={await new_session(server)}"}
    address = f"{server.base_url}/_event/?EIO=4&transport=websocket&token=tab"
    async with aiohttp.ClientSession(headers=headers) as browser, contextlib.AsyncExitStack() as held:
        for number in range(MOST_OF_SESSION):
            socket = await held.enter_async_context(browser.ws_connect(f"{address}{number}"))
            assert (await socket.receive(CLOSED_SECONDS)).type is aiohttp.WSMsgType.TEXT
        async with browser.ws_connect(f"{address}more") as further:
            told = await further.receive(CLOSED_SECONDS)
            assert (told.type, told.data) == (aiohttp.WSMsgType.CLOSE, TRY_AGAIN_LATER)
            assert told.extra == "This browser has 60 tabs of Signalbox open, which is the limit."
        async with browser.get(f"{server.base_url}/flows") as page:
            assert page.status == 429  # too many
            assert "Close the tabs that you do not need" in await page.text()
        other = Attacker(server, Cookie=f"{SESSION_COOKIE}={await new_session(server)}")
        await other.connect()
        assert any(said.get("delta") for said in await other.send(f"{PALETTE}.search", query="desk"))
        await other.io.disconnect()
