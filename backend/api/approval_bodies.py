"""Approvals as REST takes and gives them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from backend.api.bodies import Strict
from backend.flows.types import Approval, ApprovalState, OnLimit


class Approved(Strict):
    """`hash` names what was shown. With a `value` that goes on in place of the one that was shown."""

    hash: str
    value: Any = None
    comment: str = ""


class Refused(Strict):
    """`comment` is the reason and may not be empty."""

    hash: str
    comment: str


class ApprovalBody(BaseModel):
    """What a run waits for, or what was decided. `barred` says why who asks may not decide, empty where they may."""

    id: str
    run_id: str
    flow_id: str
    flow_name: str
    version: int | None
    conversation_id: str | None
    node: str
    plate: int
    title: str
    question: str
    note: str
    said: str
    value: Any
    hash: str
    citations: list[dict[str, Any]]
    role: str
    second_person: bool
    on_limit: OnLimit
    state: ApprovalState
    started_by: str
    asked_at: datetime
    ends_at: datetime
    decided_by: str
    decided_value: Any
    comment: str
    decided_at: datetime | None
    barred: str

    @classmethod
    def of(cls, approval: Approval) -> ApprovalBody:
        known = asdict(approval)
        return cls(**{name: known[name] for name in cls.model_fields})


class ApprovalList(BaseModel):
    approvals: list[ApprovalBody]
    next: str | None
