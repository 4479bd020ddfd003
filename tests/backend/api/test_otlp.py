"""Traces over OTLP/HTTP: what a real SDK writes becomes conversations, and what is hostile stays outside."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.conversations.types import Filters, Rating
from backend.engines.traces import otlp
from backend.masking.types import Kind, MaskingRules
from backend.operator import Permission
from backend.paging import Page
from backend.turns.types import NewTest
from tests.factories.traces import MODEL, agent, attribute, delivery, genai, json_delivery, json_span, tracing

PROTOBUF, JSON = {"Content-Type": "application/x-protobuf"}, {"Content-Type": "application/json"}
SAID = [attribute("openinference.span.kind", "LLM"), attribute("input.value", "Hello?")]


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    owner = await services.identity.ensure_owner()
    scopes = [Permission.CONVERSATIONS_INGEST, Permission.CONVERSATIONS_READ]
    key = await services.identity.create_key(owner, "exporter", scopes=scopes)
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def send(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    return await client.post("/api/otlp/v1/traces", content=body, headers={**PROTOBUF, **headers})


async def found(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await client.get("/api/conversation-search")).json()["conversations"]
    return listed


async def messages(client: httpx.AsyncClient, conversation_id: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (await client.get(f"/api/conversations/{conversation_id}/messages")).json()["messages"]
    return told


async def test_traces_of_a_session_are_one_conversation(client: httpx.AsyncClient) -> None:
    tracer, kept = tracing()
    agent(tracer, session="s1", question="Where is A-48790?", answer="On its way.")
    genai(tracer, session="s1", question="When does it come?", answer="Tomorrow.")
    spans = kept.get_finished_spans()
    # Children end first, so that they come first, without the root; and everything comes twice.
    for part in (spans[:2], spans[2:], spans):
        members = [gzip.compress(half) for half in (delivery(part)[:100], delivery(part)[100:])]
        answer = await send(client, b"".join(members), **{"Content-Encoding": "gzip"})
        kind = answer.headers["content-type"]
        assert (answer.status_code, answer.content, kind) == (200, b"", "application/x-protobuf"), answer.text
    [one] = await found(client)
    assert (one["session_id"], one["person"], one["channel"]) == ("s1", "user_7", "traced")
    assert (one["flow_name"], one["title"], one["last_text"]) == ("Support", "Where is A-48790?", "Tomorrow.")
    assert (one["num_turns"], one["tokens_in"], one["tokens_out"]) == (2, 1300, 130)
    assert (float(one["cost"]), one["model"]) == (pytest.approx(0.03), MODEL)
    said = await messages(client, one["id"])
    assert [(message["role"], message["text"]) for message in said] == [
        ("user", "Where is A-48790?"),
        ("assistant", ""),
        ("tool", "On its way."),
        ("assistant", "On its way."),
        ("user", "When does it come?"),
        ("assistant", "Tomorrow."),
    ]
    assert said[1]["tool_calls"] == [{"id": "", "name": "lookup", "arguments": '{"order": "A-48790"}'}]
    assert (said[3]["tokens_in"], said[3]["model"]) == (200, MODEL)
    trace = said[0]["trace_id"]
    told = (await client.get(f"/api/conversations/{one['id']}/spans", params={"trace_id": trace})).json()["spans"]
    assert sorted((span["name"], span["kind"]) for span in told) == [
        ("ChatCompletion", "llm"), ("ChatCompletion", "llm"), ("GET /orders", ""), ("lookup", "tool"),
        ("support", "agent"),
    ]  # fmt: skip
    page = (await client.get(f"/api/conversations/{one['id']}/spans", params={"limit": 5})).json()
    rest = (await client.get(f"/api/conversations/{one['id']}/spans", params={"after": page["next"]})).json()
    assert (len(page["spans"]), len(rest["spans"]), rest["next"]) == (5, 1, None)


async def test_a_session_that_is_told_late_moves_its_trace(client: httpx.AsyncClient) -> None:
    child = json_span(spanId="aaaaaaaaaaaaaaaa", parentSpanId="eee19b7ec3c1b174", attributes=SAID)
    await send(client, json_delivery(child), **JSON)
    [alone] = await found(client)
    assert alone["session_id"] == child["traceId"]
    root = json_span(attributes=[*SAID, attribute("session.id", "late")])
    await send(client, json_delivery(root), **JSON)
    [one] = await found(client)
    assert (one["session_id"], one["num_turns"]) == ("late", 1)


@pytest.mark.parametrize("session", [[], [attribute("session.id", "late")]])
async def test_what_people_said_of_an_answer_stays_when_the_rest_of_its_trace_comes(
    client: httpx.AsyncClient, services: Services, session: list[Any]
) -> None:
    owner = await services.identity.ensure_owner()
    child = json_span(
        spanId="aaaaaaaaaaaaaaaa",
        parentSpanId="eee19b7ec3c1b174",
        attributes=[*SAID, attribute("output.value", "On its way.")],
        endTimeUnixNano="1544712660500000000",
    )
    await send(client, json_delivery(child), **JSON)
    [before] = await found(client)
    question, answer = await messages(client, before["id"])
    log = services.conversations
    await log.set_feedback(owner, answer["id"], Rating.DOWN, "Wrong")
    await log.add_comment(owner, before["id"], "Look at this", answer["id"])
    await log.add_comment(owner, before["id"], "And at all of it")
    queue = await services.annotations.create_queue(owner, NewQueue("Q", (config_of({"name": "n", "kind": "text"}),)))
    await services.annotations.add_items(owner, queue.id, [Target(before["id"], answer["id"])])
    await services.turns.keep(owner, answer["id"], NewTest({"text": "Here"}, dataset_name="Cases"))
    late = [*SAID, *session, attribute("output.value", "It is on its way.")]
    await send(client, json_delivery(json_span(attributes=late)), **JSON)
    [one] = await found(client)
    assert (one["id"] == before["id"], one["rating"]) == (not session, "down")
    asked, answered = await messages(client, one["id"])
    assert answered["text"] == "It is on its way."
    assert {question["id"], answer["id"]}.isdisjoint({asked["id"], answered["id"]})
    given = (await log.transcript(owner, one["id"])).messages[-1].feedback
    assert given
    assert (given.rating, given.comment) == (Rating.DOWN, "Wrong")
    assert [(note.text, note.message_id) for note in await log.comments(owner, one["id"])] == [
        ("Look at this", answered["id"]), ("And at all of it", ""),
    ]  # fmt: skip
    item = (await services.annotations.items(owner, queue.id, Page())).items[0]
    assert (item.target.conversation_id, item.target.message_id) == (one["id"], answered["id"])
    assert len(await services.turns.tests(owner, [answered["id"]])) == 1


async def test_a_failed_call_says_why(client: httpx.AsyncClient) -> None:
    tracer, kept = tracing()
    genai(tracer, session="s2", question="Hello?", answer="")
    await send(client, delivery(kept.get_finished_spans()))
    [one] = await found(client)
    assert (one["state"], one["last_text"]) == ("failed", "rate limit")


async def test_tokens_without_money_cost_what_the_model_costs(client: httpx.AsyncClient, services: Services) -> None:
    class Prices:
        async def of(self, _operator: object) -> dict[str, Any]:
            return {"gpt-4o": (2, 10), "gpt-4": (99, 99)}

    services.conversations.prices = Prices()  # type: ignore[assignment]
    genai((told := tracing())[0], session="s3", question="Hello?", answer="Hi.")
    await send(client, delivery(told[1].get_finished_spans()))
    [one] = await found(client)
    spans = (await client.get(f"/api/conversations/{one['id']}/spans")).json()["spans"]
    assert [float(one["cost"]), sum(float(span["cost"]) for span in spans)] == pytest.approx([3e-3, 3e-3])


async def test_what_is_no_agents_work_is_left_out_with_a_warning(client: httpx.AsyncClient) -> None:
    tracer, kept = tracing()
    with tracer.start_as_current_span("GET /health"):
        pass
    answer = await send(client, delivery(kept.get_finished_spans()))
    told = ExportTraceServiceResponse.FromString(answer.content)
    assert (answer.status_code, told.partial_success.rejected_spans) == (200, 0)
    assert "Left out as no call of a model, a tool or an agent: 1." in told.partial_success.error_message
    assert await found(client) == []


async def test_a_bad_span_costs_no_other(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [
        json_span(traceId="5b"), json_span(spanId="0" * 16), json_span(traceId=7), json_span(startTimeUnixNano="-5"),
        json_span(endTimeUnixNano="99999999999999999999"), json_span(startTimeUnixNano=None),
    ]  # fmt: skip
    answer = await send(client, json_delivery(*bad, json_span(attributes=SAID)), **JSON)
    assert answer.status_code == 200
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "6"
    assert answer.json()["partialSuccess"]["errorMessage"].startswith("A trace id has 16 bytes")
    assert [one["title"] for one in await found(client)] == ["Hello?"]
    monkeypatch.setattr("backend.conversations.service.tracing.MAX_SPANS_OF_TRACE", 2)
    many = [json_span(spanId=f"{at:016x}", attributes=SAID) for at in range(1, 6)]
    told = (await send(client, json_delivery(*many), **JSON)).json()["partialSuccess"]
    assert told == {"rejectedSpans": "4", "errorMessage": "Refused as more than a trace may have: 4."}


async def test_who_sends_too_often_is_asked_to_come_again(client: httpx.AsyncClient, services: Services) -> None:
    services.edge = replace(services.edge, per_second=1)
    _, answer = await send(client, b"", **JSON), await send(client, b"")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert (answer.content[0], b"More than 1 a second" in answer.content) == (0x12, True)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"\xff\xff\xff", PROTOBUF, 400),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b'{"resourceSpans": {}}', JSON, 400),
        (b'{"resourceSpans": [{"scopeSpans": ["x"]}]}', JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b"no gzip", {**PROTOBUF, "Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"{}", mtime=0)[:-9], {**JSON, "Content-Encoding": "gzip"}, 400),
        (b"", {**PROTOBUF, "Content-Encoding": "br"}, 400),
        (b"x", {"Content-Type": "text/plain"}, 415),
    ],
)  # fmt: skip
async def test_what_is_no_request_is_refused(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await send(client, body, **headers)
    assert answer.status_code == status
    if headers["Content-Type"] == "application/x-protobuf":
        assert answer.content[0] == 0x12  # the message of a google.rpc.Status
    else:
        assert answer.json()["message"]


async def test_a_bomb_is_refused_before_it_unfolds(client: httpx.AsyncClient) -> None:
    answer = await send(client, gzip.compress(b"0" * (otlp.MAX_BYTES + 1)), **{"Content-Encoding": "gzip"})
    assert answer.status_code == 413
    answer = await send(client, b"0" * (11 * 1024 * 1024))
    assert answer.status_code == 413


async def test_only_a_key_with_the_scope_may_send(client: httpx.AsyncClient, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    narrow = await services.identity.create_key(owner, "narrow", scopes=[Permission.CONVERSATIONS_REPLY])
    answer = await send(client, b"{}", **JSON, **{"X-API-Key": narrow.secret})
    assert answer.status_code == 403
    assert "conversations:ingest" in answer.json()["message"]
    answer = await send(client, b"{}", **JSON, **{"X-API-Key": "wrong"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    answer = await send(client, b"{}", **JSON)
    assert (answer.status_code, answer.json()) == (200, {})


async def test_what_is_huge_or_deep_is_cut(client: httpx.AsyncClient) -> None:
    deep: dict[str, Any] = {"stringValue": "end"}
    for _ in range(60):
        deep = {"arrayValue": {"values": [deep]}}
    attributes = [
        attribute("openinference.span.kind", "LLM"), attribute("input.value", "x" * 300_000),
        attribute("output.value", "[" * 100_000), attribute("deep", deep), attribute("a\0b", "c\0d\ud800"),
        attribute("llm.token_count.prompt", {"doubleValue": "NaN"}),
        attribute("llm.cost.total", {"doubleValue": 1e300}),
        attribute("llm.input_messages.99999999999.message.role", "user"),
        *(attribute(f"llm.invocation.{number}", "y" * 1_000) for number in range(2_000)),
    ]  # fmt: skip
    answer = await send(client, json_delivery(json_span(attributes=attributes)), **JSON)
    assert (answer.status_code, answer.json()) == (200, {})
    [one] = await found(client)
    assert (one["tokens_in"], float(one["cost"])) == (0, 0)
    [span] = (await client.get(f"/api/conversations/{one['id']}/spans")).json()["spans"]
    assert len(span["attributes"]) <= otlp.MAX_ATTRIBUTES
    assert len(json.dumps(span["attributes"])) < otlp.MAX_SPAN_CHARACTERS * 2
    assert span["attributes"]["input.value"].endswith("x…")


async def test_the_same_trace_in_two_projects_is_two_conversations(
    client: httpx.AsyncClient, services: Services
) -> None:
    owner = await services.identity.ensure_owner()
    other = await services.identity.create_project(owner, "Other")
    there = replace(owner, project_id=other.id)
    delivered = await services.traces.read(json_delivery(json_span(attributes=SAID)), "json", gzipped=False)
    for operator in (owner, there, there):
        assert not any(await services.conversations.take_spans(operator, delivered.spans))
        listed = await services.conversations.list(operator, Filters(), Page())
        assert [one.title for one in listed.items] == ["Hello?"]


async def test_a_deleted_conversation_leaves_no_span(client: httpx.AsyncClient, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    await send(client, json_delivery(json_span(attributes=SAID)), **JSON)
    [one] = await found(client)
    async with services.units.write(owner) as work:
        await services.conversations.remove(work, owner, [one["id"]])
    assert await found(client) == []
    await send(client, json_delivery(json_span(attributes=SAID)), **JSON)
    assert len(await found(client)) == 1


async def test_telling_words_are_masked_before_a_span_is_kept(client: httpx.AsyncClient, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    await services.masking.set_rules(owner, MaskingRules(frozenset(Kind)))
    for number, question in enumerate(("Write to maren@example.org", "Is maren@example.org right?")):
        tracer, kept = tracing()
        agent(tracer, session="maren@example.org", question=question, answer=f"Sent to maren@example.org, {number}")
        await send(client, delivery(kept.get_finished_spans()))
    [one] = await found(client)  # the session is masked alike, so that it stays one
    told = (await client.get(f"/api/conversations/{one['id']}/spans")).text
    said = await messages(client, one["id"])
    assert "maren" not in json.dumps([one, said]) + told
    assert len({message["text"] for message in said if message["role"] == "user"}) == 2
