"""What gets past the door, tried on the bare middleware before an application that would tell everything."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from backend.api.access import SESSION_COOKIE
from backend.bootstrap import Services
from console.door.gate import gated, session_cookie
from console.door.plain import local


async def tells_everything(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    assert receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"SECRET"})


@pytest.fixture
async def stranger(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    assert services
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(gated(tells_everything)), base_url="http://test"
    ) as client:
        yield client


@pytest.fixture
async def member(stranger: httpx.AsyncClient, services: Services) -> httpx.AsyncClient:
    session = await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())
    stranger.cookies.set(SESSION_COOKIE, session)
    return stranger


PAGES = [
    "/",
    "/flows",
    "/flows/x",
    "/index.html",
    "/knowledge/index.html",
    "/404.html",
    "/__spa-fallback.html",
    "/assets",
    "/health",  # of an API that ours is compatible with: the root is the console's
    "/docs",
    "/redoc",
]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_sends_a_stranger_to_the_sign_in_page(stranger: httpx.AsyncClient, path: str) -> None:
    answer = await stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=/")
    assert b"SECRET" not in answer.content


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_opens_for_a_member(member: httpx.AsyncClient, path: str) -> None:
    assert (await member.get(path)).content == b"SECRET"


@pytest.mark.security("45", "Z4", "46")
@pytest.mark.parametrize("path", ["/_upload", "/_upload/x.pdf", "/ping", "/_health", "/_all_routes", "/auth-codespace"])
async def test_row_45_the_doors_of_the_framework_are_shut_for_members_too(member: httpx.AsyncClient, path: str) -> None:
    answer = await member.get(path)
    assert (answer.status_code, answer.content) == (404, b"Refused.\n")


@pytest.mark.security("46")
@pytest.mark.parametrize("path", ["/_event", "/_event/", "/_event/?EIO=4&transport=polling"])
async def test_the_socket_refuses_a_stranger(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code == 403


@pytest.mark.parametrize("path", ["/assets/x.js", "/css/button.css", "/fonts/x.woff2", "/favicon.svg", "/sign-in"])
async def test_the_bundle_and_the_sign_in_page_are_public(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/assets/../flows", "/css/%2e%2e/flows", "//flows", "/sign-innn", "/assets%2f..%2fflows"]
)
async def test_a_disguised_page_is_no_public_file(stranger: httpx.AsyncClient, path: str) -> None:
    assert b"SECRET" not in (await stranger.get(path)).content


@pytest.mark.parametrize(
    "target",
    [
        "//evil",
        "/\\evil",
        "https:evil",
        "javascript:alert(1)",
        "http://evil",
        "/a\r\nb",
        "",
        "evil",
        "/\t/evil",
        "\\/evil",
    ],
)
def test_sign_in_never_leads_elsewhere(target: str) -> None:
    assert local(target) == "/"


@pytest.mark.parametrize("target", ["/", "/flows/flow_1", "/knowledge?q=a"])
def test_sign_in_leads_back_to_the_page_that_was_asked_for(target: str) -> None:
    assert local(target) == target


@pytest.mark.parametrize("raw", [b"", b"a=b", b"signalbox_session", b"\xff\xfe=1; ;;", b"signalbox_session="])
async def test_a_strange_cookie_header_is_no_session(services: Services, raw: bytes) -> None:
    assert services
    assert session_cookie([(b"cookie", raw)]) == ""


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    assert receive
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"THE CONSOLE'S PAGE"})


@pytest.mark.parametrize("path", ["/assets/x.js", "/css/x", "/fonts/", "/sign-in/x"])
async def test_what_is_not_there_shows_no_page_of_the_console(services: Services, path: str) -> None:
    assert services
    transport = httpx.ASGITransport(gated(not_found))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.text) == (404, "Not here.\n")
