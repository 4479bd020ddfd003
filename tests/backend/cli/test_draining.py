"""The order in which a stopping server lets go: requests first, then the pages' sockets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from backend.api.access import SESSION_COOKIE
from backend.cli import serve
from backend.cli.draining import Drain
from tests.serving import Server

SPACE = "/_event"
HYDRATE = {"name": "reflex___state____state.hydrate", "payload": {}, "router_data": {"pathname": "/", "asPath": "/"}}


async def _never() -> Any:
    await asyncio.Event().wait()


class Told:
    """What an application said to the other end."""

    def __init__(self) -> None:
        self.types: list[str] = []

    async def send(self, message: dict[str, Any]) -> None:
        self.types.append(message["type"])


async def test_an_open_socket_is_closed_behind_the_last_request() -> None:
    order, answering = [], asyncio.Event()

    async def app(scope: Any, receive: Any, _send: Any) -> None:
        if scope["type"] == "http":
            await answering.wait()
            order.append("answered")
        else:
            order.append((await receive())["type"])

    drain, told = Drain(app), Told()
    socket = asyncio.create_task(drain({"type": "websocket"}, _never, told.send))
    request = asyncio.create_task(drain({"type": "http"}, _never, told.send))
    await asyncio.sleep(0)
    finishing = asyncio.create_task(drain.finish([]))
    await asyncio.sleep(0)
    answering.set()
    await asyncio.wait_for(asyncio.gather(finishing, socket, request), 1)
    assert order == ["answered", "websocket.disconnect"]


async def test_a_stopping_server_opens_no_socket() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("it was asked")

    drain, told = Drain(app), Told()
    await drain.finish([])
    await drain({"type": "websocket"}, _never, told.send)
    assert told.types == ["websocket.close"]


async def test_a_message_reaches_the_application_whole() -> None:
    heard = []

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        heard.append(await receive())

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "websocket.receive", "text": "hello"}

    await Drain(app)({"type": "websocket"}, receive, Told().send)
    assert heard == [{"type": "websocket.receive", "text": "hello"}]


@pytest.mark.server
@pytest.mark.enable_socket
async def test_an_open_page_does_not_hold_the_end_up(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    page = socketio.AsyncClient(reconnection=False)
    async with httpx.AsyncClient() as idle:
        token = server.link.partition("token=")[2]
        answer = await idle.post(f"{server.base_url}/sign-in/link", data={"token": token})
        await page.connect(
            f"{server.base_url.replace('http', 'ws')}{SPACE}?token=tab",
            headers={"Cookie": f"{SESSION_COOKIE}={answer.cookies[SESSION_COOKIE]}"},
            socketio_path=SPACE,
            transports=["websocket"],
            namespaces=[SPACE],
            auth={"event": HYDRATE},
        )
        os.kill(server.pid, signal.SIGTERM)
        assert server.process is not None
        assert await asyncio.to_thread(server.process.wait, 8) == 0
    await page.disconnect()
    assert server.lines[-1] == "Stopped", server.lines


async def test_a_task_that_does_not_let_go_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "TASKS_SECONDS", 0.05)
    let_go = asyncio.Event()

    async def stubborn() -> None:
        while not let_go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await let_go.wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    assert not await serve.end_tasks()
    let_go.set()
    await task
    assert await serve.end_tasks()
