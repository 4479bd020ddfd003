"""The reference page, and what every route of the API has in common."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi.routing import APIRoute

from backend.api.app import ROUTERS, create_api, nowhere
from backend.api.wire import numbered, without_trailing_slash
from backend.bootstrap import Services
from backend.operator import Permission

PUBLIC = {"/api/health", "/api/{path:path}"}


@pytest.fixture
async def stranger(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A caller without any credential."""
    assert services
    app = numbered(without_trailing_slash(create_api()))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def member(stranger: httpx.AsyncClient, services: Services) -> httpx.AsyncClient:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    stranger.headers["Authorization"] = f"Bearer {key.secret}"
    return stranger


def routes() -> list[APIRoute]:
    """Return every route; an included router keeps its own, so the application's list would be empty."""
    found = [route for router in (*ROUTERS, nowhere) for route in router.routes if isinstance(route, APIRoute)]
    assert len(found) > len(PUBLIC)
    return found


def test_every_route_but_the_public_ones_names_its_permission() -> None:
    unguarded = {
        route.path
        for route in routes()
        if not any(hasattr(part.call, "permission") for part in route.dependant.dependencies)
    }
    assert unguarded == PUBLIC


@pytest.mark.security("5")
async def test_every_route_refuses_a_stranger(stranger: httpx.AsyncClient) -> None:
    for route in routes():
        if route.path in PUBLIC:
            continue
        path = route.path.replace("{", "").replace("}", "")
        for method in route.methods:
            assert (await stranger.request(method, path)).status_code == 401, (method, path)
            # A body is not read before it is known whose it is.
            broken = await stranger.request(method, path, content=b"{", headers={"Content-Type": "application/json"})
            assert broken.status_code == 401, (method, path)


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/start.js", "/api/docs/swagger-ui.css", "/api/openapi.json"])
async def test_the_reference_opens_for_a_member(member: httpx.AsyncClient, path: str) -> None:
    assert (await member.get(path)).status_code == 200


async def test_the_reference_names_no_other_host(member: httpx.AsyncClient) -> None:
    assert "://" not in (await member.get("/api/docs")).text


@pytest.mark.parametrize("part", ["nope.js", "..%2f__init__.py", "favicon-32x32.png"])
async def test_only_listed_parts_are_given_out(member: httpx.AsyncClient, part: str) -> None:
    assert (await member.get(f"/api/docs/{part}")).status_code == 404


@pytest.mark.parametrize("path", ["/api/health", "/api/health/"])
async def test_both_spellings_of_a_path_mean_the_same(stranger: httpx.AsyncClient, path: str) -> None:
    answer = await stranger.get(path)
    assert answer.json() == {"status": "up"}
    assert answer.headers["X-Request-Id"].startswith("req_")


async def test_an_unknown_path_is_answered_in_json(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/api/nowhere")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing at /api/nowhere.")


@pytest.mark.parametrize(
    "header", [{"X-API-Key": "{}"}, {"Authorization": "Bearer {}"}, {"authorization": "bearer {}"}]
)
@pytest.mark.security("29")
async def test_both_headers_get_the_same_verdict(
    stranger: httpx.AsyncClient, services: Services, header: dict[str, str]
) -> None:
    owner = await services.identity.ensure_owner()
    key = await services.identity.create_key(owner, "test")
    narrow = await services.identity.create_key(owner, "narrow", scopes=[Permission.FLOWS_READ])
    asked = (
        (key.secret, "openapi.json", 200), (f"{key.secret}x", "openapi.json", 401), ("", "openapi.json", 401),
        (narrow.secret, "flows", 200), (narrow.secret, "api-keys", 403),
    )  # fmt: skip
    for secret, path, status in asked:
        headers = {name: value.format(secret) for name, value in header.items()}
        assert (await stranger.get(f"/api/{path}", headers=headers)).status_code == status


async def test_every_reference_of_the_description_leads_somewhere(member: httpx.AsyncClient) -> None:
    told = await member.get("/api/openapi.json")
    named = {name.removeprefix("#/components/schemas/") for name in re.findall(r'"\$ref":\s*"([^"]+)"', told.text)}
    assert len(named) > 50
    assert named <= set(told.json()["components"]["schemas"])
