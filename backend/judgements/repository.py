"""Statements on judgements that experiments have none for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.types import Target
from backend.conversations.models import ConversationRow
from backend.experiments.engine.making import cell_values
from backend.experiments.errors import JUDGEMENT
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.outside import Row
from backend.experiments.shapes import draft_of
from backend.experiments.types import CellStatus, Status

CELLS: Table = ExperimentCellRow.__table__  # type: ignore[attr-defined]
AT_ONCE = 500
FINAL = tuple(one.value for one in Status if one.is_final)
UNDER_WAY = (CellStatus.PENDING.value, CellStatus.RUNNING.value, CellStatus.ANSWERED.value)


async def write_items(session: AsyncSession, row: ExperimentRow, targets: Sequence[Target]) -> int:
    """Write an item for each target that is still there, and return how many."""
    there = set[str]()
    ids = sorted({one.conversation_id for one in targets})
    for at in range(0, len(ids), AT_ONCE):
        held = select(ConversationRow.id).where(
            col(ConversationRow.project_id) == row.project_id, col(ConversationRow.id).in_(ids[at : at + AT_ONCE])
        )
        there.update(await session.exec(held.order_by(col(ConversationRow.id)).with_for_update(key_share=True)))
    kept = [one for one in targets if one.conversation_id in there]
    cells = [_cell(row, number, one) for number, one in enumerate(kept)]
    connection = await session.connection()
    for at in range(0, len(cells), AT_ONCE):
        await connection.execute(insert(CELLS), cells[at : at + AT_ONCE])
    return len(cells)


async def being_asked(session: AsyncSession, row: ExperimentRow) -> set[tuple[str, str]]:
    """Return the conversations and items about which the judge of `row` is being asked by others already."""
    cell, other = ExperimentCellRow, ExperimentRow
    others = select(other).where(
        other.project_id == row.project_id, other.kind == JUDGEMENT, other.name == row.name, other.id != row.id
    )
    open_ones = others.where(col(other.status).not_in(FINAL))
    judge = draft_of(row).evaluators
    same = [one.id for one in await session.exec(open_ones) if draft_of(one).evaluators == judge]
    held = select(cell.conversation_id, cell.item_id).where(
        cell.project_id == row.project_id, col(cell.experiment_id).in_(same), col(cell.status).in_(UNDER_WAY)
    )
    rows = await session.exec(held)
    return {(conversation_id or "", item_id) for conversation_id, item_id in rows}


def about(target: Target) -> tuple[str, str]:
    """Return the conversation and the item under which a target is asked about."""
    return target.conversation_id, target.message_id or target.conversation_id


def _cell(row: ExperimentRow, number: int, target: Target) -> dict[str, Any]:
    conversation_id, item_id = about(target)
    cell = cell_values(row, Row(item_id, number, {}), number, 0, 0)
    return {**cell, "conversation_id": conversation_id}
