"""What still leaves over a socket once its session has ended, in the order of one loop."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.bootstrap import Services
from console.door.gate import gated

UPDATE = '42/_event,["event",{"delta":{"secret":1}}]'


class Talker:
    """An application that says the same without end, and what of it left."""

    def __init__(self, cookie: str, says: str) -> None:
        self.left: list[str] = []
        self._says = says
        headers = [(b"cookie", f"signalbox_session={cookie}".encode())]
        scope: Any = {"type": "websocket", "path": "/_event", "query_string": b"token=a-tab", "headers": headers}
        self.talking = asyncio.create_task(gated(self._app)(scope, asyncio.Event().wait, self._send))  # type: ignore[arg-type]

    async def _send(self, message: Any) -> None:
        self.left.append(message["text"])

    async def _app(self, _scope: Any, _receive: Any, send: Any) -> None:
        while True:
            await send({"type": "websocket.send", "bytes": None, "text": self._says})
            await asyncio.sleep(0)

    async def more(self) -> None:
        """Wait until it has said something again."""
        num_said = len(self.left)
        while len(self.left) < num_said + 3:
            await asyncio.sleep(0)


@pytest.fixture
async def cookie(services: Services) -> str:
    return await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())


@pytest.mark.security("27")
async def test_no_update_leaves_after_the_session_ended(services: Services, cookie: str) -> None:
    talker = Talker(cookie, UPDATE)
    await talker.more()
    assert set(talker.left) == {UPDATE}
    await services.identity.sign_out(cookie)
    told = len(talker.left)
    await talker.more()
    talker.talking.cancel()
    assert all("secret" not in one and "/sign-in?out=1" in one for one in talker.left[told:]), talker.left[told:]


@pytest.mark.parametrize("frame", ["2", '0{"sid":"a"}', '40/_event,{"sid":"b"}'])
async def test_what_holds_no_data_leaves_as_it_is(services: Services, cookie: str, frame: str) -> None:
    """A handshake that is answered with something else would be tried again for ever."""
    talker = Talker(cookie, frame)
    await talker.more()
    await services.identity.sign_out(cookie)
    await talker.more()
    talker.talking.cancel()
    assert set(talker.left) == {frame}
