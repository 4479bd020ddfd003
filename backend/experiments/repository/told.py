"""What a judgement found, kept beside the conversations and answers that it is of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import utc_now
from backend.conversations.models import ConversationScoreRow
from backend.conversations.repository.scored import Scored
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.types import CellStatus

SAID_OF_YES = ("true", "false")
SHORT_SCALE = 10.0


async def keep_in_log(session: AsyncSession, row: ExperimentRow, cells: Sequence[ExperimentCellRow]) -> None:
    """Keep the scores of items that are done; after `Ownership.write` in the same unit."""
    spec = row.definition["evaluators"][0]
    ends = (float(spec.get("min", 1)), float(spec.get("max", 5))) if spec.get("output") == "score" else None
    found = [
        ConversationScoreRow(
            conversation_id=cell.conversation_id or "",
            message_id=cell.item_id if cell.item_id != cell.conversation_id else "",
            judge=name,
            version=score.get("rubric_version", ""),
            project_id=row.project_id,
            judgement_id=row.id,
            verdict=verdict_of(score.get("label", ""), score.get("passed"), score["value"], ends),
            value=score["value"],
            label=score.get("label", ""),
            passed=score.get("passed"),
            high=ends[1] if ends else None,
            reason=score.get("reason", ""),
            judged_at=cell.finished_at or utc_now(),
        )
        for cell in cells
        if cell.status == CellStatus.DONE
        for name, score in cell.scores.items()
    ]
    if found:
        await Scored(session, row.project_id).keep(found)


def verdict_of(label: str, passed: bool | None, value: float | None, ends: tuple[float, float] | None) -> str:  # noqa: FBT001
    """Return the word that the log is filtered by: a category, pass or fail, or a whole number of a short scale."""
    if label and label not in SAID_OF_YES:
        return label
    if passed is not None:
        return "pass" if passed else "fail"
    is_short = ends is not None and ends[1] - ends[0] <= SHORT_SCALE
    return f"{value:.0f}" if is_short and value is not None else "scored"
