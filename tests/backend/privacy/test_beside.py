"""What stands beside conversations is reached too: lone traces, runs of forms, sealed words, names of authors."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.models import SpanRow
from backend.conversations.reports import Report, Told
from backend.conversations.repository.spans import SpanRepository
from backend.conversations.types import Filters, Rating, Role
from backend.experiments.types import Draft, FlowChoice, VariantDraft
from backend.flows.document import FlowDocument
from backend.flows.engine.chat import Chat
from backend.flows.engine.execution import Execution
from backend.flows.engine.loader import Loader
from backend.flows.models import RunRow
from backend.flows.nodes.registry import KINDS
from backend.flows.service import RunService
from backend.flows.service.run_log import RunLog
from backend.flows.types import Decision, RunWish, Trigger
from backend.masking.models import MaskedValueRow
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.paging import Page
from backend.privacy.types import JobState
from tests.backend.privacy.conftest import asking, plant
from tests.factories.flows import chat, document, greeting, node
from tests.planting import columns_with
from tests.tenancy import EVERYWHERE

WORD, OTHER = "zwiebelkuchen", "pfannkuchen"


async def trace(house: Services, operator: Operator, trace_id: str, at: datetime, **attributes: str) -> None:
    """Keep a trace of two pieces that belongs to no conversation; the first one carries the attributes."""
    async with house.units.write(EVERYWHERE) as work:
        for number, told in enumerate((attributes, {"say": WORD})):
            work.session.add(
                SpanRow(
                    project_id=operator.project_id, trace_id=trace_id, span_id=f"{trace_id}{number}", name="step",
                    started_at=at, ended_at=at, attributes=dict(told),
                )
            )  # fmt: skip


async def removed(house: Services, operator: Operator, person: str) -> None:
    job = await house.privacy.remove(operator, person)
    await house.privacy.execute(job.id)
    assert (await house.privacy.job(operator, job.id)).state is JobState.DONE


async def exported(house: Services, operator: Operator, person: str) -> dict[str, list[Any]]:
    packed = b"".join([piece async for piece in await house.privacy.export(operator, person)])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        told: dict[str, list[Any]] = json.loads(archive.read("person.json"))
    return told


async def test_a_lone_trace_goes_whole_with_its_person(house: Services, operator: Operator) -> None:
    await trace(house, operator, "a", utc_now(), **{"user.id": "j\u00fcrgen 100%"})
    await trace(house, operator, "b", utc_now(), **{"user.id": "j\u00fcrgen 1000"})
    assert (await house.privacy.going(operator, "j\u00fcrgen 100%")).num_traces == 1
    told = await exported(house, operator, "j\u00fcrgen 100%")
    assert [one["trace_id"] for one in told["traces"]] == ["a", "a"]  # whole, and nobody else's
    await removed(house, operator, "j\u00fcrgen 100%")
    async with house.units.read(EVERYWHERE) as session:
        left = {one.trace_id for one in (await spans(session))}
    assert left == {"b"}


async def spans(session: AsyncSession) -> list[SpanRow]:
    return list(await session.exec(select(SpanRow)))


async def test_lone_traces_age_out_with_the_conversations(house: Services, operator: Operator) -> None:
    await trace(house, operator, "old", utc_now() - timedelta(days=9))
    await trace(house, operator, "new", utc_now())
    await house.privacy.set_retention(operator, 8)
    assert await house.privacy.sweep() == 1
    (job,) = (await house.privacy.jobs(operator, Page())).items
    await house.privacy.execute(job.id)
    async with house.units.read(EVERYWHERE) as session:
        assert {one.trace_id for one in (await spans(session))} == {"new"}


def log_of(house: Services) -> RunLog:
    units, talks = house.units, house.conversations
    return RunLog(units, talks, Loader(units, house.rooms.templates, KINDS, Chat(units, talks)))


async def test_a_run_of_a_form_is_found_before_and_after_it_enters_the_log(house: Services, operator: Operator) -> None:
    await house.flows.create(operator, "Form", document=greeting())
    for logged in (False, True):
        await house.runs.run(operator, "form", RunWish({"question": WORD}, "draft", person="ada"))
        await house.runs.run(operator, "form", RunWish({"question": OTHER}, "draft", person="bob"))
        await trace(house, operator, f"a{logged}", utc_now(), **{"user.id": "ada", "saw": WORD})
        if logged:
            await log_of(house).write()
        assert (await house.privacy.going(operator, "ada")).num_runs == 1
        told = await exported(house, operator, "ada")
        held = [len(told["conversations"]), len(told["runs"]), len(told["traces"])]
        assert held == [int(logged), int(not logged), 2]
        assert OTHER not in json.dumps(told)
        assert WORD in json.dumps(told["traces"])
        assert WORD in json.dumps(told["conversations" if logged else "runs"])
        await removed(house, operator, "ada")
        assert await columns_with(house.units, WORD) == []


async def test_an_export_tells_each_once_while_rows_come_move_and_go(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.privacy.service.exporting.AT_ONCE", 1)
    monkeypatch.setattr("backend.privacy.service.exporting.SKEW", timedelta())
    await house.flows.create(operator, "Form", document=greeting())
    log, talks = house.conversations, list[str]()
    for number in range(4):
        said = (Told(Role.USER, f"stays {number}"),)
        talks.append((await log.report(operator, Report("s", "a", "A", messages=said, person="ada"))).conversation.id)
    ran = await house.runs.run(operator, "form", RunWish({"question": WORD}, "draft", person="ada"))
    await trace(house, operator, "f" * 32, utc_now(), **{"user.id": "ada"})
    packed = bytearray()
    pieces = await house.privacy.export(operator, "ada")
    packed += await anext(pieces)
    await log_of(house).write()  # the run is a conversation from now on
    async with house.units.write(EVERYWHERE) as work:
        await SpanRepository(work.session, operator.project_id).belong("f" * 32, talks[0])  # and so is the trace
        await log.purge(work, operator.project_id, [talks[2]])
    async for piece in pieces:
        packed += piece
        # It ends, although more comes with each part that is sent.
        await log.report(operator, Report("s", "a", "A", messages=(Told(Role.USER, "more"),), person="ada"))
    with zipfile.ZipFile(io.BytesIO(bytes(packed))) as archive:
        told = json.loads(archive.read("person.json"))
        assert archive.read("messages.csv").decode().count("stays") == 3
    assert [one["conversation"]["id"] for one in told["conversations"]] == [talks[0], talks[1], talks[3]]
    assert [one["run"]["id"] for one in told["runs"]] == [ran.run_id]
    assert len(told["traces"]) == 2


@pytest.mark.parametrize("moment", ["before it is written down", "while it goes on"])
async def test_an_experiment_s_run_goes_with_a_row_that_was_removed_meanwhile(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    planted = await plant(house, operator, "ada", WORD)
    await plant(house, operator, "bob", OTHER)
    kind, name = (RunService, "run") if moment.startswith("before") else (Execution, "run")
    real, is_removed = getattr(kind, name), False

    async def run(self: Any, *given: Any) -> Any:
        nonlocal is_removed
        if not is_removed:
            is_removed = True
            await removed(house, operator, "ada")
        return await real(self, *given)

    monkeypatch.setattr(kind, name, run)
    variant = VariantDraft("chat", flow=FlowChoice("chat"))
    draft = Draft("Answers", planted["dataset"], (variant,), ({"kind": "exact"},), concurrency=1)
    made = await house.experiments.create(operator, draft)
    await house.experiments.carry_out(operator, made.id)
    assert is_removed
    await log_of(house).write(experiments=True)
    await house.privacy.forget_answers(operator.project_id)
    assert await columns_with(house.units, WORD) == []
    async with house.units.read(EVERYWHERE) as session:
        kept = (await session.exec(select(RunRow).where(RunRow.trigger == "experiment"))).all()
    assert [OTHER in str(one.input) for one in kept] == [True] * 3  # rows of a turn, of a model, of a playground


async def test_words_sealed_for_a_run_that_was_cancelled_are_let_go(house: Services, operator: Operator) -> None:
    await house.masking.set_rules(operator, MaskingRules(frozenset({Kind.EMAIL})))
    await house.flows.create(operator, "Asking", document=asking())
    waits = await house.runs.run(operator, "asking", RunWish({"question": "send to ada@example.com"}, "draft"))
    assert await house.privacy.forget_sealed(operator.project_id) == 0
    assert await sealed(house) == 1
    await house.runs.cancel(operator, waits.run_id)
    assert await house.privacy.forget_sealed(operator.project_id) == 1
    assert await sealed(house) == 0


async def sealed(house: Services) -> int:
    async with house.units.read(EVERYWHERE) as session:
        return sum(bool(one.sealed) for one in await session.exec(select(MaskedValueRow)))


async def test_who_tries_a_flow_in_the_console_is_a_person_too(house: Services, operator: Operator) -> None:
    await house.flows.create(operator, "Chat", document=chat())
    ran = await house.runs.run(operator, "chat", RunWish({"message": WORD}, "draft", trigger=Trigger.CONSOLE))
    assert (await house.conversations.opened(operator, str(ran.conversation_id))).conversation.person == operator.name
    assert (await house.privacy.going(operator, operator.name)).num_conversations == 1
    await removed(house, operator, operator.name)
    assert await columns_with(house.units, WORD) == []


async def test_an_author_is_forgotten_and_what_they_said_of_others_stays(house: Services, operator: Operator) -> None:
    await house.flows.create(operator, "Chat", document=chat())
    ran = await house.runs.run(operator, "chat", RunWish({"message": "Hello"}, "draft", person="bob"))
    talk = str(ran.conversation_id)
    await house.conversations.add_comment(operator, talk, "look at this")
    await house.takeovers.take(operator, talk)
    await house.takeovers.reply(operator, talk, "A person here")
    await house.takeovers.hand_back(operator, talk)
    namesake = replace(operator, user_id="user_2")
    await house.takeovers.take(namesake, talk)
    await house.takeovers.reply(namesake, talk, "Another of that name")
    await house.takeovers.hand_back(namesake, talk)
    await house.takeovers.take(operator, talk)
    queue = await house.annotations.create_queue(operator, NewQueue("Answers", (config_of({"name": "good"}),)))
    await house.annotations.add_items(operator, queue.id, [Target(talk)])
    turned = await house.annotations.take_next(operator, queue.id)
    assert turned.task is not None
    await house.annotations.label(operator, queue.id, turned.task.item_id, "good", value=True)
    await removed(house, operator, operator.user_id)
    (item,) = (await house.annotations.items(operator, queue.id, Page())).items
    assert [(one.person.name, one.values) for one in item.annotations] == [("Removed user", {"good": True})]
    assert item.annotations[0].person.id != operator.user_id
    (comment,) = await house.conversations.comments(operator, talk)
    assert (comment.author, comment.text) == ("Removed user", "look at this")
    said = (await house.conversations.transcript(operator, talk)).messages
    assert [(one.author, one.text) for one in said[1:]] == [
        ("Chat", "You said Hello"), ("Removed user", "A person here"),
        (namesake.name, "Another of that name"),
    ]  # fmt: skip
    held = await house.takeovers.holder(operator, talk)
    assert held is not None
    assert (held.held_by, held.held_by_id) == ("Removed user", "")


async def test_nothing_names_a_member_who_decided_judged_and_tried(house: Services, operator: Operator) -> None:
    member = replace(operator, user_id="user_2", name=WORD)
    says = {"template": "{{ ask.decision.by }} says no: {{ input.question }}"}
    handing = chat_document(node("no", "template", says), ("ask.refused", "no.data"), ("no.text", "output.value"))
    talks = []
    for name, flow in (("Handing", handing), ("Asking", asking())):
        made = await house.flows.create(operator, name, document=flow)
        await house.flows.publish(operator, made.slug)
        waits = await house.runs.run(operator, made.slug, RunWish({"question": "Hello"}, person="bob"))
        asked = await house.approvals.get(operator, waits.waits_for[0])
        await house.approvals.decide(member, asked.id, Decision("refuse", asked.hash, comment="No"))
        await house.runs.execute(waits.run_id)
        talks.append(str(waits.conversation_id))
    answer = (await house.conversations.transcript(operator, talks[0])).messages[-1]
    assert answer.text == f"{WORD} says no: Hello"
    await house.conversations.set_feedback(member, answer.id, Rating.DOWN, "wrong")
    tried = await house.runs.run(member, "handing", RunWish({"question": OTHER}, trigger=Trigger.CONSOLE))
    await house.conversations.index(operator.project_id)
    assert (await house.privacy.going(operator, member.user_id)).num_conversations == 1
    await removed(house, operator, member.user_id)
    assert await columns_with(house.units, WORD, OTHER, tried.run_id) == ["audit_event.actor_name: zwiebelkuchen"]
    told = [(await house.conversations.transcript(operator, talk)).messages[-1] for talk in talks]
    assert [(one.text, one.error) for one in told] == [
        ("Removed user says no: Hello", ""), ("", "Removed user refused it: No"),
    ]  # fmt: skip
    await house.conversations.index(operator.project_id)
    for words, talk in (("removed says", talks[0]), ("removed refused", talks[1])):
        found = await house.conversations.browse(operator, Filters(text=words), Page())
        assert [one.id for one in found.listed.items] == [talk]


def chat_document(more: dict[str, Any], *edges: tuple[str, str]) -> FlowDocument:
    """Return a chat that asks a person, with a node and tracks more."""
    shown = asking().as_json()
    ways = [
        (f"{one['source']}.{one['source_port']}", f"{one['target']}.{one['target_port']}") for one in shown["edges"]
    ]
    return document([*shown["nodes"], more], [*ways, *edges])


async def test_counts_that_others_report_add_up_beyond_a_plain_number(house: Services, operator: Operator) -> None:
    huge = Told(Role.ASSISTANT, "So much", tokens_in=3_000_000_000, tokens_out=1, latency_ms=2_592_000_000)
    await house.conversations.report(operator, Report("s", "a", "A", messages=(huge, huge)))
    (line,) = (await house.conversations.browse(operator, Filters(), Page())).listed.items
    assert (line.tokens_in, line.latency_ms) == (6_000_000_000, 5_184_000_000)
