"""What the page of approvals tells beside the value: which flows wait, and what will be read."""

from __future__ import annotations

from typing import Any

import pytest

from backend.bootstrap import Services
from backend.conversations.types import ChatState
from backend.flows.document import FlowDocument
from backend.flows.types import RunStatus, RunWish
from backend.operator import Operator
from console.state.flows_said import answer
from console.state.run_board import RunBoard
from tests.backend.flows.test_approvals import begin, go_on, operator, refund, yes
from tests.factories.flows import document, node

__all__ = ["operator"]
NOTE = {"Paid 389": {"note": "seen"}}


def behind(*more: tuple[str, str], kind: str = "template", **config: Any) -> FlowDocument:
    """Return a chat whose approval goes by one node to the Output."""
    first = {"mode": "chat", "fields": [{"name": "question"}]}
    nodes = [
        node("input", "input", first),
        node("ask", "approval", {"question": "Say it?"}),
        node("told", kind, config),
        node("output", "output", {"template": "To you: {{ inputs.value }}"}),
    ]
    edges = [("input.question", "ask.value"), ("ask.approved", "told.data"), ("told.text", "output.value"), *more]
    return document(nodes, edges)


@pytest.mark.parametrize(
    ("flow", "answer"),
    [
        (refund(), "Paid 389"),
        (behind(template="{{ ask.approved }}, {{ input.question }}"), "To you: Give it back, Give it back"),
        (behind(template="{{ ask.decision.comment }}"), None),
        (behind(("input.question", "output.value"), template="{{ ask.approved }}"), None),
    ],
)
async def test_what_will_be_answered_is_told_before_where_it_is_certain(
    services: Services, operator: Operator, flow: FlowDocument, answer: str | None
) -> None:
    approval = await begin(services, operator, flow)
    assert await services.approvals.reply(operator, approval.id) == answer
    if answer is not None:
        await services.approvals.decide(operator, approval.id, yes(approval))
        assert (await go_on(services, operator, approval))[1] == {"answer": answer, **NOTE.get(answer, {})}


async def test_a_refusal_is_foretold_by_what_is_drawn_behind_it(services: Services, operator: Operator) -> None:
    wired = await begin(services, operator)
    assert await services.approvals.goes_on_refused(operator, wired.id) is True
    lone = document(
        [node("input", "input", {"fields": [{"name": "question"}]}), node("ask", "approval"), node("output", "output")],
        [("input.question", "ask.value"), ("ask.approved", "output.value")],
    )
    ends = await begin(services, operator, lone)
    assert await services.approvals.goes_on_refused(operator, ends.id) is False


async def test_flows_that_wait_are_counted_and_narrow_the_list(services: Services, operator: Operator) -> None:
    first = await begin(services, operator)
    await services.runs.run(operator, "refunds", RunWish({"question": "Again"}))
    made = await services.flows.create(operator, "Zoo", document=refund())
    (other,) = (await services.runs.run(operator, made.slug, RunWish({"question": "Me too"}, "draft"))).waits_for
    flows = await services.approvals.flows_waiting(operator)
    assert [(one.name, one.num_waiting) for one in flows] == [("Refunds", 2), ("Zoo", 1)]
    found = (await services.approvals.waiting(operator, flow_id=flows[1].flow_id)).items
    assert [one.id for one in found] == [other]
    await services.approvals.decide(operator, first.id, yes(first))
    assert (await services.approvals.decided(operator, flow_id=flows[1].flow_id)).items == []
    assert len((await services.approvals.decided(operator, flow_id=flows[0].flow_id)).items) == 1
    assert [one.num_waiting for one in await services.approvals.flows_waiting(operator)] == [1, 1]


async def test_what_a_person_refused_is_no_answer(services: Services, operator: Operator) -> None:
    draft = document(
        [
            node("input", "input", {"mode": "chat", "fields": [{"name": "question"}]}),
            node("ask", "approval"),
            node("output", "output"),
        ],
        [("input.question", "ask.value"), ("ask.approved", "output.value")],
    )
    approval = await begin(services, operator, draft)
    await services.approvals.decide(operator, approval.id, yes(approval, choice="refuse", comment="Rude"))
    assert (await go_on(services, operator, approval))[0] is RunStatus.DONE
    assert approval.conversation_id
    said = (await services.conversations.transcript(operator, approval.conversation_id)).messages[-1]
    assert (said.state, said.text, said.error) == (ChatState.REFUSED, "", f"{operator.name} refused it: Rude")
    board = RunBoard()
    board.answer = "Words that a model spoke"
    board.recall(await services.runs.get(operator, approval.run_id), 0)
    drawn = answer(board, "Refunds")
    assert (drawn.state, drawn.words, drawn.pieces) == ("idle", f"Refused. {operator.name} refused it: Rude", [])
