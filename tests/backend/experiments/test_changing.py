"""A draft may be changed, and taken away, until it begins; never over what somebody else saved."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.experiments.errors import ExperimentNotFound, StaleDraft, WrongState
from backend.experiments.outside import Rows
from backend.experiments.types import Status
from backend.operator import Operator
from tests.backend.experiments.conftest import Lab, prompt


async def test_a_draft_is_changed_until_it_begins_and_runs_as_it_says_then(lab: Lab) -> None:
    lab.fill(3)
    made = await lab.service.create(lab.operator, lab.draft(budget=Decimal("2.50")))
    kept = await lab.service.get(lab.operator, made.id)
    assert (made.revision, len(made.revision)) == (kept.revision, 16)
    wish = replace(kept.draft, name="Other", repetitions=2, budget=None, baseline="new", concurrency=3)
    changed = await lab.service.change(lab.operator, made.id, wish, seen=made.revision)
    assert (changed.name, changed.baseline, changed.budget, changed.id) == ("Other", "new", None, made.id)
    plan = await lab.service.plan_of(lab.operator, made.id)
    assert (plan.num_cells, plan.runs) == (12, ("inline prompt, echo", "inline prompt, echo"))
    for seen in (made.revision, "nonsense"):
        with pytest.raises(StaleDraft):
            await lab.service.change(lab.operator, made.id, kept.draft, seen=seen)
        with pytest.raises(StaleDraft):
            await lab.service.delete(lab.operator, made.id, seen=seen)
        with pytest.raises(StaleDraft):
            await lab.service.start(lab.operator, made.id, seen=seen)
    await lab.service.start(lab.operator, made.id, seen=changed.revision)
    with pytest.raises(WrongState) as refused:
        await lab.service.change(lab.operator, made.id, wish)
    assert refused.value.message == "An experiment that is running cannot be changed."
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, done.name, done.revision) == (Status.DONE, 12, "Other", "")
    with pytest.raises(WrongState):  # what was looked at was a draft without answers
        await lab.service.delete(lab.operator, made.id, seen=changed.revision)


async def test_a_budget_of_its_own_is_a_change_too(lab: Lab) -> None:
    lab.fill(2)
    made = await lab.service.create(lab.operator, lab.draft(budget=Decimal("0.001")))
    await lab.service.set_budget(lab.operator, made.id, Decimal(5))
    kept = await lab.service.get(lab.operator, made.id)
    assert kept.revision != made.revision
    assert not (await lab.service.plan_of(lab.operator, made.id)).over_budget


async def test_a_change_while_it_is_being_started_is_not_run_unseen(lab: Lab) -> None:
    lab.fill(2)
    made = await lab.service.create(lab.operator, lab.draft())
    wish, original = lab.draft(prompt("only", "{{ good }}")), lab._rows

    async def changed_meanwhile(operator: Operator, dataset_id: str, version: int | None, split: str) -> Rows:
        found = await original(operator, dataset_id, version, split)
        object.__setattr__(lab.service._outside, "rows", original)
        await lab.service.change(operator, made.id, wish)
        return found

    object.__setattr__(lab.service._outside, "rows", changed_meanwhile)
    with pytest.raises(StaleDraft):
        await lab.service.start(lab.operator, made.id)
    kept = await lab.service.get(lab.operator, made.id)
    assert (kept.status, [one.name for one in kept.draft.variants]) == (Status.DRAFT, ["only"])
    await lab.service.delete(lab.operator, made.id, seen=kept.revision)
    with pytest.raises(ExperimentNotFound):
        await lab.service.change(lab.operator, made.id, wish)
