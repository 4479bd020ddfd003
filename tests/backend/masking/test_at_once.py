"""What comes in while other words of the same conversation are masked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.service.tracing import TracingUseCases
from backend.conversations.types import Filters, Rating
from backend.flows.types import RunStatus, RunWish
from backend.operator import Operator
from backend.paging import Page
from backend.ports.traces import Span
from backend.turns.types import NewTest
from tests.backend.masking.test_ways_in import KEPT, MAIL, SAID, WORDS, beside_writers, on_the_loop, operator
from tests.factories.flows import chat
from tests.planting import columns_with

__all__ = ["beside_writers", "on_the_loop", "operator"]


@pytest.mark.usefixtures("beside_writers")
async def test_a_question_and_a_judgement_are_masked_while_others_write(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.flows.create(operator, "Chat", document=chat())
    await services.flows.publish(operator, "chat")
    prepared = await services.runs._starting.prepare(operator, "chat", RunWish({"message": SAID}))
    async with services.units.write(operator) as work:
        talk, _, mask = await services.runs._starting.open_row(work, operator, prepared, RunStatus.QUEUED)
    (question, answer) = (await services.conversations.transcript(operator, str(talk))).messages
    assert question.text == KEPT
    assert mask.real({"message": KEPT}) == {"message": SAID}
    prepared = await services.runs._starting.prepare(
        operator, "chat", RunWish({"message": f"bob@example.org, {MAIL}"}, conversation_id=str(talk))
    )
    async with services.units.write(operator) as work:
        await services.runs._starting.open_row(work, operator, prepared, RunStatus.QUEUED)
    await services.conversations.set_feedback(operator, answer.id, Rating.DOWN, f"Ask {MAIL} or eve@example.org")
    opened = await services.conversations.transcript(operator, str(talk))
    assert opened.messages[2].text == "[e-mail 2], [e-mail 1]"
    assert opened.messages[1].feedback is not None
    assert opened.messages[1].feedback.comment == "Ask [e-mail 1] or [e-mail 3]"
    assert await columns_with(services.units, *WORDS, "bob@", "eve@") == []


@pytest.mark.usefixtures("beside_writers")
async def test_what_people_write_and_flows_answer_is_masked_while_others_write(
    services: Services, operator: Operator
) -> None:
    await services.flows.create(operator, "Chat", document=chat())
    await services.flows.publish(operator, "chat")
    first = await services.runs.run(operator, "chat", RunWish({"message": SAID}))
    talk = str(first.conversation_id)
    answer = (await services.conversations.transcript(operator, talk)).messages[1]
    assert answer.text == f"You said {KEPT}"
    comment = await services.conversations.add_comment(operator, talk, f"Call {MAIL} or eve@example.org")
    assert comment.text == "Call [e-mail 1] or [e-mail 2]"
    await services.takeovers.take(operator, talk)
    await services.takeovers.reply(operator, talk, "I am dan@example.org")
    await services.runs.run(operator, "chat", RunWish({"message": "And?"}, conversation_id=talk))
    await services.takeovers.reply(operator, talk, f"Ask {MAIL} or joe@example.org")
    opened = await services.conversations.transcript(operator, talk)
    assert [one.text for one in opened.messages][2:] == ["I am [e-mail 3]", "And?", "Ask [e-mail 1] or [e-mail 4]"]
    queue = await services.annotations.create_queue(
        operator, NewQueue("Words", (config_of({"name": "why", "kind": "text"}),))
    )
    await services.annotations.add_items(operator, queue.id, [Target(talk, answer.id)])
    turned = await services.annotations.take_next(operator, queue.id)
    assert turned.task
    await services.annotations.label(operator, queue.id, turned.task.item_id, "why", f"{MAIL}, kim@example.org")
    wish = NewTest({"say": f"Ask {MAIL} or lee@example.org"}, dataset_name="Kept")
    kept = await services.turns.keep(operator, answer.id, wish)
    [row] = (await services.datasets.items(operator, kept.dataset_id)).items
    assert row.expected_output == {"say": "Ask [e-mail 1] or [e-mail 6]"}
    words = (*WORDS, "eve@", "dan@", "joe@", "kim@", "lee@")
    assert await columns_with(services.units, *words) == []


async def test_spans_of_one_trace_that_come_at_once_share_no_placeholder(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, at = services.conversations, utc_now()

    def span(number: int, *words: str) -> Span:
        asked = [{"role": "user", "content": " and ".join(words)}]
        told = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(asked)}
        return Span("a" * 32, f"{number:016x}", "", "chat", at + timedelta(seconds=number), at, told, ())

    await log.take_spans(operator, [span(1, MAIL)])
    ahead, late = TracingUseCases._ahead, [span(2, "bob@example.org")]

    async def meanwhile(*given: Any) -> Any:
        found = await ahead(*given)
        if late:
            await log.take_spans(operator, [late.pop()])
        return found

    monkeypatch.setattr(TracingUseCases, "_ahead", meanwhile)
    await log.take_spans(operator, [span(3, MAIL, "eve@example.org")])
    (kept,) = (await log.list(operator, Filters(), Page())).items
    spans = (await log.spans(operator, kept.id, "", Page())).items
    words = {one.span.span_id[-1]: str(one.span.attributes) for one in spans}
    assert [mail in words["3"] for mail in ("[e-mail 1]", "[e-mail 2]", "[e-mail 3]")] == [True, False, True]
    assert "[e-mail 2]" in words["2"]
