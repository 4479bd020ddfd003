"""One attempt at one experiment, from its claim to its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
from decimal import Decimal
from typing import Any

from backend.columns import utc_now
from backend.errors import DomainError
from backend.experiments.engine.answers import Answer, kept_in, put_into
from backend.experiments.engine.asking import Asking
from backend.experiments.engine.ends import WISHED_PAUSE, Stop, as_wished
from backend.experiments.engine.judging import Judging
from backend.experiments.engine.lanes import LaneGivenUp, LaneResting, Lanes, TurnGivenBack
from backend.experiments.engine.ledger import Ledger
from backend.experiments.engine.making import Making
from backend.experiments.engine.pairing import Pairing, num_to_pair
from backend.experiments.engine.purse import Price, Purse
from backend.experiments.engine.scoring import Aid, Scoring
from backend.experiments.engine.stopping import Decision, value_of
from backend.experiments.engine.telling import Teller
from backend.experiments.errors import EXPERIMENT, JUDGEMENT, AttemptLost
from backend.experiments.evaluators.deciding import decider
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.named_nodes import worst_of
from backend.experiments.outside import Outside, acting
from backend.experiments.released import check_released
from backend.experiments.repository import Cells, Ownership
from backend.experiments.shapes import draft_of, pinned_of
from backend.experiments.types import CellStatus, Pinned, Status, Told, kind_of
from backend.flows.errors import RunInterrupted
from backend.ports.language_model import Usage
from backend.prompts.types import estimated_tokens

EXPECTED_TOKENS = 1_000
BUDGET_USED = "The budget is used up."
NOTHING_SUCCEEDED = {EXPERIMENT: "No answer succeeded.", JUDGEMENT: "Nothing could be judged."}


class Carrying:
    """Made for an experiment that was just claimed."""

    def __init__(self, outside: Outside, row: ExperimentRow, lanes: Lanes) -> None:
        self._outside, self._row = outside, row
        self._draft, self._pinned = draft_of(row), pinned_of(row)
        self._operator = acting(row.project_id, row.started_by_id, row.started_by)
        self._baseline = next(at for at, one in enumerate(self._pinned) if one.name == row.baseline)
        self._stop: Stop | None = None
        self.goes_on = False
        self._workers: list[asyncio.Task[None]] = []
        flows = {at for at, one in enumerate(self._pinned) if one.kind == "flow"}
        self.ledger = Ledger(outside.units, row, self._hear, flows)
        self._teller = Teller(outside.events, row)
        self._asking = Asking(
            outside,
            self._operator,
            lanes,
            requests_per_minute=self._draft.requests_per_minute,
            most=row.concurrency,
            with_trace=any(kind_of(spec) == "tool_calls" for spec in self._draft.evaluators),
            is_stopped=lambda: self._stop is not None,
        )

    @property
    def told(self) -> Told:
        """Say what the record does not: how long the rest takes, and who refuses meanwhile."""
        return Told(self._teller.eta_seconds, self._asking.refusal)

    async def run(self) -> None:
        """Carry it to its end, and write the end down. Raise AttemptLost."""
        try:
            registry = await self._outside.late("evaluators.registry")
            evaluators = registry.read(self._draft.evaluators)
            await check_released(self._outside, self._operator, evaluators)  # also what was approved at the start
            self._scoring = Scoring(evaluators, Aid(self._outside, self._operator, self._asking))
            self._judging = Judging(self._outside, self._operator, self._asking, self._scoring, self.ledger.write)
            rows = await Making(self._outside, self._row, self._draft, len(self._pinned), self._operator).run()
            self._rows = {row.number: row for row in rows}
            await self._prepare()
            await self._ask_all()
            end = self._stop or Stop(Status.DONE)
        except LaneResting as resting:
            end = Stop(Status.PAUSED, error=resting.words, hint=resting.hint, resumes_at=resting.until)
        except LaneGivenUp as given_up:
            end = Stop(Status.FAILED, error=given_up.error, hint=given_up.hint)
        except AttemptLost:
            raise
        except DomainError as error:
            end = Stop(Status.FAILED, error=error.message, hint=error.hint)
        await self._end(end)

    def interrupt(self) -> None:
        """Ask nothing more; the next process goes on behind what is in the record."""
        self._stop = self._stop or Stop(Status.QUEUED)

    async def _prepare(self) -> None:
        """Take up what earlier attempts spent and found."""
        async with self._outside.units.read(self._operator) as session:
            cells = Cells(session, self._row.project_id)
            progress = (await cells.progress([self._row.id])).get(self._row.id)
            numbers = await cells.numbers(self._row.id) if self._draft.early_stop or self._scoring.pairs else []
        prices = [await self._price(one) for one in self._pinned]
        # Pairs are a kind of their own: what judges ask of two answers may cost a thousand times one of them.
        self._purse = Purse(self._row.budget, progress.cost if progress else Decimal(0), [*prices, Price()])
        if progress:
            self._teller.begin(progress, sum(one.num_calls for one in self._scoring.alone))
        pairs = self._scoring.pairs
        left = num_to_pair(numbers, [one.called for one in pairs], self._baseline)
        self._teller.pair(left, sum(one.num_calls for one in pairs))
        self._decision = self._decide()
        if self._decision:
            for row, variant, _, status, scores, *_ in numbers:
                if status in (CellStatus.DONE, CellStatus.FAILED):
                    value = value_of(scores, self._decision.metric)
                    self._decision.add(row, variant, value, failed=status == CellStatus.FAILED)

    async def _price(self, variant: Pinned) -> Price:
        """Return what an answer may cost: a first one a whole answer's worth of tokens, each the longest question."""
        if self._row.budget is None or variant.kind == "flow" or self._draft.answers_of:
            return Price()
        endpoint = await self._asking.endpoint(variant.model)
        longest = max((json.dumps(row.input, ensure_ascii=False) for row in self._rows.values()), key=len, default="")
        asked = estimated_tokens(f"{variant.template}{variant.system}{longest}")
        most = max(0, int(variant.parameters.get("max_tokens") or 0))
        first = Usage(max(2 * asked, EXPECTED_TOKENS), most or EXPECTED_TOKENS)
        cost = self._outside.models.cost
        return Price(cost(endpoint, first), cost(endpoint, Usage(asked, most)))

    def _decide(self) -> Decision | None:
        first = decider(self._scoring.alone)
        if first is None or self._row.decided or not self._draft.early_stop or len(self._pinned) == 1:
            return None
        low, high = first.scale or (0.0, 1.0)
        return Decision(
            metric=first.called,
            num_variants=len(self._pinned),
            baseline=self._baseline,
            repetitions=self._draft.repetitions,
            margin=first.useful_margin,
            width=high - low,
            worst=worst_of(first, self._pinned),
            sources={number: row.conversation for number, row in self._rows.items()},
        )

    async def _ask_all(self) -> None:
        self.ledger.start()
        try:
            await self._gather([self._work() for _ in range(self._row.concurrency)])
            if self._scoring.pairs and self._stop is None:
                pairing = Pairing(
                    self._outside,
                    self._row,
                    self.ledger,
                    scoring=self._scoring,
                    rows=self._rows,
                    baseline=self._baseline,
                )
                await self._gather([self._pair(pairing) for _ in range(self._row.concurrency)])
        finally:
            await self.ledger.stop()

    async def _gather(self, works: list[Any]) -> None:
        """Run workers until all end. The first that raises ends the others once their calls are recorded."""
        self._workers = [asyncio.create_task(work) for work in works]
        failure: BaseException | None = None
        try:
            for finished in asyncio.as_completed(self._workers):
                try:
                    await finished
                except asyncio.CancelledError:
                    if self._stop is None or self._stop.status is not Status.CANCELLED:
                        raise
                except Exception as error:  # noqa: BLE001  # the others must end first
                    failure = failure or error
                    self._stop = self._stop or Stop(Status.FAILED)
        finally:
            for worker in self._workers:
                worker.cancel()
            await asyncio.gather(*self._workers, return_exceptions=True)
        if failure is not None:
            raise failure

    async def _pair(self, pairing: Pairing) -> None:
        kind = len(self._pinned)
        while self._stop is None and (put_aside := await self._take(kind)) is not None:
            cost: Decimal | None = None
            try:
                cost = await pairing.next()
            finally:
                await self._purse.give_back(kind, put_aside, cost)
            if cost is None:
                return
            self._teller.paired(cost)

    async def _take(self, kind: int) -> Decimal | None:
        """Put aside for one more call; None once it stops, which it does where the budget has no room for the call."""
        put_aside = await self._purse.take(kind)
        if put_aside is None:
            self._stop = self._stop or Stop(Status.FAILED, error=BUDGET_USED, hint="Raise it, then resume.")
        elif self._stop is not None:  # it stopped while this waited
            await self._purse.give_back(kind, put_aside, None)
            return None
        return put_aside

    async def _work(self) -> None:
        """Do one cell after another. While one is written the next is asked, so that no two workers fall into step."""
        written: asyncio.Future[None] | None = None
        while self._stop is None:
            cell = await self.ledger.next()
            if cell is None:
                break
            put_aside = await self._take(cell.variant)
            if put_aside is None:
                break
            before, is_whole = cell.cost + cell.judge_cost, False
            try:
                await self._do(cell)
                is_whole = True
            except TurnGivenBack:
                break
            except RunInterrupted:
                self.interrupt()
                break
            finally:
                cost = cell.cost + cell.judge_cost - before
                if not is_whole:
                    self.ledger.leave(cell)  # with what it cost; it stays open and is asked again
                told = cost if cost or cell.status == CellStatus.DONE else None
                await self._purse.give_back(cell.variant, put_aside, told)
            if written:
                await asyncio.shield(written)
            written = self.ledger.put(cell)
            self._note(cell, cost)
        if written:
            await asyncio.shield(written)

    async def _do(self, cell: ExperimentCellRow) -> None:
        """Answer and score one claimed cell."""
        if self._row.kind == JUDGEMENT:
            await self._judging.judge(cell)
            return
        row, variant = self._rows[cell.row], self._pinned[cell.variant]
        if cell.status != CellStatus.ANSWERED:
            answer = Answer(run_id=cell.run_id)
            try:
                await self._asking.answer(variant, row, answer)
            finally:
                put_into(cell, answer)
            if not answer.error and self._scoring.asks:
                cell.status = CellStatus.ANSWERED.value
                self._teller.answered(cell)
                await self.ledger.write(cell)
        else:
            answer = kept_in(cell)
        if answer.error:
            cell.status, cell.error = CellStatus.FAILED.value, answer.error
        else:
            is_baseline = cell.variant == self._baseline
            await self._scoring.score(cell, answer, row, is_baseline=is_baseline, keep=self.ledger.write)
            cell.status = CellStatus.DONE.value
        cell.finished_at = utc_now()

    def _note(self, cell: ExperimentCellRow, cost: Decimal) -> None:
        self._teller.ended(cell, cost)
        if cell.status == CellStatus.FAILED and cell.variant != self._baseline:
            self._teller.unpaired()
        if self._decision and self._stop is None:
            value, failed = value_of(cell.scores, self._decision.metric), cell.status == CellStatus.FAILED
            self._decision.add(cell.row, cell.variant, value, failed=failed)
            if words := self._decision.words:
                self._stop = Stop(Status.DONE, decided=words)

    async def _hear(self, wish: str) -> None:
        """Do what is wished: after a pause paid calls end by themselves, after a cancel they are cut."""
        await self._teller.tell()
        if wish == "pause" and self._stop is None:
            self._stop = WISHED_PAUSE
        if wish == "cancel" and (self._stop is None or self._stop.status is not Status.CANCELLED):
            self._stop = Stop(Status.CANCELLED)
            for worker in self._workers:
                worker.cancel()

    async def _end(self, end: Stop) -> None:
        async with self._outside.units.write(self._operator) as work:
            ownership = Ownership(work.session)
            end = as_wished(await ownership.hold(self._row, utc_now()), end)
            self.goes_on = end.status is Status.QUEUED
            status, said = end.status, end.said
            if status is Status.DONE and self._row.num_cells:
                progress = (await Cells(work.session, self._row.project_id).progress([self._row.id])).get(self._row.id)
                if progress and not progress.num_done:
                    nothing = Stop(Status.FAILED, error=NOTHING_SUCCEEDED[self._row.kind], hint="Each row says why.")
                    status, said = nothing.status, nothing.said
            await ownership.end(self._row, utc_now(), status=status, resumes_at=end.resumes_at, **said)
        with contextlib.suppress(Exception):
            await self._teller.tell(status)
