"""What changes or goes away while an experiment rests takes nothing along that was answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.bootstrap.experiments import put_together
from backend.datasets.types import ItemEdit
from backend.errors import NotFound
from backend.experiments.engine import stopping
from backend.experiments.errors import WrongState
from backend.experiments.types import PromptChoice, Status, VariantDraft
from backend.prompts.types import Content, NewPrompt
from backend.providers.types import ModelDraft, ProviderDraft
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_faults import asked
from tests.factories.datasets import dataset, item


async def test_a_retry_of_what_was_decided_early_asks_the_failed_alone_and_stays_decided(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(400, wrong=range(1, 300))
    missing = lab.rows[::2]
    for row in missing:
        del row.input["weak"]
    done = await lab.ran(early_stop=True, concurrency=1)
    assert (bool(done.decided), done.progress.num_failed > 1) == (True, True)
    for row in missing:
        row.input["weak"] = "no"
    before = lab.num_asked
    monkeypatch.setattr(stopping, "MIN_ROWS", 2)  # it would be decided without those that failed
    await lab.service.retry(lab.operator, done.id)
    await lab.executor.execute(done.id)
    again = await lab.service.get(lab.operator, done.id)
    assert (again.progress.num_failed, lab.num_asked - before) == (0, done.progress.num_failed)
    assert (again.status, again.decided, again.progress.num_skipped) == (
        Status.DONE, done.decided, done.progress.num_skipped,
    )  # fmt: skip


async def test_what_is_gone_meanwhile_is_said_and_takes_no_answer_along(lab: Lab) -> None:
    """The judge's model, then the prompt of a variant, then the rows themselves."""
    lab.fill(2)
    kept = await lab.services.prompts.create(lab.operator, NewPrompt("Support", Content(text="{{ good }}")))
    judges = ({"kind": "judge", "rubric": "?", "model": "no-usage"}, {"kind": "exact"})
    managed = VariantDraft("managed", prompt=PromptChoice(id=kept.id, version=1), model="echo")
    made = await lab.started(managed, prompt("own", "{{ good }}"), evaluators=judges, concurrency=1)
    draft = ProviderDraft(
        "Lab", await lab.server.start(), (ModelDraft("echo"),), api_key="lab-key-0001", allow_private_address=True
    )
    await lab.services.providers.update(lab.operator, lab.provider_id, draft, 1)
    await lab.services.prompts.delete(lab.operator, kept.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    cells = await lab.cells(done)
    assert (done.status, done.progress.num_done, done.progress.num_failed) == (Status.DONE, 2, 2)
    assert {"no-usage" in cell.scores["judge"]["error"] for cell in cells if cell.variant == "own"} == {True}
    assert {cell.error for cell in cells if cell.variant == "managed"} == {"Prompt not found"}
    lab.version, rows = 0, lab._rows

    async def gone(*_given: Any) -> Any:
        raise NotFound("There is no such dataset.")

    object.__setattr__(lab.service._outside, "rows", gone)
    await lab.service.retry(lab.operator, made.id)
    await lab.executor.execute(made.id)
    ended = await lab.service.get(lab.operator, made.id)
    assert (ended.status, ended.error) == (Status.FAILED, "There is no such dataset.")
    assert (await lab.service.comparison(lab.operator, made.id)).baseline == "managed"
    object.__setattr__(lab.service._outside, "rows", rows)


async def test_a_paused_experiment_can_be_cancelled_and_its_rest_asked(lab: Lab) -> None:
    lab.fill(10)
    lab.server.latency_seconds = 0.02
    made = await lab.started(concurrency=2)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while lab.num_asked < 4:
        await asyncio.sleep(0.005)
    with pytest.raises(WrongState):
        await lab.service.retry(lab.operator, made.id)
    await lab.service.pause(lab.operator, made.id)
    await carried
    cancelled = await lab.service.cancel(lab.operator, made.id)
    assert (cancelled.status, cancelled.progress.num_done) == (Status.CANCELLED, lab.num_asked)
    with pytest.raises(WrongState):
        await lab.service.resume(lab.operator, made.id)
    await lab.service.retry(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, lab.num_asked) == (Status.DONE, 20, 20)


async def test_a_budget_changes_only_while_it_rests_and_then_holds(lab: Lab) -> None:
    lab.fill(10)
    lab.server.latency_seconds = 0.02
    made = await lab.started(concurrency=2, budget=Decimal(1))
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asked(lab, 4)
    for budget in (Decimal("0.00001"), Decimal(100), None):
        with pytest.raises(WrongState, match="running"):
            await lab.service.set_budget(lab.operator, made.id, budget)
    await lab.service.pause(lab.operator, made.id)
    await carried
    rests = await lab.service.get(lab.operator, made.id)
    assert (rests.status, rests.draft.budget, rests.progress.num_done) == (Status.PAUSED, Decimal(1), lab.num_asked)
    before = lab.num_asked
    await lab.service.set_budget(lab.operator, made.id, rests.progress.cost / 2)
    await lab.service.resume(lab.operator, made.id)
    await lab.executor.execute(made.id)
    ended = await lab.service.get(lab.operator, made.id)
    assert (ended.status, "budget" in ended.error, lab.num_asked) == (Status.FAILED, True, before)
    await lab.service.set_budget(lab.operator, made.id, Decimal(1))
    await lab.service.resume(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, lab.num_asked) == (Status.DONE, 20, 20)


async def test_rows_that_are_edited_meanwhile_are_asked_as_they_were(lab: Lab) -> None:
    services, operator = lab.services, lab.operator
    opened = put_together(services.experiments._outside)
    lab.opened, lab.server.latency_seconds = opened, 0.02
    rows = [item(f"q{number}", f"q{number}") for number in range(8)]
    made = await dataset(services.datasets, operator, *rows)
    drafted = replace(lab.draft(prompt("only", "{{ message }}"), concurrency=2), dataset_id=made.id)
    kept = await opened.service.create(operator, drafted)
    await opened.service.start(operator, kept.id)
    carried = asyncio.create_task(opened.executor.execute(kept.id))
    await asked(lab, 2)
    every = await services.datasets.all_items(operator, made.id)
    edits = [ItemEdit(one.id, 1, item("other", "other")) for one in every]
    await services.datasets.edit_items(operator, made.id, edits)
    await services.datasets.add_items(operator, made.id, [item("late", "late")])
    await opened.service.pause(operator, kept.id)
    await carried
    await opened.service.resume(operator, kept.id)
    await opened.executor.execute(kept.id)
    done, cells = await opened.service.get(operator, kept.id), await lab.cells(kept)
    assert (done.status, done.dataset_version, done.progress.num_done) == (Status.DONE, 1, 8)
    assert sorted(cell.output for cell in cells) == sorted(f"q{number}" for number in range(8))
    assert {cell.scores["exact"]["value"] for cell in cells} == {1.0}, "what was expected is of that version too"
