"""Hold a run until a person has decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from backend.flows.approval_types import ApprovalState, Decided, OnLimit, Wanted
from backend.flows.context import NodeContext
from backend.flows.document import PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.ports import Port
from backend.flows.types import Problem, Severity

MINUTE, DAY = 1, 24 * 60
LONGEST = 30 * DAY
_TAKEN = {
    ApprovalState.APPROVED: "approved",
    ApprovalState.CHANGED: "approved",
    ApprovalState.REFUSED: "refused",
}


class ApprovalConfig(NodeConfig):
    question: str = Field(
        default="May this go on?",
        max_length=2_000,
        title="Question",
        description="One line for the person who decides, such as: Refund {{ inputs.value.amount }}?",
        json_schema_extra=ui("template_line"),
    )
    note: str = Field(
        default="",
        max_length=20_000,
        title="Why a person",
        description="What to check, and what happens after. Holes are filled with earlier values.",
        json_schema_extra=ui("template"),
    )
    role: Literal["reviewer", "editor", "admin", "owner"] = Field(
        default="reviewer",
        title="Who may decide",
        json_schema_extra=ui(
            "select",
            options={
                "reviewer": "Reviewer or above",
                "editor": "Editor or above",
                "admin": "Admin or above",
                "owner": "Owner",
            },
        ),
    )
    second_person: bool = Field(
        default=False,
        title="A second person",
        description="Who started the run does not decide about it.",
        json_schema_extra=ui("switch"),
    )
    limit_minutes: int = Field(
        default=DAY,
        ge=MINUTE,
        le=LONGEST,
        title="Time limit in minutes",
        description="1,440 is a day.",
        json_schema_extra=ui("number"),
    )
    on_limit: OnLimit = Field(
        default="refuse",
        title="If nobody decides",
        description="Holds at the time limit, and in experiments, where nobody is asked.",
        json_schema_extra=ui("select", options={"refuse": "Refuse", "approve": "Approve"}),
    )


class Approval(NodeKind[ApprovalConfig]):
    name = "approval"
    title = "Approval"
    group = "Logic"
    icon = "hand"
    order = 55
    description = "Hold the run until a person approves, changes or refuses a value."
    Config = ApprovalConfig
    inputs = (Port(name="value", type=PortType.ANY, required=True, title="What is decided about"),)
    outputs = (
        Port(name="approved", type=PortType.ANY, title="The value, as it was approved"),
        Port(name="refused", type=PortType.ANY, title="The value that was refused"),
        Port(name="decision", type=PortType.OBJECT, title="Who decided what, and why"),
    )
    chooses = True
    acts = True
    waits = True
    holds = True

    def line(self, config: ApprovalConfig) -> str:
        return config.question.strip() or "no question yet"

    def problems(self, config: ApprovalConfig, connected: frozenset[str]) -> list[Problem]:  # noqa: ARG002
        if config.question.strip():
            return []
        return [Problem(Severity.ERROR, "It asks nothing.", "Write its question.", field="question")]

    async def run(self, context: NodeContext[ApprovalConfig], inputs: Mapping[str, Any]) -> Result:
        config, value = context.config, inputs.get("value")
        wanted = Wanted(
            question=await context.render(config.question, inputs),
            note=await context.render(config.note, inputs),
            value=value,
            role=config.role,
            second_person=config.second_person,
            limit_minutes=config.limit_minutes,
            on_limit=config.on_limit,
        )
        return result_of(await context.ask(wanted))


def result_of(decided: Decided) -> Result:
    """Return the way that a decision takes."""
    port = _TAKEN[decided.state]
    decision = {
        "outcome": decided.state.value,
        "by": decided.by,
        "comment": decided.comment,
        "asked_at": decided.asked_at.isoformat() if decided.asked_at else None,
        "decided_at": decided.decided_at.isoformat() if decided.decided_at else None,
    }
    return Result(
        outputs={port: decided.value, "decision": decision},
        taken=frozenset({port, "decision"}),
        reason=_said(decided),
        detail={"approval_id": decided.approval_id, **decision},
    )


def _said(decided: Decided) -> str:
    words = {
        ApprovalState.APPROVED: "approved it",
        ApprovalState.CHANGED: "changed and approved it",
        ApprovalState.REFUSED: "refused it",
    }[decided.state]
    if not decided.approval_id:
        return f"{decided.comment}: its default {words}"
    said = f"{decided.by or 'its time limit'} {words}"
    return f"{said}: {decided.comment}" if decided.comment else said
