"""From what experiments keep of a judgement to what the house sees of it."""

from __future__ import annotations

from backend.experiments.models import ExperimentCellRow
from backend.experiments.types import Experiment
from backend.judgements.types import JudgedItem, Judgement

# The one variant of a judgement: nobody is asked for another answer.
THE_LOG = "log"


def judgement_of(one: Experiment, version: str) -> Judgement:
    (spec,) = one.draft.evaluators
    progress = one.progress
    counted = progress.num_done + progress.num_failed + progress.num_running + progress.num_skipped
    is_over = not one.status.is_open and one.status.is_final
    return Judgement(
        id=one.id,
        judge=one.name,
        settings=dict(spec),
        version=version,
        source=one.dataset_name,
        queue_id=one.draft.dataset_id,
        status=one.status,
        num_items=progress.num_cells,
        num_done=progress.num_done,
        num_failed=progress.num_failed,
        num_running=progress.num_running,
        num_gone=progress.num_cells - counted if is_over else 0,
        cost=progress.cost,
        budget=one.budget,
        eta_seconds=progress.eta_seconds,
        error=one.error,
        hint=one.hint,
        created_by=one.created_by,
        created_at=one.created_at,
        finished_at=one.finished_at,
        resumes_at=one.resumes_at,
    )


def item_of(row: ExperimentCellRow) -> JudgedItem:
    is_whole = row.item_id == row.conversation_id
    return JudgedItem(
        number=row.number,
        conversation_id=row.conversation_id or "",
        message_id="" if is_whole else row.item_id,
        status=row.status,
        error=row.error,
        score=next(iter(row.scores.values()), {}),
        cost=row.judge_cost,
    )
