"""Calls that last, asked again whether their caller may go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from starlette.types import Message

from backend.api import errors, lasting
from backend.api.access import SESSION_COOKIE, allowed
from backend.bootstrap import Services
from backend.errors import Unavailable
from backend.operator import Operator, Permission

router = APIRouter()
Reader = Annotated[Operator, allowed(Permission.FLOWS_READ)]
began: list[str] = []
ended: list[str] = []


async def _blocks() -> AsyncIterator[bytes]:
    try:
        yield b"first"
        await asyncio.Event().wait()
    finally:
        ended.append("file")


@router.get("/file")
async def file(_operator: Reader) -> StreamingResponse:
    return StreamingResponse(_blocks(), media_type="text/csv")


@router.get("/long")
async def long(operator: Reader) -> str:
    began.append(operator.user_id)
    await asyncio.sleep(100 * lasting.EVERY_SECONDS)
    return operator.project_id


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Any:
    began.clear()
    ended.clear()
    monkeypatch.setattr(lasting, "EVERY_SECONDS", 0.01)
    made = FastAPI()
    errors.install(made)
    made.include_router(router)
    made.add_middleware(lasting.Lasting)
    return made


@pytest.fixture
async def cookie(services: Services) -> str:
    return await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())


def client_of(app: Any, cookie: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", cookies={SESSION_COOKIE: cookie}
    )


@pytest.mark.security("27")
async def test_a_file_ends_without_its_last_block_and_what_made_it_is_cleared_up(
    services: Services, app: Any, cookie: str
) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body"):
            await services.identity.sign_out(cookie)

    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "path": "/file", "query_string": b"",
             "headers": [(b"cookie", f"{SESSION_COOKIE}={cookie}".encode())]}  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), 10)
    assert [one.get("body") for one in sent] == [None, b"first"]
    assert sent[-1]["more_body"]
    assert ended == ["file"]


async def test_a_session_that_enters_another_project_elsewhere_lets_the_call_go_on_in_its_own(
    services: Services, app: Any, cookie: str
) -> None:
    owner = await services.identity.ensure_owner()
    other = await services.identity.create_project(owner, "Other")
    async with client_of(app, cookie) as client:
        asked = asyncio.create_task(client.get("/long"))
        while not began:
            await asyncio.sleep(0)
        await services.identity.enter(cookie, other.id)
        assert (await asked).json() == owner.project_id


async def test_a_database_that_is_away_for_a_moment_ends_nothing(
    services: Services, app: Any, cookie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_session, asked = services.identity.by_session, []

    async def away(token: str, *more: Any) -> Any:
        asked.append(token)
        if len(asked) == 2:
            raise Unavailable("The database is away.")
        if len(asked) == 3:
            raise OSError
        return await by_session(token, *more)

    monkeypatch.setattr(services.identity, "by_session", away)
    async with client_of(app, cookie) as client:
        assert (await client.get("/long")).status_code == 200
    assert len(asked) > 4


@pytest.mark.security("27")
async def test_a_call_of_somebody_else_by_now_is_refused(
    services: Services, app: Any, cookie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where support stops acting for the member under whose name the call began."""
    by_session, asked = services.identity.by_session, []

    async def another(token: str, *more: Any) -> Any:
        asked.append(token)
        operator, person = await by_session(token, *more)
        return (operator if len(asked) < 2 else _renamed(operator)), person

    monkeypatch.setattr(services.identity, "by_session", another)
    async with client_of(app, cookie) as client:
        refused = await client.get("/long")
    assert (refused.status_code, refused.json()) == (401, {"detail": "Somebody else is signed in by now."})


def _renamed(operator: Operator) -> Operator:
    return replace(operator, user_id="user_other")
