"""Find a row by its id among several projects."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.addresses.types import Named
from backend.conversations.models import ConversationRow
from backend.datasets.models import DatasetRow
from backend.experiments.models import ExperimentRow
from backend.flows.models import FlowRow, RunRow
from backend.knowledge.models import DocumentRow, KnowledgeBaseRow
from backend.prompts.models import PromptRow

ROWS: dict[Named, Any] = {
    Named.FLOW: FlowRow,
    Named.RUN: RunRow,
    Named.CONVERSATION: ConversationRow,
    Named.KNOWLEDGE_BASE: KnowledgeBaseRow,
    Named.DOCUMENT: DocumentRow,
    Named.PROMPT: PromptRow,
    Named.DATASET: DatasetRow,
    Named.EXPERIMENT: ExperimentRow,
}


async def project_of(session: AsyncSession, named: Named, row_id: str, project_ids: Collection[str]) -> str:
    """Return in which of these projects the row stands, empty for none."""
    row = ROWS[named]
    statement = select(row.project_id).where(row.id == row_id, col(row.project_id).in_(project_ids))
    return (await session.exec(statement)).first() or ""
