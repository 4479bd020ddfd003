"""A person says how good an answer is; until then the score waits."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from backend.errors import InvalidInput
from backend.experiments.evaluators.base import Case, Evaluator, Help, Score
from backend.experiments.types import WAITING


class Human(Evaluator):
    """The question is put to a reviewer beside each answer."""

    kind: ClassVar[str] = "human"
    needs_person: ClassVar[bool] = True
    scores_nodes: ClassVar[bool] = False
    question: str = Field(default="Is this a good answer?", max_length=2_000)
    min: float = Field(default=0.0, description="The lowest score.")
    max: float = Field(default=1.0, description="The highest score; 0 to 1 is asked as no and yes.")

    @model_validator(mode="after")
    def _fits(self) -> Human:
        if self.min >= self.max:
            raise ValueError("min lies below max")
        return self

    @property
    def scale(self) -> tuple[float, float] | None:
        return self.min, self.max

    @property
    def worst(self) -> float | None:
        """Leave out what nobody has looked at: waiting is not failing."""
        return None

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        return Score(None, label=WAITING)

    def given(self, value: float, reason: str, by: str) -> Score:
        """Return a reviewer's score. Raise InvalidInput off the scale."""
        if not self.min <= value <= self.max:
            raise InvalidInput(f"A score of {self.called} lies between {self.min:g} and {self.max:g}.")
        passed = value == self.max if (self.min, self.max) == (0.0, 1.0) else None
        return self.judged(Score(value, passed, by, reason[:2_000]))
