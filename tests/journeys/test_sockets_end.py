"""A raw socket that nobody touches: it is closed when its person may hear nothing more, and hears nothing before."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest

from backend.api.access import SESSION_COOKIE
from backend.settings import SQLITE_FILE
from tests.journeys.test_attacks import SECONDS_TO_BE_OUT, SECRETS, Attacker, new_session
from tests.serving import Server

PASSWORD = "four words apart here"
Act = Callable[[Server, httpx.AsyncClient, str], Awaitable[None]]


def client_of(server: Server, cookie: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.base_url, cookies={SESSION_COOKIE: cookie})


async def joined(server: Server, owner: httpx.AsyncClient, name: str) -> str:
    """Ask somebody in as an editor, and return the cookie with which they accepted."""
    asked = {"email": f"{name.lower()}@alder-rowe.example", "role": "editor"}
    token = (await owner.post("/api/invitations", json=asked)).json()["token"]
    async with httpx.AsyncClient(base_url=server.base_url) as guest:
        answer = await guest.post("/invitation", data={"token": token, "name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return answer.cookies[SESSION_COOKIE]


async def id_of(server: Server, cookie: str) -> str:
    async with client_of(server, cookie) as person:
        return str((await person.get("/api/me")).json()["id"])


async def remove(server: Server, owner: httpx.AsyncClient, cookie: str) -> None:
    assert (await owner.delete(f"/api/members/{await id_of(server, cookie)}")).status_code == 204


async def sign_out_everywhere(server: Server, _owner: httpx.AsyncClient, cookie: str) -> None:
    async with client_of(server, cookie) as person:
        assert (await person.post("/profile/sessions/end-all")).status_code == 303


async def revoke_elsewhere(server: Server, _owner: httpx.AsyncClient, cookie: str) -> None:
    """End the session as another process does: this one is told of nothing."""
    user_id = await id_of(server, cookie)
    with sqlite3.connect(server.data / SQLITE_FILE, timeout=20) as rows:
        rows.execute("UPDATE session SET revoked_at = created_at WHERE user_id = ?", (user_id,))


async def go_idle(server: Server, _owner: httpx.AsyncClient, cookie: str) -> None:
    user_id = await id_of(server, cookie)
    with sqlite3.connect(server.data / SQLITE_FILE, timeout=20) as rows:
        rows.execute("UPDATE session SET last_seen_at = '2026-01-01 00:00:00' WHERE user_id = ?", (user_id,))


ENDS: dict[str, Act] = {
    "removed": remove,
    "signed out everywhere": sign_out_everywhere,
    "revoked by another process": revoke_elsewhere,
    "idle for too long": go_idle,
}


@pytest.mark.security("27")
@pytest.mark.parametrize("end", ENDS)
async def test_row_27_an_idle_socket_is_closed_and_hears_nothing_more(server: Server, end: str) -> None:
    async with client_of(server, await new_session(server)) as owner:
        cookie = await joined(server, owner, f"Piet{[*ENDS].index(end)}")
        socket = Attacker(server, Cookie=f"{SESSION_COOKIE}={cookie}")
        await socket.connect()
        assert not socket.closed.is_set()
        socket.forget()
        await ENDS[end](server, owner, cookie)
        ended_at = time.monotonic()
        await asyncio.wait_for(socket.closed.wait(), SECONDS_TO_BE_OUT)
        assert time.monotonic() - ended_at < SECONDS_TO_BE_OUT
        told = await socket.heard()
        assert all(not one.get("delta") for one in told), told
        assert "leave" in json.dumps(told)
        await socket.io.disconnect()


@pytest.mark.security("27")
async def test_row_27_a_demoted_member_is_denied_at_the_next_event(server: Server) -> None:
    async with client_of(server, await new_session(server)) as owner:
        cookie = await joined(server, owner, "Dora")
        socket = Attacker(server, Cookie=f"{SESSION_COOKIE}={cookie}")
        await socket.connect()
        assert any(SECRETS in json.dumps(one.get("delta")) for one in await socket.send(f"{SECRETS}.load"))
        member = await id_of(server, cookie)
        assert (await owner.patch(f"/api/members/{member}", json={"role": "viewer"})).status_code == 204
        told = await socket.send(f"{SECRETS}.load")
        assert not any(SECRETS in json.dumps(one.get("delta")) for one in told), told
        assert "secrets:read" in json.dumps(told)
        assert not socket.closed.is_set()
        await socket.io.disconnect()
