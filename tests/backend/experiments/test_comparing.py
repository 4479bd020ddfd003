"""What is said of variants: a verdict for each metric, the trade-off, slices and rows."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.experiments.analysis.agreements import agreements_of
from backend.experiments.analysis.matrices import matrices
from backend.experiments.analysis.spreads import spreads_of
from backend.experiments.analysis.verdicts import compared
from backend.experiments.engine.stopping import Decision
from backend.experiments.errors import NothingToCompare
from backend.experiments.evaluators.registry import read
from backend.experiments.evidence import evidence
from backend.experiments.outside import Row
from backend.experiments.types import Duels
from tests.backend.experiments.conftest import Lab, prompt


async def test_a_verdict_for_each_metric_beside_what_it_cost(lab: Lab) -> None:
    lab.fill(60, wrong=range(1, 25))
    done = await lab.ran(prompt("old", "{{ weak }}"), prompt("new", "{{ good }}"), prompt("same", "{{ good }} "))
    found = await lab.service.comparison(lab.operator, done.id)
    exact = {one.variant: one for one in found.metrics if one.metric == "exact"}
    assert (exact["new"].verdict, exact["new"].num_fixed, exact["new"].num_broken) == ("better", 24, 0)
    assert (exact["new"].baseline_value, exact["new"].value) == (pytest.approx(0.6), 1.0)
    assert {one.metric for one in found.metrics} == {"exact", "latency", "latency_p50", "cost"}
    # The two are equally good and dear, and which of them was quicker is another each time.
    assert any(one.on_front for one in found.trade_offs if one.variant in ("new", "same"))
    by_name = {one.variant: one for one in found.trade_offs}
    latency = next(one for one in found.metrics if one.metric == "latency" and one.variant == "new")
    assert (by_name["old"].latency_p95, by_name["new"].latency_p95) == (latency.baseline_value, latency.value)
    turned = await lab.service.comparison(lab.operator, done.id, baseline="new")
    assert next(one for one in turned.metrics if one.variant == "old" and one.metric == "exact").verdict == "worse"
    slices = [(one.key, one.value) for one in turned.slices if one.variant == "old"]
    assert slices == [("topic", "returns")]
    with pytest.raises(NothingToCompare):
        await lab.service.comparison(lab.operator, done.id, baseline="nobody")


async def test_too_few_rows_cannot_tell_and_say_how_many_would(lab: Lab) -> None:
    lab.fill(12, wrong=(1, 2))
    done = await lab.ran()
    found = await lab.service.comparison(lab.operator, done.id)
    exact = next(one for one in found.metrics if one.metric == "exact")
    assert exact.verdict == "cannot_tell"
    assert (exact.rows_needed or 0) > 5


@pytest.mark.parametrize(
    ("price", "num_rows", "more", "verdict"),
    [(0, 30, 0, "same"), (0, 3, 0, "same"), (0.01, 30, 0, "same"), (0.01, 30, 1e-6, "cannot_tell")],
)
def test_what_costs_the_same_on_every_row_costs_the_same(
    price: float, num_rows: int, more: float, verdict: str
) -> None:
    told = [
        (row, at, 0, "done", {}, price * (row % 2) + more * at * (row == 1), 1.0)
        for row in range(1, num_rows + 1)
        for at in (0, 1)
    ]
    variants = [("a", ""), ("b", "")]
    found = compared(told, [], variants, baseline=0, repetitions=1, was_decided=False, labels={}).metrics
    cost = next(one for one in found if one.metric == "cost")
    assert (cost.verdict, cost.low == cost.high == 0, cost.rows_needed == 0) == (verdict, not more, not more)


async def test_failed_answers_count_as_wrong_and_their_share_is_told(lab: Lab) -> None:
    lab.fill(20)
    lab.rows += [Row(f"item_{n}", n, {"question": "?", "weak": f"a{n}"}, f"a{n}") for n in range(21, 31)]
    done = await lab.ran()
    exact = next(one for one in (await lab.service.comparison(lab.operator, done.id)).metrics if one.metric == "exact")
    assert (exact.value, exact.coverage) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert exact.verdict == "worse"


async def test_chosen_rows_alone_are_asked_and_compared(lab: Lab) -> None:
    lab.fill(10, wrong=(4, 9))
    done = await lab.ran(rows=(9, 2, 4))
    assert sorted({one.row for one in await lab.cells(done)}) == [2, 4, 9]
    assert (done.num_rows, done.progress.num_done) == (3, 6)
    rows = await lab.service.compared_rows(lab.operator, done.id, "new")
    assert [(one.row, one.change) for one in rows.items] == [(4, "fixed"), (9, "fixed"), (2, "both_pass")]
    lab.rows = [row for row in lab.rows if row.number != 9]
    assert len((await lab.service.compared_rows(lab.operator, done.id, "new")).items) == 3, "what was asked stays"
    with pytest.raises(InvalidInput, match="Row 0009 is not in version 1"):
        await lab.started(rows=(9, 2))


async def test_rows_that_changed_come_first_and_can_be_chosen(lab: Lab) -> None:
    lab.fill(10, wrong=(4, 9))
    done = await lab.ran()
    rows = await lab.service.compared_rows(lab.operator, done.id, "new", limit=3)
    assert [(one.row, one.change) for one in rows.items][:2] == [(4, "fixed"), (9, "fixed")]
    assert (rows.counts.fixed, rows.counts.both_pass, rows.next) == (2, 8, 3)
    first = rows.items[0]
    assert (first.baseline_cells[0].output, first.cells[0].output, first.expected) == ("no", "a4", "a4")
    back = await lab.service.compared_rows(lab.operator, done.id, "old", baseline="new", changes=("broken",))
    assert [one.row for one in back.items] == [4, 9]
    with pytest.raises(InvalidInput, match="no metric"):
        await lab.service.compared_rows(lab.operator, done.id, "new", metric="beauty")


def test_ten_runs_of_ten_thousand_rows_are_compared_in_seconds() -> None:
    cells = [
        (row, variant, 0, "done", {"exact": {"value": float((row * 7 + variant) % 5 > 0), "passed": True}}, 0, 100.0)
        for row in range(10_000)
        for variant in range(10)
    ]
    variants = [(f"v{number}", "") for number in range(10)]
    began = time.perf_counter()
    found = compared(
        cells, read([{"kind": "exact"}]), variants, baseline=0, repetitions=1, was_decided=False, labels={}
    )
    assert len(found.metrics) == 36
    assert time.perf_counter() - began < 20  # the figure itself is kept by bench/experiments.py


def cells(*scores: tuple[float | None, float | None]) -> list[tuple[object, ...]]:
    """Return a row of cells for each pair of scores: the baseline's and the variant's, None for a failed one."""
    return [
        (
            row,
            variant,
            0,
            "failed" if value is None else "done",
            {"m": {"value": value, "passed": None}},
            0,
            100.0 + row,
        )
        for row, pair in enumerate(scores, 1)
        for variant, value in enumerate(pair)
    ]


def test_few_values_are_counted_each_and_failures_beside() -> None:
    found = matrices(cells((0.0, 1.0), (0.0, None), (0.5, 1.0)), ["m"], 2, 1)
    (spread,) = spreads_of(found, ["m"], ["old", "new"])
    assert spread.bins == ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0))
    assert (spread.counts, spread.without) == ({"old": (2, 1, 0), "new": (0, 0, 2)}, {"old": 0, "new": 1})


def test_many_values_are_counted_in_stretches_and_the_tail_together() -> None:
    scores = [(at / 1_000, at / 1_000 + 0.3) for at in range(999)]
    found = matrices(cells(*scores, (0.0, 900.0)), ["m"], 2, 1)
    (spread,) = spreads_of(found, ["m"], ["old", "new"])
    assert (len(spread.bins), spread.is_open, spread.bins[-1][1] < 1.3) == (20, True, True)
    assert [sum(one) for one in spread.counts.values()] == [1_000, 1_000]
    assert spread.counts["old"][-1] == 0 < spread.counts["new"][-1]


def test_what_nobody_scored_has_no_picture() -> None:
    found = matrices(cells((None, None), (None, None)), ["m"], 2, 1)
    assert spreads_of(found, ["m"], ["old", "new"]) == ()
    assert spreads_of(matrices([], ["m"], 2, 1), ["m"], ["old", "new"]) == ()


async def test_judges_that_fail_are_counted_by_variant_with_the_reason(lab: Lab) -> None:
    lab.fill(3)
    lab.rows[0].input["good"] = '{"reason": "so", "verdict": true}'
    specs = ({"kind": "judge", "rubric": "?", "model": "echo", "weight": 2}, {"kind": "pairwise", "model": "echo"})
    done = await lab.ran(evaluators=specs)
    assert [one.row for one in await lab.cells(done) if "overall" in one.scores] == [1]
    said = await lab.service.comparison(lab.operator, done.id)
    assert [(one.metric, one.variant, one.num_failed, one.num_answers) for one in said.unscored] == [
        ("judge", "old", 3, 3), ("judge", "new", 2, 3), ("pairwise", "new", 3, 3),
    ]  # fmt: skip
    assert {one.error for one in said.unscored} == {
        "The judge did not answer in the form that was asked for. Try a larger model as judge."
    }
    judge, pairs = (next(one for one in said.metrics if one.metric == name) for name in ("judge", "pairwise"))
    assert (judge.verdict, judge.num_rows, judge.baseline_coverage) == ("cannot_tell", 0, 0)
    assert (pairs.verdict, pairs.num_rows, pairs.coverage, pairs.baseline_coverage) == ("cannot_tell", 0, 0, 1)
    sent = [[(one["role"], one["content"]) for one in request["messages"]] for request in lab.server.seen]
    for cell in await lab.cells(done):
        opened = await lab.service.cell(lab.operator, done.id, cell.number)
        asked = [question for questions in opened.judged.values() for question in questions]
        assert len(asked) == (1 if cell.variant == "old" else 2), "the other order is not asked behind a failure"
        assert all(question in sent for question in asked)


@pytest.mark.parametrize("failed", [True, False])
def test_answers_that_fail_decide_early_and_judges_that_do_not(*, failed: bool) -> None:
    decision = Decision("judge", 2, 0, 1, margin=0, width=1, worst=0)
    for row in range(60):
        decision.add(row, 0, 1, failed=False)
        decision.add(row, 1, None, failed=failed)
    assert bool(decision.words) is failed


def judged(*pairs: tuple[float | None, float | None]) -> list[tuple[object, ...]]:
    """Return a row of cells for each pair of verdicts: the baseline's and the variant's, None where none was given."""
    told = [{"value": one, "passed": one and one > 0, **({} if one is not None else {"error": "?"})}
            for pair in pairs for one in pair]  # fmt: skip
    return [(at // 2, at % 2, 0, "done", {"judge": one}, 0, 1.0) for at, one in enumerate(told)]


@pytest.mark.parametrize("statistic", ["mean", "p50"])
@pytest.mark.parametrize(
    ("told", "verdict", "coverage"),
    [
        ([(1, 0)] * 20, "worse", 1),
        ([(1, None)] * 20, "cannot_tell", 0),
        ([(None, None)] * 20, "cannot_tell", 0),
        ([(1, 1)] * 20 + [(1, None)] * 20, "cannot_tell", 0.5),  # counted as the worst it was "worse"
        ([(1, 0)] * 20 + [(None, None)] * 20, "worse", 0.5),
        ([(0, 1)] * 20 + [(0, None)] * 2, "better", 20 / 22),
        ([(0, 1)] * 12 + [(0, None)] * 12, "cannot_tell", 0.5),  # all others may have been as bad as can be
    ],
)
def test_a_judge_that_is_out_makes_nothing_worse_and_hides_nothing(
    told: list[tuple[float | None, float | None]], verdict: str, coverage: float, statistic: str
) -> None:
    evaluators = read([{"kind": "judge", "rubric": "?", "statistic": statistic}])
    variants = [("old", ""), ("new", "")]
    found = compared(
        judged(*told), evaluators, variants, baseline=0, repetitions=1, was_decided=False, labels={}
    ).metrics
    one = next(one for one in found if one.metric == "judge")
    assert (one.verdict, one.coverage) == (verdict, pytest.approx(coverage))
    assert (one.low > 0 or one.high < 0) is (verdict in ("better", "worse"))


def test_judges_agree_the_less_the_further_their_numbers_lie_apart_and_old_answers_have_their_share() -> None:
    def panel(*values: float) -> dict[str, object]:
        judges = [{"model": name, "value": value} for name, value in zip("ab", values, strict=True)]
        return {"value": 1.0, "passed": None, "agreement": float(values[0] == values[1]), "judges": judges}

    scores = [panel(1, 1), panel(5, 4), panel(3, 3), panel(2, 3), {"value": 3.0, "passed": None, "agreement": 0.5}]
    told = [(at, 0, 0, "done", {"judge": score}, 0, 1.0) for at, score in enumerate(scores)]
    together, by_two = agreements_of(told, read([{"kind": "judge", "rubric": "?", "output": "score"}]))
    assert (together.share_equal, together.num_rows) == (0.5, 5)
    # Weighted kappa by hand: 1 - mean squared distance / the mean squared distance of all pairs.
    apart = sum((one - other) ** 2 for one in (1, 5, 3, 2) for other in (1, 4, 3, 3)) / 16
    assert (by_two.metric, by_two.share_equal, by_two.num_rows) == ("judge: a and b", 0.5, 4)
    assert by_two.kappa == pytest.approx(1 - (2 / 4) / apart)


def test_pairs_are_won_tied_and_lost_beside_whom_they_were_judged_in_figures_and_in_the_evidence() -> None:
    def cell(row: int, variant: int, value: float | None) -> tuple[Any, ...]:
        score = {"pairwise": {"value": value, "passed": None}} if value is not None else {}
        return (row, variant, 0, "done" if value is not None else "failed", score, 0, 1.0)

    of_rows = [(0.5, 1.0), (0.5, 0.5), (0.5, 0.5), (0.5, 0.0), (None, 1.0), (None, None), (0.5, None)]
    cells = [cell(row, at, value) for row, pair in enumerate(of_rows) for at, value in enumerate((*pair, 0.5))]
    given: dict[str, Any] = {"repetitions": 1, "was_decided": False, "labels": {}, "judged_against": "A"}
    pairs = read([{"kind": "pairwise"}])
    variants = [(name, name) for name in "ABC"]
    found = {baseline: compared(cells, pairs, variants, baseline=baseline, **given) for baseline in (0, 2)}
    told = {(at, one.variant): one for at in found for one in found[at].metrics if one.metric == "pairwise"}
    # As the gate compares them, without whom they were judged against: where both failed they are tied there too.
    pair = [(row, at - 1, *rest) for row, at, *rest in cells if at]
    apart = compared(pair, pairs, variants[1:], baseline=1, **given, opposing=[one for one in cells if one[1] == 0])
    (alone,) = [one for one in apart.metrics if one.metric == "pairwise"]
    assert (alone.value, alone.baseline_value) == (told[2, "B"].value, told[2, "B"].baseline_value) == (0.5, 0.5)
    experiment: Any = SimpleNamespace(
        id="exp_1", name="Support", num_rows=7, dataset_name="Rows", dataset_version=1, called={}
    )
    assert told[0, "B"].duels == told[2, "B"].duels == Duels("A", 2, 3, 2)
    assert told[2, "A"].duels == Duels("A", 0, 7, 0)
    # A win counts half a point and a defeat as much, also where one of both failed: what failed is no double win.
    assert (told[0, "B"].baseline_value, told[0, "B"].value) == (0.5, 0.5)
    assert told[0, "B"].verdict == "cannot_tell"
    assert (told[0, "B"].coverage, told[0, "B"].baseline_coverage) == (5 / 7, 5 / 7)
    for baseline, variant, words in (
        (0, "B", "pairwise 2 won, 3 tied, 2 lost;"),
        (2, "B", "pairwise 2 won, 3 tied, 2 lost, each beside A;"),
        (2, "A", "pairwise of C beside A, not the other way round;"),
    ):
        assert words in evidence(experiment, found[baseline], variant)
