"""Take the answers of another experiment over in place of asking, with the scores that hold for them still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.errors import Conflict, NotFound
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.models import NOBODYS, ExperimentCellRow, ExperimentRow
from backend.experiments.outside import Outside
from backend.experiments.repository import Cells, Experiments
from backend.experiments.shapes import draft_of
from backend.experiments.types import HEARD, CellStatus, Draft, Status
from backend.operator import Operator

SAID = ("output", "run_id", "tokens_in", "tokens_out", "cost", "latency_ms", "error")
ANSWERED = (CellStatus.DONE, CellStatus.ANSWERED)
# How a score is read, which changes none.
READ_ONLY = {"weight", "margin", "target", "unit", "statistic"}


async def taken_over(
    outside: Outside, operator: Operator, experiment: ExperimentRow, draft: Draft, cells: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return new cells with the answers that the other experiment has to them: they wait for their evaluators alone.

    What failed there is failed here, and what was not asked is skipped. Raise Conflict.
    """
    async with outside.units.read(operator) as session:
        source = await source_of(session, operator, draft)
        rows, variants = {cell["row"] for cell in cells}, {cell["variant"] for cell in cells}
        found = await Cells(session, experiment.project_id).of_rows(source.id, sorted(rows), sorted(variants))
    kept = await unchanged(outside, draft_of(source), draft)
    answers = {(one.row, one.variant, one.repetition): one for one in found}
    return [_filled(cell, answers.get((cell["row"], cell["variant"], cell["repetition"])), kept) for cell in cells]


async def source_of(session: AsyncSession, operator: Operator, draft: Draft) -> ExperimentRow:
    """Return the experiment whose answers are scored. Raise Conflict where it was deleted, or has not all of them."""
    try:
        source = await Experiments(session, operator.project_id).get(draft.answers_of)
    except NotFound as error:
        words = "The experiment whose answers were to be scored was deleted."
        raise Conflict(words, hint="Copy this one to ask for answers anew.") from error
    if source.status != Status.DONE:
        words = f"{source.name} has not all of its answers, so none of them is scored again."
        raise Conflict(words, hint="Let it end first: resume it, or retry what is left.")
    return source


async def unchanged(outside: Outside, before: Draft, draft: Draft) -> frozenset[str]:
    """Return by name the evaluators that ask the same in both: their scores hold, whatever is made of them."""
    registry = await outside.late("evaluators.registry")
    old, new = ({one.called: _asked(one) for one in registry.read(each.evaluators)} for each in (before, draft))
    return frozenset(name for name, asked in new.items() if old.get(name) == asked)


def _asked(evaluator: Evaluator) -> tuple[Any, ...]:
    """Return what makes another score; one judge may be named alone or as the only one of several."""
    judges = getattr(evaluator, "judges", None)
    rest = evaluator.model_dump(exclude=READ_ONLY | ({"model", "models"} if judges else set()))
    return evaluator.kind, rest, judges


def _filled(cell: dict[str, Any], answer: ExperimentCellRow | None, kept: frozenset[str]) -> dict[str, Any]:
    status = CellStatus(answer.status) if answer else CellStatus.SKIPPED
    if answer is None or status not in (*ANSWERED, CellStatus.FAILED):
        return {**cell, "status": CellStatus.SKIPPED.value, "attempt": NOBODYS}  # no retry asks what was not asked
    scores = {name: score for name, score in answer.scores.items() if name in kept and "error" not in score}
    return {
        **cell,
        **{name: getattr(answer, name) for name in SAID},
        "status": (CellStatus.FAILED if status is CellStatus.FAILED else CellStatus.ANSWERED).value,
        "detail": {name: value for name, value in answer.detail.items() if name != HEARD},
        "scores": scores,
        "taken_over": True,
        "finished_at": answer.finished_at,
    }
