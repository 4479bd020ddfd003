"""Nodes with prompts that are kept outside the flow: by label or version, and the same for a whole run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.flows.asking import Said
from backend.flows.document import FlowDocument
from backend.flows.errors import FlowHasProblems
from backend.flows.nodes import agent, llm, rag_answer
from backend.flows.passages import grounds
from backend.flows.types import RunDetail, RunStatus, RunWish, Usage
from backend.operator import Operator
from backend.ports.grounding import GROUNDED_RULES, lay_out
from backend.ports.language_model import Capabilities, ModelSettings
from backend.prompts.errors import PromptNotFound, VersionNotFound
from backend.prompts.types import Content, NewPrompt, Placeholder, ToolSpec, Turn
from backend.providers.types import ModelDraft, ProviderDraft
from tests.factories import flows

QUESTION = {"question": "Why?"}


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


PASSAGES = [{"number": 1, "chunk_id": "chunk_1", "document_name": "Handbook", "text": "It takes five days."}]
MODELS = ("llm", "agent", "rag_answer")


def asking(kind: str = "llm", **prompt: Any) -> FlowDocument:
    """A form with one question, a node with a prompt, and its answer."""
    given = {"slug": "answer", "values": {"name": "{{ start.question }}"}, **prompt}
    more = {"knowledge_bases": ["kb_1"]} if kind == "rag_answer" else {"user": "{{ start.question }}"}
    nodes = [
        flows.node("start", "input", flows.form("question")),
        flows.node("say", kind, {"prompt": given, **more}),
        flows.node("end", "output"),
    ]
    if kind == "rag_answer":
        return flows.document(nodes, [("start.question", "say.question"), ("say.answer", "end.value")])
    return flows.document(nodes, [("start.question", "say.prompt"), ("say.text", "end.value")])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every search find the same passage."""

    async def find(*_: object) -> list[dict[str, Any]]:
        return PASSAGES

    monkeypatch.setattr(rag_answer, "find", find)


async def answer(services: Services, owner: Operator, *texts: str) -> str:
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text=texts[0])))
    for text in texts[1:]:
        await services.prompts.save_version(owner, made.id, Content(text=text))
    await services.prompts.set_label(owner, made.id, "production", 1)
    return made.id


async def ran(services: Services, owner: Operator, document: FlowDocument) -> RunDetail:
    flow = await services.flows.create(owner, "Asking", document=document)
    await services.flows.publish(owner, flow.id)
    result = await services.runs.run(owner, flow.id, RunWish(QUESTION))
    return await services.runs.get(owner, result.run_id)


def node(detail: RunDetail) -> Any:
    return next(row for row in detail.nodes if row.node == "say")


def sent(detail: RunDetail) -> list[tuple[str, str]]:
    return [(one["role"], one["content"]) for one in node(detail).detail["messages"]]


async def test_a_text_is_what_the_model_is_told_before_the_message(services: Services, owner: Operator) -> None:
    await answer(services, owner, "Be calm, {{ name }}.")
    detail = await ran(services, owner, asking())
    assert detail.run.status is RunStatus.DONE
    assert sent(detail) == [("system", "Be calm, Why?."), ("user", "Why?")]
    told = node(detail).detail["managed_prompt"]
    assert (told["slug"], told["version"], told["label"], told["values"]) == (
        "answer", 1, "production", {"name": "Why?"},
    )  # fmt: skip
    assert node(detail).reason == "answer v1"


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("kind", MODELS)
async def test_every_kind_that_asks_a_model_takes_a_prompt(services: Services, owner: Operator, kind: str) -> None:
    content = Content(text="Be calm, {{ name }}.", temperature=0.3, max_tokens=77)
    made = await services.prompts.create(owner, NewPrompt("Answer", content))
    await services.prompts.set_label(owner, made.id, "production", 1)
    detail = await ran(services, owner, asking(kind))
    assert detail.run.status is RunStatus.DONE
    (role, system), (asked, question) = sent(detail)
    assert (role, asked) == ("system", "user")
    assert system.endswith("Be calm, Why?.")
    assert system.startswith(GROUNDED_RULES) is (kind == "rag_answer")
    assert question == (lay_out("Why?", grounds(PASSAGES)) if kind == "rag_answer" else "Why?")
    assert node(detail).detail["managed_prompt"]["version"] == 1
    assert node(detail).reason.startswith("answer v1")
    uses = await services.prompts.uses(owner, made.id)
    assert [(one.place, one.follows) for one in uses] == [("02", "production")]


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("kind", MODELS)
async def test_parameters_of_a_prompt_reach_the_model(
    services: Services, owner: Operator, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="x", temperature=0.3, max_tokens=77)))
    await services.prompts.set_label(owner, made.id, "production", 1)
    heard: list[ModelSettings] = []
    module = {"llm": llm, "agent": agent, "rag_answer": rag_answer}[kind]

    async def ask(_context: object, endpoint: Any, messages: Any, settings: ModelSettings, **_: object) -> Said:
        heard.append(settings)
        return Said("It does.", Usage(), is_cut=False, model=endpoint.model, first_token_ms=None)

    monkeypatch.setattr(module, "ask", ask)
    assert (await ran(services, owner, asking(kind))).run.status is RunStatus.DONE
    assert [(one.temperature, one.max_output_tokens) for one in heard] == [(0.3, 77)]


SHAPE = {"type": "object", "properties": {"days": {"type": "integer"}}, "required": ["days"]}


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("is_able", [True, False])
@pytest.mark.parametrize("kind", MODELS)
async def test_the_schema_of_a_version_holds_where_an_answer_may_be_an_object_and_its_tools_nowhere(
    services: Services, owner: Operator, server: ScriptedServer, kind: str, *, is_able: bool
) -> None:
    models = (ModelDraft("echo", "chat", Capabilities(tools=True, json_schema=is_able)),)
    draft = ProviderDraft("Lab", await server.start(), models, allow_private_address=True)
    await services.providers.create(owner, draft)
    tool = ToolSpec(name="look", description="Look it up.", result="nothing")
    user = Turn(role="user", content='{"days": 5}')
    content = Content(kind="chat", messages=(user,), response_schema=SHAPE, tools=(tool,), model="lab:echo")
    made = await services.prompts.create(owner, NewPrompt("Answer", content))
    await services.prompts.set_label(owner, made.id, "production", 1)
    detail = await ran(services, owner, asking(kind))
    assert detail.run.status is RunStatus.DONE
    (request,) = server.seen
    held = request.get("response_format", {}).get("json_schema", {}).get("schema")
    said = json.dumps(SHAPE) in str([one["content"] for one in request["messages"]])
    assert (held == SHAPE, said) == (kind != "rag_answer" and is_able, kind != "rag_answer" and not is_able)
    assert "tools" not in request
    if kind == "llm":
        assert node(detail).output["object"] == {"days": 5}


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("kind", MODELS)
async def test_a_chat_stands_as_it_is_in_every_kind(services: Services, owner: Operator, kind: str) -> None:
    said = (Turn(role="system", content="S {{ name }}"), Turn(role="user", content="U"))
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(kind="chat", messages=said)))
    await services.prompts.set_label(owner, made.id, "production", 1)
    messages = sent(await ran(services, owner, asking(kind)))
    question = lay_out("Why?", grounds(PASSAGES))
    if kind == "rag_answer":  # which has nothing to answer from without its passages
        assert messages == [("system", f"{GROUNDED_RULES}\n\nS Why?"), ("user", "U"), ("user", question)]
    else:
        assert messages == [("system", "S Why?"), ("user", "U")]


async def test_a_label_is_read_at_the_start_and_stands_in_the_runs_document(
    services: Services, owner: Operator
) -> None:
    identifier = await answer(services, owner, "One {{ name }}.", "Two {{ name }}.")
    detail = await ran(services, owner, asking())
    kept = next(one for one in detail.document.nodes if one.id == "say").config["prompt"]
    assert (kept["label"], kept["version"]) == ("production", 1)
    await services.prompts.set_label(owner, identifier, "production", 2)
    again = await services.runs.run(owner, detail.run.flow_id, RunWish(QUESTION))
    second = await services.runs.get(owner, again.run_id)
    assert (sent(second)[0][1], second.run.version) == ("Two Why?.", 1)
    assert sent(await services.runs.get(owner, detail.run.id))[0][1] == "One Why?."
    published = await services.flows.get_version(owner, detail.run.flow_id, 1)
    assert next(one for one in published.document.nodes if one.id == "say").config["prompt"].get("version") is None


async def test_a_version_stays_where_it_is(services: Services, owner: Operator) -> None:
    identifier = await answer(services, owner, "One {{ name }}.", "Two {{ name }}.")
    await services.prompts.set_label(owner, identifier, "production", 2)
    assert sent(await ran(services, owner, asking(version=1)))[0][1] == "One Why?."


async def test_a_chat_brings_its_own_messages(services: Services, owner: Operator) -> None:
    said = (
        Turn(role="system", content="S {{ name }}"), Placeholder(placeholder="history"), Turn(role="user", content="U"),
    )  # fmt: skip
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(kind="chat", messages=said)))
    await services.prompts.set_label(owner, made.id, "staging", 1)
    assert sent(await ran(services, owner, asking(label="staging"))) == [("system", "S Why?"), ("user", "U")]


async def test_what_is_missing_is_said_at_the_node(services: Services, owner: Operator) -> None:
    made = await answer(services, owner, "{{ name }}", "{{ name }} {{ tone }}")
    flow = await services.flows.create(owner, "Asking", document=asking())
    await services.flows.publish(owner, flow.id)
    await services.prompts.set_label(owner, made, "production", 2)
    result = await services.runs.run(owner, flow.id, RunWish(QUESTION))
    detail = await services.runs.get(owner, result.run_id)
    assert (detail.run.status, detail.run.error_node) == (RunStatus.FAILED, "say")
    assert "Answer v2 needs tone." in node(detail).error


async def prompt_goes(services: Services, owner: Operator, prompt_id: str) -> None:
    await services.prompts.delete(owner, prompt_id)


async def label_goes(services: Services, owner: Operator, prompt_id: str) -> None:
    await services.prompts.remove_label(owner, prompt_id, "staging")


@pytest.mark.parametrize(("goes", "error"), [(prompt_goes, PromptNotFound), (label_goes, VersionNotFound)])
async def test_a_run_does_not_start_without_its_prompt(
    services: Services, owner: Operator, goes: Callable[..., Awaitable[None]], error: type[Exception]
) -> None:
    made = await answer(services, owner, "x")
    await services.prompts.set_label(owner, made, "staging", 1)
    flow = await services.flows.create(owner, "Asking", document=asking(label="staging"))
    await services.flows.publish(owner, flow.id)
    await goes(services, owner, made)
    with pytest.raises(error):
        await services.runs.run(owner, flow.id, RunWish(QUESTION))


async def test_the_parameters_of_the_version_hold_unless_the_node_says_more(
    services: Services, owner: Operator
) -> None:
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="x", model="scripted:nothing")))
    await services.prompts.set_label(owner, made.id, "production", 1)
    detail = await ran(services, owner, asking(values={}))
    assert (detail.run.status, "nothing" in node(detail).error) == (RunStatus.FAILED, True)


@pytest.mark.parametrize("kind", MODELS)
async def test_a_node_without_a_chosen_prompt_is_a_problem(services: Services, owner: Operator, kind: str) -> None:
    flow = await services.flows.create(owner, "Asking", document=asking(kind, slug=""))
    problems = await services.flows.problems(owner, flow.id)
    assert [(one.sentence, one.field) for one in problems] == [("No prompt is chosen.", "prompt")]


async def test_where_a_prompt_is_used_is_told_with_the_plate(services: Services, owner: Operator) -> None:
    identifier = await answer(services, owner, "x")
    flow = await services.flows.create(owner, "Asking", document=asking())
    await services.flows.publish(owner, flow.id)
    pinned = await services.flows.create(owner, "Pinned", document=asking("agent", version=1))
    uses = await services.prompts.uses(owner, identifier)
    assert {(one.kind, one.id, one.place, one.follows, one.version) for one in uses} == {
        ("flow", flow.id, "02", "production", None), ("flow", pinned.id, "02", "", 1),
    }  # fmt: skip
    await services.flows.delete(owner, pinned.id)
    assert [one.id for one in await services.prompts.uses(owner, identifier)] == [flow.id]


async def test_what_a_prompt_lacks_stands_in_the_checklist_and_keeps_a_flow_back(
    services: Services, owner: Operator
) -> None:
    await answer(services, owner, 'Answer {{ name }} in {{ language }}{{ mood | default("") }}.')
    made = await services.flows.create(owner, "Desk", document=asking())
    lacks = "The prompt answer needs a value for language."
    found = await services.flows.problems(owner, made.id)
    assert [(one.sentence, one.node, one.plate, one.field) for one in found] == [(lacks, "say", 2, "prompt")]
    with pytest.raises(FlowHasProblems, match=lacks):
        await services.flows.publish(owner, made.id)
    values = {"name": "{{ start.question }}", "language": "German"}
    saved = await services.flows.save_draft(owner, made.id, asking(values=values), made.draft_version)
    assert saved.problems == []
    saved = await services.flows.save_draft(owner, made.id, asking(values=values, version=9), saved.version)
    assert [one.plate for one in saved.problems] == [2]
    assert "version 9" in saved.problems[0].sentence
    saved = await services.flows.save_draft(owner, made.id, asking(values=values), saved.version)
    assert (await services.flows.publish(owner, made.id)).version
