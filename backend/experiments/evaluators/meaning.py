"""How near the meaning of an answer is to what was expected, by an embedding model."""

from __future__ import annotations

from typing import ClassVar

from backend.experiments.evaluators.base import Case, Evaluator, Help, Score, as_text, shortened


class Similarity(Evaluator):
    """The cosine of both texts' embeddings, nought where they point away from each other."""

    kind: ClassVar[str] = "similarity"
    calls_models: ClassVar[bool] = True
    model: str = ""

    async def measure(self, case: Case, aid: Help) -> Score:
        rows = await aid.embed(self.model, [shortened(case.readings[-1]), shortened(as_text(case.expected))])
        return Score(min(1.0, max(0.0, sum(one * other for one, other in zip(*rows, strict=True)))))
