"""Approvals over REST: what runs wait for, and the decisions about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from backend.api.access import allowed
from backend.api.approval_bodies import ApprovalBody, ApprovalList, Approved, Refused
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.flows.types import Decision
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["approvals"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.FLOWS_READ)]
Approver = Annotated[Operator, allowed(Permission.FLOWS_APPROVE)]
State = Literal["waiting", "decided"]


async def _paged(limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT, after: str = "") -> Page:
    return Page(limit, after)


Paged = Annotated[Page, Depends(_paged)]


@dataclass
class Narrowed:
    """Of what alone; empty for everything."""

    conversation_id: str = ""
    run_id: str = ""
    flow_id: str = ""


@router.get("/approvals")
async def list_approvals(
    operator: Reader, page: Paged, of: Annotated[Narrowed, Depends()], state: State = "waiting"
) -> ApprovalList:
    """Return what waits for a person, the least time left first, or what was decided, newest first."""
    service = services().approvals
    list_ = service.waiting if state == "waiting" else service.decided
    listed = await list_(operator, page, conversation_id=of.conversation_id, run_id=of.run_id, flow_id=of.flow_id)
    return ApprovalList(approvals=[ApprovalBody.of(one) for one in listed.items], next=listed.next)


@router.get("/approvals/{approval_id}")
async def get_approval(operator: Reader, approval_id: str) -> ApprovalBody:
    return ApprovalBody.of(await services().approvals.get(operator, approval_id))


@router.post("/approvals/{approval_id}/approve")
async def approve(operator: Approver, approval_id: str, body: Approved) -> ApprovalBody:
    """Let the run go on, with another value where one is given; 409 when it was decided or is not what was shown."""
    choice: Literal["approve", "change"] = "change" if "value" in body.model_fields_set else "approve"
    decision = Decision(choice, body.hash, body.value, body.comment)
    return ApprovalBody.of(await services().approvals.decide(operator, approval_id, decision))


@router.post("/approvals/{approval_id}/refuse")
async def refuse(operator: Approver, approval_id: str, body: Refused) -> ApprovalBody:
    """Let the run take its other way; 409 when it was decided or is not what was shown."""
    decision = Decision("refuse", body.hash, comment=body.comment)
    return ApprovalBody.of(await services().approvals.decide(operator, approval_id, decision))
