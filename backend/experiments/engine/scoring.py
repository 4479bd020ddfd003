"""Score one answer by every evaluator; what fails to score is said in its place."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.columns import storable
from backend.errors import DomainError
from backend.experiments.embedding import price_of
from backend.experiments.engine.answers import Answer
from backend.experiments.engine.asking import Asking
from backend.experiments.engine.lanes import LaneGivenUp
from backend.experiments.engine.node_answers import NodeAnswers
from backend.experiments.errors import AttemptLost
from backend.experiments.evaluators.base import Case, Evaluator, Said, Score, failed
from backend.experiments.models import ExperimentCellRow
from backend.experiments.outside import Outside, Row
from backend.experiments.prices import priced
from backend.experiments.released import check_approved
from backend.experiments.types import CORRECTED, COST, HEARD, LATENCY, OVERALL
from backend.operator import Operator
from backend.ports.code import CodeFailed, Found
from backend.ports.embeddings import Embedder
from backend.ports.language_model import Message, ModelSettings

MOST_AT_LIMIT = 10
LOOK_AGAIN_SECONDS = 1.0  # so long code runs on whose approval was taken away
WAS_CORRECTED = "This is the answer that was corrected."
Keep = Callable[[ExperimentCellRow], Awaitable[None]]
logger = logging.getLogger(__name__)


class Kept:
    """What some judges of a panel said of an answer while others are still to be asked, in the answer's own record."""

    def __init__(self, cell: ExperimentCellRow, evaluator: str, keep: Keep) -> None:
        self._cell, self._evaluator, self._keep = cell, evaluator, keep
        self.said: dict[str, dict[str, Any]] = cell.detail.get(HEARD, {}).get(evaluator, {})
        self.cost = sum((Decimal(one["cost"]) for one in self.said.values()), Decimal(0))
        self._booked = Decimal(0)

    async def add(self, judge: str, told: dict[str, Any], cost: Decimal) -> None:
        """Write it down, with what of `cost`, all that this attempt paid, is not written down yet."""
        paid = cost - self._booked
        self.book(cost)
        self.said = {**self.said, judge: storable({**told, "cost": str(paid)})}
        self._put(self.said)
        await self._keep(self._cell)

    def book(self, cost: Decimal) -> None:
        """Count what this attempt paid until now, once."""
        if cost != self._booked:
            self._cell.judge_cost += cost - self._booked
        self._booked = cost

    def forget(self) -> None:
        """Let the score alone stand."""
        if self.said:
            self._put({})

    def _put(self, said: dict[str, dict[str, Any]]) -> None:
        others = {name: one for name, one in self._cell.detail.get(HEARD, {}).items() if name != self._evaluator}
        heard = {**others, **({self._evaluator: said} if said else {})}
        rest = {name: value for name, value in self._cell.detail.items() if name != HEARD}
        self._cell.detail = {**rest, **({HEARD: heard} if heard else {})}


class Aid:
    """What evaluators may use: judges over the same lanes as the answers, and embedding models."""

    def __init__(self, outside: Outside, operator: Operator, asking: Asking) -> None:
        self._outside, self._operator, self._asking = outside, operator, asking
        self._embedders: dict[str, tuple[Embedder, Decimal]] = {}
        self._at_limit: Counter[str] = Counter()
        self._approved_at: dict[str, float] = {}
        self._kept: Kept | None = None
        self.cost = Decimal(0)

    def anew(self, kept: Kept) -> Aid:
        """Return the same help, of which nothing is spent yet; `cost` counts each question once it is paid."""
        made = copy(self)
        made._kept, made.cost = kept, Decimal(0)
        return made

    def answers_in(self, run_id: str, case: Case) -> NodeAnswers:
        return NodeAnswers(self._outside, self._operator, run_id, case)

    def heard(self, judge: str) -> dict[str, Any] | None:
        return self._kept.said.get(judge) if self._kept else None

    async def hear(self, judge: str, told: dict[str, Any]) -> None:
        if self._kept:
            await self._kept.add(judge, told, self.cost)

    async def ask(self, model: str, messages: Sequence[Message], settings: ModelSettings) -> Said:
        return await self._asking.judge(model, messages, settings, self._pay)

    def _pay(self, cost: Decimal) -> None:
        self.cost += cost

    async def embed(self, model: str, texts: Sequence[str]) -> list[Sequence[float]]:
        reference = model or self._outside.default_embedder
        if reference not in self._embedders:
            opened = await self._outside.models.open_embedder(self._operator.project_id, reference)
            self._embedders[reference] = opened, await price_of(self._outside, self._operator, reference)
        embedder, price = self._embedders[reference]
        # The model that ships with the product is nobody's to spare.
        is_built_in = reference == self._outside.default_embedder
        vectors = await (embedder.embed(texts) if is_built_in else self._asking.embed(reference, embedder, texts))
        self._pay(vectors.tokens * price)
        return [memoryview(vectors.row(number)).cast("f").tolist() for number in range(len(texts))]

    async def run_code(self, code: str, given: Mapping[str, Any]) -> Found:
        """Run it until it used up its time or its memory MOST_AT_LIMIT times in a row: the machine is not its own.

        Raise Conflict once nobody approves it any more.
        """
        if self._at_limit[code] >= MOST_AT_LIMIT:
            words = f"The code used up its time or its memory {MOST_AT_LIMIT} times in a row"
            raise CodeFailed(f"{words}, so this experiment runs it no more.")
        if time.monotonic() - self._approved_at.get(code, -math.inf) >= LOOK_AGAIN_SECONDS:
            await check_approved(self._outside, self._operator, code)
            self._approved_at[code] = time.monotonic()
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
        self.asks = any(one.asks for one in self.alone)
        self._weighted = len({one.weight for one in evaluators}) > 1
        self._evaluators = evaluators

    async def score(self, cell: ExperimentCellRow, answer: Answer, row: Row, *, is_baseline: bool, keep: Keep) -> None:
        """Score an answer to a row, as `judge` does."""
        await self.judge(cell, case_of(answer, row), is_baseline=is_baseline, keep=keep)

    async def judge(self, cell: ExperimentCellRow, case: Case, *, is_baseline: bool, keep: Keep) -> None:
        """Put in the scores that a cell has not, and what they cost; what it has until then stays whatever is raised.

        `keep` writes it down between two judges, so that none is paid twice. Raise LaneGivenUp, AttemptLost.
        """
        answers = self._aid.answers_in(cell.run_id, case)
        left = [one for one in self.alone if one.called not in cell.scores]
        for at, one in enumerate(left, 1):
            await self._put(cell, one, answers, keep)
            if one.calls_models and any(later.asks for later in left[at:]):
                await keep(cell)
        if is_baseline and self.pairs:
            half = Score(0.5, label="baseline").as_json()
            cell.scores = {**cell.scores, **{one.called: half for one in self.pairs}}
        if self._weighted and (value := self._overall(cell.scores)) is not None:
            cell.scores = {**cell.scores, OVERALL: Score(value).as_json()}

    async def pair(self, cell: ExperimentCellRow, baseline_output: str | None, row: Row, keep: Keep) -> None:
        """Leave in a cell the scores alone that compare it with the baseline and were not there yet. As `score`."""
        case = Case(cell.output, row.input, row.expected, row.metadata, baseline_output=baseline_output)
        left, cell.scores = [one for one in self.pairs if one.called not in cell.scores], {}
        for one in left:
            await self._put(cell, one, self._aid.answers_in("", case), keep)

    async def _put(self, cell: ExperimentCellRow, evaluator: Evaluator, answers: NodeAnswers, keep: Keep) -> None:
        kept = Kept(cell, evaluator.called, keep)
        aid, before = self._aid.anew(kept), kept.cost
        try:
            found = _doubted(await self._score(evaluator, answers, aid), evaluator, answers.whole)
            cell.scores = {**cell.scores, evaluator.called: storable(replace(found, cost=before + aid.cost).as_json())}
            kept.forget()
        finally:
            kept.book(aid.cost)

    async def _score(self, evaluator: Evaluator, answers: NodeAnswers, aid: Aid) -> Score:
        try:
            case = await answers.of(evaluator)
            return case if isinstance(case, Score) else await evaluator.score(case, aid)
        except (AttemptLost, LaneGivenUp):
            raise
        except DomainError as error:
            return failed(error)
        except Exception:
            logger.exception("the evaluator %s failed", evaluator.called)
            return Score(None, error="The evaluator failed on our side; the log says why.")

    def _overall(self, found: Mapping[str, Any]) -> float | None:
        """Return the weighted mean of all scores that have a scale, each brought to 0 to 1 with 1 the good end.

        None where one of them failed: what nobody scored is neither good nor bad.
        """
        total = weight = 0.0
        for one in self.alone:
            score = found[one.called]
            if one.scale is None or one.needs_person:
                continue
            if score.get("error"):
                return None
            low, high = one.scale
            if score["value"] is None or high <= low:
                continue
            value = (score["value"] - low) / (high - low)
            value = value if one.direction == "higher" else 1 - value
            total += one.weight * value
            weight += one.weight
        return total / weight if weight and math.isfinite(total) else None


def _doubted(found: Score, evaluator: Evaluator, case: Case) -> Score:
    """Say of what passes, or has no mark, that somebody corrected this very answer: no judge knows of that."""
    was = case.metadata.get(CORRECTED)
    if not isinstance(was, str) or case.output.strip() != was.strip() or case.output.strip() == case.expected:
        return found
    if found.passed is False or found.value is None or evaluator.node or evaluator.kind in (LATENCY, COST):
        return found
    return replace(found, reason=f"{WAS_CORRECTED} {found.reason}".strip())


def case_of(answer: Answer, row: Row) -> Case:
    return Case(
        output=answer.text,
        input=row.input,
        expected=row.expected,
        metadata=row.metadata,
        latency_ms=answer.latency_ms,
        cost=priced(answer),
        tool_calls=answer.tool_calls,
        passages=answer.passages,
    )
