"""Every kind of node, run against real engines."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from backend.engines.language_model.scripted_server import ScriptedServer
from backend.flows.nodes.registry import KINDS, catalogue
from backend.flows.types import RunStatus, run_topic
from backend.operator import Operator
from tests.doubles.desk import Desk
from tests.factories.flows import document, form, node, one
from tests.factories.running import Stage

START = node("input", "input", form())


async def test_an_llm_answers_streams_and_is_counted(kitchen: Stage) -> None:
    flow = one(
        "llm", {"model": "test:echo", "system": "Be brief.", "user": "Say {{ inputs.prompt }}"}, "prompt", "text"
    )
    job = kitchen.job(flow, {"question": "hello world"})
    async with kitchen.events.subscribe(run_topic(job.run_id)) as events:
        outcome = await kitchen.runner.start(job)
        said = []
        async for event in events:
            if event["event"] == "token":
                said.append(event["text"])
            if event["event"] == "run.done":
                break
    assert outcome.output == {"answer": "Say hello world"}
    assert "".join(said) == "Say hello world"
    assert len(said) > 1
    assert outcome.usage.tokens_in > 0
    assert outcome.usage.cost == Decimal(outcome.usage.tokens_in + outcome.usage.tokens_out) / 1_000
    run, rows = await kitchen.record(job.run_id)
    assert (run.tokens_out, run.cost) == (outcome.usage.tokens_out, outcome.usage.cost)
    assert rows["work"].detail["messages"][0] == {"role": "system", "content": "Be brief."}


async def test_an_llm_with_a_schema_gives_an_object(kitchen: Stage) -> None:
    wish = {"model": "test:echo", "json_schema": {"type": "object"}, "user": 'Sure: ```{"intent": "refund"}```'}
    outcome = await kitchen.run(one("llm", wish, "prompt", "object"))
    assert outcome.output == {"answer": {"intent": "refund"}}
    outcome = await kitchen.run(one("llm", {**wish, "user": "no object"}, "prompt", "object"))
    assert "did not answer with a JSON object" in outcome.error


async def test_a_knowledge_search_gives_numbered_passages(kitchen: Stage, desk: Desk, owner: Operator) -> None:
    flow = one("knowledge_search", {"knowledge_bases": ["kb_1"], "limit": 2}, "query", "passages")
    outcome = await kitchen.run(flow, {"question": "refund?"})
    assert desk.asked == [(owner.project_id, ("kb_1",), "refund?")]
    assert [(passage["number"], passage["document_name"]) for passage in outcome.output["answer"]] == [
        (1, "Returns.md"),
        (2, "Shipping.md"),
    ]


async def test_a_rag_answer_cites_what_it_took(kitchen: Stage) -> None:
    flow = one("rag_answer", {"knowledge_bases": ["kb_1"]}, "question", "answer")
    outcome = await kitchen.run(flow, {"question": "How long does a refund take?"})
    assert outcome.output == {"answer": "A refund takes five working days. [1]"}
    assert [(found["number"], found["chunk_id"]) for found in outcome.citations] == [(1, "chunk_1")]


async def test_what_led_to_a_refused_draft_is_no_source_of_what_is_said_instead(kitchen: Stage) -> None:
    nodes = [
        START,
        node("draft", "rag_answer", {"knowledge_bases": ["kb_1"]}),
        node("ask", "approval"),
        node("sorry", "rag_answer", {"knowledge_bases": ["kb_1"]}),
        node("output", "output"),
    ]
    edges = [
        ("input.question", "draft.question"), ("draft.answer", "ask.value"), ("ask.approved", "output.value"),
        ("ask.refused", "sorry.question"), ("sorry.answer", "output.value"),
    ]  # fmt: skip
    taken = {}
    for choice in ("approve", "refuse"):
        nodes[2] = node("ask", "approval", {"on_limit": choice})
        job = kitchen.job(document(nodes, edges), {"question": "How long does a refund take?"})
        asks_nobody = replace(job, facts=replace(job.facts, asks_people=False))
        outcome = await kitchen.runner.start(asks_nobody)
        taken[choice] = len(outcome.citations), outcome.refused != ""
    assert taken == {"approve": (1, False), "refuse": (1, True)}  # of `draft` alone, of `sorry` alone


async def test_a_rag_answer_says_so_when_nothing_is_found(kitchen: Stage, desk: Desk, server: ScriptedServer) -> None:
    flow = one("rag_answer", {"knowledge_bases": ["kb_1"], "not_found": "Nothing here."}, "question", "answer")
    outcome = await kitchen.run(flow, {"question": "Quantum chromodynamics?"})
    assert outcome.output == {"answer": "Nothing here."}
    assert outcome.citations == []
    desk.finds = False
    before = server.requests.total()
    outcome = await kitchen.run(flow, {"question": "How long does a refund take?"})
    assert outcome.output == {"answer": "Nothing here."}
    assert server.requests.total() == before, "no model is asked without a passage"


async def test_passages_of_two_searches_are_numbered_through(kitchen: Stage) -> None:
    nodes = [
        START,
        node("a", "knowledge_search", {"knowledge_bases": ["kb_1"], "limit": 1}),
        node("b", "knowledge_search", {"knowledge_bases": ["kb_2"], "limit": 2}),
        node("work", "rag_answer"),
        node("output", "output"),
    ]
    edges = [
        ("input.question", "a.query"),
        ("input.question", "b.query"),
        ("input.question", "work.question"),
        ("a.passages", "work.passages"),
        ("b.passages", "work.passages"),
        ("work.answer", "output.value"),
    ]
    outcome = await kitchen.run(document(nodes, edges), {"question": "What does shipping inside Germany cost?"})
    assert outcome.output["answer"].endswith("[2]")
    assert [found["chunk_id"] for found in outcome.citations] == ["chunk_2"]


async def test_an_agent_searches_and_answers(kitchen: Stage, desk: Desk) -> None:
    tools = [{"type": "knowledge", "knowledge_bases": ["kb_1"]}]
    outcome = await kitchen.run(
        one("agent", {"tools": tools}, "prompt", "text"), {"question": "How many working days?"}
    )
    assert "five working days" in outcome.output["answer"]
    assert desk.asked[0][1] == ("kb_1",)
    _, rows = await kitchen.last()
    [step] = rows["work"].detail["steps"]
    assert (step["tool"], step["failed"]) == ("search_knowledge", False)
    assert rows["work"].reason == "1 tool call"


async def test_an_agent_stops_at_its_steps(kitchen: Stage, server: ScriptedServer) -> None:
    tools = [{"type": "knowledge", "knowledge_bases": ["kb_1"]}]
    flow = one("agent", {"model": "test:tools-for-ever", "tools": tools, "max_steps": 3}, "prompt", "text")
    outcome = await kitchen.run(flow)
    assert outcome.status is RunStatus.FAILED
    assert server.requests["tools-for-ever"] <= 3


async def test_a_model_that_cannot_call_tools_is_no_agent(kitchen: Stage, desk: Desk) -> None:
    desk.tools = False
    outcome = await kitchen.run(
        one("agent", {"tools": [{"type": "knowledge", "knowledge_bases": ["k"]}]}, "prompt", "text")
    )
    assert "cannot call tools" in outcome.error


def test_the_catalogue_names_every_kind_with_all_it_needs() -> None:
    told = json.loads(json.dumps(catalogue()))
    assert [kind["kind"] for kind in told["kinds"]] == list(KINDS)
    assert set(KINDS) == {
        "input", "output", "llm", "agent", "knowledge_search", "rag_answer", "condition", "template", "http_request",
            "approval",
    }  # fmt: skip
    for kind in told["kinds"]:
        assert "$ref" not in json.dumps(kind)
        assert "$defs" not in json.dumps(kind)
        for name, field in kind["schema"]["properties"].items():
            assert field["ui"]["control"], f"{kind['kind']}.{name} has no control"
            assert field["title"]
        assert KINDS[kind["kind"]].Config.model_validate(kind["defaults"])
        assert KINDS[kind["kind"]].line(KINDS[kind["kind"]].Config())
    assert "text" in told["fits"]["message"]
    assert "text" not in told["fits"]["documents"]


def test_what_asks_a_model_draws_the_shared_settings_alike() -> None:
    drawn = {kind["kind"]: kind["schema"]["properties"] for kind in catalogue()["kinds"]}
    for name in ("temperature", "max_tokens", "num_earlier"):
        fields = [{**drawn[kind][name], "default": None} for kind in ("agent", "llm", "rag_answer")]
        assert fields[0] == fields[1] == fields[2]
