"""What the outermost door refuses, tried before an application that would tell and take everything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from backend.bootstrap import Edge, Services
from backend.trace_ids import caller_address
from console.door import edge

OURS = "http://localhost:3000"
EVIL = "https://evil.example"
PARTNER = "https://partner.example"


class Within:
    """The application behind the door: it reads every body to its end and tells what it saw."""

    def __init__(self) -> None:
        self.num_bytes = 0
        self.num_asked = 0
        self.address = ""
        self.cookies: list[bytes] = []
        self.scheme = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.num_asked += 1
        self.address, self.scheme = caller_address.get(), scope.get("scheme", "")
        self.cookies = [value for name, value in scope["headers"] if name == b"cookie"]
        more = scope["type"] == "http"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            self.num_bytes += len(message.get("body", b""))
            more = message.get("more_body", False)
        kind = b"text/html; charset=utf-8" if scope["path"] == "/" else b"application/json"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": b"SECRET"})


@pytest.fixture
def within() -> Within:
    return Within()


@pytest.fixture
async def client(services: Services, within: Within) -> AsyncIterator[httpx.AsyncClient]:
    assert services
    transport = httpx.ASGITransport(edge.edged(within), client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url=OURS) as found:
        yield found


@contextmanager
def rules(services: Services, **changes: Any) -> Iterator[None]:
    before, services.edge = services.edge, replace(Edge(), **changes)
    yield
    services.edge = before


async def raw(within: Within, **changes: Any) -> int:
    """Return the status for a request that no client library would send; 0 for a socket that is not opened."""
    statuses: list[int] = []

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/flows",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
    }
    await edge.edged(within)({**scope, **changes}, receive, send)
    return statuses[0]


@pytest.mark.parametrize(("host", "scheme"), [("CONSOLE.example", "https"), ("localhost:3000", "http")])
async def test_redirects_go_where_the_caller_came_from(
    services: Services, within: Within, client: httpx.AsyncClient, host: str, scheme: str
) -> None:
    with rules(services, public_origin="https://console.example"):
        await client.get("/", headers={"host": host})
    assert within.scheme == scheme


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "x/y?", "localhost@evil.example", "", "10.0.0.1", "localhost:x"]
)
@pytest.mark.security("44")
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_row_44_a_name_that_is_not_ours_is_refused(
    services: Services, within: Within, host: str, kind: str
) -> None:
    assert services
    assert await raw(within, type=kind, headers=[(b"host", host.encode())]) == (400 if kind == "http" else 0)
    assert within.num_asked == 0


@pytest.mark.security("44")
async def test_row_44_two_hosts_or_none_are_refused(services: Services, within: Within) -> None:
    assert services
    for headers in ([(b"host", b"localhost"), (b"host", b"evil.example")], [(b"host", b"localhost")] * 2, []):
        assert await raw(within, headers=headers) == 400
    assert within.num_asked == 0


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:3000", "127.0.0.1:80", "127.0.0.2", "[::1]:3000"])
async def test_loopback_names_are_ours(services: Services, within: Within, host: str) -> None:
    assert services
    assert await raw(within, headers=[(b"host", host.encode())]) == 200


async def test_the_public_address_is_ours_once_it_is_set(services: Services, within: Within) -> None:
    headers = [(b"host", b"console.example")]
    assert await raw(within, headers=headers) == 400
    with rules(services, public_origin="https://console.example"):
        assert await raw(within, headers=headers) == 200
        assert await raw(within, headers=[*headers, (b"origin", b"https://console.example")]) == 200
        assert await raw(within, headers=[*headers, (b"origin", b"http://console.example")]) == 403


@pytest.mark.parametrize(
    "origin",
    [EVIL, "http://localhost.evil.example", "http://notlocalhost:3000", "null", "http://localhost:81", "file://"],
)
@pytest.mark.security("3", "Z1")
@pytest.mark.parametrize("path", ["/", "/api/flows", "/_event", "/sign-in/link"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_row_3_a_page_of_another_origin_is_refused(
    client: httpx.AsyncClient, within: Within, origin: str, path: str, method: str
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Cookie": "signalbox_session=x"}
    answer = await client.request(method, path, headers=asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert within.num_asked == 0


async def test_a_page_of_our_own_origin_is_answered(client: httpx.AsyncClient) -> None:
    assert (await client.post("/", headers={"Origin": OURS})).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_browser_that_names_no_origin_but_another_site_changes_nothing(
    client: httpx.AsyncClient, site: str
) -> None:
    assert (await client.post("/api/flows", headers={"Sec-Fetch-Site": site})).status_code == 403
    assert (await client.get("/", headers={"Sec-Fetch-Site": site})).status_code == 200  # a link was followed


@pytest.mark.security("3")
async def test_a_listed_origin_calls_the_api_with_a_key_and_never_with_the_session(
    client: httpx.AsyncClient, services: Services, within: Within
) -> None:
    headers = {"Origin": PARTNER, "Cookie": "signalbox_session=x", "X-API-Key": "k"}
    with rules(services, cors_origins=frozenset({PARTNER})):
        answer = await client.post("/api/flows", headers=headers)
        assert answer.headers["access-control-allow-origin"] == PARTNER
        assert "access-control-allow-credentials" not in answer.headers
        assert "origin" in answer.headers["vary"]
        assert within.cookies == []
        before = await client.options("/api/flows", headers=headers)
        assert (before.status_code, before.headers["access-control-allow-origin"]) == (204, PARTNER)
        assert "x-api-key" in before.headers["access-control-allow-headers"]
        for origin, path in ((PARTNER, "/"), (PARTNER, "/_event"), (EVIL, "/api/flows")):
            assert (await client.post(path, headers={"Origin": origin})).status_code == 403


@pytest.mark.parametrize(
    ("headers", "proxies", "expected"),
    [
        ([], 0, "203.0.113.9"),
        (["198.51.100.7"], 0, "203.0.113.9"),
        (["198.51.100.7"], 1, "198.51.100.7"),
        (["6.6.6.6, 198.51.100.7"], 1, "198.51.100.7"),
        (["6.6.6.6", "198.51.100.7, 10.0.0.2"], 2, "198.51.100.7"),
        (["198.51.100.7"], 3, "198.51.100.7"),
        (["rubbish"], 1, "203.0.113.9"),
        (["::ffff:198.51.100.7"], 1, "198.51.100.7"),
        (["2001:db8:1:2:3:4:5:6"], 1, "2001:db8:1:2::/64"),
    ],
)
@pytest.mark.security("Z8")
async def test_z8_the_address_of_a_caller_is_believed_as_far_as_our_own_proxies_go(
    client: httpx.AsyncClient, services: Services, within: Within, headers: list[str], proxies: int, *, expected: str
) -> None:
    with rules(services, num_proxies=proxies):
        await client.get("/", headers=[("X-Forwarded-For", value) for value in headers])
    assert within.address == expected


@pytest.mark.parametrize(
    "query",
    ["api_key=x", "API_KEY=", "key=x", "x-api-key=1", "access_token=a", "q=1&authorization=b", "text=sbx_abc"],
)
async def test_d3_a_key_in_an_address_is_refused(client: httpx.AsyncClient, within: Within, query: str) -> None:
    answer = await client.get(f"/api/flows?{query}")
    assert (answer.status_code, within.num_asked) == (400, 0)
    assert "X-API-Key" in answer.json()["detail"]


@pytest.mark.security("49")
async def test_row_49_a_token_of_megabytes_is_refused_before_it_is_looked_up(
    client: httpx.AsyncClient, within: Within
) -> None:
    answer = await client.get("/api/flows", headers={"Authorization": f"Bearer {'x' * 2**20}"})
    assert (answer.status_code, within.num_asked) == (431, 0)


KEY = {"X-API-Key": "k"}


@pytest.mark.parametrize(
    ("headers", "limit"), [({}, edge.MAX_ANONYMOUS_BODY_BYTES), (KEY, edge.MAX_BODY_BYTES)], ids=["anonymous", "key"]
)
@pytest.mark.security("49")
@pytest.mark.parametrize("is_told", [True, False])
async def test_row_49_a_long_body_is_refused_whether_or_not_its_length_is_told(
    client: httpx.AsyncClient, within: Within, headers: dict[str, str], limit: int, *, is_told: bool
) -> None:
    async def pieces(total: int) -> AsyncIterator[bytes]:
        for _ in range(total // 2**14):
            yield b"x" * 2**14

    def body(total: int) -> Any:
        return b"x" * total if is_told else pieces(total)

    assert (await client.post("/api/flows", headers=headers, content=body(limit))).status_code == 200
    within.num_bytes = 0
    assert (await client.post("/api/flows", headers=headers, content=body(4 * limit))).status_code == 413
    assert within.num_bytes <= limit


@pytest.mark.parametrize(
    ("is_read", "body", "expected"), [(False, b"x" * 9, "close"), (True, b"x" * 9, None), (False, b"", None)]
)
async def test_an_answer_before_the_end_of_the_request_says_that_the_connection_ends(
    services: Services, *, is_read: bool, body: bytes, expected: str | None
) -> None:
    """The server cuts it, and a client that was not told sends its next request into the cut."""
    assert services

    async def within(_: Scope, receive: Receive, send: Send) -> None:
        while is_read and (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(edge.edged(within))
    async with httpx.AsyncClient(transport=transport, base_url=OURS) as client:
        assert (await client.post("/api/flows", content=body)).headers.get("connection") == expected


async def test_an_upload_is_left_to_its_own_route(client: httpx.AsyncClient) -> None:
    big = b"x" * (edge.MAX_BODY_BYTES + 1)
    path = "/api/knowledge-bases/kb_1/documents"
    assert (await client.post(path, headers=KEY, content=big)).status_code == 200
    assert (await client.post(path, content=big)).status_code == 413


@pytest.mark.parametrize("path", ["/", "/api/health", "/nowhere", "/api/flows?key=x"])
async def test_l5_every_answer_carries_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    scripts = policy.partition("script-src ")[2].partition(";")[0]
    assert "unsafe-inline" not in scripts
    assert (headers.get("cache-control") == "no-store") == path.startswith("/api/")


async def test_hsts_is_sent_where_people_come_over_tls(client: httpx.AsyncClient, services: Services) -> None:
    assert "strict-transport-security" not in (await client.get("/")).headers
    with rules(services, public_origin="https://console.example"):
        assert "max-age" in (await client.get("/")).headers["strict-transport-security"]
