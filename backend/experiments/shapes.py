"""From rows to what the rest of the house sees, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import msgspec

from backend.experiments.models import CodeApprovalRow, ExperimentCellRow, ExperimentRow
from backend.experiments.types import (
    Cell,
    CellStatus,
    CodeApproval,
    CodeState,
    Draft,
    Experiment,
    Headline,
    Pinned,
    Progress,
    Status,
    Told,
)

NOTHING_TOLD = Told()
NOT_YET = (CellStatus.PENDING, CellStatus.RUNNING)
WISHED = {"pause": Status.PAUSED, "cancel": Status.CANCELLED}


def approval_of(row: CodeApprovalRow, *, is_author: bool) -> CodeApproval:
    return CodeApproval(
        id=row.id,
        fingerprint=row.fingerprint,
        code=row.code,
        name=row.name,
        experiment_id=row.experiment_id,
        experiment_name=row.experiment_name,
        state=cast(CodeState, row.state),
        asked_by=row.asked_by,
        asked_by_id=row.asked_by_id,
        asked_at=row.asked_at,
        is_author=is_author,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )


def definition_of(draft: Draft) -> dict[str, Any]:
    """Return a draft as JSON."""
    told: dict[str, Any] = msgspec.to_builtins(draft)
    return told


def draft_of(row: ExperimentRow) -> Draft:
    return msgspec.convert(row.definition, Draft)


def wish_of(row: ExperimentRow) -> Draft:
    """Return the draft with the budget of now, which may have been raised or lowered since."""
    return replace(draft_of(row), budget=row.budget)


def revision_of(row: ExperimentRow) -> str:
    """Return what differs for each wording of a draft; empty once it has begun."""
    if row.status != Status.DRAFT:
        return ""
    budget = "" if row.budget is None else f"{row.budget.normalize():f}"
    told = json.dumps([row.definition, budget], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def pinned_as_json(pinned: Sequence[Pinned]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one) for one in pinned]


def pinned_of(row: ExperimentRow) -> tuple[Pinned, ...]:
    return tuple(msgspec.convert(one, Pinned) for one in row.pinned)


def experiment_of(
    row: ExperimentRow, progress: Progress | None = None, told: Told = NOTHING_TOLD, headline: Headline | None = None
) -> Experiment:
    """Return an experiment; a wish that its owner is about to fulfil is shown as fulfilled."""
    status = Status(row.status)
    if status.is_open and row.wish in WISHED:
        status = WISHED[row.wish]
    return Experiment(
        id=row.id,
        name=row.name,
        status=status,
        draft=draft_of(row),
        pinned=pinned_of(row),
        dataset_name=row.dataset_name,
        dataset_version=row.dataset_version,
        num_rows=row.num_rows,
        baseline=row.baseline,
        budget=row.budget,
        progress=_whole(progress, row, told.eta_seconds),
        error=row.error or (told.refusal if status is Status.RUNNING else ""),
        hint=row.hint,
        decided=row.decided,
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        resumes_at=row.resumes_at,
        revision=revision_of(row),
        headline=headline,
    )


def _whole(progress: Progress | None, row: ExperimentRow, eta_seconds: float | None) -> Progress:
    nothing = Progress(0, 0, 0, 0, 0, Decimal(0), Decimal(0), 0, 0)
    given = progress or nothing
    return Progress(
        num_cells=row.num_cells,
        num_done=given.num_done,
        num_failed=given.num_failed,
        num_running=given.num_running,
        num_skipped=given.num_skipped,
        cost=given.cost,
        judge_cost=given.judge_cost,
        tokens_in=given.tokens_in,
        tokens_out=given.tokens_out,
        eta_seconds=eta_seconds if Status(row.status).is_open else None,
        num_judged=given.num_judged,
        num_in_vain=given.num_in_vain,
        num_unpriced=given.num_unpriced,
    )


def cell_of(row: ExperimentCellRow, names: Sequence[str] | Mapping[int, str]) -> Cell:
    return Cell(
        number=row.number,
        row=row.row,
        item_id=row.item_id,
        variant=names[row.variant],
        repetition=row.repetition,
        status=CellStatus(row.status),
        output=row.output,
        detail=row.detail,
        scores=row.scores,
        error=row.error,
        run_id="" if row.status in NOT_YET else row.run_id,  # it is named before it begins
        tries=row.tries,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost=row.cost + row.judge_cost,
        latency_ms=row.latency_ms,
        finished_at=row.finished_at,
        judge_cost=row.judge_cost,
        taken_over=row.taken_over,
    )
