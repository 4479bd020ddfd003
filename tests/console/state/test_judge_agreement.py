"""A judge of an experiment and people read the same answers: how far they agree, over REST and on the page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.bootstrap.experiments import put_together
from backend.conversations.types import Channel
from backend.datasets.types import About, NewItem
from backend.engines.language_model import scripted_server
from backend.engines.language_model.scripted_answers import Reply
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.experiments.types import Draft, FlowChoice, PromptChoice, VariantDraft
from backend.flows.engine.chat import Chat
from backend.flows.engine.loader import Loader
from backend.flows.nodes.registry import KINDS
from backend.flows.service.run_log import RunLog
from backend.operator import Permission
from backend.providers.types import ModelDraft, ProviderDraft
from backend.turns.types import NewTest
from console.state.agreement_lines import agreement_line
from console.state.annotate import AnnotateState
from console.state.conversations_filters import asked_of, filters_of
from console.state.scores import ScoresState
from console.state.transcript import TranscriptState
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat
from tests.factories.flows import echo

__all__ = ["tab"]
# What was answered, what people say of it, and what the judge does: they differ once in four.
ANSWERS = {"fine one": (True, True), "fine two": (True, True), "fine three": (False, True), "bad": (False, False)}
KEY = "judge-key-0001"


def judging(_day: str, request: dict[str, Any]) -> Reply:
    """Say the question again, and of an answer to judge whether it is fine."""
    said = str(request["messages"][-1]["content"])
    return Reply(json.dumps({"reason": "It says so.", "verdict": "fine" in said}) if "<data>" in said else said)


async def test_a_judge_of_a_finished_experiment_is_measured_against_people(
    services: Services, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripted_server, "reply_of", judging)
    owner, server = await services.identity.ensure_owner(), ScriptedServer(key=KEY)
    models = (ModelDraft("echo"),)
    place = ProviderDraft("Lab", await server.start(), models, api_key=KEY, allow_private_address=True)
    await services.providers.create(owner, place)
    config = config_of({"name": "good", "question": "Is it right?"})
    queue = await services.annotations.create_queue(owner, NewQueue("Answers", (config,)))
    for text in ANSWERS:
        turn = await chat(services.conversations, services.units, owner, said=text, reply={"text": text})
        kept = await services.turns.keep(owner, turn.answer_id, NewTest(None, dataset_name="From the log"))
        await services.annotations.add_items(owner, queue.id, [Target(turn.conversation_id, turn.answer_id)])
    experiment = await services.experiments.create(owner, Draft(
        "Judged", kept.dataset_id, (VariantDraft("again", PromptChoice("{{ question }}"), model="echo"),),
        evaluators=({"kind": "judge", "rubric": "Is it right?", "model": "echo"},),
    ))  # fmt: skip
    await services.experiments.start(owner, experiment.id)
    await put_together(services.experiments._outside).executor.execute(experiment.id)
    await server.close()
    assert (await services.experiments.get(owner, experiment.id)).shown_status == "done"
    for by_people, _ in ANSWERS.values():
        task = (await services.annotations.take_next(owner, queue.id)).task
        assert task is not None
        await services.annotations.label(owner, queue.id, task.item_id, "good", by_people)

    key = await services.identity.create_key(owner, "reader", scopes=[Permission.ANNOTATIONS_READ])
    transport, headers = httpx.ASGITransport(create_api()), {"X-API-Key": key.secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        found = (await client.get(f"/api/annotation-queues/{queue.id}/agreement")).json()
    [judge] = found["judges"]
    assert (judge["config"], judge["one"], judge["other"]) == ("good", "judge of Judged", "people")
    assert (judge["experiment_id"], judge["num_items"], judge["share_equal"]) == (experiment.id, 4, 0.75)
    # By hand: three of four alike, and by chance 1/2 * 3/4 + 1/2 * 1/4.
    assert judge["kappa"] == pytest.approx((0.75 - 0.5) / (1 - 0.5))
    assert (judge["low"], judge["high"]) == (None, None)

    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    [line] = state.agreements
    assert [one.between for one in state.lacking] == ["Between people"]
    assert (line.config, line.raters, line.kappa) == ("good", "judge of Judged and people", "0.50")
    assert (line.equal, line.interval) == ("75 % of 4 items the same", "too few items for an interval")
    with monkeypatch.context() as enough:
        enough.setattr("backend.annotations.service.agreeing.FEW", 4)
        [measured] = (await services.annotations.agreements(owner, queue.id)).judges
    assert -1 <= measured.low < measured.kappa < measured.high <= 1
    low, high = (f"{end:.2f}".replace("-", "\u2212") for end in (measured.low, measured.high))
    assert agreement_line(measured).interval == f"{low} to {high}"

    transcript = tab.at(f"/conversations/{turn.conversation_id}").state(TranscriptState)
    await spent(transcript.load())
    [scored] = tab.state(ScoresState).scored
    assert (scored.about, [(one.name, one.mark, one.words, one.by, one.source) for one in scored.lines]) == (
        turn.answer_id,
        [("Is it right?", "fail", "No", "Local owner", "Answers"), ("judge", "fail", "Fail", "", "Judged")],
    )
    assert [one.href for one in scored.lines] == [f"/queues/{queue.id}", f"/experiments/{experiment.id}"]
    assert scored.lines[1].why == "It says so."


async def test_a_queue_takes_the_answers_of_an_experiment_and_is_held_against_its_judge(
    services: Services, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way that the page of a queue leads to, with answers that no row of a dataset was made of."""
    monkeypatch.setattr(scripted_server, "reply_of", judging)
    owner, server = await services.identity.ensure_owner(), ScriptedServer(key=KEY)
    place = ProviderDraft("Lab", await server.start(), (ModelDraft("echo"),), api_key=KEY, allow_private_address=True)
    await services.providers.create(owner, place)
    await services.flows.create(owner, "Desk", document=echo())
    rows = await services.datasets.create(owner, About("By hand"))
    await services.datasets.add_items(owner, rows.id, [NewItem({"question": text}, None) for text in ANSWERS])
    experiment = await services.experiments.create(owner, Draft(
        "Judged", rows.id, (VariantDraft("desk", flow=FlowChoice("desk", "draft")),),
        evaluators=({"kind": "judge", "rubric": "Is it right?", "model": "echo"},),
    ))  # fmt: skip
    await services.experiments.start(owner, experiment.id)
    await put_together(services.experiments._outside).executor.execute(experiment.id)
    await server.close()
    units, talks = services.units, services.conversations
    await RunLog(units, talks, Loader(units, services.rooms.templates, KINDS, Chat(units, talks))).write(
        experiments=True
    )

    queue = await services.annotations.create_queue(owner, NewQueue("Answers", (config_of({"name": "good"}),)))
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    chosen = dict(parse_qsl(urlsplit(state.lacking[-1].href).query))
    filters = filters_of("", asked_of(chosen))
    assert filters.channels == (Channel.EXPERIMENT,)
    assert len(await services.annotations.add_matching(owner, queue.id, filters, each_answer=True)) == len(ANSWERS)
    for _ in ANSWERS:
        task = (await services.annotations.take_next(owner, queue.id)).task
        assert task is not None
        await services.annotations.label(owner, queue.id, task.item_id, "good", True)  # noqa: FBT003  # the label
    [judge] = (await services.annotations.agreements(owner, queue.id)).judges
    assert (judge.one, judge.num_items, judge.experiment_id) == ("judge of Judged", len(ANSWERS), experiment.id)
    await state.load()
    assert [one.between for one in state.lacking] == ["Between people"]


async def test_a_queue_says_what_an_agreement_needs(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    turn = await chat(services.conversations, services.units, owner)
    about = NewQueue("Answers", (config_of({"name": "good"}),))
    queue = await services.annotations.create_queue(owner, about)
    await services.annotations.add_items(owner, queue.id, [Target(turn.conversation_id, turn.answer_id)])
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    assert state.about.startswith("Asked of the marked answer")
    people, judge = state.lacking
    assert (people.act, people.href) == ("Ask for two labels", f"/queues/{queue.id}")
    assert (judge.between, judge.act) == ("Of a judge with people", "Answers of experiments")
    await services.annotations.change_queue(owner, queue.id, replace(about, num_labels=2), version=queue.version)
    await state.load()
    assert (state.lacking[0].act, state.lacking[0].href) == ("Invite a second person", "/members")
