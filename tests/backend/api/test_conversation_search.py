"""The log over REST: found, read message by message, kept as views, exported."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest

from backend.bootstrap import Services
from backend.conversations.reports import Report
from tests.backend.api.test_conversations import client, make, prompt

__all__ = ["client"]


async def test_the_log_is_found_by_words_and_choices_with_counts(client: httpx.AsyncClient) -> None:
    await make(client, session_id="bank", agent_config="bank", task_completed=True, user_satisfaction=2)
    await make(client, session_id="retail")
    answer = await client.get("/api/conversation-search", params={"text": "48790 way", "outcome": "completed"})
    assert answer.status_code == 200
    told = answer.json()
    assert [one["session_id"] for one in told["conversations"]] == ["bank"]
    snippet = told["conversations"][0]["snippet"]
    hits = [one["text"].lower() for one in snippet["pieces"] if one["is_hit"]]
    assert (snippet["found_in"], bool(snippet["message_id"]), set(hits) <= {"48790", "way"}, bool(hits)) == (
        "message", True, True, True,
    )  # fmt: skip
    assert (told["facets"]["total"], told["facets"]["matching"], told["next"]) == (2, 1, None)
    assert {one["value"]: one["count"] for one in told["facets"]["outcomes"]} == {
        "completed": 1, "not_completed": 0, "unknown": 1
    }  # fmt: skip
    assert [one["count"] for one in told["facets"]["flows"]] == [1, 0]
    for chosen, sessions in ((["2"], ["bank"]), (["1", "unknown"], ["retail"])):
        told = (await client.get("/api/conversation-search", params={"satisfaction": chosen})).json()
        assert [one["session_id"] for one in told["conversations"]] == sessions
        assert (told["facets"]["total"], told["facets"]["matching"]) == (2, 1)
        counts = {one["value"]: one["count"] for one in told["facets"]["satisfactions"] if one["count"]}
        assert counts == {"2": 1, "unknown": 1}
    for span, sessions in (("12.5..12.5", {"bank", "retail"}), ("13..", set())):
        told = (await client.get("/api/conversation-search", params={"duration": span, "turns": "3.."})).json()
        assert {one["session_id"] for one in told["conversations"]} == sessions
    for wrong in ({"state": "odd"}, {"failed_tool": "odd"}, {"cost": "1"}, {"tokens": "-1.."}, {"latency": "nan.."}):
        assert (await client.get("/api/conversation-search", params=wrong)).status_code == 422


async def test_failed_calls_of_tools_are_found_kept_in_a_view_and_watched(client: httpx.AsyncClient) -> None:
    said = [{"role": "user", "content": "And?"}, {"role": "assistant", "content": "Yes"}]
    call = {"name": "lookup", "arguments": "{}", "failed": True}
    await make(client, session_id="tried", transcript={"messages": [said[0], said[1] | {"tool_calls": [call]}]})
    await make(client, session_id="well", transcript={"messages": said})
    told = (await client.get("/api/conversation-search", params={"failed_tool": "some"})).json()
    assert [(one["session_id"], one["has_failed_tool"]) for one in told["conversations"]] == [("tried", True)]
    assert {one["value"]: one["count"] for one in told["facets"]["failed_tools"]} == {"some": 1, "none": 1}
    written = (await client.get("/api/conversation-export", params={"failed_tool": "none"})).text
    assert [line["session_id"] for line in csv.DictReader(io.StringIO(written))] == ["well"]
    for chosen, status in ((["some"], 201), (["odd"], 422)):
        body = {"name": "Tools", "query": {"failed_tool": chosen}}
        assert (await client.post("/api/conversation-views", json=body)).status_code == status
    rule = {"name": "Tools", "measure": "conversations", "comparison": "above", "threshold": 3}
    made = await client.post("/api/alerts", json=rule | {"filters": {"failed_tool": ["some"]}})
    assert made.json()["filters"]["failed_tool"] == ["some"]


async def test_a_prompts_version_is_a_choice(client: httpx.AsyncClient) -> None:
    await make(client, experiment_id=await prompt(client))
    await make(client)
    (facet,) = (await client.get("/api/conversation-search")).json()["facets"]["prompts"]
    assert (facet["value"], facet["count"]) == ("calm v1", 1)
    found = (await client.get("/api/conversation-search", params={"prompt": "calm v1"})).json()
    assert [one["prompt_version"] for one in found["conversations"]] == [1]


async def test_messages_are_read_page_by_page(client: httpx.AsyncClient) -> None:
    said = [{"role": ("user", "assistant")[number % 2], "content": f"line {number}"} for number in range(7)]
    made = await make(client, transcript={"messages": said})
    texts, after = [], ""
    while True:
        query = {"limit": 3, "after": after}
        page = (await client.get(f"/api/conversations/{made['id']}/messages", params=query)).json()
        texts += [one["text"] for one in page["messages"]]
        if not (after := page["next"] or ""):
            break
    assert texts == [f"line {number}" for number in range(7)]
    assert (await client.get("/api/conversations/nothing/messages")).status_code == 404


async def test_a_view_is_kept_replaced_and_deleted(client: httpx.AsyncClient) -> None:
    query = {"text": "sofa", "state": ["failed"], "columns": ["cost"]}
    for text, version, status in (("sofa", 0, 201), ("rug", 0, 409), ("lamp", 1, 201), ("rug", 1, 409)):
        body = {"name": "Bad", "query": query | {"text": text}, "version": version}
        assert (await client.post("/api/conversation-views", json=body)).status_code == status
    views = (await client.get("/api/conversation-views")).json()["views"]
    assert [(one["name"], one["query"]) for one in views] == [("Bad", query | {"text": "lamp"})]
    path = f"/api/conversation-views/{views[0]['id']}"
    assert [(await client.delete(path)).status_code for _ in range(2)] == [204, 404]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 61}, {"query": {"colour": ["red"]}}, {"query": {"flow": "a"}},
     {"query": {"flow": [7]}}, {"query": {"text": "x" * 201}}, {"query": []}, {"project_id": "p"},
     {"query": {"state": ["asleep"]}}, {"query": {"cost": ["much"]}}, {"query": {"rating": ["up", "sideways"]}}],
)  # fmt: skip
async def test_a_view_that_no_list_understands_is_422(client: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    body = {"name": "Bad", "query": {}} | wrong
    assert (await client.post("/api/conversation-views", json=body)).status_code == 422


async def test_an_export_holds_no_formula(client: httpx.AsyncClient) -> None:
    formula = '=HYPERLINK("http://evil.example")'
    said = {"messages": [{"role": "user", "content": formula}, {"role": "assistant", "content": "@SUM(1)"}]}
    metadata = {formula: "@SUM(1)", "größe": [1]}
    await make(
        client, session_id="+1-2", agent_config="-x", agent_name="\t=1", transcript=said, duration=-5, metadata=metadata
    )
    await make(client, session_id="plain", task_completed=True)
    answer = await client.get("/api/conversation-export", params={"outcome": "unknown"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    told = {name: row[name] for name in ("title", "last_text", "flow_name", "session_id", "agent_config", "seconds")}
    assert told == {
        "title": f"'{formula}", "last_text": "'@SUM(1)", "flow_name": "'\t'=1", "session_id": "'+1-2",
        "agent_config": "'-x", "seconds": "-5.0",
    }  # fmt: skip
    assert (row["metadata"][0], json.loads(row["metadata"])) == ("{", metadata)
    plain = csv.DictReader(io.StringIO((await client.get("/api/conversation-export")).text))
    assert {one["session_id"]: one["metadata"] for one in plain}["plain"] == ""


async def test_an_export_goes_past_a_page(client: httpx.AsyncClient, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    for number in range(501):
        await services.conversations.report(owner, Report(f"s{number}", "retail", "sales"))
    answer = await client.get("/api/conversation-export")
    assert len({row["session_id"] for row in csv.DictReader(io.StringIO(answer.text))}) == 501


async def test_figures_lead_to_the_conversations_behind_a_point(client: httpx.AsyncClient) -> None:
    for number in range(3):
        await make(client, session_id=f"s{number}")
    params = {"split": "flow", "zone": "Pacific/Auckland", "channel": "reported"}
    found = (await client.get("/api/conversation-figures", params=params)).json()
    assert (found["num_lines"], found["figures"]["num_conversations"], len(found["lines"][0]["points"])) == (1, 3, 7)
    line = found["lines"][0]
    point = line["points"][-1]
    behind = {"flow_id": line["value"], "since": point["since"], "until": point["until"]}
    listed = (await client.get("/api/conversation-search", params=behind)).json()
    assert listed["facets"]["matching"] == point["figures"]["num_conversations"] == 3
    refused = await client.get("/api/conversation-figures", params={"zone": "Nowhere/At_all"})
    assert refused.status_code == 422


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "0001-01-02"])
async def test_a_range_at_the_ends_of_the_calendar_finds_nothing_or_all(client: httpx.AsyncClient, since: str) -> None:
    assert (await client.get("/api/conversation-search", params={"since": since})).status_code == 200
    span = {"since": since, "until": "0001-01-05", "zone": "Asia/Tokyo"}
    assert (await client.get("/api/conversation-figures", params=span)).status_code == 422
