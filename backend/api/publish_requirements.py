"""What must be passed before a flow or a prompt is published, over REST."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.experiments.types import Requirement
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api", tags=["experiments"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.EXPERIMENTS_READ)]
Editor = Annotated[Operator, allowed(Permission.EXPERIMENTS_EDIT)]
Kind = Literal["flow", "prompt"]


class RequirementWish(Strict):
    """A dataset with the evaluators that must be asked, as a new experiment names them; or those of an experiment.

    `labels` of a prompt are guarded by it, production alone where none is named.
    """

    dataset_id: str = ""
    evaluators: tuple[dict[str, Any], ...] = Field(default=(), max_length=20)
    experiment_id: str = ""
    labels: tuple[str, ...] = Field(default=(), max_length=20)

    def requirement(self) -> Requirement:
        return Requirement(self.dataset_id, self.evaluators, self.experiment_id, labels=self.labels)


@router.get("/publish-requirements/{kind}/{name}")
async def get_requirement(operator: Reader, kind: Kind, name: str) -> dict[str, Any]:
    """Return the dataset and evaluators that a flow or prompt must pass before it is published, null for none."""
    return _requirement_body(await services().experiments.requirement(operator, kind, name))


@router.put("/publish-requirements/{kind}/{name}")
async def set_requirement(operator: Editor, kind: Kind, name: str, body: RequirementWish) -> dict[str, Any]:
    """Let a flow or prompt be published only with an experiment that asked these evaluators and got no worse."""
    return _requirement_body(await services().experiments.require(operator, kind, name, body.requirement()))


@router.delete("/publish-requirements/{kind}/{name}", status_code=204)
async def drop_requirement(operator: Editor, kind: Kind, name: str) -> None:
    await services().experiments.release(operator, kind, name)


def _requirement_body(found: Requirement | None) -> dict[str, Any]:
    return {
        "dataset_id": found.dataset_id if found else None,
        "evaluators": list(found.evaluators) if found else [],
        "labels": list(found.labels) if found else [],
    }
