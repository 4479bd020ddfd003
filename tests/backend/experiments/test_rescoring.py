"""Answers that are there are scored by other evaluators, and nothing is asked or paid for again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.errors import Conflict, Forbidden, InvalidInput
from backend.experiments.engine import making
from backend.experiments.errors import GateRefused
from backend.experiments.models import REMOVED
from backend.experiments.types import CellStatus, FlowChoice, PromptChoice, Requirement, Status, VariantDraft
from backend.operator import Permission
from backend.prompts.types import PRODUCTION
from console.state import formats
from console.state.experiment_asked import scoring_words
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_gate import gated, published
from tests.backend.experiments.test_paying import CALL, YES, asks, judge
from tests.backend.experiments.test_removed_rows import erase
from tests.factories import flows

__all__ = ["gated"]

SAYS_YES = {"kind": "judge", "name": "kind", "rubric": "Is it kind?", "model": "echo"}


def says(_model: str, asked: str) -> str:
    return YES if "Rubric" in asked else "no" if asked == "no" else asked


async def test_a_judge_scores_what_was_answered_and_nothing_is_asked_again(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = asks(lab, monkeypatch, says)
    lab.fill(3, wrong=(2,))
    first = await lab.ran(repetitions=2)
    asked, evaluators = len(model.asked), ({"kind": "exact", "margin": 0.5}, judge("echo"))
    made = await lab.service.score_again(lab.operator, first.id, evaluators, budget=Decimal(1))
    plan = await lab.service.plan_of(lab.operator, made.id)
    assert (plan.num_cells, plan.num_taken_over, plan.num_judge_calls) == (12, 12, 12)
    assert (plan.num_missing, plan.unknown, plan.asked) == (0, (), ())
    await lab.service.start(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.name, done.dataset_version) == (Status.DONE, "Support, scored again", 1)
    assert (done.progress.num_done, done.progress.cost, done.progress.judge_cost) == (12, 12 * CALL, 12 * CALL)
    assert done.progress.tokens_in == 0
    assert len(model.asked) == asked + 12
    before, after = await lab.cells(first), await lab.cells(done)
    told = [[(one.row, one.variant, one.output, one.latency_ms) for one in cells] for cells in (before, after)]
    assert told[0] == told[1]
    assert [one.cost + CALL for one in before] == [one.cost for one in after]  # the answer costs what it did
    assert {name for one in after for name in one.scores} == {"exact", "echo"}
    since = await lab.service.since(lab.operator, done.id)
    assert since is not None
    assert (since.experiment_id, since.green, since.red, since.judges) == (first.id, (), (), ())
    assert since.deciding == "exact"
    assert [scoring_words(each) for each in (done, first)] == [f"Scoring cost {formats.money(12 * CALL)}.", ""]


async def test_a_judge_that_did_not_change_is_not_asked_and_one_that_did_is_named(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = asks(lab, monkeypatch, says)
    lab.fill(2)
    first = await lab.ran(evaluators=(judge("echo"), SAYS_YES, {"kind": "human"}))
    reviewed = await lab.service.review(lab.operator, first.id, 0, "human", value=1.0, reason="Good.")
    model.asked.clear()
    evaluators = (
        {**judge("echo", target=0.9), "model": None, "models": ["echo"]},
        {**SAYS_YES, "rubric": "Is it polite?"},
        {"kind": "human"},
    )
    made = await lab.service.score_again(lab.operator, first.id, evaluators)
    assert (await lab.service.plan_of(lab.operator, made.id)).num_judge_calls == 4
    await lab.service.start(lab.operator, made.id)
    await lab.executor.execute(made.id)
    assert len(model.asked) == 4
    cells = await lab.cells(made)
    assert cells[0].scores["human"] == reviewed.scores["human"]
    versions = [[one.scores["kind"]["rubric_version"] for one in await lab.cells(each)] for each in (first, made)]
    assert len(set(versions[0])) == len(set(versions[1])) == 1
    assert versions[0] != versions[1]
    since = await lab.service.since(lab.operator, made.id)
    assert since is not None
    assert since.judges == ("kind",)


async def test_pairs_are_judged_once_more_beside_the_same_baseline(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    model = asks(lab, monkeypatch, lambda _, asked: '{"better": "first"}' if "Rubric" in asked else asked)
    lab.fill(2)
    first = await lab.ran(baseline="new")
    model.asked.clear()
    pair = {"kind": "pairwise", "rubric": "Which is better?", "model": "echo"}
    made = await lab.service.score_again(lab.operator, first.id, (pair,))
    await lab.service.start(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.baseline, done.progress.num_done, len(model.asked)) == ("new", 4, 4)
    assert {one.scores["pairwise"].get("label") for one in await lab.cells(done) if one.variant == "new"} == {
        "baseline"
    }


async def test_what_failed_has_failed_and_is_paid_for_once_where_it_is_retried(lab: Lab) -> None:
    lab.fill(2)
    first = await lab.ran(prompt("old", "{{ weak }}", "400"), prompt("new", "{{ good }}"))
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "contains"},))
    before = lab.num_asked
    await lab.service.start(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, done.progress.num_failed) == (Status.DONE, 2, 2)
    assert lab.num_asked == before
    assert done.progress.cost == 0
    await lab.service.retry(lab.operator, made.id)
    await lab.executor.execute(made.id)
    assert lab.num_asked == before + 2


async def test_a_cancel_and_a_retry_ask_no_answer_anew(lab: Lab) -> None:
    lab.fill(3)
    first = await lab.ran()
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "contains"},))
    await lab.service.start(lab.operator, made.id)
    before = lab.num_asked
    carried = lab.executor.execute(made.id)
    await lab.service.cancel(lab.operator, made.id)
    await carried
    await lab.service.retry(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, done.progress.cost, lab.num_asked) == (Status.DONE, 6, 0, before)


async def test_it_is_refused_where_there_is_nothing_to_score(lab: Lab) -> None:
    lab.fill(1)
    draft = await lab.service.create(lab.operator, lab.draft())
    with pytest.raises(Conflict, match="has not all of its answers"):
        await lab.service.score_again(lab.operator, draft.id, ({"kind": "exact"},))
    first = await lab.ran()
    with pytest.raises(InvalidInput, match="at least one evaluator"):
        await lab.service.score_again(lab.operator, first.id, ())
    reader = replace(lab.operator, permissions=frozenset({Permission.EXPERIMENTS_READ}))
    with pytest.raises(Forbidden):
        await lab.service.score_again(reader, first.id, ({"kind": "exact"},))
    for field, value in (("repetitions", 2), ("baseline", "new"), ("split", "test"), ("variants", ())):
        with pytest.raises(InvalidInput, match="there already") as refusal:
            await lab.service.score_again(lab.operator, first.id, ({"kind": "exact"},), **{field: value})
        assert list(refusal.value.fields) == [field]
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "exact"},))
    await lab.service.delete(lab.operator, first.id)
    with pytest.raises(Conflict, match="was deleted"):
        await lab.service.start(lab.operator, made.id)


async def test_an_answer_of_a_row_that_is_removed_meanwhile_is_not_kept(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(2)
    first = await lab.ran()
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "contains"},))
    await lab.service.start(lab.operator, made.id)
    take = making.taken_over

    async def meanwhile(*given: Any) -> Any:
        found = await take(*given)
        await erase(lab, "item_1")
        return found

    monkeypatch.setattr(making, "taken_over", meanwhile)
    await lab.executor.execute(made.id)
    gone = [one for one in await lab.cells(made) if one.row == 1]
    assert {(one.status, one.output, one.error) for one in gone} == {(CellStatus.SKIPPED, "", REMOVED)}
    assert all(one.scores == {} for one in gone)


async def test_what_is_not_whole_is_scored_by_nobody(lab: Lab) -> None:
    lab.fill(3)
    first = await lab.ran(prompt("old", "{{ weak }}", "400"), prompt("new", "{{ good }}"))
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "exact"},))
    await lab.service.retry(lab.operator, first.id)
    with pytest.raises(Conflict, match="has not all of its answers"):
        await lab.service.start(lab.operator, made.id)
    await lab.service.cancel(lab.operator, first.id)
    with pytest.raises(Conflict, match="has not all of its answers"):
        await lab.service.score_again(lab.operator, first.id, ({"kind": "exact"},))


async def test_an_early_end_is_one_here_too_and_what_was_not_asked_never_is(lab: Lab) -> None:
    lab.fill(60, wrong=range(1, 61))
    first = await lab.ran(early_stop=True, concurrency=1)
    assert first.decided
    assert first.progress.num_skipped
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "exact"}, {"kind": "contains"}))
    before = lab.num_asked
    await lab.service.start(lab.operator, made.id)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await lab.service.cancel(lab.operator, made.id)
    await carried
    await lab.service.retry(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.decided, done.progress.num_skipped) == (first.decided, first.progress.num_skipped)
    assert lab.num_asked == before


async def test_a_small_budget_is_enough_for_what_costs_nothing(lab: Lab) -> None:
    lab.fill(2)
    first = await lab.ran()
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "contains"},), budget=Decimal("0.000001"))
    await lab.service.start(lab.operator, made.id)
    await lab.executor.execute(made.id)
    assert (await lab.service.get(lab.operator, made.id)).status is Status.DONE


async def test_calls_of_a_flow_that_nobody_kept_are_not_taken_for_none(lab: Lab) -> None:
    lab.fill(1)
    await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    first = await lab.ran(VariantDraft("flow", flow=FlowChoice("desk", "draft")))
    with pytest.raises(InvalidInput, match="was not kept"):
        await lab.service.score_again(lab.operator, first.id, ({"kind": "tool_calls"},))
    made = await lab.service.score_again(lab.operator, first.id, ({"kind": "contains"},))
    runs_none = replace(lab.operator, permissions=lab.operator.permissions - {Permission.FLOWS_RUN})
    for act in (lab.service.start, lab.service.pause, lab.service.resume):
        await act(runs_none, made.id)
    with pytest.raises(Forbidden):
        await lab.service.retry(runs_none, made.id)


async def test_no_version_passes_or_stands_by_answers_that_are_older_than_they_look(gated: Lab) -> None:
    prompt_id = await published(gated)
    variants = [VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2)]
    lucky = await gated.ran(*variants)
    for row in gated.rows:
        row.input["weak"] = "no"
    newer = await gated.ran(*variants)
    standing = await gated.service.prompt_standing(gated.operator, prompt_id)
    made = await gated.service.score_again(gated.operator, lucky.id, ({"kind": "exact"},))
    await gated.service.start(gated.operator, made.id)
    await gated.executor.execute(made.id)
    with pytest.raises(GateRefused, match="got worse") as refusal:
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    assert refusal.value.experiment_id == newer.id
    assert await gated.service.prompt_standing(gated.operator, prompt_id) == standing
    rows = await gated.service.standing(gated.operator, ["item_1"])
    assert rows["item_1"].experiment_id == newer.id
    later = await gated.service.score_again(gated.operator, newer.id, ({"kind": "contains"},))
    await gated.service.start(gated.operator, later.id)
    await gated.executor.execute(later.id)
    assert await gated.service.since(gated.operator, later.id) is None, "the answers are the same"
    last = await gated.service.prompt_standing(gated.operator, prompt_id)
    assert last is not None
    assert (last.metric, {one.experiment_id for one in last.versions}) == ("contains", {later.id})
    await gated.service.require(gated.operator, "prompt", prompt_id, Requirement(experiment_id=later.id))
    with pytest.raises(GateRefused) as refusal:
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    assert "contains" in refusal.value.hint
    assert refusal.value.hint.endswith(f" {later.name} asks them of older answers, which does not count.")
