"""Experiments over REST: plan, run, watch, compare."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from backend.api.access import allowed
from backend.api.documents import AS_DATA
from backend.api.experiment_bodies import (
    ExperimentBody,
    NewBudget,
    NewExperiment,
    NewScore,
    PromotionBody,
    PromotionWish,
    cell_body,
    comparison_body,
    opened_body,
    plain,
    plan_body,
    row_body,
)
from backend.api.experiment_change import ChangedExperiment
from backend.api.experiment_scoring import NewScoring
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.experiments.types import MAX_CELLS, CellStatus, Change
from backend.knowledge.names import harmless
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["experiments"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.EXPERIMENTS_READ)]
Editor = Annotated[Operator, allowed(Permission.EXPERIMENTS_EDIT)]
Runner = Annotated[Operator, allowed(Permission.EXPERIMENTS_RUN)]
Reviewer = Annotated[Operator, allowed(Permission.EXPERIMENTS_REVIEW)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("/experiments")
async def list_experiments(
    operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "", dataset_id: str = ""
) -> dict[str, Any]:
    """Return experiments, newest first; those over one dataset where it is named."""
    listed = await services().experiments.list(operator, Page(limit, after), dataset_id=dataset_id)
    return {"experiments": [ExperimentBody.of(one) for one in listed.items], "next": listed.next}


@router.post("/experiments", status_code=201)
async def create_experiment(operator: Editor, body: NewExperiment) -> ExperimentBody:
    """Keep an experiment as a draft; `start` runs it."""
    return ExperimentBody.of(await services().experiments.create(operator, body.draft()))


@router.post("/experiments/plan")
async def plan_experiment(operator: Reader, body: NewExperiment) -> dict[str, Any]:
    """Say what a start would do and cost; nothing is kept."""
    return plan_body(await services().experiments.plan(operator, body.draft()))


@router.get("/evaluators")
async def list_evaluators(operator: Reader) -> dict[str, Any]:
    """Return the kinds of evaluators with the JSON Schemas of their settings; `off` says why one cannot be used."""
    found = await services().experiments.evaluator_kinds(operator)
    return {"evaluators": [{"kind": one.kind, "schema": one.schema, "off": one.off} for one in found], "next": None}


@router.get("/experiments/{experiment_id}")
async def get_experiment(operator: Reader, experiment_id: str) -> ExperimentBody:
    return ExperimentBody.of(await services().experiments.get(operator, experiment_id))


@router.patch("/experiments/{experiment_id}")
async def change_experiment(operator: Editor, experiment_id: str, body: ChangedExperiment) -> ExperimentBody:
    """Change what is sent of a draft; 409 once it has begun, or where `revision` is not the one that stands."""
    kept = await services().experiments.get(operator, experiment_id)
    wish, seen = body.over(kept), body.revision or kept.revision
    return ExperimentBody.of(await services().experiments.change(operator, experiment_id, wish, seen=seen))


@router.delete("/experiments/{experiment_id}", status_code=204)
async def delete_experiment(operator: Editor, experiment_id: str, revision: str = "") -> None:
    """Take an experiment away with its answers, for good; 409 while it runs, with `revision` once it has begun."""
    await services().experiments.delete(operator, experiment_id, seen=revision)


@router.get("/experiments/{experiment_id}/plan")
async def get_plan(operator: Reader, experiment_id: str) -> dict[str, Any]:
    return plan_body(await services().experiments.plan_of(operator, experiment_id))


@router.post("/experiments/{experiment_id}/start")
async def start_experiment(operator: Runner, experiment_id: str, revision: str = "") -> ExperimentBody:
    """Begin; a second start is the first. 409 where another `revision` of the draft stands."""
    return ExperimentBody.of(await services().experiments.start(operator, experiment_id, seen=revision))


@router.post("/experiments/{experiment_id}/pause")
async def pause_experiment(operator: Runner, experiment_id: str) -> ExperimentBody:
    """Ask nothing more; what is in flight is recorded."""
    return ExperimentBody.of(await services().experiments.pause(operator, experiment_id))


@router.post("/experiments/{experiment_id}/resume")
async def resume_experiment(operator: Runner, experiment_id: str) -> ExperimentBody:
    """Go on behind what is recorded, after a pause or a failure."""
    return ExperimentBody.of(await services().experiments.resume(operator, experiment_id))


@router.post("/experiments/{experiment_id}/cancel")
async def cancel_experiment(operator: Runner, experiment_id: str) -> ExperimentBody:
    """End it; what is in flight is cut."""
    return ExperimentBody.of(await services().experiments.cancel(operator, experiment_id))


@router.post("/experiments/{experiment_id}/retry")
async def retry_experiment(operator: Runner, experiment_id: str) -> ExperimentBody:
    """Ask the failed cells again, and the judges that failed at others, and no other."""
    return ExperimentBody.of(await services().experiments.retry(operator, experiment_id))


@router.post("/experiments/{experiment_id}/again", status_code=201)
async def run_again(operator: Runner, experiment_id: str) -> ExperimentBody:
    """Make the same experiment over the newest rows of its dataset, and start it."""
    return ExperimentBody.of(await services().experiments.run_again(operator, experiment_id))


@router.post("/experiments/{experiment_id}/score", status_code=201)
async def score_again(operator: Editor, experiment_id: str, body: NewScoring) -> ExperimentBody:
    """Keep a draft that scores the answers of an experiment by other evaluators; no answer is asked for again."""
    found = services().experiments
    return ExperimentBody.of(await found.score_again(operator, experiment_id, body.evaluators, **body.changes()))


@router.get("/experiments/{experiment_id}/since")
async def get_since(operator: Reader, experiment_id: str) -> dict[str, Any]:
    """Return the run before this one, with the rows that pass now (`green`) and those that no longer do (`red`)."""
    found = await services().experiments.since(operator, experiment_id)
    return {"since": asdict(found) if found else None}


@router.put("/experiments/{experiment_id}/budget")
async def set_budget(operator: Runner, experiment_id: str, body: NewBudget) -> ExperimentBody:
    """Change what may be spent, while it does not run."""
    return ExperimentBody.of(await services().experiments.set_budget(operator, experiment_id, body.budget))


@router.get("/experiments/{experiment_id}/cells")
async def list_cells(
    operator: Reader,
    experiment_id: str,
    *,
    limit: Limit = DEFAULT_LIMIT,
    after: str = "",
    status: CellStatus | None = None,
    variant: str = "",
) -> dict[str, Any]:
    """Return the answers in the order of asking, with their scores."""
    statuses = (status,) if status else ()
    listed = await services().experiments.cells(
        operator, experiment_id, Page(limit, after), statuses=statuses, variant=variant
    )
    return {"cells": [cell_body(cell) for cell in listed.items], "next": listed.next}


@router.get("/experiments/{experiment_id}/cells/{number}")
async def get_cell(operator: Reader, experiment_id: str, number: Annotated[int, Path(ge=0, le=MAX_CELLS)]) -> Any:
    """Return one answer with the messages that it answers, rendered anew of the pinned version and the row."""
    return opened_body(await services().experiments.cell(operator, experiment_id, number))


@router.post("/experiments/{experiment_id}/cells/{number}/retry")
async def retry_cell(
    operator: Runner, experiment_id: str, number: Annotated[int, Path(ge=0, le=MAX_CELLS)]
) -> ExperimentBody:
    """Ask for one failed answer again, and for nothing else."""
    return ExperimentBody.of(await services().experiments.retry_one(operator, experiment_id, number))


@router.get("/experiments/{experiment_id}/reviews")
async def list_reviews(
    operator: Reviewer, experiment_id: str, after: int = -1, limit: Annotated[int, Query(ge=1, le=50)] = 50
) -> dict[str, Any]:
    """Return answers that wait for a person's score; which variant gave them is not told."""
    found = await services().experiments.reviews(operator, experiment_id, after=after, limit=limit)
    more = len(found.items) == limit
    counts = {"num_waiting": found.num_waiting, "num_scored": found.num_scored}
    reviews = [asdict(one) for one in found.items]
    return {"reviews": reviews, **counts, "next": found.items[-1].number if more else None}


@router.post("/experiments/{experiment_id}/cells/{number}/scores")
async def score_cell(operator: Reviewer, experiment_id: str, number: int, body: NewScore) -> dict[str, Any]:
    """Give one answer a person's score."""
    cell = await services().experiments.review(
        operator, experiment_id, number, body.name, value=body.value, reason=body.reason
    )
    return cell_body(cell)


@router.get("/experiments/{experiment_id}/comparison")
async def get_comparison(operator: Reader, experiment_id: str, baseline: str = "") -> Any:
    """Return a verdict for each metric and variant, the trade-offs, and the slices that got worse.

    `drifts` are of judges that were changed: each with what became of its agreement with people.
    """
    found = await services().experiments.comparison(operator, experiment_id, baseline)
    return comparison_body(found, await services().experiments.drifts(operator, experiment_id))


@router.get("/experiments/{experiment_id}/gate")
async def get_gate(operator: Reader, experiment_id: str) -> Any:
    """Return what a pipeline goes by: which metrics got worse or missed their target, and what gave no verdict."""
    return plain((await services().experiments.gated(operator, experiment_id)).as_json())


@router.get("/experiments/{experiment_id}/nodes")
async def get_nodes(operator: Reader, experiment_id: str, baseline: str = "", variant: str = "") -> Any:
    """Return what each node of the variants' flows did beside the baseline's, those that got worst first."""
    found = await services().experiments.nodes(operator, experiment_id, baseline, variant)
    return plain(asdict(found))


@router.get("/experiments/{experiment_id}/export", response_class=StreamingResponse)
async def export_experiment(operator: Reader, experiment_id: str) -> StreamingResponse:
    """Return every answer with its scores as CSV, guarded against formulas."""
    found = await services().experiments.get(operator, experiment_id)
    blocks = await services().experiments.export(operator, experiment_id)
    disposition = f"attachment; filename*=UTF-8''{quote(harmless(f'{found.name}.csv'))}"
    headers = {**AS_DATA, "Content-Disposition": disposition}
    return StreamingResponse(blocks, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/experiments/{experiment_id}/promote")
async def promote_variant(
    operator: Editor, experiment_id: str, body: PromotionWish, response: Response
) -> PromotionBody:
    """Point a label at a variant's prompt, or publish its flow; 202 where that waits for a second person."""
    made = await services().experiments.promote(
        operator, experiment_id, body.variant, label=body.label, comment=body.comment, baseline=body.baseline
    )
    response.status_code = 202 if made.waits_for else 200
    return PromotionBody.of(made)


@router.get("/experiments/{experiment_id}/rows")
async def list_compared_rows(
    operator: Reader,
    experiment_id: str,
    variant: str,
    *,
    metric: str = "",
    baseline: str = "",
    change: Change | None = None,
    unsteady: bool = False,
    failed: bool = False,
    within: str = "",
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Return rows side by side with the baseline, broken and fixed first; `unsteady` ones pass now and then.

    `failed` ones lack an answer of either side, which says why; `within` is a slice, as "topic:returns".
    """
    found = await services().experiments.compared_rows(
        operator,
        experiment_id,
        variant,
        metric=metric,
        baseline=baseline,
        changes=(change,) if change else (),
        unsteady=unsteady,
        failed=failed,
        within=within,
        after=after,
        limit=limit,
    )
    counts = {name: getattr(found.counts, name) for name in found.counts.__slots__}
    told = {"counts": counts, "num_unsteady": found.num_unsteady, "num_failed": found.num_failed}
    told["next"] = found.next
    return {"rows": [row_body(row) for row in found.items], **told}
