"""Where a run waits for a person: the question is written down, and the run's row says that it waits."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy.exc import DBAPIError

from backend.columns import storable, utc_now
from backend.conversations.repository import ConversationRepository
from backend.flows.context import RunFacts
from backend.flows.engine.plan import Plan, Step
from backend.flows.errors import Fenced, RecordRefused, RunCancelled, WaitsForPerson
from backend.flows.masks import NO_MASK, RunMask
from backend.flows.models import ApprovalRow
from backend.flows.nodes.input import InputConfig, message_field
from backend.flows.ports import as_text
from backend.flows.repository.approvals import ApprovalRepository
from backend.flows.types import ApprovalState, Asked, Decided, RunStatus, Wanted
from backend.ids import new_id
from backend.unit_of_work import Units, Work

_encode = msgspec.json.Encoder(enc_hook=str, order="sorted").encode


class Desk:
    """Takes questions of runs and hands out decisions. What was decided holds for the value that was shown alone."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def ask(self, run: RunFacts, asked: Asked) -> Decided:
        """Return what was decided about exactly this. Raise WaitsForPerson, with the question written down."""
        asked = await masked(asked, run.mask)
        digest = value_hash(asked.wanted)
        await run.mask.save()
        async with self._unit(run) as work:
            rows = ApprovalRepository(work.session, run.operator.project_id)
            mine: ApprovalRow | None = None
            for row in await rows.of_node(run.run_id, asked.node):
                if row.value_hash == digest:
                    mine = row
                elif row.state == ApprovalState.WAITING:
                    row.state, row.comment = ApprovalState.VOID, "The value changed."
                    rows.add(row)
            if mine is None or mine.state == ApprovalState.VOID:
                mine = _opened(mine or _new(run, asked, digest), asked)
                rows.add(mine)
        if mine.state == ApprovalState.WAITING:
            raise WaitsForPerson(mine.id)
        return decided_of(mine, run.mask)

    async def park(self, run: RunFacts, attempt: int, approval_ids: Collection[str]) -> bool:
        """Let the run wait without a process; False when something was decided meanwhile.

        Raise Fenced when the run is another's, RunCancelled when that was asked for.
        """
        async with self._unit(run) as work:
            rows = ApprovalRepository(work.session, run.operator.project_id)
            row = await rows.run(run.run_id)
            if row is None or row.attempt != attempt or row.status != RunStatus.RUNNING:
                raise Fenced("The run is another process's now.")
            if row.cancel_requested:
                raise RunCancelled("The run was cancelled.")
            if await rows.num_decided(approval_ids):
                return False
            row.status, row.worker = RunStatus.WAITING, ""
            work.session.add(row)
            await ConversationRepository(work.session, run.operator.project_id).wait(run.conversation_id)
        return True

    async def dismiss(self, run: RunFacts, reason: str) -> None:
        """Let nobody decide about a run that ends."""
        async with self._unit(run) as work:
            await ApprovalRepository(work.session, run.operator.project_id).end(run.run_id, reason)

    @asynccontextmanager
    async def _unit(self, run: RunFacts) -> AsyncIterator[Work]:
        """Write, or leave the run as it stands: a refusal of the database is none of the node."""
        try:
            async with self._units.write(run.operator) as work:
                yield work
        except DBAPIError as error:
            raise RecordRefused("The database does not take what the run asks.") from error


def value_hash(wanted: Wanted) -> str:
    """Return 32 hex digits that change with the value and with what was asked about it."""
    return hashlib.blake2b(_encode([wanted.question, storable(wanted.value)]), digest_size=16).hexdigest()


def asked_of(plan: Plan, step: Step, run: RunFacts, wanted: Wanted, citations: list[dict[str, Any]]) -> Asked:
    """Return the question with where it comes from and the words of the person whom the run answers."""
    first = plan.input_config
    field = message_field(first) if isinstance(first, InputConfig) and first.mode == "chat" else ""
    said = as_text(run.input[field]) if field in run.input else ""
    return Asked(wanted, step.node.id, step.index + 1, step.node.title or step.kind.title, said, citations)


def by_default(wanted: Wanted, *, acts: bool = False) -> Decided:
    """Return what holds where nobody is asked: in a replay that acts a refusal, or it would act past whom it asks."""
    if acts:
        return Decided(ApprovalState.REFUSED, wanted.value, comment="nobody is asked in a replay that acts")
    state = ApprovalState.APPROVED if wanted.on_limit == "approve" else ApprovalState.REFUSED
    return Decided(state, wanted.value, comment="nobody is asked in an experiment")


async def masked(asked: Asked, mask: RunMask) -> Asked:
    """Return the question as it is written down; what is decided holds for the value behind the placeholders."""
    if not mask.is_on:
        return asked
    wanted = asked.wanted
    value, question, note, said, citations = await mask.kept(
        (wanted.value, wanted.question, wanted.note, asked.said, asked.citations)
    )
    shown = replace(wanted, value=value, question=question, note=note)
    return replace(asked, wanted=shown, said=said, citations=citations)


def decided_of(row: ApprovalRow, mask: RunMask = NO_MASK) -> Decided:
    state = ApprovalState(row.state)
    return Decided(
        state=state,
        value=mask.real(row.decided_value if state is ApprovalState.CHANGED else row.value),
        approval_id=row.id,
        by=row.decided_by,
        comment=row.comment,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
    )


def _new(run: RunFacts, asked: Asked, digest: str) -> ApprovalRow:
    wanted, now = asked.wanted, utc_now()
    return ApprovalRow(
        id=new_id("appr"),
        project_id=run.operator.project_id,
        run_id=run.run_id,
        conversation_id=run.conversation_id,
        node=asked.node,
        plate=asked.plate,
        title=asked.title,
        question=storable(wanted.question),
        note=storable(wanted.note),
        said=storable(asked.said),
        value=storable(wanted.value),
        value_hash=digest,
        citations=storable(asked.citations),
        role=wanted.role,
        second_person=wanted.second_person,
        on_limit=wanted.on_limit,
        state=ApprovalState.WAITING,
        asked_at=now,
        ends_at=now + timedelta(minutes=wanted.limit_minutes),
    )


def _opened(row: ApprovalRow, asked: Asked) -> ApprovalRow:
    """Ask, or ask again what became void because the value was another for a while."""
    row.state, row.comment, row.asked_at = ApprovalState.WAITING, "", utc_now()
    row.ends_at = row.asked_at + timedelta(minutes=asked.wanted.limit_minutes)
    return row
