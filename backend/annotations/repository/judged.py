"""What evaluators said of what stands in the log: those of experiments, and judges that were asked about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.types import Target
from backend.conversations.models import MessageRow
from backend.conversations.repository.scored import Scored
from backend.datasets.models import DatasetItemRow
from backend.experiments.models import ExperimentCellRow, ExperimentRow

IDS_AT_ONCE = 500


# By judge, then by its version, the current one last: what it said of each target.
Heard = dict[str, dict[str, dict[Target, dict[str, Any]]]]


class Judged(NamedTuple):
    """The scores of one answer by the evaluators of one experiment, under the names that these have there."""

    message_id: str
    experiment_id: str
    experiment: str
    scores: dict[str, Any]


async def judged(session: AsyncSession, project_id: str, message_ids: Sequence[str]) -> list[Judged]:
    """Return the scores of answers that are word for word what stands in the log.

    The run is the same, or the row was made from the answer and the variant said the same again: the score of another
    text would say nothing of what people read.
    """
    found = dict[tuple[str, str, int], Judged]()
    cell, item, experiment = ExperimentCellRow, DatasetItemRow, ExperimentRow
    told = [col(one) for one in (MessageRow.id, experiment.id, experiment.name, cell.scores, cell.number)]
    of_row = (
        select(*told)
        .join(item, and_(col(item.source_reference) == MessageRow.id, col(item.project_id) == project_id))
        .join(experiment, col(experiment.dataset_id) == item.dataset_id)
        .join(
            cell,
            and_(
                col(cell.experiment_id) == experiment.id,
                col(cell.item_id) == item.item_id,
                col(cell.output) == MessageRow.text,
            ),
        )
    )
    of_run = (
        select(*told)
        .join(cell, and_(col(cell.run_id) == MessageRow.run_id, col(cell.run_id) != ""))
        .join(experiment, col(experiment.id) == cell.experiment_id)
    )
    connection = await session.connection()
    for at in range(0, len(message_ids), IDS_AT_ONCE):
        for statement in (of_row, of_run):
            mine = statement.where(
                col(MessageRow.project_id) == project_id,
                col(experiment.project_id) == project_id,
                col(cell.project_id) == project_id,
                col(MessageRow.id).in_(message_ids[at : at + IDS_AT_ONCE]),
            )
            for *one, number in (await connection.execute(mine)).all():
                found[one[0], one[1], number] = Judged(*one)
    return list(found.values())


async def heard_in_log(session: AsyncSession, project_id: str, conversation_ids: Collection[str]) -> Heard:
    """Return what every version of each judge said of these conversations and of answers in them."""
    scored = Scored(session, project_id)
    found: Heard = {}
    for row in sorted(await scored.of(sorted(conversation_ids), every=True), key=lambda one: one.judged_at):
        score = {"value": row.value, "passed": row.passed, "label": row.label}
        of_version = found.setdefault(row.judge, {}).setdefault(row.version, {})
        of_version[Target(row.conversation_id, row.message_id)] = score
    current = await scored.current(found)
    for judge, versions in found.items():
        versions[current[judge]] = versions.pop(current[judge], {})
    return found
