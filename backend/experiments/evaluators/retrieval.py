"""How good the passages were that stood behind an answer."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from backend.errors import InvalidInput
from backend.experiments.evaluators.base import Case, Evaluator, Help, Score
from backend.experiments.evaluators.json_diff import MISSING
from backend.experiments.evaluators.objects import at, parsed, read_json


class Retrieval(Evaluator):
    """Hit rate, mean reciprocal rank, nDCG, precision or context precision over the first `k` passages.

    What is relevant stands in the row under `relevant`, in its expected output, else in its metadata: a list of ids,
    or an object of id and grade. `identified_by` says which field of a passage is its id. `retrieved` reads the
    passages out of an answer that is JSON, where no flow brings them along. `by_name` finds what is called the same,
    whatever its case.
    """

    kind: ClassVar[str] = "retrieval"
    measure_: Literal["hit", "mrr", "ndcg", "precision", "context_precision"] = Field(default="hit", alias="measure")
    k: int = Field(default=5, ge=1, le=100, description="How many passages count.")
    relevant: str = Field(default="relevant", description="Where the row names what is relevant.")
    identified_by: str = Field(default="document_id", description="The field of a passage that is its id.")
    retrieved: str = Field(default="", description="Where an answer that is JSON has its passages; $ is all of it.")
    by_name: bool = Field(default=False, description="What is relevant is named: case does not count.")

    @property
    def called(self) -> str:
        return self.name or (f"{self.measure_}@{self.k}" if self.measure_ != "mrr" else "mrr")

    @property
    def reads(self) -> str:
        return "" if self.retrieved else "passages"

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        grades = {self._told(one): grade for one, grade in _grades(case, self.relevant).items()}
        if not grades:
            raise InvalidInput(
                "The row does not say what is relevant.", hint=f"Put a list of ids under {self.relevant}."
            )
        found = [grades.get(one, 0.0) for one in self._ids(case)][: self.k]
        if self.measure_ == "ndcg":
            return Score(ndcg(found, sorted(grades.values(), reverse=True)[: self.k]))
        value = {"hit": hit, "mrr": mrr, "precision": precision, "context_precision": context_precision}[self.measure_]
        return Score(value(found))

    def _ids(self, case: Case) -> list[str]:
        passages: Any = list(case.passages)
        if self.retrieved:
            try:
                passages = at(read_json(case.output), self.retrieved)
            except ValueError as error:
                raise InvalidInput("The answer is no JSON, so it has no passages.") from error
        if passages is MISSING or not isinstance(passages, list):
            return []
        ids = [str(one.get(self.identified_by, "")) if isinstance(one, dict) else str(one) for one in passages]
        return list(dict.fromkeys(map(self._told, ids)))  # a document found by two passages is found once

    def _told(self, name: str) -> str:
        return " ".join(unicodedata.normalize("NFKC", name).casefold().split()) if self.by_name else name


def _grades(case: Case, path: str) -> dict[str, float]:
    value = at(parsed(case.expected), path)
    if value is MISSING:
        value = at(case.metadata, path)
    if value is MISSING:
        return {}
    if isinstance(value, dict):
        return {
            str(name): float(grade) for name, grade in value.items() if isinstance(grade, int | float) and grade > 0
        }
    return {str(one): 1.0 for one in (value if isinstance(value, list) else [value])}


def hit(found: Sequence[float]) -> float:
    return float(any(found))


def mrr(found: Sequence[float]) -> float:
    return next((1 / rank for rank, grade in enumerate(found, 1) if grade), 0.0)


def precision(found: Sequence[float]) -> float:
    return sum(1 for grade in found if grade) / len(found) if found else 0.0


def context_precision(found: Sequence[float]) -> float:
    """Return the mean of the precisions at the ranks of relevant passages: those on top count most."""
    hits = [rank for rank, grade in enumerate(found, 1) if grade]
    return sum(number / rank for number, rank in enumerate(hits, 1)) / len(hits) if hits else 0.0


def ndcg(found: Sequence[float], ideal: Sequence[float]) -> float:
    """Return the gain, discounted by the logarithm of the rank, over the best that could be (Järvelin 2002)."""
    return _gain(found) / _gain(ideal) if any(ideal) else 0.0


def _gain(grades: Sequence[float]) -> float:
    return math.fsum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
