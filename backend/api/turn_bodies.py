"""What the routes of turns take and answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from backend.api.bodies import Strict
from backend.turns.types import MAX_REPLAYS, Replayable, ReplayColumn, ReplayDone, TestState, TurnTest


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
    next: str | None


class ColumnBody(Strict):
    """One way to ask again; what is left out is as it was."""

    version: Annotated[int, Field(ge=1)] | Literal["same", "draft"] = "same"
    model: str = Field(default="", max_length=200)
    prompt_version: int | None = Field(default=None, ge=1)

    def column(self) -> ReplayColumn:
        return ReplayColumn(self.version, self.model, self.prompt_version)


class NewReplay(Strict):
    """With `acts` requests are sent again; else the record answers for them."""

    columns: list[ColumnBody] = Field(default_factory=lambda: [ColumnBody()], min_length=1, max_length=MAX_REPLAYS)
    acts: bool = False
    stream: bool = False


class ReplayableBody(BaseModel):
    """A turn, by its answer, and what it takes to ask it again; `cautions` say what will not be as it was."""

    id: str
    question: str
    answer: str
    num_before: int
    run_id: str
    versions: list[int]
    prompt: dict[str, Any] | None
    model: str
    tools: list[str]
    deeds: list[dict[str, Any]]
    cautions: list[str]

    @classmethod
    def of(cls, found: Replayable) -> ReplayableBody:
        return cls(
            id=found.turn.answer.id,
            question=found.turn.question.text,
            answer=found.turn.answer.text,
            num_before=len(found.turn.history),
            run_id=found.ran.run.id if found.ran else "",
            versions=list(found.versions),
            prompt=asdict(found.prompt) if found.prompt else None,
            model=found.model or found.turn.answer.model,
            tools=list(found.tools),
            deeds=[asdict(one) for one in found.deeds],
            cautions=list(found.cautions),
        )


def done_body(done: ReplayDone) -> dict[str, Any]:
    """Return how a column ended."""
    return {**asdict(done), "cost": float(done.cost), "tools": list(done.tools)}
