"""What a run goes on with is kept with placeholders too: decisions with their reasons, and what a replay says anew."""

from __future__ import annotations

from typing import Any

import pytest

from backend.bootstrap import Services
from backend.flows.types import Decision, RunStatus, RunWish, run_topic
from backend.operator import Operator
from backend.turns.types import ReplayColumn, ReplayDone
from tests.backend.masking.test_ways_in import EVERY, IBAN, MAIL, WORDS
from tests.factories.flows import chat, document, node
from tests.planting import columns_with


@pytest.fixture
async def operator(services: Services) -> Operator:
    found = await services.identity.ensure_owner()
    await services.masking.set_rules(found, EVERY)
    return found


def paying() -> Any:
    asks = {"question": "Pay to {{ inputs.value }}?", "note": "It is {{ inputs.value }}"}
    nodes = [
        node("input", "input", {"mode": "chat", "fields": [{"name": "question"}]}),
        node("ask", "approval", asks),
        node("paid", "template", {"template": "Paid to {{ ask.approved }}"}),
        node("output", "output"),
    ]
    tracks = [("input.question", "ask.value"), ("ask.approved", "paid.data"), ("paid.text", "output.value")]
    return document(nodes, tracks)


@pytest.mark.parametrize("changed", [False, True])
async def test_an_approval_shows_placeholders_and_the_run_goes_on_with_the_words(
    services: Services, operator: Operator, *, changed: bool
) -> None:
    made = await services.flows.create(operator, "Pay", document=paying())
    await services.flows.publish(operator, made.slug)
    result = await services.runs.run(operator, made.slug, RunWish({"question": IBAN}))
    assert result.status is RunStatus.WAITING
    approval = await services.approvals.get(operator, result.waits_for[0])
    assert (approval.value, approval.said, approval.question) == ("[IBAN 1]", "[IBAN 1]", "Pay to [IBAN 1]?")
    assert await columns_with(services.units, *WORDS) == []
    why = f"Asked bob@x.org, ORD-4711 and {IBAN}"
    decision = Decision("change" if changed else "approve", approval.hash, MAIL if changed else None, why)
    decided = await services.approvals.decide(operator, approval.id, decision)
    assert decided.comment == "Asked [e-mail 1], [order 1] and [IBAN 1]"
    async with services.events.subscribe(run_topic(result.run_id)) as heard:
        await services.runs.execute(result.run_id)
        done = await anext(event async for event in heard if event["event"] == "run.done")
    assert done["output"] == {"answer": f"Paid to {MAIL if changed else IBAN}"}  # what it went on with
    run = (await services.runs.get(operator, result.run_id)).run
    kept = "Paid to [e-mail 2]" if changed else "Paid to [IBAN 1]"
    assert (run.status, run.output) == (RunStatus.DONE, {"answer": kept})
    assert await columns_with(services.units, *WORDS, "bob@") == []


async def test_what_a_replay_says_anew_is_kept_with_placeholders(services: Services, operator: Operator) -> None:
    made = await services.flows.create(operator, "Chat", document=chat())
    await services.flows.publish(operator, "chat")
    talk = str((await services.runs.run(operator, "chat", RunWish({"message": MAIL}))).conversation_id)
    answer = (await services.conversations.transcript(operator, talk)).messages[-1].id
    says = node("said", "template", {"template": "Ask {{ 'bob' }}@x.org, not {{ input.message }}"})
    nodes = [says if one["id"] == "said" else one for one in chat().as_json()["nodes"]]
    tracks = [("input.message", "said.data"), ("said.text", "output.value")]
    await services.flows.save_draft(operator, made.id, document(nodes, tracks), made.draft_version)
    events = [event async for _, event in services.turns.replay(operator, answer, [ReplayColumn("draft")])]
    done = events[-1]
    assert isinstance(done, ReplayDone)
    assert done.text.startswith("Ask [e-mail ")
    assert "@" not in str((await services.runs.get(operator, done.run_id)).run.output)
    assert await columns_with(services.units, *WORDS, "bob@") == []


async def test_the_reason_of_a_refusal_is_kept_with_placeholders(services: Services, operator: Operator) -> None:
    made = await services.flows.create(operator, "Pay", document=paying())
    await services.flows.publish(operator, made.slug)
    result = await services.runs.run(operator, made.slug, RunWish({"question": IBAN}))
    approval = await services.approvals.get(operator, result.waits_for[0])
    await services.approvals.decide(operator, approval.id, Decision("refuse", approval.hash, comment=f"Not {MAIL}"))
    await services.runs.execute(result.run_id)
    assert (await services.approvals.get(operator, approval.id)).comment == "Not [e-mail 1]"
    assert await columns_with(services.units, *WORDS) == []
