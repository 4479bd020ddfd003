"""A house in which the words of two people stand wherever words can stand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from backend import bootstrap
from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.models import ConversationScoreRow, SpanRow
from backend.conversations.types import Rating
from backend.datasets.types import About, NewItem, Source, SourceKind
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.flows.types import RunStatus, RunWish
from backend.idempotency.types import Answer
from backend.operator import Operator
from backend.ports.traces import Span
from backend.privacy.types import JobState
from backend.prompts.types import Content, NewPrompt, PlayColumn, PlayDocument
from backend.settings import Settings
from backend.turns.types import ReplayColumn
from tests.factories.flows import chat, document, node
from tests.tenancy import EVERYWHERE

BEFORE, MEANWHILE = "zwiebelkuchen", "pfannkuchen"


@pytest.fixture(params=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Services]:
    if request.param == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("make_postgres")
        url = make(f"privacy_{abs(hash(request.node.name)) % 10**8}")
        settings = settings.model_copy(update={"database": url})
    made = await bootstrap.start(settings, serving=False)
    yield made
    await bootstrap.stop(made)


@pytest.fixture
async def operator(house: Services) -> Operator:
    return await house.identity.ensure_owner()


def asking() -> Any:
    """Return a chat that asks a person before it answers."""
    nodes = [
        node("input", "input", {"mode": "chat", "fields": [{"name": "question"}]}),
        node("ask", "approval", {"question": "Send {{ inputs.value }}?", "note": "It says {{ inputs.value }}"}),
        node("output", "output"),
    ]
    return document(nodes, [("input.question", "ask.value"), ("ask.approved", "output.value")])


async def reported(house: Services, operator: Operator, person: str, word: str) -> None:
    """Tell of a conversation as other systems do: its metadata alone says whose it is."""
    said = [{"role": "user", "content": word, "tool_calls": [{"a": word}]}]
    body = {
        "session_id": f"{word}-session", "agent_config": "a", "agent_name": "A", "transcript": {"messages": said},
        "duration": 1, "turn_count": 1, "metadata": {"note": word, "customer_id": person},
    }  # fmt: skip
    key = await house.identity.create_key(operator, "reports")
    headers = {"X-API-Key": key.secret}
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        answer = await client.post("/api/conversations", json=body)
    assert answer.status_code == 201, answer.text


async def plant(house: Services, operator: Operator, person: str, word: str) -> dict[str, str]:
    """Let a person say a word in every way; return the ids of what came of it."""
    flows = {flow.slug for flow in (await house.flows.list(operator)).items}
    for name, made in (("Chat", chat()), ("Asking", asking())):
        if name.lower() not in flows:
            await house.flows.create(operator, name, document=made)
            await house.flows.publish(operator, name.lower())
    first = await house.runs.run(
        operator, "chat", RunWish({"message": f"I say {word}"}, person=person, details={"a": word})
    )
    talk = str(first.conversation_id)
    opened = await house.conversations.transcript(operator, talk)
    answer = opened.messages[1].id
    async for _ in house.turns.replay(operator, answer, [ReplayColumn()]):
        pass
    await house.conversations.set_feedback(operator, answer, Rating.DOWN, f"{word} is wrong")
    await house.conversations.add_comment(operator, talk, f"look at {word}")
    await house.conversations.add_tag(operator, talk, word)
    await labelled(house, operator, talk, word)
    await house.takeovers.take(operator, talk)
    await house.runs.run(
        operator, "chat", RunWish({"message": f"again {word}"}, person=f"friend of {word}", conversation_id=talk)
    )
    await house.takeovers.reply(operator, talk, f"I heard {word}")
    waits = await house.runs.run(operator, "asking", RunWish({"question": f"send {word}"}, person=person))
    assert waits.status is RunStatus.WAITING
    await reported(house, operator, person, word)
    known = {one.name: one.id for one in (await house.datasets.list(operator)).items}
    dataset = known.get("Cases") or (await house.datasets.create(operator, About("Cases"))).id
    item = NewItem({"question": f"I say {word}"}, f"better {word}")
    await house.datasets.add_items(operator, dataset, [item], source=Source(SourceKind.LOG, person, answer))
    rows = (await house.datasets.items(operator, dataset)).items
    [row] = [one for one in rows if one.source.reference == answer]
    written = [NewItem({"question": f"as if {person} said {word}"})]
    by_model = Source(SourceKind.GENERATED, "lab:writer")
    await house.datasets.add_items(operator, dataset, written, source=by_model, generated_from=[row.row])
    await tried(house, operator, dataset, first.run_id, word)
    await house.idempotency.claim(operator, f"key of {talk}", "f")
    await house.idempotency.keep(operator, f"key of {talk}", Answer(200, f'{{"id": "{talk}", "said": "{word}"}}'))
    async with house.units.write(EVERYWHERE) as work:
        experiment = ExperimentRow(
            id=f"exp_{talk}", project_id=operator.project_id, name="E", dataset_id=dataset, definition={},
            baseline="a", concurrency=1, created_by="me", created_by_id="me",
        )  # fmt: skip
        work.session.add(experiment)
        await work.session.flush()
        cell = ExperimentCellRow(
            experiment_id=experiment.id, number=1, project_id=operator.project_id, row=1, item_id=row.id, variant=0,
            repetition=0, output=f"it says {word}", detail={"asked": word}, scores={"judge": {"reason": word}},
        )  # fmt: skip
        span = SpanRow(
            project_id=operator.project_id, trace_id=f"t{talk}", span_id="s", conversation_id=talk, name=f"say {word}",
            started_at=utc_now(), ended_at=utc_now(), attributes={"said": word},
        )  # fmt: skip
        judged = ExperimentCellRow(
            experiment_id=experiment.id, number=2, project_id=operator.project_id, row=2, item_id="", variant=0,
            repetition=0, conversation_id=talk, output=f"they said {word}", scores={"judge": {"reason": word}},
        )  # fmt: skip
        score = ConversationScoreRow(
            conversation_id=talk, message_id="", judge="kind", version="1", project_id=operator.project_id,
            judgement_id=experiment.id, verdict="Yes", reason=f"who says {word} is kind",
        )  # fmt: skip
        work.session.add_all([cell, span, judged, score])
    while await house.conversations.index(operator.project_id):
        pass
    waits_in = str(waits.conversation_id)
    return {"talk": talk, "run": first.run_id, "dataset": dataset, "item": row.id, "waits": waits_in}


async def labelled(house: Services, operator: Operator, talk: str, word: str) -> None:
    """Say a word as a text label of a conversation."""
    config = config_of({"name": "why", "kind": "text"})
    queue = await house.annotations.create_queue(operator, NewQueue(f"Why {talk}", (config,)))
    await house.annotations.add_items(operator, queue.id, [Target(talk)])
    task = (await house.annotations.take_next(operator, queue.id)).task
    assert task is not None
    await house.annotations.label(operator, queue.id, task.item_id, "why", f"it says {word}")


async def tried(house: Services, operator: Operator, dataset: str, origin: str, word: str) -> None:
    """Make of a run what the playground makes: a prompt of its call, deleted since, shared values and a row."""
    made = await house.prompts.create(operator, NewPrompt("Call", Content(text=word), comment=word, origin=origin))
    play = PlayDocument(columns=(PlayColumn(content=Content(text=word)),), values={"question": word})
    await house.prompts.share(operator, made.id, play, origin)
    await house.prompts.delete(operator, made.id)
    kept = await house.prompts.create(operator, NewPrompt("Kept", Content(text="Answer.")))
    await house.prompts.share(operator, kept.id, play, origin)
    source = Source(SourceKind.PLAYGROUND, kept.name, origin)
    await house.datasets.add_items(operator, dataset, [NewItem({"question": f"tried {word}"})], source=source)


def asked(trace: int, number: int, word: str, **more: str) -> Span:
    """Return a call of a model that says a word."""
    said = [{"role": "user", "content": f"I say {word}"}]
    told = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(said), **more}
    return Span(f"{trace:032x}", f"{number:016x}", "", "chat", utc_now(), utc_now(), told)


async def removed(house: Services, operator: Operator, person: str) -> None:
    job = await house.privacy.remove(operator, person)
    await house.privacy.execute(job.id)
    assert (await house.privacy.job(operator, job.id)).state is JobState.DONE
