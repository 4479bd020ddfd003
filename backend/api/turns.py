"""A turn of a conversation over REST: kept as a test."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.turns.types import NewTest, TestState, TurnTest

router = APIRouter(prefix="/api/messages/{message_id}", tags=["turns"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Editor = Annotated[Operator, allowed(Permission.DATASETS_EDIT)]


class NewTestBody(Strict):
    """`expected_output` is the corrected answer, any JSON. Name a dataset by id, or one by name, which may be new."""

    expected_output: Any = None
    dataset_id: str = ""
    dataset_name: str = ""
    split: str = ""
    with_history: bool = True


class KeptTestBody(BaseModel):
    """The row that the turn is now, and the version of the dataset that has it."""

    dataset_id: str
    dataset_name: str
    row: int
    version: int


class TurnTestBody(BaseModel):
    """A row that the turn became. `state` says how its last answers did, by the experiment that asked it last."""

    dataset_id: str
    dataset_name: str
    row: int
    expected_output: Any
    state: TestState
    experiment_id: str
    experiment_name: str
    passed: list[str]
    failed: list[str]

    @classmethod
    def of(cls, test: TurnTest) -> TurnTestBody:
        return cls(**{name: getattr(test, name) for name in cls.model_fields})


class TurnTestList(BaseModel):
    tests: list[TurnTestBody]
    next: None = None


@router.post("/test", status_code=201)
async def make_test(operator: Editor, message_id: str, body: NewTestBody) -> KeptTestBody:
    """Make an answer and its question a row of a dataset; a second time changes that row."""
    kept = await services().turns.keep(operator, message_id, NewTest(**dict(body)))
    return KeptTestBody(dataset_id=kept.dataset_id, dataset_name=kept.dataset_name, row=kept.row, version=kept.version)


@router.get("/tests")
async def list_tests(operator: Reader, message_id: str) -> TurnTestList:
    """List the rows that an answer became, with how each stands."""
    await services().turns.turn(operator, message_id)
    found = await services().turns.tests(operator, [message_id])
    return TurnTestList(tests=[TurnTestBody.of(one) for one in found])
