"""What an answer took: time and money. A failed answer has neither, so it is left out."""

from __future__ import annotations

from typing import Any, ClassVar

from backend.experiments.evaluators.base import Case, Evaluator, Help, Score

NO_PRICE = "No price is entered for the model that answered."


class _Resource(Evaluator):
    direction: Any = "lower"

    @property
    def scale(self) -> tuple[float, float] | None:
        return None


class Latency(_Resource):
    """Milliseconds from the question to the whole answer."""

    kind: ClassVar[str] = "latency"
    unit: str = "ms"

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        return Score(case.latency_ms)


class Cost(_Resource):
    """Dollars for the answer, without those of its judges."""

    kind: ClassVar[str] = "cost"
    unit: str = "$"

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        return Score(None, error=NO_PRICE) if case.cost is None else Score(float(case.cost))
