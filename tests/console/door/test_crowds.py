"""How many sockets a tab holds, tried on the bare gate."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.bootstrap import Services
from console.door import crowds
from console.door.gate import gated
from tests.console.door.test_ways_in import browser_for


class Socket:
    """One socket of a tab: what the server sent, and whether the application still serves it."""

    def __init__(self, cookie: str, token: str) -> None:
        self.sent: list[Any] = []
        self._comes: asyncio.Queue[Any] = asyncio.Queue()
        headers = [(b"cookie", f"signalbox_session={cookie}".encode())]
        query = f"token={token}&EIO=4".encode()
        scope = {"type": "websocket", "path": "/_event", "query_string": query, "headers": headers}
        self.heard: list[Any] = []
        self.serving = asyncio.create_task(gated(self._app)(scope, self._comes.get, self._send))  # type: ignore[arg-type]

    async def _send(self, message: Any) -> None:
        self.sent.append(message)

    async def _app(self, _scope: Any, receive: Any, _send: Any) -> None:
        while True:
            message = await receive()
            self.heard.append(message)
            if message["type"] == "websocket.disconnect":
                return

    async def say(self, text: str) -> None:
        num_heard = len(self.heard)
        self._comes.put_nowait({"type": "websocket.receive", "text": text})
        while len(self.heard) == num_heard and not self.serving.done():
            await asyncio.sleep(0)

    async def hang_up(self) -> None:
        self._comes.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.serving


@pytest.fixture
async def cookie(services: Services) -> str:
    return await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())


@pytest.mark.security("49")
async def test_b4_a_fourth_socket_of_a_tab_ends_its_oldest_and_no_other(cookie: str) -> None:
    other = Socket(cookie, "other")
    await other.say("here")
    sockets = []
    for number in range(crowds.MOST_SOCKETS + 1):
        sockets.append(Socket(cookie, "mine"))
        await sockets[-1].say(f"hello {number}")
    await asyncio.wait_for(sockets[0].serving, 5)
    assert sockets[0].sent == [{"type": "websocket.close", "code": 1013}]
    for one in (*sockets[1:], other):
        await one.say("still here")
        assert one.heard[-1]["text"] == "still here"
        assert one.sent == []
        await one.hang_up()
    assert crowds._open == {}


@pytest.mark.security("49")
@pytest.mark.parametrize("most", ["MOST_OF_SESSION", "MOST_OF_PERSON"])
async def test_b4_a_session_and_a_person_open_so_many_sockets_and_no_more(
    services: Services, cookie: str, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    monkeypatch.setattr(crowds, most, 4)
    browsers = [cookie, await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())]
    used = browsers if most == "MOST_OF_PERSON" else browsers[:1]
    sockets = [Socket(used[number % len(used)], f"tab {number}") for number in range(4)]
    for one in sockets:
        await one.say("hello")
    further = Socket(cookie, "one more")
    await asyncio.wait_for(further.serving, 5)
    assert [message["type"] for message in further.sent] == ["websocket.accept", "websocket.close"]
    assert further.sent[1]["code"] == crowds.TRY_AGAIN_LATER
    assert "4 tabs of Signalbox open" in further.sent[1]["reason"]
    assert len(further.sent[1]["reason"].encode()) <= 123  # more does not fit into the frame
    for one in sockets:
        await one.say("still here")
        assert one.sent == []
    async with browser_for() as browser:
        refused = await browser.get("/", headers={"Cookie": f"signalbox_session={cookie}"})
        assert refused.status_code == 429
        assert "4 tabs of Signalbox open" in refused.text
    await sockets[0].hang_up()
    again = Socket(cookie, "one more")
    await again.say("hello")
    for one in (*sockets[1:], again):
        await one.hang_up()
    assert crowds._num_open == {}


async def test_a_tab_that_comes_back_again_and_again_is_never_shut_out(cookie: str) -> None:
    for number in range(20):
        socket = Socket(cookie, "mine")
        await socket.say(f"hello {number}")
        assert socket.heard[-1]["text"] == f"hello {number}"
        await socket.hang_up()
    assert crowds._open == {}


async def test_l1_a_sign_in_that_is_tried_too_often_says_when_to_come_again(services: Services) -> None:
    assert services
    async with browser_for() as browser:
        form = {"email": "ines@alder.example", "password": "wrong"}
        told = [await browser.post("/sign-in", data=form) for _ in range(6)]
    assert [one.status_code for one in told] == [401] * 5 + [429]
    headers = told[-1].headers
    assert 0 < int(headers["retry-after"]) <= 61
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("5", "0")
    assert 0 < int(headers["x-ratelimit-reset"]) <= 60
