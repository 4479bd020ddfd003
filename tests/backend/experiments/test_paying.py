"""What models were paid is counted once, also for work that broke off before it was whole."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from decimal import Decimal
from typing import Any
from unittest.mock import AsyncMock

import pytest

from backend.experiments.engine import lanes
from backend.experiments.types import Cell, CellStatus, Experiment, Status
from backend.ports.language_model import Finished, Message, ModelEndpoint, ModelEvent, ModelFailed, TextDelta, Usage
from tests.backend.experiments.conftest import PRICE, Lab, prompt

# A call of ten tokens, as the model below counts each.
CALL = 10 * PRICE / 1_000_000
YES = '{"verdict": true}'
Said = Callable[[str], ModelEvent | ModelFailed]


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(lanes, "LONGEST_PAUSE_SECONDS", 0.001)


class Model:
    """Says what a test wants of each question, and bills ten tokens for everything."""

    def __init__(self, says: Callable[[str, str], str]) -> None:
        """`says` is given the model and the question: "hang", a reason for a failure, or the answer."""
        self._says, self.asked, self.hanging = says, list[str](), asyncio.Event()

    async def stream(
        self, endpoint: ModelEndpoint, messages: list[Message], **_given: Any
    ) -> AsyncGenerator[ModelEvent]:
        self.asked.append(endpoint.model)
        said = self._says(endpoint.model, messages[-1].content)
        if said in ("key", "refused", "overloaded"):
            raise ModelFailed("No.", reason=said, usage=Usage(5, 5), may_help_to_retry=said == "overloaded")  # type: ignore[arg-type]
        yield TextDelta(said)
        if said.startswith("hang"):
            self.hanging.set()
            await asyncio.Event().wait()
        yield Finished(said, Usage(5, 5), "stop", 1.0, 1.0)


def asks(lab: Lab, monkeypatch: pytest.MonkeyPatch, says: Callable[[str, str], str]) -> Model:
    model = Model(says)
    monkeypatch.setattr(lab.executor._outside.language_model, "stream", model.stream)
    return model


def judge(model: str, **given: Any) -> dict[str, Any]:
    return {"kind": "judge", "name": model, "rubric": "?", "model": model, **given}


async def now(lab: Lab, made: Experiment) -> tuple[Experiment, list[Cell]]:
    found = await lab.service.get(lab.operator, made.id)
    return found, await lab.cells(found)


async def test_the_first_judge_is_paid_once_where_the_second_cannot_be_asked_any_more(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(1)
    is_known = False

    def says(model: str, _question: str) -> str:
        return YES if model != "429" or is_known else "key"

    model = asks(lab, monkeypatch, says)
    made = await lab.ran(prompt("only", "{{ good }}"), evaluators=(judge("no-usage"), judge("429")))
    found, (cell,) = await now(lab, made)
    assert (found.status, found.progress.cost, list(cell.scores)) == (Status.FAILED, 3 * CALL, ["no-usage"])
    is_known = True
    await lab.service.resume(lab.operator, made.id)
    await lab.executor.execute(made.id)
    found, (cell,) = await now(lab, made)
    assert model.asked == ["echo", "no-usage", "429", "429"]
    assert (found.status, found.progress.cost) == (Status.DONE, 4 * CALL)
    assert [one["cost"] for one in cell.scores.values()] == [float(CALL)] * 2


@pytest.mark.parametrize("kind", ["judge", "pairwise"])
async def test_a_panel_that_broke_off_asks_only_the_judges_that_are_missing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    lab.fill(1)
    is_known = False

    def says(model: str, _question: str) -> str:
        return '{"verdict": true, "better": "equal"}' if model != "429" or is_known else "key"

    model = asks(lab, monkeypatch, says)
    panel = {"kind": kind, "name": "panel", "rubric": "?", "models": ["no-usage", "429"]}
    variants = [prompt(name, "{{ good }}") for name in ("old", "new")[: 1 if kind == "judge" else 2]]
    made = await lab.ran(*variants, evaluators=(panel,))
    _, cells = await now(lab, made)
    (said,) = cells[-1].detail["heard"]["panel"].values()
    assert (said["model"], "panel" in cells[-1].scores) == ("lab:no-usage", False)
    is_known, model.asked[:] = True, []
    await lab.service.resume(lab.operator, made.id)
    await lab.executor.execute(made.id)
    found, cells = await now(lab, made)
    times = 1 if kind == "judge" else 2
    assert model.asked == ["429"] * times
    # The first judge and the second once each, and the try of the second that ended it.
    assert (found.status, found.progress.judge_cost) == (Status.DONE, (2 * times + 1) * CALL)
    score = cells[-1].scores["panel"]
    assert (score["cost"], [one["model"] for one in score["judges"]]) == (
        float(2 * times * CALL), ["lab:no-usage", "lab:429"],
    )  # fmt: skip
    assert ("heard" in cells[-1].detail, score["agreement"]) == (False, 1)


class Compared:
    """An embedding model that never ends; it says when it is asked."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def embed(self, _texts: Sequence[str]) -> None:
        self.asked.set()
        await asyncio.Event().wait()


async def test_an_answer_is_in_the_record_before_its_meaning_is_compared(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(1)
    model, embedder = asks(lab, monkeypatch, lambda *_: YES), Compared()
    with monkeypatch.context() as patch:
        patch.setattr(lab.executor._outside.models, "open_embedder", AsyncMock(return_value=embedder))
        specs = (judge("no-usage"), {"kind": "similarity"})
        made = await lab.started(prompt("only", "{{ good }}"), evaluators=specs[1:])
        both = await lab.started(prompt("only", "{{ good }}"), evaluators=specs)
        for one, scored in ((made, []), (both, ["no-usage"])):
            embedder.asked.clear()
            carried = asyncio.create_task(lab.executor.execute(one.id))
            await asyncio.wait_for(embedder.asked.wait(), 20)
            _, (cell,) = await now(lab, one)  # what a process that is killed here leaves behind
            assert (cell.status, cell.output, list(cell.scores)) == (CellStatus.ANSWERED, YES, scored)
            carried.cancel()
            await asyncio.gather(carried, return_exceptions=True)
    for one in (made, both):
        await lab.executor.execute(one.id)
        assert (await now(lab, one))[0].status is Status.DONE
    assert model.asked == ["echo", "echo", "no-usage"]


async def test_every_try_of_a_judge_that_failed_is_paid(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fill(1)
    tries = iter(["overloaded", "overloaded", "refused"])
    asks(lab, monkeypatch, lambda model, _: "yes" if model == "echo" else next(tries))
    made = await lab.ran(prompt("only", "{{ good }}"), evaluators=(judge("429"),))
    found, (cell,) = await now(lab, made)
    assert (found.status, cell.status) == (Status.DONE, CellStatus.DONE)
    assert (found.progress.judge_cost, cell.scores["429"]["cost"]) == (3 * CALL, float(3 * CALL))


async def test_a_cancel_between_two_judges_counts_the_first_and_what_the_second_had_said(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(1)
    said = "hang" * 100
    model = asks(lab, monkeypatch, lambda name, _: said if name == "429" else YES)
    made = await lab.started(prompt("only", "{{ good }}"), evaluators=(judge("no-usage"), judge("429")))
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asyncio.wait_for(model.hanging.wait(), 20)
    await lab.service.cancel(lab.operator, made.id)
    await asyncio.wait_for(carried, 20)
    found, (cell,) = await now(lab, made)
    assert (found.status, cell.status) == (Status.CANCELLED, CellStatus.SKIPPED)
    # The third was cut: its tokens are told by their length, of the answer and of the question before it.
    assert found.progress.cost > 2 * CALL + len(said) // 4 * PRICE / 1_000_000
    assert found.progress.judge_cost == found.progress.cost - CALL


async def test_the_tries_of_an_answer_that_a_cancel_cut_are_counted(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fill(1)
    tries = iter(["overloaded", "hanging"])
    model = asks(lab, monkeypatch, lambda *_: next(tries))
    made = await lab.started(prompt("only", "{{ good }}"))
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asyncio.wait_for(model.hanging.wait(), 20)
    await lab.service.cancel(lab.operator, made.id)
    await asyncio.wait_for(carried, 20)
    found, _ = await now(lab, made)
    assert found.progress.cost > CALL


async def test_the_first_order_of_a_pair_is_paid_once_where_the_second_fails_or_cannot_be_asked(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(1, wrong=(1,))
    second = "refused"

    def says(model: str, question: str) -> str:
        if model == "echo":
            return question
        shown = question.rindex("a1") > question.rindex("\nno\n")
        return '{"better": "second"}' if shown else second

    asks(lab, monkeypatch, says)
    pairwise = ({"kind": "pairwise", "model": "429"},)
    failed, cells = await now(lab, await lab.ran(evaluators=pairwise))
    assert (failed.status, failed.progress.judge_cost) == (Status.DONE, 2 * CALL)
    assert cells[1].scores["pairwise"]["cost"] == float(2 * CALL)
    second = "key"
    stopped, cells = await now(lab, await lab.ran(evaluators=pairwise))
    assert (stopped.status, stopped.progress.judge_cost) == (Status.FAILED, 2 * CALL)
    second = '{"better": "first"}'
    await lab.service.resume(lab.operator, stopped.id)
    await lab.executor.execute(stopped.id)
    done, cells = await now(lab, stopped)
    assert (done.status, done.progress.judge_cost) == (Status.DONE, 4 * CALL)
    assert cells[1].scores["pairwise"]["label"] == "variant"


async def test_a_retry_asks_the_judges_that_failed_and_nobody_else(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fill(2)
    is_out = True

    def says(model: str, question: str) -> str:
        if is_out and model != "no-usage":
            return "refused" if model == "429" or "a2" in question else question
        return '{"better": "second"}' if "second answer" in question else YES

    model = asks(lab, monkeypatch, says)
    evaluators = (
        judge("no-usage"), judge("429", weight=2), {"kind": "pairwise", "model": "429"}, {"kind": "human"},
    )  # fmt: skip
    made = await lab.ran(prompt("old", "{{ good }}"), prompt("new", "{{ question }}"), evaluators=evaluators)
    found, cells = await now(lab, made)
    assert [one.status for one in cells] == [CellStatus.DONE] * 2 + [CellStatus.FAILED, CellStatus.DONE]
    assert (cells[3].scores["pairwise"]["label"], "overall" in cells[0].scores) == ("unopposed", False)
    await lab.service.review(lab.operator, made.id, 0, "human", value=1)
    is_out, model.asked[:] = False, []
    again = await lab.service.retry(lab.operator, made.id)
    assert (again.shown_status, again.progress.num_done) == ("running", 0)
    await lab.executor.execute(made.id)
    found, cells = await now(lab, made)
    # The answer that failed with both of its judges, the other three for the judge that failed, two pairs both ways.
    assert Counter(model.asked) == {"echo": 1, "no-usage": 1, "429": 4 + 2 * 2}
    assert (found.status, found.progress.num_done, cells[0].scores["human"]["value"]) == (Status.DONE, 4, 1)
    assert not any(score.get("error") for cell in cells for score in cell.scores.values())
    assert all("overall" in cell.scores for cell in cells)
    assert cells[3].scores["pairwise"]["label"] != "unopposed"
    await lab.service.retry(lab.operator, made.id)
    assert (await now(lab, made))[0].status is Status.DONE


async def test_a_budget_is_reached_in_the_middle_of_judges_and_nothing_is_paid_twice(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(10)
    model = asks(lab, monkeypatch, lambda *_: YES)
    both = (judge("no-usage"), judge("429"))
    made = await lab.ran(prompt("only", "{{ good }}"), evaluators=both, budget=Decimal(10) * CALL, concurrency=4)
    found, _ = await now(lab, made)
    assert (found.status, "budget" in found.error) == (Status.FAILED, True)
    assert found.progress.cost == len(model.asked) * CALL <= 12 * CALL
    await lab.service.set_budget(lab.operator, made.id, None)
    await lab.service.resume(lab.operator, made.id)
    await lab.executor.execute(made.id)
    found, _ = await now(lab, made)
    assert (found.status, len(model.asked), found.progress.cost) == (Status.DONE, 30, 30 * CALL)
