"""Alerts over REST."""

from __future__ import annotations

import httpx

from tests.backend.api.test_conversations import client

__all__ = ["client"]
RULE = {"name": "Slow", "measure": "latency_p95", "comparison": "above", "threshold": 5_000}


async def test_a_rule_is_kept_read_muted_changed_and_removed(client: httpx.AsyncClient) -> None:
    filters = {
        "model": ["m"],
        "channel": ["api"],
        "failed_turn": ["some"],
        "version": ["f v2"],
        "cost": "0.5..",
        "turns": "..9",
    }
    made = await client.post("/api/alerts", json={**RULE, "filters": filters, "emails": ["ops@example.com"]})
    assert made.status_code == 201
    kept = made.json()
    assert (kept["state"], kept["filters"]["model"], kept["webhook_secret"]) == ("well", ["m"], "")
    assert {name: value for name, value in kept["filters"].items() if value} == filters
    path = f"/api/alerts/{kept['id']}"
    assert (await client.get(path)).json() == kept
    assert (await client.post(f"{path}/mute", json={"minutes": 30})).json()["muted_until"]
    changed = {**RULE, "threshold": 9_000, "version": kept["version"]}
    assert (await client.put(path, json=changed)).json()["threshold"] == 9_000
    stale = await client.put(path, json={**changed, "threshold": 1})
    assert (stale.status_code, (await client.get(path)).json()["threshold"]) == (409, 9_000)
    assert [one["id"] for one in (await client.get("/api/alerts")).json()["alerts"]] == [kept["id"]]
    assert (await client.get("/api/alert-firings")).json() == {"alert_firings": [], "next": None}
    assert (await client.post(f"{path}/test")).status_code == 409  # no mail server and no webhook
    would = (await client.post("/api/alert-preview", json={**RULE, "filters": filters})).json()
    assert (would["spells"], would["num_behind"], would["looks"][0]["value"]) == ([], 0, None)
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_rule_that_cannot_be_watched_is_refused_by_its_field(client: httpx.AsyncClient) -> None:
    refused = await client.post("/api/alerts", json={**RULE, "window_minutes": 1})
    assert refused.status_code == 422
    inner = await client.post("/api/alerts", json={**RULE, "webhook_url": "http://localhost:1/hook"})
    assert inner.status_code == 422
