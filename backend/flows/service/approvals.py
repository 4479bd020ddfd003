"""Decide for runs that wait for a person: once, about what was shown, by whoever may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target
from backend.columns import storable, utc_now
from backend.conversations.repository import ConversationRepository
from backend.errors import Conflict, Forbidden, InvalidInput
from backend.flows.errors import ApprovalNotFound
from backend.flows.masks import Masks
from backend.flows.models import ApprovalRow, RunRow
from backend.flows.repository.approvals import ApprovalRepository, Found
from backend.flows.repository.ownership import Ownership
from backend.flows.service.approvals_ahead import AheadUseCases
from backend.flows.service.runs import JOB
from backend.flows.shapes import approval_of
from backend.flows.types import Approval, ApprovalState, Choice, Decision, FlowWaiting, RunStatus, run_topic
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.events import Events
from backend.ports.jobs import BY_ID, Jobs
from backend.ports.templates import Templates
from backend.unit_of_work import Units, Work

MAX_COMMENT = 2_000
FIRST_PAGE = Page()
# Whoever stands further left may decide what asks for one further right.
RANKS = ("owner", "admin", "editor", "reviewer")
STATES: dict[Choice, ApprovalState] = {
    "approve": ApprovalState.APPROVED,
    "change": ApprovalState.CHANGED,
    "refuse": ApprovalState.REFUSED,
}
WORDS = {
    ApprovalState.APPROVED: "approved",
    ApprovalState.CHANGED: "changed and approved",
    ApprovalState.REFUSED: "refused",
}
LIMIT = Actor("", "Time limit", "system")


class ApprovalService(AheadUseCases):
    """A decision and the run's leave to go on stand or fall together; the jobs carry the run on."""

    def __init__(
        self,
        units: Units,
        events: Events,
        jobs: Jobs,
        masks: Masks | None = None,
        templates: Templates | None = None,
    ) -> None:
        self._units, self._events, self._jobs, self._masks = units, events, jobs, masks or Masks()
        self._templates = templates

    async def waiting(
        self,
        operator: Operator,
        page: Page = FIRST_PAGE,
        *,
        conversation_id: str = "",
        run_id: str = "",
        flow_id: str = "",
    ) -> Listed[Approval]:
        """Return what waits for a person, the least time left first."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = ApprovalRepository(session, operator.project_id)
            found = await rows.list(page, waiting=True, conversation_id=conversation_id, run_id=run_id, flow_id=flow_id)
            return Listed.cut([_shown(operator, one) for one in found], page)

    async def decided(
        self,
        operator: Operator,
        page: Page = FIRST_PAGE,
        *,
        since: datetime | None = None,
        conversation_id: str = "",
        run_id: str = "",
        flow_id: str = "",
    ) -> Listed[Approval]:
        """Return what was decided, newest first."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = ApprovalRepository(session, operator.project_id)
            found = await rows.list(
                page, waiting=False, conversation_id=conversation_id, run_id=run_id, flow_id=flow_id, since=since
            )
            return Listed.cut([_shown(operator, one) for one in found], page)

    async def num_waiting(self, operator: Operator) -> int:
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            return await ApprovalRepository(session, operator.project_id).num_waiting()

    async def flows_waiting(self, operator: Operator) -> Sequence[FlowWaiting]:
        """Return which flows wait for a person, by name."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            found = await ApprovalRepository(session, operator.project_id).flows_waiting()
        return [FlowWaiting(*one) for one in found]

    async def get(self, operator: Operator, approval_id: str) -> Approval:
        """Raise ApprovalNotFound."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            found = await ApprovalRepository(session, operator.project_id).found(storable(approval_id))
        if found is None:
            raise ApprovalNotFound("There is no such approval.")
        return _shown(operator, found)

    async def decide(self, operator: Operator, approval_id: str, decision: Decision) -> Approval:
        """Let the run go on as decided.

        Raise ApprovalNotFound, Conflict when it was decided, changed or over, Forbidden for who may not decide about
        this one, InvalidInput for a refusal without a reason and a value of another type.
        """
        operator.require(Permission.FLOWS_APPROVE)
        comment = _checked(decision)
        async with self._units.write(operator) as work:
            row, run = await self._locked(work, operator.project_id, approval_id)
            _refuse_closed(row, run)
            if decision.hash != row.value_hash:
                raise Conflict("This is not what you were shown: it changed meanwhile.", hint="Look at it again.")
            _refuse_unfit(operator, row, run)
            mask = await self._masks.of(work.session, row.project_id, run.id, run.conversation_id, resumes=True)
            row.state, row.comment = STATES[decision.choice], await mask.kept(comment)
            row.decided_by, row.decided_by_id = operator.name, operator.user_id
            if decision.choice == "change":
                row.decided_value = await mask.kept(_of_the_same_type(row.value, decision.value))
            await mask.save(work)
            target = Target("approval", row.id, row.title)
            await self._close(work, row)
            await AuditTrail(work.session).record(
                operator, f"approval.{decision.choice}", target, before=_before(row), after=_after(row)
            )
        return await self.get(operator, row.id)

    async def end_overdue(self, now: datetime | None = None) -> int:
        """Let what nobody decided in time go on by its default; return how many were."""
        moment = now or utc_now()
        async with self._units.read(BY_ID) as session:
            due = await Ownership(session).overdue(moment)
        num_ended = 0
        for approval_id, tenant in due:
            async with self._units.write(tenant) as work:
                row, run = await self._locked(work, tenant.project_id, approval_id)
                if row.state != ApprovalState.WAITING or row.ends_at > moment:
                    continue
                if RunStatus(run.status).is_final:
                    row.state = ApprovalState.VOID
                    work.session.add(row)
                    continue
                row.state = STATES["approve" if row.on_limit == "approve" else "refuse"]
                row.comment = "Nobody decided in time."
                await self._close(work, row)
                num_ended += 1
                await AuditTrail(work.session).record_of(
                    tenant.organisation_id,
                    LIMIT,
                    f"approval.{row.on_limit}",
                    Target("approval", row.id, row.title),
                    project_id=tenant.project_id,
                    before=_before(row),
                    after=_after(row),
                )
        return num_ended

    async def _locked(self, work: Work, project_id: str, approval_id: str) -> tuple[ApprovalRow, RunRow]:
        """Lock the run first, as whoever parks it does. Raise ApprovalNotFound."""
        rows = ApprovalRepository(work.session, project_id)
        run_id = await rows.run_of(storable(approval_id))
        run = await rows.run(run_id) if run_id else None
        found = await rows.found(approval_id, lock=True) if run else None
        if found is None:
            raise ApprovalNotFound("There is no such approval.")
        return found[0], found[1]

    async def _close(self, work: Work, row: ApprovalRow) -> None:
        row.decided_at = utc_now()
        work.session.add(row)
        await work.session.flush()
        attempt = await ApprovalRepository(work.session, row.project_id).go_on(row.run_id)
        if attempt is not None:
            await ConversationRepository(work.session, row.project_id).wait(row.conversation_id, waits=False)
        run_id, said = row.run_id, {"approval_id": row.id, "node": row.node, "state": row.state}

        async def tell() -> None:
            await self._events.publish(run_topic(run_id), {"event": "node.decided", "run_id": run_id, **said})
            if attempt is not None:
                await self._jobs.enqueue(JOB, run_id, attempt)

        work.after_commit(tell)


def _shown(operator: Operator, found: Found) -> Approval:
    row, run, *_ = found
    return replace(approval_of(*found), barred=_unfit(operator, row, run))


def _unfit(operator: Operator, row: ApprovalRow, run: RunRow) -> str:
    """Return why the operator may not decide about it; empty where they may."""
    role = row.role
    if not operator.may(Permission.FLOWS_APPROVE):
        return "A reviewer or above decides."
    if role != "reviewer" and operator.role not in _at_least(role):
        return "An owner decides about this one." if role == "owner" else f"An {role} or above decides."
    if row.second_person and operator.is_one_of(run.started_by_id):
        return "Who started the run does not decide about it."
    return ""


def _at_least(role: str) -> Sequence[str]:
    return RANKS[: RANKS.index(role) + 1]


def _refuse_unfit(operator: Operator, row: ApprovalRow, run: RunRow) -> None:
    if why := _unfit(operator, row, run):
        raise Forbidden(why, hint="Ask somebody else to decide.")


def _refuse_closed(row: ApprovalRow, run: RunRow) -> None:
    state = ApprovalState(row.state)
    if state.is_decided and row.decided_at:
        who = row.decided_by or "The time limit"
        raise Conflict(f"{who} {WORDS[state]} it at {row.decided_at:%H:%M:%S} UTC already.")
    if state is ApprovalState.VOID:
        raise Conflict(f"It waits no more. {row.comment}".strip())
    if RunStatus(run.status).is_final:
        raise Conflict("Its run has ended.")
    if row.ends_at <= utc_now():
        raise Conflict("Its time is over: what it takes by default holds.")


def _checked(decision: Decision) -> str:
    comment = str(storable(decision.comment)).strip()
    if len(comment) > MAX_COMMENT:
        raise InvalidInput(
            f"A comment has at most {MAX_COMMENT:,} characters.",
            fields={"comment": f"At most {MAX_COMMENT:,} characters."},
        )
    if decision.choice == "refuse" and not comment:
        raise InvalidInput("Say why you refuse it.", fields={"comment": "Say why you refuse it."})
    return comment


def _of_the_same_type(shown: Any, given: Any) -> Any:
    """Raise InvalidInput unless a text stays a text, a number a number, an object an object."""
    numbers = (int, float)
    same = (
        isinstance(given, numbers) and not isinstance(given, bool)
        if isinstance(shown, numbers) and not isinstance(shown, bool)
        else type(given) is type(shown)
    )
    if not same:
        raise InvalidInput(
            "The changed value is of another type.", fields={"value": "It is of another type than what was shown."}
        )
    return storable(given)


def _before(row: ApprovalRow) -> dict[str, Any]:
    return {"state": ApprovalState.WAITING.value, "value_hash": row.value_hash}


def _after(row: ApprovalRow) -> dict[str, Any]:
    """Tell the outcome by the hash of what was shown: the value may hold a person's words, which may be removed."""
    return {"state": str(row.state), "run": row.run_id, "node": row.node, "was_changed": row.decided_value is not None}
