"""Score one answer by every evaluator; what fails to score is said in its place."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.errors import DomainError
from backend.experiments.engine.answers import Answer
from backend.experiments.engine.asking import Asking
from backend.experiments.engine.lanes import LaneGivenUp
from backend.experiments.evaluators.base import Case, Evaluator, Said, Score
from backend.experiments.outside import Outside, Row
from backend.experiments.types import OVERALL
from backend.operator import Operator
from backend.ports.code import CodeFailed, Found
from backend.ports.embeddings import Embedder
from backend.ports.language_model import Message, ModelSettings

MOST_AT_LIMIT = 10
logger = logging.getLogger(__name__)


class Aid:
    """What evaluators may use: judges over the same lanes as the answers, and embedding models."""

    def __init__(self, outside: Outside, operator: Operator, asking: Asking) -> None:
        self._outside, self._operator, self._asking = outside, operator, asking
        self._embedders: dict[str, Embedder] = {}
        self._at_limit: Counter[str] = Counter()

    async def ask(self, model: str, messages: Sequence[Message], settings: ModelSettings) -> Said:
        return await self._asking.judge(model, messages, settings)

    async def embed(self, model: str, texts: Sequence[str]) -> list[Sequence[float]]:
        reference = model or self._outside.default_embedder
        if reference not in self._embedders:
            opened = await self._outside.models.open_embedder(self._operator.project_id, reference)
            self._embedders[reference] = opened
        vectors = await self._embedders[reference].embed(texts)
        return [memoryview(vectors.row(number)).cast("f").tolist() for number in range(len(texts))]

    async def run_code(self, code: str, given: Mapping[str, Any]) -> Found:
        """Run it until it used up its time or its memory MOST_AT_LIMIT times in a row: the machine is not its own."""
        if self._at_limit[code] >= MOST_AT_LIMIT:
            words = f"The code used up its time or its memory {MOST_AT_LIMIT} times in a row"
            raise CodeFailed(f"{words}, so this experiment runs it no more.")
        try:
            found = await self._outside.code.run(code, given)
        except CodeFailed as failed:
            self._at_limit[code] = self._at_limit[code] + 1 if failed.at_limit else 0
            raise
        self._at_limit[code] = 0
        return found

    async def flaws(self, schema: dict[str, Any], value: Any) -> str:
        found = self._outside.schemas.checker(schema).flaws(value)
        return " ".join(f"At {flaw.path}: {flaw.words}." if flaw.path else f"{flaw.words}." for flaw in found)


class Scoring:
    """The evaluators of one experiment."""

    def __init__(self, evaluators: Sequence[Evaluator], aid: Aid) -> None:
        self._aid = aid
        self.alone = [one for one in evaluators if not one.needs_pairs]
        self.pairs = [one for one in evaluators if one.needs_pairs]
        self.costs = any(one.num_calls for one in self.alone)
        self._weighted = len({one.weight for one in evaluators}) > 1
        self._evaluators = evaluators

    async def scores(self, answer: Answer, row: Row, *, is_baseline: bool) -> tuple[dict[str, Any], Decimal]:
        """Return the scores by name, and what judging cost. Raise LaneGivenUp."""
        case = case_of(answer, row)
        found = {one.called: await self._score(one, case) for one in self.alone}
        if is_baseline:
            found |= {one.called: Score(0.5, label="baseline") for one in self.pairs}
        return self._told(found), sum((one.cost for one in found.values()), Decimal(0))

    async def pair_scores(self, output: str, baseline_output: str | None, row: Row) -> tuple[dict[str, Any], Decimal]:
        """Return the scores that compare with the baseline, and what judging cost. Raise LaneGivenUp."""
        case = Case(output, row.input, row.expected, row.metadata, baseline_output=baseline_output)
        found = {one.called: await self._score(one, case) for one in self.pairs}
        told = {name: score.as_json() for name, score in found.items()}
        return told, sum((one.cost for one in found.values()), Decimal(0))

    async def _score(self, evaluator: Evaluator, case: Case) -> Score:
        try:
            return await evaluator.score(case, self._aid)
        except LaneGivenUp:
            raise
        except DomainError as error:
            words = f"{error.message} {error.hint}".strip()[:1_000]
            return Score(None, error=words, cost=getattr(error, "cost", Decimal(0)))
        except Exception:
            logger.exception("the evaluator %s failed", evaluator.called)
            return Score(None, error="The evaluator failed on our side; the log says why.")

    def _told(self, found: dict[str, Score]) -> dict[str, Any]:
        told = {name: score.as_json() for name, score in found.items()}
        if self._weighted and (value := self._overall(found)) is not None:
            told[OVERALL] = Score(value).as_json()
        return told

    def _overall(self, found: dict[str, Score]) -> float | None:
        """Return the weighted mean of all scores that have a scale, each brought to 0 to 1 with 1 the good end.

        None where one of them failed: what nobody scored is neither good nor bad.
        """
        total = weight = 0.0
        for one in self.alone:
            score = found[one.called]
            if one.scale is None or one.needs_person:
                continue
            if score.error:
                return None
            low, high = one.scale
            if score.value is None or high <= low:
                continue
            value = (score.value - low) / (high - low)
            value = value if one.direction == "higher" else 1 - value
            total += one.weight * value
            weight += one.weight
        return total / weight if weight and math.isfinite(total) else None


def case_of(answer: Answer, row: Row) -> Case:
    return Case(
        output=answer.text,
        input=row.input,
        expected=row.expected,
        metadata=row.metadata,
        latency_ms=answer.latency_ms,
        cost=answer.cost,
        tool_calls=answer.tool_calls,
        passages=answer.passages,
    )
