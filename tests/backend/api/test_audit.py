"""The log of acts over REST."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from backend.api.app import create_api
from backend.audit.models import AuditEventRow
from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.bootstrap import Services
from backend.spreadsheets import guarded
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


NASTY = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1", "\t=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]


@pytest.fixture
async def named(services: Services) -> None:
    """Events whose targets are named as formulas are, and one that is not."""
    owner = await services.identity.ensure_owner()
    async with services.units.write(owner) as work:
        for name in (*NASTY, 'a "b", c'):
            await AuditTrail(work.session).record(
                owner, "flow.publish", Target("flow", "flow_1", name), after={"v": -5}
            )


@pytest.mark.usefixtures("named")
async def test_an_export_holds_no_formula_and_can_be_read_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/audit-events/export", params={"action": "flow.publish"})
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-log.csv"'
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["target"] for row in rows] == ['a "b", c', *map(guarded, reversed(NASTY))]
    assert not [row["target"] for row in rows if row["target"][0] in "=+-@\t"]
    assert {row["after"] for row in rows} == {'{"v": -5}'}
    assert [int(row["sequence"]) for row in rows] == sorted((int(row["sequence"]) for row in rows), reverse=True)
    lines = await client.get("/api/audit-events/export", params={"action": "flow.publish", "format": "jsonl"})
    told = [json.loads(line) for line in lines.text.splitlines()]
    assert [line["target"] for line in told] == ['a "b", c', *reversed(NASTY)]
    taken = (await client.get("/api/audit-events", params={"action": "audit.export"})).json()["audit_events"]
    assert [event["after"] for event in taken] == [{"filters": {"action": "flow.publish"}}] * 2


@pytest.mark.usefixtures("named")
async def test_a_list_is_narrowed_by_kind_and_by_words_anywhere(client: httpx.AsyncClient) -> None:
    for query, number in (
        ({"kind": "flow"}, 11),
        ({"kind": "flo"}, 0),
        ({"text": "a1)"}, 1),
        ({"text": '"v": -5'}, 11),
        ({"text": "%"}, 0),
    ):
        assert len((await client.get("/api/audit-events", params=query)).json()["audit_events"]) == number, query


async def test_the_chain_is_verified_over_rest_and_the_look_itself_is_told(
    client: httpx.AsyncClient, services: Services
) -> None:
    first, second = [(await client.post("/api/audit-events/verify")).json() for _ in range(2)]
    assert (first["whole"], first["breaches"]) == (True, [])
    assert second["events"] == first["events"] + 1
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(AuditEventRow).where(col(AuditEventRow.sequence) == 1).values(actor_name="x"))
    for _ in range(2):
        broken = (await client.post("/api/audit-events/verify")).json()
        assert (broken["whole"], [one["kind"] for one in broken["breaches"]]) == (False, ["changed"])
        assert broken["events"] == second["events"] + 1  # a broken log is evidence: nothing is added to it
    checked = await services.audit.last_check(await services.identity.ensure_owner())
    assert checked
    assert checked.num_breaches == 1
