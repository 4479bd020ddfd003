"""Order, joins, retries, limits and cancel of a run."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import pytest

from backend.errors import InvalidInput, QuotaExceeded, Unavailable
from backend.flows.errors import Fenced
from backend.flows.kind import Result
from backend.flows.types import RunStatus, Usage
from tests.factories.flows import document, echo, fork, form, greeting, node
from tests.factories.running import Stage, Step, fails, says, sleeps

START = node("input", "input", form())
END = node("output", "output")


def single(**policy: object) -> object:
    """Return Input -> step -> Output with a policy."""
    nodes = [START, node("work", "step", policy=policy), END]
    return document(nodes, [("input.question", "work.data"), ("work.text", "output.value")])


async def test_a_run_of_pure_nodes_is_recorded_before_it_answers(stage: Stage) -> None:
    outcome = await stage.run(greeting())
    assert outcome.output == {"answer": "Hello hello"}
    run, nodes = await stage.last()
    assert (run.status, run.output) == ("done", {"answer": "Hello hello"})
    assert {name: row.status for name, row in nodes.items()} == {"input": "done", "hello": "done", "output": "done"}
    assert nodes["hello"].inputs == {"data": ["hello"]}
    assert len(nodes["hello"].inputs_hash) == 32


@pytest.mark.parametrize(
    ("said", "answer", "skipped"), [("a refund", "money", "other"), ("an order", "other", "money")]
)
async def test_the_branch_not_taken_is_skipped_with_its_reason(
    stage: Stage, said: str, answer: str, skipped: str
) -> None:
    outcome = await stage.run(fork(), {"question": said})
    assert outcome.output == {"answer": answer}
    _, nodes = await stage.last()
    assert nodes[skipped].status == "skipped"
    assert "was not taken" in nodes[skipped].reason


async def test_a_skip_travels_to_what_hangs_on_it_alone(stage: Stage) -> None:
    rule = {"value": "{{ input.question }}", "operator": "text_equals", "other": "yes"}
    nodes = [
        START,
        node("which", "condition", {"cases": [{"name": "yes", "rules": [rule]}]}),
        node("one", "step"),
        node("two", "step"),
        END,
    ]
    edges = [
        ("input.question", "which.value"),
        ("which.yes", "one.data"),
        ("one.text", "two.data"),
        ("two.text", "output.value"),
        ("which.else", "output.value"),
    ]
    outcome = await stage.run(document(nodes, edges), {"question": "no"})
    assert outcome.output == {"answer": "no"}
    _, rows = await stage.last()
    assert rows["two"].status == "skipped"
    assert rows["two"].reason == rows["one"].reason


async def test_branches_run_at_once_and_a_join_waits_for_all(stage: Stage) -> None:
    stage.kinds["slow"] = Step(sleeps(1), waits=True)
    stage.kinds["join"] = Step(says)
    nodes = [START, *(node(f"slow_{number}", "slow") for number in range(5)), node("join", "join"), END]
    edges = [("input.question", f"slow_{number}.data") for number in range(5)]
    edges += [(f"slow_{number}.text", "join.data") for number in range(5)] + [("join.text", "output.value")]
    began = time.perf_counter()
    outcome = await stage.run(document(nodes, edges))
    assert outcome.output == {"answer": "slow_0,slow_1,slow_2,slow_3,slow_4"}
    assert time.perf_counter() - began < 4  # one after the other they take 5 s


async def test_a_fast_branch_does_not_wait_for_its_slow_sibling(stage: Stage) -> None:
    """No barrier between layers: the second node of the fast branch ends before the first of the slow one."""
    stage.kinds["slow"] = Step(sleeps(0.3), waits=True)
    stage.kinds["fast"] = Step(sleeps(0.01), waits=True)
    nodes = [START, node("a", "fast"), node("b", "fast"), node("c", "slow"), END]
    edges = [
        ("input.question", "a.data"),
        ("a.text", "b.data"),
        ("input.question", "c.data"),
        ("b.text", "output.value"),
        ("c.text", "output.value"),
    ]
    await stage.run(document(nodes, edges))
    _, rows = await stage.last()
    assert rows["b"].offset_ms + rows["b"].time_ms < rows["c"].offset_ms + rows["c"].time_ms - 100


async def test_no_more_than_the_cap_run_at_once(stage: Stage) -> None:
    running = 0
    most = 0

    async def act(*_: object) -> dict[str, str]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return {"text": "x"}

    stage.kinds["busy"] = Step(act, waits=True)
    nodes = [START, *(node(f"n{number}", "busy") for number in range(12)), END]
    edges = [("input.question", f"n{number}.data") for number in range(12)] + [("n0.text", "output.value")]
    outcome = await stage.run(document(nodes, edges, limits={"at_once": 3}))
    assert outcome.status is RunStatus.DONE
    assert most == 3


async def test_a_node_is_tried_again_and_each_try_is_kept(stage: Stage) -> None:
    seen: list[str] = []
    stage.kinds["step"] = Step(fails(2, Unavailable("The other side sleeps."), seen), waits=True)
    outcome = await stage.run(single(retries=3))
    assert outcome.output == {"answer": "3"}
    _, rows = await stage.last()
    assert [one["error"] for one in rows["work"].tries] == ["The other side sleeps.", "The other side sleeps.", ""]
    assert len(set(seen)) == 1, "every try carries the same idempotency key"


async def test_what_cannot_pass_is_not_tried_again(stage: Stage) -> None:
    seen: list[str] = []
    stage.kinds["step"] = Step(fails(9, InvalidInput("That is no date."), seen), waits=True)
    outcome = await stage.run(single(retries=5))
    assert outcome.status is RunStatus.FAILED
    assert outcome.error == "02 work: That is no date."
    assert outcome.error_node == "work"
    assert len(seen) == 1
    run, rows = await stage.last()
    assert (run.status, run.error_node, rows["work"].status) == ("failed", "work", "failed")


async def test_a_failing_node_may_give_its_default(stage: Stage) -> None:
    stage.kinds["step"] = Step(fails(9, Unavailable("The other side sleeps.")), waits=True)
    outcome = await stage.run(single(on_error="default", default="nobody knows"))
    assert outcome.output == {"answer": "nobody knows"}
    _, rows = await stage.last()
    assert rows["work"].status == "done"
    assert "default stands in" in rows["work"].reason


async def test_a_node_that_takes_too_long_ends_in_time(stage: Stage) -> None:
    stage.kinds["step"] = Step(sleeps(30), waits=True)
    began = time.perf_counter()
    outcome = await stage.run(single(timeout_seconds=0.1))
    assert outcome.error.startswith("02 work: It took longer than 0.1 s.")
    assert time.perf_counter() - began < 20


async def test_an_unforeseen_error_says_nothing_of_itself(stage: Stage) -> None:
    async def act(*_: object) -> dict[str, str]:
        raise RuntimeError("secret_path /etc/x")

    stage.kinds["step"] = Step(act, waits=True)
    outcome = await stage.run(single())
    assert outcome.status is RunStatus.FAILED
    assert "secret_path" not in outcome.error


async def test_one_failure_ends_the_others(stage: Stage) -> None:
    stage.kinds["slow"] = Step(sleeps(30), waits=True)
    stage.kinds["bad"] = Step(fails(9, InvalidInput("No.")), waits=True)
    nodes = [START, node("slow", "slow"), node("bad", "bad"), END]
    edges = [("input.question", "slow.data"), ("input.question", "bad.data"), ("slow.text", "output.value")]
    began = time.perf_counter()
    outcome = await stage.run(document(nodes, edges))
    assert outcome.error_node == "bad"
    assert time.perf_counter() - began < 20
    _, rows = await stage.last()
    assert rows["slow"].status == "cancelled"


async def test_cancel_frees_everything_within_two_seconds(stage: Stage) -> None:
    begun, freed = asyncio.Event(), asyncio.Event()

    async def act(*_: object) -> dict[str, str]:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            freed.set()
        return {}

    stage.kinds["step"] = Step(act, effect=True)
    job = stage.job(single())
    task = stage.runner.start(job)
    await begun.wait()
    assert stage.runner.open_runs == [job.run_id]
    began = time.perf_counter()
    assert stage.runner.cancel(job.run_id)
    outcome = await task
    assert time.perf_counter() - began < 20
    assert outcome.status is RunStatus.CANCELLED
    assert freed.is_set()
    run, rows = await stage.record(job.run_id)
    assert (run.status, rows["work"].status) == ("cancelled", "cancelled")
    assert not stage.runner.open_runs


async def test_cancel_does_not_wait_for_a_node_that_will_not_let_go(stage: Stage) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def act(*_: object) -> dict[str, str]:
        begun.set()
        for _ in range(400):
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue
        ended.set()
        return {"text": "late"}

    stage.kinds["step"] = Step(act, effect=True)
    job = stage.job(single())
    task = stage.runner.start(job)
    await begun.wait()
    stage.runner.cancel(job.run_id)
    assert (await task).status is RunStatus.CANCELLED
    assert not ended.is_set()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"seconds": 0.1}, "longer than 0.1 s"),
        ({"steps": 2}, "more than 2 steps"),
        ({"tokens": 5}, "more than 5 tokens"),
        ({"cost": 0.001}, "more than $0.001"),
    ],
)
async def test_a_run_ends_at_its_limits(stage: Stage, limits: dict[str, float], words: str) -> None:
    nodes = [START, node("a", "step"), node("b", "step"), END]
    edges = [("input.question", "a.data"), ("a.text", "b.data"), ("b.text", "output.value")]
    stage.kinds["step"] = Spender(sleeps(0.06), waits=True)
    outcome = await stage.run(document(nodes, edges, limits=limits))
    assert outcome.status is RunStatus.FAILED
    assert words in outcome.error


async def test_a_wait_that_is_asked_for_is_kept(stage: Stage) -> None:
    stage.kinds["step"] = Step(fails(1, QuotaExceeded("Slowly.", retry_after_seconds=0.15)), waits=True)
    began = time.perf_counter()
    outcome = await stage.run(single(retries=1))
    assert outcome.status is RunStatus.DONE
    assert time.perf_counter() - began >= 0.15


async def test_a_run_that_was_taken_over_writes_nothing_more(stage: Stage) -> None:
    touched: list[str] = []

    async def act(*_: object) -> dict[str, str]:
        touched.append("effect")
        return {"text": "x"}

    stage.kinds["step"] = Step(act, effect=True)
    first = stage.job(echo())
    await stage.runner.start(first)
    late = stage.job(single(), run_id=first.run_id, attempt=0, resumed=True)
    with pytest.raises(Fenced):
        await stage.runner.start(late)
    assert touched == [], "the fence is asked before the side effect begins"
    run, rows = await stage.record(first.run_id)
    assert run.output == {"answer": "hello"}
    assert "work" not in rows


class Spender(Step):
    """A step that costs 10 tokens and a cent."""

    async def run(self, context, inputs):
        result = await super().run(context, inputs)
        return Result(result.outputs, usage=Usage(5, 5, Decimal("0.01")))
