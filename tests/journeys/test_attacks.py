"""A raw socket client that knows the names of the handlers and plays by none of the page's rules."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import socketio

from backend.api.access import SESSION_COOKIE
from tests.serving import Server

SPACE = "/_event"
ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"
QUIET_SECONDS = 1.0
SECONDS_TO_BE_OUT = 5
SECRETS = f"{ROOT}.console___state___secrets____secrets_state"
PALETTE = f"{ROOT}.console___state___palette____palette_state"
ASK = f"{ROOT}.console___state___ask____ask_state"


def event(name: str, **payload: Any) -> dict[str, Any]:
    return {"name": name, "payload": payload, "router_data": {"pathname": "/", "asPath": "/"}}


class Attacker:
    """One socket, and everything that came over it."""

    def __init__(self, server: Server, **headers: str) -> None:
        self.token = str(uuid.uuid4())
        self._server, self._headers = server, headers
        self._heard: asyncio.Queue[Any] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.io = socketio.AsyncClient(reconnection=False)
        self.io.on("event", self._heard.put_nowait, namespace=SPACE)
        self.io.on("disconnect", lambda *_: self.closed.set(), namespace=SPACE)

    async def connect(self, token: str = "") -> list[Any]:
        """Open the socket as the page would; return what is told at once. Raise when refused."""
        await self.io.connect(
            f"{self._server.base_url.replace('http', 'ws')}{SPACE}?token={token or self.token}",
            headers=self._headers,
            socketio_path=SPACE,
            transports=["websocket"],
            namespaces=[SPACE],
            auth={"event": event(HYDRATE, vars={})},
            wait_timeout=20,  # a refusal comes at once; a busy machine takes its time
        )
        return await self.heard()

    async def send(self, name: str, **payload: Any) -> list[Any]:
        await self.io.emit("event", event(name, **payload), namespace=SPACE)
        return await self.heard()

    async def next(self) -> Any:
        return await asyncio.wait_for(self._heard.get(), 20)

    def forget(self) -> None:
        """Drop what came so far."""
        while not self._heard.empty():
            self._heard.get_nowait()

    async def heard(self) -> list[Any]:
        """Return what comes until it is quiet for a second."""
        told = []
        with contextlib.suppress(TimeoutError):
            while True:
                told.append(await asyncio.wait_for(self._heard.get(), QUIET_SECONDS))
        return told


async def new_session(server: Server) -> str:
    """Sign in over plain HTTP and return the cookie."""
    link = server.ask("sign-in-link")
    async with httpx.AsyncClient() as client:
        answer = await client.post(link.partition("?")[0], data={"token": link.partition("token=")[2]})
    return answer.cookies[SESSION_COOKIE]


@pytest.fixture
async def cookie(server: Server) -> str:
    return await new_session(server)


@pytest.fixture
async def member(server: Server, cookie: str) -> AsyncIterator[Attacker]:
    attacker = Attacker(server, Cookie=f"{SESSION_COOKIE}={cookie}")
    await attacker.connect()
    yield attacker
    await attacker.io.disconnect()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cookie": f"{SESSION_COOKIE}="},
        {"Cookie": f"{SESSION_COOKIE}=guessed"},
        {"X-API-Key": "sbx_guessed"},
        {"Origin": "https://evil.example"},
    ],
)
@pytest.mark.security("46")
async def test_a_socket_without_a_session_is_not_opened(server: Server, headers: dict[str, str]) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Attacker(server, **headers).connect()


@pytest.mark.security("3", "Z1")
@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
async def test_a_page_of_another_origin_opens_no_socket_with_our_cookie(
    server: Server, cookie: str, origin: str
) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Attacker(server, Cookie=f"{SESSION_COOKIE}={cookie}", Origin=origin).connect()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", ""])
async def test_a_name_that_was_bound_to_us_anew_opens_no_socket(server: Server, cookie: str, host: str) -> None:
    """As after DNS rebinding: the page's own origin and host agree, and neither is ours."""
    name = host.format(port=server.port)
    headers = {"Cookie": f"{SESSION_COOKIE}={cookie}", "Host": name, "Origin": f"http://{name}"}
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Attacker(server, **headers).connect()
    ours = f"127.0.0.1:{server.port}"
    attacker = Attacker(server, Cookie=f"{SESSION_COOKIE}={cookie}", Host=ours, Origin=f"http://{ours}")
    assert await attacker.connect(), "our own name opens it, so that the refusal means something"
    await attacker.io.disconnect()


@pytest.mark.security("Z10")
async def test_signing_out_leaves_what_was_begun_to_its_end(server: Server, cookie: str, api: httpx.Client) -> None:
    """A document that is being read belongs to the project, not to the session that brought it."""
    base = api.post("/api/knowledge-bases", json={"name": "Signed out"}).json()["id"]
    text = "\n\n".join(f"# Lamp {number}\n\nLamp {number} burns green." for number in range(3_000))
    async with httpx.AsyncClient(
        base_url=server.base_url, cookies={SESSION_COOKIE: cookie}, headers={"Origin": server.base_url}, timeout=30
    ) as browser:
        added = await browser.post(
            f"/api/knowledge-bases/{base}/documents", files={"files": ("lamps.md", text.encode())}
        )
        [document] = added.json()["documents"]
        assert (await browser.post("/sign-out")).status_code < 400
        assert (await browser.get(f"/api/documents/{document['id']}")).status_code == 401
    while (found := api.get(f"/api/documents/{document['id']}").json())["status"] in {"queued", "running"}:
        await asyncio.sleep(0.2)
    assert (found["status"], found["error"]) == ("done", None)
    api.delete(f"/api/knowledge-bases/{base}")


async def test_the_cookie_never_comes_back_over_the_socket(member: Attacker, cookie: str) -> None:
    assert cookie not in json.dumps(await member.send(HYDRATE, vars={}))


@pytest.mark.security("Z2")
async def test_a_private_or_unknown_method_is_no_handler(member: Attacker) -> None:
    """The first call shows that the state goes by this name, so that a refusal means something."""
    assert any(told.get("delta") for told in await member.send(f"{PALETTE}.search", query="desk"))
    for name in ("_person", "_operator", "_loading", "nowhere", "__init__", "reset", "setvar", "set_for_query"):
        await member.io.emit("event", event(f"{PALETTE}.{name}", value="x", var_name="for_query"), namespace=SPACE)
    assert not [told for told in await member.heard() if told.get("delta")]


@pytest.mark.security("27")
async def test_signing_out_elsewhere_silences_the_open_socket(server: Server, member: Attacker, cookie: str) -> None:
    async with httpx.AsyncClient(cookies={SESSION_COOKIE: cookie}) as client:
        await client.post(f"{server.base_url}/sign-out")
    await member.io.emit("event", event(HYDRATE, vars={}), namespace=SPACE)
    told = [await member.next(), *await member.heard()]
    assert all(not answer.get("delta") for answer in told), told
    assert "/sign-in" in json.dumps(told)


@pytest.mark.security("Z3")
async def test_a_stolen_tab_token_opens_nothing_without_a_session(server: Server, member: Attacker) -> None:
    """The token travels in the address of the socket, so it must be worth nothing by itself."""
    await member.io.disconnect()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Attacker(server).connect(member.token)


@pytest.mark.security("Z3")
async def test_another_session_finds_nothing_behind_a_stolen_tab_token(server: Server, member: Attacker) -> None:
    await member.send(f"{PALETTE}.search", query="desk-of-the-other")
    await member.io.disconnect()
    thief = Attacker(server, Cookie=f"{SESSION_COOKIE}={await new_session(server)}")
    told = await thief.connect(member.token)
    told += await thief.send(HYDRATE, vars={})
    await thief.io.disconnect()
    assert PALETTE in json.dumps(told), "the whole state was not told, so nothing was tried"
    assert "desk-of-the-other" not in json.dumps(told)


async def test_the_same_session_finds_its_tab_again(server: Server, member: Attacker, cookie: str) -> None:
    """Without this the test above could not fail."""
    await member.send(f"{PALETTE}.search", query="desk-of-mine")
    await member.io.disconnect()
    again = Attacker(server, Cookie=f"{SESSION_COOKIE}={cookie}")
    told = await again.connect(member.token)
    await again.io.disconnect()
    assert "desk-of-mine" in json.dumps(told)


async def test_signing_out_silences_what_goes_on_behind_the_socket(
    server: Server, member: Attacker, cookie: str, api: httpx.Client
) -> None:
    """An answer takes the small model about a second; what the run would draw after signing out is not sent."""
    async with httpx.AsyncClient(base_url=server.base_url, cookies={SESSION_COOKIE: cookie}) as client:
        await member.io.emit("event", event(f"{ASK}.send", form={"question": "How long does shipping take?"}), SPACE)
        while '"live"' not in json.dumps(await member.next()):
            pass
        await client.post("/sign-out")
    [run] = api.get("/api/runs", params={"limit": 1}).json()["runs"]
    # Frames that left before may still come; the end of the run was drawn after the session had ended.
    assert run["status"] == "running"
    while (run := api.get(f"/api/runs/{run['id']}").json())["status"] == "running":
        await asyncio.sleep(0.05)
    told = [await member.next(), *await member.heard()]
    assert run["id"] not in json.dumps(told), "the end of a run is drawn with its address"
    out = next(number for number, one in enumerate(told) if "/sign-in" in json.dumps(one))
    assert all(not one.get("delta") for one in told[out:]), told


@pytest.mark.security("Z5")
async def test_a_browser_writes_into_no_var_of_the_state(member: Attacker) -> None:
    """The framework takes the vars that are kept in a browser from it, at each load; none of ours is."""
    await member.send(f"{PALETTE}.search", query="desk-of-mine")
    forged = "forged-by-the-browser"
    seat = f"{ROOT}.console___door___events____seat_state"
    written = {f"{seat}._user_id": forged, f"{seat}._project_id": forged, f"{PALETTE}.for_query": forged}
    internal = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
    told = [*(await member.send(internal, vars=written)), *(await member.send(HYDRATE, vars=written))]
    assert "desk-of-mine" in json.dumps(told), "the state was not told, so nothing was tried"
    assert forged not in json.dumps(told)
