"""Judges of the log over REST."""

from __future__ import annotations

import httpx
import pytest

from backend.api.app import create_api
from tests.backend.experiments.test_paying import CALL, asks
from tests.backend.judgements.conftest import HELPFUL, Court, court, lab, server
from tests.backend.judgements.test_asking import says

__all__ = ["court", "lab", "server"]


async def test_a_judge_is_planned_asked_watched_and_taken_away(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(court.lab, monkeypatch, says)
    key = await court.lab.services.identity.create_key(court.operator, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    headers = {"X-API-Key": key.secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        body = {"judge": HELPFUL, "most": 2, "budget": "1.5"}
        plan = (await client.post("/api/judgements/plan", json=body, params={"text": "Question"})).json()
        assert (plan["num_items"], plan["num_calls"], plan["over_budget"]) == (2, 2, False)
        none = await client.post("/api/judgements", json=body, params={"text": "unheard of"})
        assert (none.status_code, "left to judge" in none.text) == (422, True)
        asked = await client.post("/api/judgements", json={**body, "most": 5})
        assert (asked.status_code, asked.json()["status"], asked.json()["budget"]) == (201, "queued", 1.5)
        path = f"/api/judgements/{asked.json()['id']}"
        await court.executor.execute(asked.json()["id"])
        done = (await client.get(path)).json()
        assert (done["status"], done["num_done"], done["cost"]) == ("done", 3, float(3 * CALL))
        assert [one["id"] for one in (await client.get("/api/judgements")).json()["judgements"]] == [done["id"]]
        items = (await client.get(f"{path}/items")).json()["items"]
        assert [one["score"]["passed"] for one in items] == [True, False, True]
        assert (await client.get(f"{path}/items", params={"failed": True})).json() == {"items": [], "next": None}
        talk = court.turns[1].conversation_id
        (score,) = (await client.get(f"/api/conversations/{talk}/judged")).json()["scores"]
        assert (score["judge"], score["verdict"], score["version"]) == ("helpful", "fail", done["version"])
        found = (await client.get("/api/conversation-search", params={"judge": "helpful: fail"})).json()
        assert [one["id"] for one in found["conversations"]] == [talk]
        assert found["facets"]["judges"][0] == {"value": "helpful: fail", "name": "helpful: fail", "count": 1}
        every = (await client.get("/api/conversation-search", params={"judge": "helpful"})).json()
        assert len(every["conversations"]) == 3
        assert (await client.post(f"{path}/cancel")).status_code == 409
        assert (await client.delete(path)).status_code == 204
        gone = await client.get(path)
        assert (gone.status_code, "There is no such judgement." in gone.text) == (404, True)
        assert (await client.get(f"/api/conversations/{talk}/judged")).json() == {"scores": []}
