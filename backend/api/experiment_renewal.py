"""Judges that were asked otherwise since an experiment was scored, over REST."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from backend.api.experiment_bodies import ExperimentBody, plan_body
from backend.api.experiments import Reader, Runner
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services

router = APIRouter(prefix="/api", tags=["experiments"], route_class=IdempotentRoute)


@router.get("/experiments/{experiment_id}/outdated")
async def list_outdated(operator: Reader, experiment_id: str) -> dict[str, Any]:
    """Return the judges of which a later experiment over its dataset asked a newer version.

    `plan` says what asking those about the same answers would do and cost; null where there are none.
    """
    found = await services().experiments.outdated(operator, experiment_id)
    planned = await services().experiments.plan_renewed(operator, experiment_id)
    return {"outdated": [asdict(one) for one in found], "plan": plan_body(planned[1]) if planned else None}


@router.post("/experiments/{experiment_id}/renew", status_code=201)
async def renew_experiment(operator: Runner, experiment_id: str) -> ExperimentBody:
    """Score the same answers by the newest version of each judge, and start that; 409 where none is outdated."""
    return ExperimentBody.of(await services().experiments.renew(operator, experiment_id))
