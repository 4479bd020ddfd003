"""No route takes a field that it should not know: whose row it is, who made it, what role it gives."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services

PLANTED = {
    "org_id": "org_x", "organisation_id": "org_x", "project_id": "proj_x", "owner_id": "user_x", "user_id": "user_x",
    "role": "owner", "is_public": True, "created_at": "2020-01-01T00:00:00Z", "id": "row_x", "version": 99,
}  # fmt: skip
# These speak the protocol of another product, whose clients send more than we know.
COMPATIBLE = ("/api/prompts", "/api/conversations")


def bodies() -> list[tuple[str, str, set[str]]]:
    """Return every route with a JSON body: method, path, and the fields that it knows."""
    schema = create_api().openapi()
    found = []
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            content = route.get("requestBody", {}).get("content", {}).get("application/json", {})
            if reference := content.get("schema", {}).get("$ref"):
                model: dict[str, Any] = schema["components"]["schemas"][reference.rpartition("/")[2]]
                if not path.startswith(COMPATIBLE):
                    found.append((method.upper(), path, set(model["properties"])))
    return found


@pytest.mark.security("17")
async def test_row_17_every_field_that_a_route_does_not_know_is_refused(services: Services) -> None:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        client.headers["X-API-Key"] = key.secret
        num_refused = 0
        for method, path, known in bodies():
            extra = {name: value for name, value in PLANTED.items() if name not in known}
            answer = await client.request(method, path.replace("{", "").replace("}", ""), json=extra)
            assert answer.status_code == 422, (method, path, answer.text)
            refused = {error["loc"][-1] for error in answer.json()["detail"] if error["type"] == "extra_forbidden"}
            assert refused == set(extra), (method, path)
            num_refused += 1
    assert num_refused > 20
