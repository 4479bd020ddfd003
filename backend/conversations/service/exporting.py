"""The log as a file that no spreadsheet runs."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

from backend.conversations.details import MAX_NAMES, values_in
from backend.conversations.repository import MetadataRepository
from backend.conversations.repository.exporting import ExportRepository
from backend.conversations.repository.scored import Scored
from backend.conversations.score_types import JudgeScore, as_json
from backend.conversations.service.base import Base
from backend.conversations.shapes import conversation_of, score_of
from backend.conversations.types import Conversation, Filters
from backend.operator import Operator, Permission
from backend.spreadsheets import csv_line

COLUMNS = (
    "id", "title", "last_text", "flow_name", "agent_config", "session_id", "person", "channel", "state", "rating",
    "model", "prompt_name", "prompt_version", "num_messages", "num_turns", "tokens_in", "tokens_out", "cost",
    "latency_ms", "seconds", "satisfaction", "task_completed",
)  # fmt: skip
IDS_AT_ONCE, ROWS_AT_ONCE = 5_000, 500


class ExportUseCases(Base):
    """Rows go out as they are read, so that an export of everything holds nothing up; each of them once."""

    async def export(self, operator: Operator, filters: Filters) -> AsyncIterator[str]:
        """Return the lines of a CSV file, the last spoken in first."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await self._find(session, operator, filters.text, most=sys.maxsize)
            rows = ExportRepository(session, operator.project_id)
            names = await MetadataRepository(session, operator.project_id).names(MAX_NAMES)
            ids, behind = list[str](), None
            # Of one moment: a conversation that is spoken in while others are sent would change its place.
            while places := await rows.places(filters, found, behind, IDS_AT_ONCE):
                ids += [id_ for _, id_ in places]
                behind = places[-1]
        return self._lines(operator, ids, names)

    async def _lines(self, operator: Operator, ids: Sequence[str], names: Sequence[str]) -> AsyncIterator[str]:
        # The whole stands last: where a file comes in again, it holds more than the words of it.
        heads = [f"metadata.{name}" for name in names]
        yield csv_line([*COLUMNS, "started_at", "last_message_at", "tags", "judged", *heads, "metadata"])
        for start in range(0, len(ids), ROWS_AT_ONCE):
            async with self._units.read(operator) as session:
                repository, some = ExportRepository(session, operator.project_id), ids[start : start + ROWS_AT_ONCE]
                rows, details = await repository.rows(some), await repository.details(some)
                scores = defaultdict[str, list[JudgeScore]](list)
                for one in await Scored(session, operator.project_id).of(some):
                    scores[one.conversation_id].append(score_of(one))
            yield "".join(_line(conversation_of(row), details.get(row.id), scores[row.id], names) for row in rows)


def _line(one: Conversation, details: Any, scores: Sequence[JudgeScore], names: Sequence[str]) -> str:
    values = [getattr(one, name) for name in COLUMNS]
    written = json.dumps(details, ensure_ascii=False) if details else ""
    moments = (one.started_at.isoformat(), one.last_message_at.isoformat())
    judged = json.dumps([as_json(score) for score in scores], ensure_ascii=False) if scores else ""
    words = values_in(details)
    told = [words.get(name, "") for name in names]
    return csv_line([*values, *moments, ", ".join(one.tags), judged, *told, written])
