"""What waits for a second person before the open flow is published, and whether it has to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.flows.types import PublishApproval
from backend.operator import Operator, Permission
from console.problems import caught
from console.state import formats
from console.state.evidence import evidence_in, words_of
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.forms import Formed
from console.state.gate_lines import GateLine, content_line
from console.state.refusals import RefusalLine, refusal_words
from console.toasts import refuse, say


@dataclass(frozen=True)
class PublishLine:
    """A wish to publish. `own` may take it back; `may_decide` may approve and refuse, `why_not` says why not.

    `is_alone` where there is nobody who could.
    """

    id: str
    lead: str
    comment: str
    note: str
    own: bool
    may_decide: bool
    why_not: str
    evidence: str
    is_alone: bool


class FlowPublishState(Formed, rx.State):
    """`deciding` is the wish that a dialog asks the reason about, empty while none is open."""

    waiting: rx.Field[list[PublishLine]] = rx.field(default_factory=list)
    refusals: rx.Field[list[RefusalLine]] = rx.field(default_factory=list)
    protected: rx.Field[bool] = rx.field(False)
    may_protect: rx.Field[bool] = rx.field(False)
    is_alone: rx.Field[bool] = rx.field(False)
    may_invite: rx.Field[bool] = rx.field(False)
    deciding: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read what waits, once the flow of this address is open."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.waiting, self.refusals, self.protected = [], [], False
        draft = await self.get_state(FlowDraftState)
        if draft.shown == "ready":
            await self._read(operator, draft.key)

    async def _read(self, operator: Operator, flow_id: str) -> None:
        flows = services().flows
        flow = await flows.get(operator, flow_id)
        found = await flows.publish_approvals(operator, flow_id)
        self.protected, self.may_protect = flow.is_protected, operator.may(Permission.PROJECT_MANAGE)
        self.is_alone, self.may_invite = await _is_alone(operator), operator.may(Permission.MEMBERS_MANAGE)
        self.waiting = [
            publish_line(
                one,
                operator,
                gate=await content_line(operator, "flow", flow_id, one.fingerprint, called="this"),
                is_alone=await _is_alone(operator, one.asked_by_id),
            )
            for one in found
        ]
        refused = await flows.publish_refusal(operator, flow_id)
        zone, now = await self._zone(), formats.now()
        self.refusals = [refusal_line(refused, operator.user_id, zone, now)] if refused else []
        problems = list(await flows.problems(operator, flow_id))
        (await self.get_state(FlowSaveState))._stand(flow, problems)

    @rx.event
    async def approve(self, wish: str) -> Any:
        """Publish what somebody else asked for."""
        operator = await self._operator(Permission.FLOWS_APPROVE)
        with caught(Conflict) as stopped:
            made = await services().flows.approve_publish(operator, wish)
            told = say(f"v{made.number} is published.")
        if stopped.problem is not None:  # a gate refuses it by now, or somebody was quicker
            told = refuse(stopped.problem.words, stopped.problem.more)
        await self._read(operator, (await self.get_state(FlowDraftState)).key)
        return told

    @rx.event
    async def ask_refusal(self, wish: str) -> None:
        """Ask why not."""
        await self._operator(Permission.FLOWS_APPROVE)
        self.deciding, self.errors = wish, {}

    @rx.event
    async def close(self) -> None:
        """Leave it waiting."""
        await self._operator(Permission.FLOWS_READ)
        self.deciding = ""

    @rx.event
    async def refuse(self, form: dict[str, str]) -> None:
        """Refuse a wish, with a reason."""
        operator = await self._operator(Permission.FLOWS_APPROVE)
        async with self._checking():
            said = await services().flows.refuse_publish(operator, self.deciding, form.get("reason", ""))
            self.deciding = ""
            await self._read(operator, said.flow_id)

    @rx.event
    async def withdraw(self, wish: str) -> None:
        """Take one's own wish back."""
        operator = await self._operator(Permission.FLOWS_PUBLISH)
        said = await services().flows.withdraw_publish(operator, wish)
        await self._read(operator, said.flow_id)

    @rx.event
    async def dismiss(self, wish: str) -> None:
        """Put away that one's own wish was refused."""
        operator = await self._operator(Permission.FLOWS_PUBLISH)
        said = await services().flows.dismiss_publish_refusal(operator, wish)
        await self._read(operator, said.flow_id)

    @rx.event
    async def protect(self, protected: bool) -> None:
        """Let the flow be published only with a second person's approval, or freely again."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        key = (await self.get_state(FlowDraftState)).key
        await services().flows.protect(operator, key, protected=protected)
        await self._read(operator, key)


def refusal_line(refused: PublishApproval, user_id: str, zone: tzinfo, now: datetime) -> RefusalLine:
    return RefusalLine(
        id=refused.id,
        lead=f"v{refused.version} was not published.",
        words=refusal_words(refused.decided_by, refused.decided_at, refused.reason, zone, now),
        exact=formats.exact(refused.decided_at, zone) if refused.decided_at else "",
        own=user_id == refused.asked_by_id,
    )


async def _is_alone(operator: Operator, asked_by_id: str = "") -> bool:
    """Say whether nobody could approve what that person asked for, the operator where none is named."""
    return await services().identity.is_alone(operator, Permission.FLOWS_APPROVE, asked_by_id or operator.user_id)


def publish_line(
    one: PublishApproval, operator: Operator, *, gate: GateLine | None = None, is_alone: bool = False
) -> PublishLine:
    """Return the line; `gate` is what the gate would say to an approval now."""
    own = operator.is_one_of(one.asked_by_id)
    may = operator.may(Permission.FLOWS_APPROVE) and not own
    why_not = "Nobody approves their own change." if own else "Reviewers and above decide."
    return PublishLine(
        id=one.id,
        lead="Waits for approval by a second person.",
        comment=words_of(one.comment),
        note=f"{one.asked_by} asks to publish v{one.version}"
        + (", the draft as it is." if one.is_draft else "; the draft has changed since and stays a draft.")
        + (f" It cannot be approved now: {gate.words}" if gate and gate.mark == "fail" else ""),
        own=own and operator.may(Permission.FLOWS_PUBLISH),
        may_decide=may,
        why_not="" if may else why_not,
        evidence=evidence_in(one.comment),
        is_alone=is_alone,
    )
