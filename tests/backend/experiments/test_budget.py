"""A budget holds while many calls are in flight, and by how much dear answers may pass it is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

from backend.engines.language_model.scripted_server import DIMENSIONS
from backend.experiments.engine.purse import Price, Purse
from backend.experiments.types import Status
from backend.providers.types import ModelDraft, ProviderDraft
from tests.backend.experiments.conftest import PRICE, Lab, prompt
from tests.backend.experiments.test_model_faults import asking_flow

IN_FLIGHT, LONG = 20, 400
# What the server counts of a long answer: the question and the echo.
DEAR = 2 * LONG * PRICE / 1_000_000
CENT = Decimal("0.01")


async def test_dear_answers_behind_a_cheap_one_pass_the_budget_by_little(lab: Lab) -> None:
    """What was put aside for twenty in flight was once the price of the first, which said a word."""
    lab.fill(100)
    for row in lab.rows[1:]:
        row.input["good"] = "word " * LONG
    budget = 3 * DEAR
    ended = await lab.ran(prompt("only", "{{ good }}"), concurrency=IN_FLIGHT, budget=budget)
    assert (ended.status, "budget" in ended.error) == (Status.FAILED, True)
    assert budget < ended.progress.cost <= 2 * budget
    assert lab.num_asked <= 6


async def test_flows_whose_cost_nothing_tells_begin_with_one_alone(lab: Lab) -> None:
    lab.fill(30)
    for row in lab.rows:
        row.input["question"] = "word " * LONG
    ended = await lab.ran(await asking_flow(lab, "echo"), concurrency=IN_FLIGHT, budget=2 * DEAR)
    assert "budget" in ended.error
    assert ended.progress.cost <= 2 * DEAR


async def test_pairs_whose_judge_is_dear_begin_with_one_alone(lab: Lab) -> None:
    """What was put aside for each was once the price of an answer, which said a word."""
    lab.fill(12)
    judges = ({"kind": "exact"}, {"kind": "pairwise", "rubric": "word " * LONG, "model": "echo"})
    ended = await lab.ran(evaluators=judges, concurrency=12, budget=3 * DEAR)
    judged = [cell for cell in await lab.cells(ended) if cell.variant == "new" and "pairwise" in cell.scores]
    assert (ended.status, "budget" in ended.error, len(judged)) == (Status.FAILED, True, 1)


async def test_what_embeddings_cost_is_planned_counted_and_held_to_the_budget(lab: Lab) -> None:
    lab.fill(10)
    model = ModelDraft("embed", "embedding", input_price=1_000 * PRICE, dimensions=DIMENSIONS)
    where, key = await lab.server.start(), lab.server.key
    drafted = ProviderDraft("Vectors", where, (model,), api_key=key, allow_private_address=True)
    await lab.services.providers.create(lab.operator, drafted)
    given = {"evaluators": ({"kind": "similarity", "model": "embed"},)}
    only = prompt("only", "{{ good }}", max_tokens=50)
    free, dear = [await lab.service.plan(lab.operator, lab.draft(only, **some)) for some in ({}, given)]
    assert dear.cost - free.cost == (dear.tokens_in - free.tokens_in) * PRICE / 1_000
    assert (free.budget_is_firm, dear.budget_is_firm, dear.num_judge_calls) == (True, False, 0)
    done = await lab.ran(only, **given)
    a_word_each = 2 * PRICE / 1_000
    cells = await lab.cells(done)
    assert [cell.scores["similarity"]["cost"] for cell in cells] == [float(a_word_each)] * 10
    assert done.progress.judge_cost == 10 * a_word_each < done.progress.cost
    ended = await lab.ran(only, **given, budget=3 * a_word_each, concurrency=10)
    assert ("budget" in ended.error, ended.progress.num_done) == (True, 2)


async def spent(budget: Decimal, price: Price, cost_of: Callable[[int], Decimal]) -> tuple[Decimal, int]:
    """Return what twenty workers spend at once until nothing is left, and how many calls they made."""
    purse, total, num_calls = Purse(budget, Decimal(0), [price]), Decimal(0), 0

    async def work() -> None:
        nonlocal total, num_calls
        while (put_aside := await purse.take(0)) is not None:
            number, num_calls = num_calls, num_calls + 1
            await asyncio.sleep(0)
            total += cost_of(number)
            await purse.give_back(0, put_aside, cost_of(number))

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return total, num_calls


async def test_answers_of_a_maximum_length_never_pass_the_budget() -> None:
    price = Price(first=CENT, least=CENT)
    for dear in (CENT, CENT / 2, CENT / 100):
        total, _ = await spent(Decimal("0.3"), price, lambda number, dear=dear: dear if number else CENT / 1_000)
        assert Decimal("0.28") < total <= Decimal("0.3")


async def test_answers_without_one_pass_it_at_most_by_those_in_flight() -> None:
    """Each is ten times as dear as any before it was."""
    total, num_calls = await spent(CENT, Price(), lambda number: CENT / 1_000 if number < 3 else CENT)
    assert (num_calls, total) == (3 + IN_FLIGHT, 3 * CENT / 1_000 + IN_FLIGHT * CENT)


async def test_what_costs_nothing_and_what_fails_holds_nobody_up() -> None:
    purse = Purse(CENT, Decimal(0), [Price()])
    first = await purse.take(0)
    assert first == 0
    waiting = asyncio.create_task(purse.take(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    await purse.give_back(0, first, None)  # it got no answer, so the next goes alone too
    second = await asyncio.wait_for(waiting, 5)
    assert second == 0
    await purse.give_back(0, second, Decimal(0))
    assert [await asyncio.wait_for(purse.take(0), 5) for _ in range(IN_FLIGHT)] == [0] * IN_FLIGHT


async def test_the_plan_says_whether_it_may_be_passed(lab: Lab) -> None:
    lab.fill(2)
    loose, firm = prompt("loose", "{{ good }}"), prompt("firm", "{{ good }}", max_tokens=60)
    judged = {"evaluators": ({"kind": "judge", "rubric": "?", "model": "echo"},)}
    drafts = (lab.draft(firm), lab.draft(firm, loose), lab.draft(firm, **judged))
    assert [(await lab.service.plan(lab.operator, one)).budget_is_firm for one in drafts] == [True, False, False]
