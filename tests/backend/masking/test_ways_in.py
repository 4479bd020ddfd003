"""Words come in by every way, and none of them is found anywhere afterwards."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.reports import Report, Told
from backend.conversations.types import Channel, Filters, Rating, Role
from backend.errors import Forbidden, InvalidInput
from backend.flows.types import RunWish
from backend.masking import aside
from backend.masking.masker import Masker
from backend.masking.types import Kind, MaskingRules, OwnPattern, Way
from backend.operator import Operator
from backend.paging import Page
from backend.ports.traces import Span, SpanEvent
from backend.turns.types import NewTest
from tests.factories.flows import chat, echo
from tests.planting import columns_with, files_with

MAIL, CARD, PHONE, IBAN = "ada@example.org", "4111 1111 1111 1111", "+49 170 1234567", "DE89370400440532013000"
EVERY = MaskingRules(frozenset(Kind), (OwnPattern("order", r"ORD-\d+"),), ("DE",))
SAID = f"I am {MAIL}, {CARD}, {PHONE}, {IBAN}, ORD-4711."
KEPT = "I am [e-mail 1], [card 1], [phone 1], [IBAN 1], [order 1]."
WORDS = ("ada@", "4111 1111", "170 1234567", "0532013", "ord-4711")


@pytest.fixture(autouse=True)
def on_the_loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take every text for a long one: none may be masked where everybody else waits."""
    texts, read = list[str](), Masker.text

    def text(masker: Masker, one: str) -> str:
        if one and threading.current_thread() is threading.main_thread() and masker.is_on:
            texts.append(one)
        return read(masker, one)

    monkeypatch.setattr(aside, "LONG", 1)
    monkeypatch.setattr(Masker, "text", text)
    yield
    assert texts == []


@pytest.fixture
def beside_writers(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be masked in a unit that writes: on SQLite everybody else who writes would wait for it."""
    held, read, write, opened = list[str](), Masker._plain, services.units.write, 0

    @asynccontextmanager
    async def unit(tenant: Any) -> AsyncIterator[Any]:
        nonlocal opened
        async with write(tenant) as work:
            opened += 1
            try:
                yield work
            finally:
                opened -= 1

    def text(masker: Masker, one: str) -> str:
        if one and opened and one != "message":  # the name of a field
            held.append(one)
        return read(masker, one)

    monkeypatch.setattr(services.units, "write", unit)
    monkeypatch.setattr(Masker, "_plain", text)
    yield
    assert held == []


@pytest.fixture
async def operator(services: Services) -> Operator:
    found = await services.identity.ensure_owner()
    await services.masking.set_rules(found, EVERY)
    return found


async def said(services: Services, operator: Operator, conversation_id: str) -> list[str]:
    return [one.text for one in (await services.conversations.transcript(operator, conversation_id)).messages]


async def test_a_chat_is_kept_with_placeholders_and_answered_with_the_words(
    services: Services, operator: Operator, tmp_path: Path
) -> None:
    await services.flows.create(operator, "Chat", document=chat())
    await services.flows.publish(operator, "chat")
    result = await services.runs.run(operator, "chat", RunWish({"message": SAID}, person=MAIL, details={MAIL: SAID}))
    assert result.output == {"answer": f"You said {SAID}"}  # the running turn works with what was said
    talk = str(result.conversation_id)
    assert await said(services, operator, talk) == [KEPT, f"You said {KEPT}"]
    assert (await services.conversations.opened(operator, talk)).details == {"[e-mail 1]": KEPT}
    again = await services.runs.run(
        operator, "chat", RunWish({"message": f"bob@x.org and {MAIL}"}, conversation_id=talk)
    )
    assert again.output == {"answer": f"You said bob@x.org and {MAIL}"}
    assert (await said(services, operator, talk))[2] == "[e-mail 2] and [e-mail 1]"
    await services.takeovers.take(operator, talk)
    await services.takeovers.reply(operator, talk, f"Is it {CARD}?")
    asked = await services.runs.run(operator, "chat", RunWish({"message": f"Yes, {MAIL}"}, conversation_id=talk))
    await services.takeovers.reply(operator, talk, f"Thank you, {MAIL}")
    assert (await said(services, operator, talk))[4:] == ["Is it [card 1]?", "Yes, [e-mail 1]", "Thank you, [e-mail 1]"]
    assert (await services.runs.get(operator, asked.run_id)).run.output == {"answer": "Thank you, [e-mail 1]"}
    opened = await services.conversations.transcript(operator, talk)
    answer = opened.messages[1].id
    await services.conversations.set_feedback(operator, answer, Rating.DOWN, f"Ask {MAIL} again")
    config = config_of({"name": "why", "kind": "text"})
    queue = await services.annotations.create_queue(operator, NewQueue("Answers", (config,)))
    await services.annotations.add_items(operator, queue.id, [Target(talk, answer)])
    task = (await services.annotations.take_next(operator, queue.id)).task
    assert task is not None
    await services.annotations.label(operator, queue.id, task.item_id, "why", f"Ask {MAIL}")
    (tag,) = await services.conversations.add_tag(operator, talk, MAIL)
    assert await services.conversations.remove_tag(operator, talk, tag) == ()
    await services.conversations.add_tag(operator, talk, MAIL)
    note = await services.conversations.add_comment(operator, talk, f"Call {PHONE}")
    assert note.text == "Call [phone 1]"
    assert opened.conversation.person.startswith("[e-mail ")
    while await services.conversations.index(operator.project_id):
        pass
    assert await columns_with(services.units, *WORDS, "bob@") == []
    await services.runs.run(operator, "chat", RunWish({"message": "bye"}))
    await services.database.close()
    assert files_with(tmp_path, *WORDS, "bob@") == []


async def test_a_run_of_a_form_leaves_no_word_in_its_rows(services: Services, operator: Operator) -> None:
    await services.flows.create(operator, "Echo", document=echo())
    await services.flows.publish(operator, "echo")
    result = await services.runs.run(operator, "echo", RunWish({"question": SAID}, details={"note": SAID}))
    assert MAIL in str(result.output)
    run = await services.runs.get(operator, result.run_id)
    assert run.run.input == {"question": KEPT}
    assert MAIL not in str(run)
    assert await columns_with(services.units, *WORDS) == []


@pytest.mark.usefixtures("beside_writers")
async def test_what_is_reported_traced_or_imported_is_kept_with_placeholders(
    services: Services, operator: Operator
) -> None:
    report = Report(
        session_id=MAIL,
        agent_config=MAIL,
        agent_name=MAIL,
        transcript={
            "messages": [{"role": "user", "content": SAID, "name": MAIL}, {"role": "assistant", "content": MAIL}]
        },
        details={"who": {MAIL: [int(CARD.replace(" ", ""))]}},
        person=MAIL,
    )
    kept = await services.conversations.report(operator, report)
    assert kept.transcript["messages"][0]["content"] == SAID  # what was sent is answered as it was sent
    (stored,) = await services.conversations.reported(operator, agent_config=MAIL)  # found by what it was told under
    assert stored.transcript["messages"][0]["content"] == KEPT
    assert await said(services, operator, kept.conversation.id) == [KEPT, "[e-mail 1]"]
    messages = (
        Told(Role.USER, SAID, author=MAIL),
        Told(Role.TOOL, MAIL, error=PHONE, tool_name=MAIL, model=MAIL, tool_calls=({"arguments": {"card": CARD}},)),
    )
    for channel in (Channel.TRACED, Channel.IMPORTED):
        await services.conversations.report(
            operator, Report("s", "a", "A", channel=channel, messages=messages, person="customer 7")
        )
    assert await columns_with(services.units, *WORDS) == []
    ways = {one.way for one in await services.masking.counts(operator)}
    assert ways == {Way.REPORTED, Way.TRACED, Way.IMPORTED}


@pytest.mark.usefixtures("beside_writers")
async def test_escapes_of_json_in_a_span_hide_nothing_and_stay_readable(services: Services, operator: Operator) -> None:
    asked = json.dumps([{"role": "user", "content": f"Contact für:\n{MAIL}"}]).replace("@", "\\u0040")
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.input.messages": asked, MAIL: "x", "deep": "[" * 900 + "]" * 900,
    }  # fmt: skip
    at = utc_now()
    event = SpanEvent(MAIL, {MAIL: json.dumps({"content": f"\n{MAIL}"})})
    span = Span("a" * 32, "b" * 16, "", "chat", at, at, attributes, (event,), service=MAIL)
    await services.conversations.take_spans(operator, [span])
    (kept,) = (await services.conversations.list(operator, Filters(), Page())).items
    assert await said(services, operator, kept.id) == ["Contact für:\n[e-mail 1]", ""]
    assert await columns_with(services.units, *WORDS, "ada\\") == []


async def test_a_repeated_request_is_answered_as_it_is_kept(services: Services, operator: Operator) -> None:
    await services.flows.create(operator, "Echo", document=echo())
    await services.flows.publish(operator, "echo")
    key = await services.identity.create_key(operator, "program")
    headers = {"Authorization": f"Bearer {key.secret}", "Idempotency-Key": "once"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_api()), base_url="http://signalbox", headers=headers
    ) as client:
        body = {"input": {"question": SAID}}
        first = await client.post("/api/flows/echo/run", json=body)
        again = await client.post("/api/flows/echo/run", json=body)
    assert MAIL in first.text
    assert MAIL not in again.text
    assert again.json()["run_id"] == first.json()["run_id"]
    assert await columns_with(services.units, *WORDS) == []


async def test_counts_say_how_often_and_never_what(services: Services, operator: Operator) -> None:
    await services.conversations.report(
        operator, Report("s", "a", "A", messages=(Told(Role.USER, f"{MAIL} {MAIL} bob@x.org {CARD}"),))
    )
    counted = {(one.kind, one.num) for one in await services.masking.counts(operator)}
    assert counted == {("e-mail", 2), ("card", 1)}


async def test_rules_are_tried_checked_and_turned_off_again(services: Services, operator: Operator) -> None:
    tried = await services.masking.try_on(operator, SAID)
    assert tried.text == KEPT
    assert await services.masking.counts(operator) == []
    for wrong in (
        MaskingRules(patterns=(OwnPattern("a", "("),)),
        MaskingRules(patterns=(OwnPattern("e-mail", "x"),)),
        MaskingRules(patterns=(OwnPattern("a]", "x"),)),
        MaskingRules(patterns=(OwnPattern("a", "x"), OwnPattern("A", "y"))),
        MaskingRules(regions=("Germany",)),
    ):
        with pytest.raises(InvalidInput):
            await services.masking.set_rules(operator, wrong)
    await services.masking.set_rules(operator, MaskingRules())
    kept = await services.conversations.report(operator, Report("s", "a", "A", messages=(Told(Role.USER, MAIL),)))
    assert await said(services, operator, kept.conversation.id) == [MAIL]
    stranger = Operator("u", "U", operator.organisation_id, operator.project_id, frozenset(), "session")
    with pytest.raises(Forbidden):
        await services.masking.try_on(stranger, "x")


async def test_a_corrected_answer_is_kept_with_placeholders(services: Services, operator: Operator) -> None:
    await services.flows.create(operator, "Chat", document=chat())
    await services.flows.publish(operator, "chat")
    talk = str((await services.runs.run(operator, "chat", RunWish({"message": SAID}))).conversation_id)
    answer = (await services.conversations.transcript(operator, talk)).messages[-1].id
    kept = await services.turns.keep(operator, answer, NewTest({"text": f"Write to {MAIL}"}, dataset_name="Cases"))
    (row,) = await services.datasets.all_items(operator, kept.dataset_id)
    assert row.expected_output == {"text": "Write to [e-mail 1]"}
