"""An experiment is carried out: every cell once, paid once, and what was wished is done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlmodel import col

from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.experiments.errors import WrongState
from backend.experiments.models import ExperimentCellRow
from backend.experiments.outside import Row
from backend.experiments.repository import Experiments
from backend.experiments.types import CellStatus, FlowChoice, Status, VariantDraft
from backend.operator import Permission
from tests.backend.experiments.conftest import Lab, prompt
from tests.factories import flows


async def test_every_cell_is_asked_scored_and_paid_once(lab: Lab) -> None:
    lab.fill(12, wrong=(3, 7))
    done = await lab.ran(repetitions=2, concurrency=5)
    cells = await lab.cells(done)
    assert (done.status, done.progress.num_cells, done.progress.num_done) == (Status.DONE, 48, 48)
    assert {(cell.row, cell.variant, cell.repetition) for cell in cells} == {
        (row, variant, repetition) for row in range(1, 13) for variant in ("old", "new") for repetition in (0, 1)
    }
    assert lab.num_asked == 48
    assert done.progress.cost == sum((cell.cost for cell in cells), Decimal(0)) > 0
    failing = {cell.row for cell in cells if cell.scores["exact"]["value"] == 0}
    assert failing == {3, 7}
    assert all(cell.latency_ms > 0 and cell.tokens_out > 0 for cell in cells)


async def test_a_row_without_a_value_is_told_before_and_fails_without_a_call(lab: Lab) -> None:
    lab.fill(3)
    lab.rows.append(Row("item_4", 4, {"question": "q4"}, "a4"))
    draft = lab.draft()
    plan = await lab.service.plan(lab.operator, draft)
    assert (plan.num_cells, plan.num_missing) == (8, 2)
    assert {(one.row, one.variant, one.names) for one in plan.missing} == {(4, "old", ("weak",)), (4, "new", ("good",))}
    done = await lab.ran()
    assert (done.progress.num_done, done.progress.num_failed, lab.num_asked) == (6, 2, 6)
    assert done.progress.error_rate == 0.25
    failed = [cell for cell in await lab.cells(done) if cell.status is CellStatus.FAILED]
    assert all("weak" in cell.error or "good" in cell.error for cell in failed)
    assert all(cell.cost == 0 for cell in failed)


async def test_a_start_pins_what_runs_and_a_second_one_is_the_first(lab: Lab) -> None:
    lab.fill(2)
    made = await lab.started()
    again = await lab.service.start(lab.operator, made.id)
    assert again.status is made.status is Status.QUEUED
    assert again.shown_status == "running"
    await asyncio.gather(*(lab.executor.execute(made.id) for _ in range(3)))
    assert lab.num_asked == 4
    assert (await lab.service.start(lab.operator, made.id)).status is Status.DONE


async def test_a_flow_is_a_variant_and_its_draft_is_pinned(lab: Lab) -> None:
    lab.fill(3)
    for row in lab.rows:
        row.input["question"] = f"a{row.number}"
    flow = await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    made = await lab.started(VariantDraft("flow", flow=FlowChoice("desk", "draft")), prompt("prompt", "{{ good }}"))
    await lab.services.flows.delete(lab.operator, flow.id)
    await lab.services.flows.undelete(lab.operator, flow.id)
    await lab.executor.execute(made.id)
    cells = await lab.cells(made)
    assert {cell.scores["exact"]["value"] for cell in cells} == {1.0}
    runs = [cell.run_id for cell in cells if cell.variant == "flow"]
    assert all(runs)
    found = await lab.services.runs.get(lab.operator, runs[0])
    assert (found.run.trigger.value, found.run.conversation_id) == ("experiment", None)


async def test_a_pause_keeps_what_was_paid_and_a_resume_asks_the_rest(lab: Lab) -> None:
    lab.fill(30)
    lab.server.latency_seconds = 0.03
    made = await lab.started(concurrency=4)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while lab.num_asked < 10:
        await asyncio.sleep(0.005)
    paused = await lab.service.pause(lab.operator, made.id)
    await carried
    assert paused.status is Status.PAUSED
    assert paused.progress.num_done == lab.num_asked < 60
    assert paused.progress.num_running == 0
    with pytest.raises(Conflict, match="paused"):
        await lab.service.start(lab.operator, made.id)
    resumed = await lab.service.resume(lab.operator, made.id)
    assert resumed.shown_status == "running"
    await lab.executor.execute(made.id)
    assert (await lab.service.get(lab.operator, made.id)).status is Status.DONE
    assert lab.num_asked == 60


async def test_a_cancel_cuts_what_is_in_flight_within_two_seconds(lab: Lab) -> None:
    lab.fill(5)
    made = await lab.started(prompt("slow", "{{ good }}", "hang"))
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while lab.num_asked < 5:
        await asyncio.sleep(0.01)
    cancelled = await asyncio.wait_for(lab.service.cancel(lab.operator, made.id), 3)
    await carried
    assert (cancelled.status, cancelled.progress.num_skipped) == (Status.CANCELLED, 5)
    async with asyncio.timeout(2):
        while lab.server.num_open:
            await asyncio.sleep(0.01)
    with pytest.raises(WrongState):
        await lab.service.pause(lab.operator, made.id)


async def test_only_failed_cells_are_retried(lab: Lab) -> None:
    lab.fill(4)
    lab.rows.append(Row("item_5", 5, {"question": "q5", "weak": "a5"}, "a5"))
    done = await lab.ran()
    assert (done.progress.num_failed, done.progress.num_in_vain, lab.num_asked) == (1, 1, 9)
    lab.rows[-1].input["good"] = "a5"
    again = await lab.service.retry(lab.operator, done.id)
    assert again.shown_status == "running"
    await lab.executor.execute(done.id)
    mended = await lab.service.get(lab.operator, done.id)
    assert (mended.status, mended.progress.num_failed, lab.num_asked) == (Status.DONE, 0, 10)
    assert mended.progress.num_in_vain == 0


async def test_one_failed_answer_is_listed_and_asked_again_alone(lab: Lab) -> None:
    lab.fill(3)
    for row in lab.rows[1:]:
        del row.input["good"]
    pairwise = {"kind": "pairwise", "model": "lab:echo"}
    done = await lab.ran(evaluators=({"kind": "exact"}, pairwise), baseline="new")
    rows = await lab.service.compared_rows(lab.operator, done.id, "old", failed=True)
    assert ([one.row for one in rows.items], rows.num_failed) == ([2, 3], 2)
    assert all("good" in one.baseline_cells[0].error for one in rows.items)
    failed = [cell.number for one in rows.items for cell in one.baseline_cells]
    whole = next(cell for cell in await lab.cells(done) if cell.status is CellStatus.DONE)
    with pytest.raises(Conflict, match="has not failed"):
        await lab.service.retry_one(lab.operator, done.id, whole.number)
    with pytest.raises(NotFound):
        await lab.service.retry_one(lab.operator, done.id, 99)
    lab.rows[1].input["good"] = lab.rows[2].input["good"] = "a2"
    asked = lab.num_asked
    again = await lab.service.retry_one(lab.operator, done.id, failed[0])
    with pytest.raises(WrongState):
        await lab.service.retry_one(lab.operator, done.id, failed[1])
    await lab.executor.execute(again.id)
    cells = {(cell.row, cell.variant): cell for cell in await lab.cells(done)}
    assert (cells[2, "new"].status, cells[3, "new"].status) == (CellStatus.DONE, CellStatus.FAILED)
    assert asked == 4 + 2, "a judge that keeps to no form is asked twice for a pair"
    assert lab.num_asked == asked + 1 + 2, "the answer, and the judge of the pair that stood unopposed for want of it"
    assert (cells[2, "old"].scores["pairwise"].get("label"), cells[3, "old"].scores["pairwise"]["label"]) == (
        None, "unopposed",
    )  # fmt: skip


async def test_a_wrong_key_ends_the_experiment_once_and_a_resume_goes_on(lab: Lab) -> None:
    lab.fill(40)
    lab.server.key = "another-key"
    failed = await lab.ran(concurrency=4)
    assert failed.status is Status.FAILED
    assert "key" in failed.error.lower()
    assert (failed.progress.num_done, failed.progress.num_failed) == (0, 0)
    lab.server.key = "lab-key-0001"
    await lab.service.resume(lab.operator, failed.id)
    await lab.executor.execute(failed.id)
    assert (await lab.service.get(lab.operator, failed.id)).progress.num_done == 80


async def test_nothing_succeeded_is_a_failed_experiment(lab: Lab) -> None:
    lab.fill(2)
    failed = await lab.ran(prompt("refused", "{{ good }}", "400"))
    assert (failed.status, failed.error) == (Status.FAILED, "No answer succeeded.")


async def test_a_budget_is_never_overspent_and_can_be_raised(lab: Lab) -> None:
    lab.fill(60)
    told = "{{ good }} " + "word " * 40
    budget = Decimal("0.0145")  # an answer costs about 0.0009, both ways
    bounded = await lab.ran(prompt("only", told, max_tokens=60), concurrency=10, budget=budget)
    assert bounded.status is Status.FAILED
    assert "budget" in bounded.error.lower()
    assert budget * Decimal("0.7") < bounded.progress.cost <= budget
    await lab.service.set_budget(lab.operator, bounded.id, None)
    await lab.service.resume(lab.operator, bounded.id)
    await lab.executor.execute(bounded.id)
    assert (await lab.service.get(lab.operator, bounded.id)).progress.num_done == 60


async def test_it_stops_early_once_decided(lab: Lab) -> None:
    lab.fill(400, wrong=range(1, 300))
    done = await lab.ran(early_stop=True, concurrency=8)
    assert done.status is Status.DONE
    assert "decided after" in done.decided
    assert done.progress.num_skipped > 400
    found = await lab.service.comparison(lab.operator, done.id)
    exact = next(one for one in found.metrics if one.metric == "exact")
    assert (exact.verdict, exact.low > 0, exact.p_value < 0.05) == ("better", True, True)


async def test_pairs_of_answers_that_an_earlier_attempt_got_are_kept(lab: Lab) -> None:
    lab.fill(2)
    done = await lab.ran(evaluators=({"kind": "pairwise", "model": "lab:echo"},))
    async with lab.services.units.write(lab.operator) as work:  # as a kill between answers and pairs leaves it
        theirs = col(ExperimentCellRow.project_id) == lab.operator.project_id
        await work.session.exec(update(ExperimentCellRow).where(theirs).values(scores={}))
        row = await Experiments(work.session, lab.operator.project_id).get(done.id)
        row.status = Status.PAUSED.value
    await lab.service.resume(lab.operator, done.id)
    await lab.executor.execute(done.id)
    judged = [cell for cell in await lab.cells(done) if cell.variant == "new"]
    assert [list(cell.scores) for cell in judged] == [["pairwise"], ["pairwise"]]


async def test_an_answer_that_was_corrected_does_not_pass_in_silence(lab: Lab) -> None:
    lab.fill(3)
    for at, row in enumerate(lab.rows):
        lab.rows[at] = replace(row, metadata={"corrected": f"a{row.number} or so" if row.number < 3 else row.expected})
    variants = (prompt("old", "{{ good }} or so "), prompt("new", "{{ good }}"))
    done = await lab.ran(*variants, evaluators=({"kind": "contains"}, {"kind": "exact"}, {"kind": "latency"}))
    noted = [
        (cell.variant, cell.row, name)
        for cell in await lab.cells(done)
        for name, score in cell.scores.items()
        if score.get("reason", "").startswith("This is the answer that was corrected.")
    ]
    assert noted == [("old", 1, "contains"), ("old", 2, "contains")], "of what fails its own reason says enough"


async def test_a_judge_is_paid_for_beside_the_answer_and_pairs_are_judged_after(lab: Lab) -> None:
    lab.fill(3)
    specs = ({"kind": "judge", "rubric": "Is it right?", "model": "echo"}, {"kind": "pairwise", "model": "lab:echo"})
    done = await lab.ran(evaluators=specs)
    cells = await lab.cells(done)
    assert done.progress.judge_cost > 0
    told = {cell.scores["judge"].get("error", "-") for cell in cells}
    assert told == {"The judge did not answer in the form that was asked for. Try a larger model as judge."}
    assert {cell.scores["pairwise"].get("label", "") for cell in cells if cell.variant == "old"} == {"baseline"}
    assert all("error" in cell.scores["pairwise"] for cell in cells if cell.variant == "new")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"repetitions": 0}, "repetitions"),
        ({"concurrency": 1_000}, "concurrency"),
        ({"budget": Decimal(0)}, "budget"),
        ({"budget": Decimal("NaN")}, "budget"),
        ({"repetitions": 10**9}, "repetitions"),
        ({"repetitions": -1}, "repetitions"),
        ({"variants": (prompt("a", "x", temperature=float("nan")),)}, "variants.0.parameters.temperature"),
        ({"baseline": "nobody"}, "baseline"),
        ({"variants": (prompt("a", "x"), prompt("A", "y"))}, "variants"),
        ({"variants": (prompt("a", "{{ x"),)}, "variants.0.prompt.template"),
        ({"variants": (prompt("a", "x", temperature=9),)}, "variants.0.parameters.temperature"),
        ({"variants": (VariantDraft("a"),)}, "variants.0.prompt"),
        ({"variants": (VariantDraft("a", flow=FlowChoice("nowhere")),)}, "variants.0"),
    ],
)
async def test_what_cannot_run_is_refused_by_its_field(lab: Lab, given: dict, field: str) -> None:
    lab.fill(1)
    with pytest.raises(InvalidInput) as refused:
        await lab.service.create(lab.operator, replace(lab.draft(), **given))
    assert field in refused.value.fields


async def test_an_unknown_model_or_dataset_is_named(lab: Lab) -> None:
    lab.fill(1)
    with pytest.raises(InvalidInput, match="no model called nobody"):
        await lab.service.create(lab.operator, lab.draft(prompt("a", "x", "nobody")))
    with pytest.raises(NotFound):
        await lab.service.create(lab.operator, replace(lab.draft(), dataset_id="dset_2"))


async def test_nobody_runs_or_reads_without_the_right_or_in_another_project(lab: Lab) -> None:
    lab.fill(1)
    made = await lab.started()
    reader = replace(lab.operator, permissions=frozenset({Permission.EXPERIMENTS_READ}))
    for act in (lab.service.start, lab.service.pause, lab.service.cancel, lab.service.retry, lab.service.delete):
        with pytest.raises(Forbidden):
            await act(reader, made.id)
    stranger = replace(lab.operator, project_id="proj_other")
    for act in (lab.service.get, lab.service.start, lab.service.cancel, lab.service.comparison):
        with pytest.raises(NotFound):
            await act(stranger, made.id)


async def test_a_deleted_experiment_is_gone_with_its_cells(lab: Lab) -> None:
    lab.fill(2)
    done = await lab.ran()
    await lab.service.delete(lab.operator, done.id)
    with pytest.raises(NotFound):
        await lab.service.cells(lab.operator, done.id)
