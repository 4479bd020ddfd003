"""Code that scores, over REST: what waits for a second person, and the decision."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.experiments.types import CodeApproval
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api", tags=["experiments"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.EXPERIMENTS_READ)]
Coder = Annotated[Operator, allowed(Permission.EXPERIMENTS_CODE)]


class CodeRefusal(Strict):
    reason: str


@router.get("/code-approvals")
async def list_code_approvals(operator: Reader, state: Literal["waiting", "all"] = "waiting") -> dict[str, Any]:
    """List the texts that wait for a second person before they run, or with `state=all` the last 200."""
    found = await services().experiments.code_approvals(operator, waiting=state == "waiting")
    return {"approvals": [_body(one) for one in found], "next": None}


@router.get("/experiments/{experiment_id}/code")
async def list_code(operator: Reader, experiment_id: str) -> dict[str, Any]:
    """List the code that scores an experiment, each text with what became of it."""
    found = await services().experiments.codes_of(operator, experiment_id)
    return {"approvals": [_body(one) for one in found], "next": None}


@router.post("/code-approvals/{approval_id}/approve")
async def approve_code(operator: Coder, approval_id: str) -> dict[str, Any]:
    """Let exactly this text run in the project; 403 for who asked for it, now or before."""
    return _body(await services().experiments.approve_code(operator, approval_id))


@router.post("/code-approvals/{approval_id}/refuse")
async def refuse_code(operator: Coder, approval_id: str, body: CodeRefusal) -> dict[str, Any]:
    """Refuse it, also once it is approved: it runs no more."""
    return _body(await services().experiments.refuse_code(operator, approval_id, body.reason))


@router.post("/code-approvals/{approval_id}/withdraw")
async def withdraw_code(operator: Coder, approval_id: str) -> dict[str, Any]:
    """Take one's own wish back."""
    return _body(await services().experiments.withdraw_code(operator, approval_id))


def _body(one: CodeApproval) -> dict[str, Any]:
    told = asdict(one)
    told["sha256"] = told.pop("fingerprint")
    return told
