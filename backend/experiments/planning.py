"""What a start would do: how many answers, what they take, and what difference they can show."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from statistics import fmean
from typing import Any

from backend.errors import DomainError
from backend.experiments.checks import all_there
from backend.experiments.detecting import smallest_difference
from backend.experiments.embedding import planned, unpriced_embedders
from backend.experiments.engine.rendering import known, placeholders_in
from backend.experiments.evaluators.deciding import decider
from backend.experiments.lasting import minutes_of
from backend.experiments.named_nodes import unscored_variants
from backend.experiments.outside import Outside, Row
from backend.experiments.own_judges import judging_themselves
from backend.experiments.pinning import pin
from backend.experiments.prices import priced
from backend.experiments.reading_rows import asked_of, missing_in
from backend.experiments.repository import Cells, Experiments
from backend.experiments.repository.nodes import NodeTotals
from backend.experiments.rescoring import answered_there, pinned_there
from backend.experiments.shapes import pinned_of
from backend.experiments.types import MAX_CELLS, Draft, Pinned, Plan
from backend.operator import Operator
from backend.paging import Page
from backend.ports.language_model import BUILT_IN, Usage
from backend.prompts.types import VersionRef, estimated_tokens

SAMPLE_ROWS = 20
EXPECTED_TOKENS_OUT = 200
EXPECTED_SECONDS = 3.0
JUDGE_TOKENS_OUT, JUDGE_SECONDS = 60, 1.5
# The embedded model seldom keeps to the form of a verdict, so that each of its questions is asked twice.
EMBEDDED_JUDGE_SECONDS = 2 * EXPECTED_SECONDS
NUM_LOOKED_BACK = 20
MAX_MISSING = 100


class Planner:
    """Estimates from the dataset, the prices, and what the same models took in earlier experiments."""

    def __init__(self, outside: Outside, operator: Operator) -> None:
        self._outside, self._operator = outside, operator

    async def plan(self, draft: Draft, evaluators: Sequence[Any]) -> Plan:
        """Raise NotFound, InvalidInput."""
        opened = await self._outside.rows(self._operator, draft.dataset_id, draft.version, draft.part)
        all_there(draft, opened.version, opened.numbers)
        rows = opened.rows
        pins = pinned_there if draft.answers_of else partial(pin, keep=False)
        pinned = await pins(self._outside, self._operator, draft)
        variants = () if draft.answers_of else pinned
        num_cells = len(rows) * len(draft.variants) * draft.repetitions
        lacking = [await missing_in(self._outside, self._operator, variant, rows) for variant in variants]
        missing = [one for some in lacking for one in some]
        asked = [
            await asked_of(self._outside, self._operator, variant, rows, some)
            for variant, some in zip(variants, lacking, strict=True)
        ]
        unknown: list[str] = []
        uncounted: list[str] = []
        unpriced: list[str] = []
        tokens_in = tokens_out = 0
        cost, seconds, in_turn = Decimal(0), 0.0, 0.0
        for variant in variants:
            one = await self._of_variant(variant, rows, unknown, unpriced)
            number = len(rows) * draft.repetitions
            tokens_in, tokens_out = tokens_in + round(one[0] * number), tokens_out + round(one[1] * number)
            if one[2] is None:
                uncounted.append(variant.name)
            cost += (one[2] or 0) * number
            if await self._is_embedded(variant):
                in_turn += one[3] * number
            else:
                seconds += one[3] * number
        answer_tokens, num_judged, judging = tokens_out / num_cells if num_cells else 0.0, num_cells, evaluators
        if draft.answers_of:
            found, kept = await answered_there(self._outside, self._operator, draft)
            answer_tokens, num_judged = found.tokens_out / max(found.num_done, 1), found.num_done
            judging = [one for one in evaluators if one.called not in kept]
        calls = self._judge_calls(judging, num_judged, len(rows) * draft.repetitions)
        judged = await self._of_judges(judging, rows, answer_tokens, unpriced)
        embedded = await planned(self._outside, self._operator, judging, _spread(rows), answer_tokens)
        unpriced += await unpriced_embedders(self._outside, self._operator, judging)
        num_calls = sum(calls)
        tokens_in += round(sum(number * one[0] for number, one in zip(calls, judged, strict=True)))
        tokens_out += num_calls * JUDGE_TOKENS_OUT
        cost += sum((number * one[1] for number, one in zip(calls, judged, strict=True)), Decimal(0))
        tokens_in, cost = tokens_in + round(embedded[0] * num_judged), cost + embedded[1] * num_judged
        shares = [await self._share_embedded(one.judges) for one in _asking(judging)]
        in_turn += sum(number * share for number, share in zip(calls, shares, strict=True)) * EMBEDDED_JUDGE_SECONDS
        elsewhere = [number * (1 - share) for number, share in zip(calls, shares, strict=True)]
        of_pairs = sum(number for number, one in zip(elsewhere, _asking(judging), strict=True) if one.needs_pairs)
        seconds += (sum(elsewhere) - of_pairs) * JUDGE_SECONDS
        num_pairs = num_cells - len(rows) * draft.repetitions if of_pairs else 0
        phases = ((num_cells, seconds), (num_pairs, of_pairs * JUDGE_SECONDS))
        num_questions = len(evaluators) * max(1, len(draft.variants) - 1)
        detectable, metric, in_points = smallest_difference(evaluators, len(rows), draft.repetitions, num_questions)
        return Plan(
            num_rows=len(rows),
            num_variants=len(draft.variants),
            repetitions=draft.repetitions,
            num_cells=num_cells,
            num_judge_calls=num_calls,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=None if (uncounted or unpriced) and not cost else cost,
            minutes=minutes_of(draft, phases, in_turn, num_calls + _asked_for(draft, pinned, len(rows))),
            one_at_a_time=in_turn > 0 and seconds == of_pairs == 0,
            some_in_turn=in_turn > 0 and seconds + of_pairs > 0,
            detectable=detectable,
            detectable_metric=metric,
            detectable_in_points=in_points,
            num_missing=len(missing),
            missing=tuple(missing[:MAX_MISSING]),
            over_budget=draft.budget is not None and cost > draft.budget,
            budget_is_firm=not num_calls
            and not embedded[1]
            and all((one.parameters.get("max_tokens") or 0) > 0 for one in pinned),
            uncounted=tuple(uncounted),
            unpriced=tuple(dict.fromkeys(unpriced)),
            unknown=(*dict.fromkeys(unknown), *unscored_variants(pinned, evaluators)),
            asked=tuple(filter(None, asked)),
            problems=problems_of(len(rows), num_cells),
            num_taken_over=num_judged if draft.answers_of else 0,
            runs=tuple(one.words for one in pinned),
            small_judges=tuple([one.called for one in _asking(evaluators) if await self.asks_built_in(one)]),
            stops_by=ends.called if len(draft.variants) > 1 and (ends := decider(evaluators)) else "",
            own_judges=await judging_themselves(self._outside, self._operator, pinned, evaluators),
        )

    async def _of_variant(
        self, variant: Pinned, rows: Sequence[Row], unknown: list[str], unpriced: list[str]
    ) -> tuple[float, float, Decimal | None, float]:
        """Return tokens in, tokens out, dollars and seconds of one answer; no dollars where no run tells them."""
        if variant.kind == "flow":
            if variant.instead:
                unknown.append(
                    f"{variant.name}: told from runs of {variant.flow_name} as it is, not {variant.instead}."
                )
            return await self._of_flow(variant, unknown, unpriced)
        sizes = [estimated_tokens(await self._text(variant, row)) for row in _spread(rows)]
        tokens_in = fmean(sizes) if sizes else 0.0
        seen = await self._seen(variant)
        tokens_out = fmean(one[2] for one in seen) if seen else float(EXPECTED_TOKENS_OUT)
        tokens_out = min(tokens_out, float(max(0, variant.parameters.get("max_tokens") or 0) or math.inf))
        seconds = fmean(one[0] for one in seen) / 1e3 if seen else EXPECTED_SECONDS
        if not seen:
            unknown.append(f"{variant.name}: no earlier answers, so {EXPECTED_TOKENS_OUT} tokens and "
                           f"{EXPECTED_SECONDS:g} s each are supposed.")  # fmt: skip
        endpoint = await self._outside.models.resolve(self._operator, variant.model)
        if endpoint.lacks_price:
            unpriced.append(endpoint.reference)
        used = Usage(round(tokens_in), round(tokens_out))
        return tokens_in, tokens_out, self._outside.models.cost(endpoint, used), seconds

    async def _text(self, variant: Pinned, row: Row) -> str:
        """Return what would be sent, as far as the row can fill it."""
        try:
            if variant.prompt_id:
                ref, values = VersionRef(version=variant.version), row.input
                filled = await self._outside.prompts.render(
                    self._operator, variant.prompt_id, ref, values, placeholders_in(values)
                )
                return "\n".join(message.content for message in filled.messages)
            texts = (variant.system, variant.template)
            return "\n".join([await self._outside.templates.render(text, known(row)) for text in texts])
        except DomainError:
            return variant.template

    async def _of_flow(
        self, variant: Pinned, unknown: list[str], unpriced: list[str]
    ) -> tuple[float, float, Decimal | None, float]:
        listed = await self._outside.runs.list(self._operator, Page(50), flow=variant.flow_id)
        runs = [run for run in listed.items if run.status.value == "done"]
        if not runs:
            unknown.append(f"{variant.name}: the flow has not run yet, so its tokens and cost are not counted.")
            return 0.0, 0.0, None, EXPECTED_SECONDS
        async with self._outside.units.read(self._operator) as session:
            totals = NodeTotals(session, self._operator.project_id)
            lack_price = await totals.lack_price([run.id for run in runs])
        if lack_price or any(priced(run.usage) is None for run in runs):
            unpriced.append(f"models of {variant.flow_name}")
        return (
            fmean(run.usage.tokens_in for run in runs),
            fmean(run.usage.tokens_out for run in runs),
            sum((run.usage.cost for run in runs), Decimal(0)) / len(runs),
            fmean(run.time_ms for run in runs) / 1e3,
        )

    async def _seen(self, variant: Pinned) -> list[tuple[float, float, float]]:
        """Return what answers of the same model took in the latest experiments."""
        async with self._outside.units.read(self._operator) as session:
            rows = await Experiments(session, self._operator.project_id).page(Page(NUM_LOOKED_BACK))
            same = [
                (row.id, number)
                for row in rows
                for number, one in enumerate(pinned_of(row))
                if one.kind == "prompt" and one.model == variant.model
            ]
            return await Cells(session, self._operator.project_id).seen(same[:3])

    async def of_judging(
        self, judge: Any, sample: Sequence[Row], answer_tokens: float, num_items: int, concurrency: int
    ) -> tuple[int, Decimal, float]:
        """Return tokens in, dollars and minutes of a judge that reads so many items like these of the log."""
        [(tokens, price)] = await self._of_judges([judge], sample, answer_tokens, [])
        calls, share = num_items * judge.num_calls, await self._share_embedded(judge.judges)
        seconds = math.ceil(num_items / concurrency) * judge.num_calls * (1 - share) * JUDGE_SECONDS
        seconds = max(seconds, calls * share * EMBEDDED_JUDGE_SECONDS)
        return round(calls * tokens), calls * price, seconds / 60

    async def asks_built_in(self, judge: Any) -> bool:
        return any([(await self._outside.models.resolve(self._operator, one)).kind in BUILT_IN for one in judge.judges])

    async def _is_embedded(self, variant: Pinned) -> bool:
        return variant.kind == "prompt" and await self._share_embedded([variant.model]) == 1

    async def _share_embedded(self, models: Sequence[str]) -> float:
        """Return how many of these models are the embedded one, from 0 to 1."""
        found = [(await self._outside.models.resolve(self._operator, one)).kind for one in models]
        return found.count("embedded") / len(found)

    def _judge_calls(self, evaluators: Sequence[Any], num_cells: int, of_baseline: int) -> list[int]:
        return [
            one.num_calls * (num_cells - of_baseline if one.needs_pairs else num_cells) for one in _asking(evaluators)
        ]

    async def _of_judges(
        self, evaluators: Sequence[Any], rows: Sequence[Row], answer_tokens: float, unpriced: list[str]
    ) -> list[tuple[float, Decimal]]:
        """Return tokens in and dollars of one question to each judging evaluator; note the models without a price."""
        question = fmean([estimated_tokens(json.dumps(row.input)) for row in _spread(rows)] or [0])
        found = []
        for one in _asking(evaluators):
            tokens = estimated_tokens(one.rubric) + question + answer_tokens + JUDGE_TOKENS_OUT
            prices = []
            for model in one.judges:
                endpoint = await self._outside.models.resolve(self._operator, model)
                if endpoint.lacks_price:
                    unpriced.append(endpoint.reference)
                prices.append(self._outside.models.cost(endpoint, Usage(round(tokens), JUDGE_TOKENS_OUT)))
            found.append((tokens, sum(prices, Decimal(0)) / len(prices)))
        return found


def _asking(evaluators: Sequence[Any]) -> list[Any]:
    return [one for one in evaluators if one.num_calls]


def _asked_for(draft: Draft, pinned: Sequence[Pinned], num_rows: int) -> int:
    """Return how often models are asked for answers: once by a prompt, by a flow once for each node that asks one."""
    if draft.answers_of:
        return 0
    of_each = (max(1, sum(node.asks for node in one.nodes)) if one.nodes else 1 for one in pinned)
    return sum(of_each) * num_rows * draft.repetitions


def _spread(rows: Sequence[Row]) -> Sequence[Row]:
    return rows[:: max(1, len(rows) // SAMPLE_ROWS)][:SAMPLE_ROWS]


def problems_of(num_rows: int, num_cells: int) -> tuple[str, ...]:
    if not num_rows:
        return ("The dataset has no rows here.",)
    if num_cells > MAX_CELLS:
        return (f"An experiment has at most {MAX_CELLS:,} answers, this one would have {num_cells:,}.",)
    return ()
