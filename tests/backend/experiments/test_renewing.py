"""Scores of a judge that was asked otherwise since are told as such, and made anew of the same answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.errors import Conflict, Forbidden
from backend.experiments.types import Experiment, Status
from backend.operator import Permission
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_paying import CALL, YES, asks

KIND: dict[str, Any] = {"kind": "judge", "name": "kind", "rubric": "Is it kind?", "model": "lab:echo"}
VERY = {**KIND, "rubric": "Is it very kind?"}
OTHER_MODEL = {**KIND, "model": "lab:no-usage"}
SHORT: dict[str, Any] = {"kind": "judge", "name": "short", "rubric": "Is it short?", "model": "lab:echo"}
PLAIN: dict[str, Any] = {"kind": "exact"}


def says(_model: str, asked: str) -> str:
    return YES if "Rubric" in asked else asked


async def run(lab: Lab, *evaluators: dict[str, Any]) -> Experiment:
    return await lab.ran(prompt("only", "{{ good }}"), evaluators=evaluators)


async def told(lab: Lab, done: Experiment) -> list[tuple[str, int, int, str]]:
    found = await lab.service.outdated(lab.operator, done.id)
    return [(one.metric, one.version, one.newest, one.experiment_id) for one in found]


async def test_an_older_version_of_a_judge_is_told_by_its_number(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(lab, monkeypatch, says)
    lab.fill(2)
    first = await run(lab, PLAIN, KIND, SHORT)
    assert await told(lab, first) == []
    same = await run(lab, {**KIND, "weight": 2.0})
    assert await told(lab, first) == [], "how a score is counted is no version of it"
    second = await run(lab, VERY)
    third = await run(lab, OTHER_MODEL, SHORT)
    assert await told(lab, first) == await told(lab, same) == [("kind", 1, 3, third.id)]
    assert await told(lab, second) == [("kind", 2, 3, third.id)]
    assert await told(lab, third) == []
    back = await run(lab, KIND)
    assert [await told(lab, one) for one in (first, same, back)] == [[], [], []]
    assert await told(lab, third) == [("kind", 3, 1, back.id)]


async def test_one_click_judges_the_same_answers_anew_and_asks_for_nothing_else(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = asks(lab, monkeypatch, says)
    lab.fill(3)
    first = await run(lab, PLAIN, KIND, SHORT)
    await run(lab, VERY)
    before = len(model.asked)
    planned = await lab.service.plan_renewed(lab.operator, first.id)
    assert planned is not None
    wish, plan = planned
    assert wish.evaluators == (PLAIN, VERY, SHORT)
    assert (plan.num_taken_over, plan.num_judge_calls, len(model.asked)) == (3, 3, before)
    made = await lab.service.renew(lab.operator, first.id)
    assert (made.status.is_open, made.draft.answers_of, made.name) == (True, first.id, "Support, scored again")
    assert await told(lab, first) == [], "it is on its way"
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.cost, len(model.asked)) == (Status.DONE, 3 * CALL, before + 3)
    assert [set(cell.scores) - {"overall"} for cell in await lab.cells(done)] == 3 * [{"exact", "kind", "short"}]
    assert await told(lab, done) == await told(lab, first) == []
    assert await lab.service.plan_renewed(lab.operator, first.id) is None
    with pytest.raises(Conflict, match="newest version already"):
        await lab.service.renew(lab.operator, first.id)


async def test_what_failed_draws_no_judge_on_and_who_may_not_run_may_only_read(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks(lab, monkeypatch, lambda model, asked: "key" if "very" in asked and model == "echo" else says(model, asked))
    lab.fill(1)
    first = await run(lab, KIND)
    broken = await run(lab, VERY)
    assert broken.status is Status.FAILED
    assert await told(lab, first) == await told(lab, broken) == []
    newer = await run(lab, OTHER_MODEL)
    reader = replace(lab.operator, permissions=frozenset({Permission.EXPERIMENTS_READ}))
    assert [one.experiment_id for one in await lab.service.outdated(reader, first.id)] == [newer.id]
    with pytest.raises(Forbidden):
        await lab.service.renew(reader, first.id)
    with pytest.raises(Forbidden):
        await lab.service.outdated(replace(reader, permissions=frozenset()), first.id)


async def test_two_who_click_at_once_pay_for_one(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    model = asks(lab, monkeypatch, says)
    lab.fill(3)
    first = await run(lab, PLAIN, KIND)
    await run(lab, VERY)
    before = len(model.asked)
    both = (lab.service.renew(lab.operator, first.id) for _ in range(2))
    made = await asyncio.gather(*both, return_exceptions=True)
    (one,) = [each for each in made if isinstance(each, Experiment)]
    (refused,) = [each for each in made if isinstance(each, Conflict)]
    assert one.name in refused.message or "already" in refused.message
    await lab.executor.execute(one.id)
    assert len(model.asked) - before == 3
    with pytest.raises(Conflict):
        await lab.service.renew(lab.operator, first.id)


async def test_what_was_given_up_may_be_judged_anew(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(lab, monkeypatch, says)
    lab.fill(3)
    first = await run(lab, PLAIN, KIND)
    await run(lab, VERY)
    made = await lab.service.renew(lab.operator, first.id)
    await lab.service.cancel(lab.operator, made.id)
    again = await lab.service.renew(lab.operator, first.id)
    assert again.id != made.id


async def test_a_judge_is_asked_as_the_newest_and_counted_as_it_was(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(lab, monkeypatch, says)
    lab.fill(3)
    counted = {"weight": 5.0, "target": 0.9, "margin": 0.1}
    first = await lab.ran(prompt("only", "{{ good }}"), evaluators=({**KIND, **counted},), budget=Decimal("0.5"))
    await run(lab, {**VERY, "weight": 2.0, "unit": "points", "negate": True})
    told = await lab.service.plan_renewed(lab.operator, first.id)
    assert told is not None
    assert list(told[0].evaluators) == [{**VERY, "negate": True, **counted}]
    made = await lab.service.renew(lab.operator, first.id)
    assert (told[0].budget, made.draft.budget) == (Decimal("0.5"), Decimal("0.5"))
    assert await lab.service.outdated(lab.operator, first.id) == []
