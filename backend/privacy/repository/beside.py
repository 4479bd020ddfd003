"""What stands beside conversations: traces that belong to none, runs not yet in the log, words sealed for runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import ConversationRow, SpanRow
from backend.conversations.repository.gone import GoneTraces
from backend.conversations.repository.others import conversations_of
from backend.experiments.models import IS_NOBODYS, ExperimentCellRow
from backend.flows.models import ASKED_A_ROW, IS_REPLAY, NodeRunRow, RunRow
from backend.flows.types import RunStatus, Trigger
from backend.ids import id_at
from backend.masking.models import MaskedValueRow

# Who tries a flow is a member, whom no `person` names there.
TRIED = and_(col(RunRow.trigger) == Trigger.CONSOLE.value, col(RunRow.person) == "")
FINAL = tuple(one.value for one in RunStatus if one.is_final)


class Beside:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def _lone(self) -> tuple[ColumnElement[bool], ...]:
        return (col(SpanRow.project_id) == self._project_id, col(SpanRow.conversation_id).is_(None))

    def _traces_of(self, names: Sequence[str]) -> Any:
        """Return the traces without a conversation of which a piece names somebody, as a query of their ids."""
        written = cast(col(SpanRow.attributes), String)
        # SQLite keeps JSON as it was written, with letters escaped; Postgres writes them out.
        forms = {json.dumps(name, ensure_ascii=escaped) for name in names for escaped in (True, False)}
        told = or_(*(written.contains(one, autoescape=True) for one in sorted(forms)))
        return select(SpanRow.trace_id).where(*self._lone(), told)

    async def num_traces(self, names: Sequence[str]) -> int:
        traces = self._traces_of(names).distinct().subquery()
        return (await self._session.exec(select(func.count()).select_from(traces))).one()

    async def remove_traces_of(self, names: Sequence[str]) -> None:
        """Remove each such trace whole."""
        await GoneTraces(self._session, self._project_id).note(await self.traces(names))
        await self._session.exec(
            delete(SpanRow).where(*self._lone(), col(SpanRow.trace_id).in_(self._traces_of(names)))
        )

    async def traces(self, names: Sequence[str]) -> Sequence[str]:
        """Return which traces those are."""
        return list(await self._session.exec(self._traces_of(names).distinct()))

    async def pieces(self, trace_ids: Sequence[str]) -> Sequence[SpanRow]:
        statement = select(SpanRow).where(SpanRow.project_id == self._project_id, col(SpanRow.trace_id).in_(trace_ids))
        return (await self._session.exec(statement.order_by(col(SpanRow.trace_id), col(SpanRow.started_at)))).all()

    async def has_traces_before(self, moment: datetime) -> bool:
        old = select(SpanRow.trace_id).where(*self._lone(), col(SpanRow.ended_at) < moment).limit(1)
        return (await self._session.exec(old)).first() is not None

    async def remove_traces_before(self, moment: datetime, most: int) -> int:
        """Remove traces that ended before a moment, a few at once; return how many pieces that were."""
        old = select(SpanRow.trace_id).where(*self._lone(), col(SpanRow.ended_at) < moment).distinct().limit(most)
        ids = (await self._session.exec(old)).all()
        if not ids:
            return 0
        found = await self._session.exec(
            delete(SpanRow).where(*self._lone(), col(SpanRow.trace_id).in_(ids), col(SpanRow.ended_at) < moment)
        )
        return int(found.rowcount)

    def run_ids_of(self, names: Sequence[str]) -> Any:
        """Return the runs of a person that stand in no conversation yet, as a query of their ids."""
        return select(RunRow.id).where(*self._runs(names)).scalar_subquery()

    async def num_runs(self, names: Sequence[str]) -> int:
        """Count the runs of a person that stand in no conversation yet."""
        return (await self._session.exec(select(func.count()).select_from(RunRow).where(*self._runs(names)))).one()

    async def runs(self, names: Sequence[str], until: datetime, most: int) -> Sequence[str]:
        began = col(RunRow.id) < id_at("run", until)
        return (await self._session.exec(select(RunRow.id).where(*self._runs(names), began).limit(most))).all()

    async def run_ids(self, names: Sequence[str], until: datetime) -> Sequence[str]:
        """Return the runs of a person from before that stand in no conversation, or in one of theirs, in order."""
        theirs = conversations_of(self._project_id, names)
        ours, within, _ = self._runs(names)
        inside = or_(col(RunRow.conversation_id).is_(None), col(RunRow.conversation_id).in_(theirs))
        began = col(RunRow.id) < id_at("run", until)
        statement = select(RunRow.id).where(ours, within, inside, began).order_by(col(RunRow.id))
        return (await self._session.exec(statement)).all()

    async def told_runs(self, run_ids: Sequence[str]) -> list[tuple[RunRow, list[NodeRunRow]]]:
        """Return runs with their steps, in order."""
        ours = col(RunRow.project_id) == self._project_id
        statement = select(RunRow).where(ours, col(RunRow.id).in_(run_ids)).order_by(col(RunRow.id))
        steps: dict[str, list[NodeRunRow]] = {}
        runs = (await self._session.exec(statement)).all()
        for step in await self._session.exec(
            select(NodeRunRow).where(col(NodeRunRow.run_id).in_([r.id for r in runs]))
        ):
            steps.setdefault(step.run_id, []).append(step)
        return [(run, steps.get(run.id, [])) for run in runs]

    def _runs(self, names: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
        return (
            col(RunRow.project_id) == self._project_id,
            or_(col(RunRow.person).in_(names), and_(col(RunRow.started_by_id).in_(names), TRIED)),
            col(RunRow.conversation_id).is_(None),
        )

    async def lost_replays(self, most: int) -> Sequence[str]:
        """Return replays of turns that are gone: they ended later than their conversation was removed."""
        talk = ConversationRow
        theirs = and_(col(talk.project_id) == self._project_id, col(talk.id) == RunRow.conversation_id)
        statement = (
            select(RunRow.id)
            .outerjoin(talk, theirs)
            .where(RunRow.project_id == self._project_id, IS_REPLAY)
            .where(col(RunRow.conversation_id) > "", col(talk.id).is_(None))
        )
        return (await self._session.exec(statement.limit(most))).all()

    async def late_answers(self, most: int) -> Sequence[tuple[str, str]]:
        """Return run and conversation of answers to rows that are gone: they ended later than their row was removed."""
        cell = ExperimentCellRow
        gone = select(cell.item_id).where(cell.project_id == self._project_id, IS_NOBODYS)
        statement = select(RunRow.id, func.coalesce(RunRow.conversation_id, "")).where(
            RunRow.project_id == self._project_id, ASKED_A_ROW, col(RunRow.item_id).in_(gone)
        )
        return (await self._session.exec(statement.limit(most))).all()

    async def sealed_for_ended(self) -> Sequence[str]:
        """Return the runs that have ended and for which words are sealed still."""
        statement = (
            select(MaskedValueRow.run_id)
            .join(RunRow, col(RunRow.id) == MaskedValueRow.run_id)
            .where(
                MaskedValueRow.project_id == self._project_id,
                RunRow.project_id == self._project_id,
                MaskedValueRow.run_id != "",
                MaskedValueRow.sealed != "",
                col(RunRow.status).in_(FINAL),
            )
        )
        return (await self._session.exec(statement.distinct())).all()
