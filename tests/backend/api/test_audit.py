"""The log of acts over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.bootstrap import Services
from backend.trace_ids import caller_address, request_id
from tests.tenancy import EVERYWHERE


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    headers = {"X-API-Key": key.secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as found:
        yield found


async def test_an_act_is_read_with_who_where_and_what_changed(client: httpx.AsyncClient, services: Services):
    owner = await services.identity.ensure_owner()
    caller_address.set("203.0.113.9")
    request_id.set("req_1")
    async with services.units.write(EVERYWHERE) as work:
        target = Target("flow", "flow_1", "Desk")
        await AuditTrail(work.session).record(
            owner, "flow.publish", target, before={"version": 1}, after={"version": 2}
        )
    answer = (await client.get("/api/audit-events", params={"action": "flow.publish"})).json()
    [event] = answer["audit_events"]
    assert answer["next"] is None
    assert (event["actor"], event["via"], event["target"]) == ("Local owner", "system", "Desk")
    assert (event["before"], event["after"]) == ({"version": 1}, {"version": 2})
    assert (event["address"], event["request_id"]) == ("203.0.113.9", "req_1")
    later = await client.get("/api/audit-events", params={"action": "flow.publish", "from": "2100-01-01T00:00:00Z"})
    assert later.json()["audit_events"] == []


@pytest.mark.parametrize("query", [{"limit": "0"}, {"from": "yesterday"}, {"to": "2026-01-01T00:00:00"}])
async def test_a_filter_that_cannot_be_used_is_refused(client: httpx.AsyncClient, query: dict[str, str]):
    assert (await client.get("/api/audit-events", params=query)).status_code == 422
