"""What several answers to one row say beyond their mean."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backend.experiments.analysis.flips import changes
from backend.experiments.analysis.repeated import repeated_of
from backend.experiments.analysis.verdicts import compared
from backend.experiments.evaluators.registry import read
from backend.experiments.evidence import evidence
from backend.experiments.statistics.proportions import wilson
from backend.experiments.types import Share
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_exporting import exported

EXPERIMENT: Any = SimpleNamespace(
    id="exp_1", name="Support", num_rows=4, dataset_name="Rows", dataset_version=1, called={}
)
Marks = tuple[bool | str | None, ...]


def cells(*rows: tuple[Marks, ...], metric: str = "exact", has_mark: bool = True) -> list[tuple[Any, ...]]:
    """Return a cell for each try: True passes, False does not, None was not scored, "failed" gave no answer."""
    told = []
    for row, sides in enumerate(rows, 1):
        for variant, marks in enumerate(sides):
            for repetition, mark in enumerate(marks):
                score = {"value": float(mark), "passed": mark if has_mark else None} if isinstance(mark, bool) else None
                status = "failed" if mark == "failed" else "done"
                told.append((row, variant, repetition, status, {metric: score} if score else {}, 0, 1.0))
    return told


def test_rows_that_broke_come_before_those_that_were_fixed() -> None:
    yes, no = (True,), (False,)
    told = cells((no, yes), (yes, no), (yes, yes), (no, no), (no, yes), (yes, no))
    found, counts = changes(told, "exact", 2, 1, pair=(0, 1))
    assert [(row, change) for row, change, *_ in found] == [
        (2, "broken"), (6, "broken"), (1, "fixed"), (5, "fixed"), (4, "both_fail"), (3, "both_pass"),
    ]  # fmt: skip
    assert (counts.broken, counts.fixed) == (2, 2)


def said(told: list[tuple[Any, ...]], repetitions: int, kind: str = "exact", **given: Any) -> Any:
    return compared(
        told,
        read([{"kind": kind}]),
        [("old", ""), ("new", "")],
        baseline=0,
        repetitions=repetitions,
        was_decided=False,
        labels={},
        **given,
    )


def test_a_try_any_and_all_tries_that_pass_are_told_for_each_variant() -> None:
    steady, shaky, none = (True, True, True), (True, False, "failed"), (False, False, False)
    found = said(cells((steady, shaky), (steady, shaky), (steady, none), (none, steady)), 3)
    old, new = found.repetitions
    assert [(one.metric, one.variant, one.k) for one in (old, new)] == [("exact", "old", 3), ("exact", "new", 3)]
    assert (old.pass_at_1.value, old.pass_at_k.value, old.pass_all_k.value) == (0.75, 0.75, 0.75)
    # By hand: shares of 1/3, 1/3, 0 and 1; a failed answer is no pass.
    assert new.pass_at_1.value == pytest.approx((1 / 3 + 1 / 3 + 0 + 1) / 4)
    assert (new.pass_at_k.value, new.pass_all_k.value) == (0.75, 0.25)
    assert (old.num_unsteady, new.num_unsteady, new.num_rows, new.num_left_out) == (0, 2, 4, 0)
    told = next(line for line in evidence(EXPERIMENT, found, "new").split("\n") if "tries" in line)
    shares = "exact pass@1 75 to 41.7 %, pass@3 75 to 75 %, pass^3 75 to 25 %"
    assert told == f"Of 3 tries a row: {shares}, unsteady rows 0 to 2 of 4."
    ends = wilson(1, 4)
    assert new.pass_all_k == Share(0.25, ends.low, ends.high), "rows are the trials, not tries"


def test_rows_that_lack_a_score_are_left_out_and_counted_and_still_seen_to_be_unsteady() -> None:
    rows = [((True, True), (True, None)), ((True, True), (True, True)), ((True, None), (None, None))]
    old, new = said(cells(*rows), 2).repetitions
    assert (old.num_rows, old.num_left_out, new.num_rows, new.num_left_out) == (2, 1, 1, 2)
    assert (new.pass_at_1.value, new.pass_all_k.value, new.num_unsteady) == (1.0, 1.0, 0)
    (_, none) = said(cells(((True, True), (None, None))), 2).repetitions
    assert (math.isnan(none.pass_at_k.value), none.pass_at_k.low, none.pass_at_k.high) == (True, 0.0, 1.0)
    (_, torn) = said(cells(((True,) * 3, (True, False, None))), 3).repetitions
    assert (torn.num_rows, torn.num_unsteady) == (0, 1)


def test_once_answered_rows_and_scores_without_a_pass_mark_have_none() -> None:
    once = said(cells(((True,), (False,))), 1)
    assert once.repetitions == ()
    assert " tries " not in evidence(EXPERIMENT, once, "new")
    assert said(cells(((True, False), (False, True)), has_mark=False), 2).repetitions == ()
    pairs = said(cells(((True, "failed"), (False, True)), metric="pairwise"), 2, "pairwise", judged_against="old")
    assert [one.variant for one in pairs.repetitions] == ["new"], "nobody stood beside the baseline"


def test_the_interval_holds_the_share_where_tries_of_a_row_are_alike() -> None:
    """Tries as if they were rows would make it half as wide, and right far too seldom."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        chances = np.where(rng.random(40) < 0.7, 0.95, 0.1)
        passed = (rng.random((1, 40, 5)) < chances[:, None]).astype(float)
        found: Any = type("Found", (), {"passed": {"m": passed}, "failed": np.zeros((1, 40, 5)), "rows": range(40)})
        (one,) = repeated_of(found, ["m"], ["v"])
        held += one.pass_at_1.low <= 0.7 * 0.95 + 0.3 * 0.1 <= one.pass_at_1.high
    assert held / 300 > 0.93


def test_a_row_is_unsteady_where_either_side_is() -> None:
    told = cells(((True, True), (True, False)), ((True, False), (False, False)), ((True, True), (False, False)))
    found, _ = changes(told, "exact", 2, 2, pair=(0, 1))
    assert {one[0]: one[4] for one in found} == {1: True, 2: True, 3: False}
    found, _ = changes(told, "latency", 2, 2, pair=(0, 1))
    assert not any(one[4] for one in found)


async def test_unsteady_rows_can_be_listed_alone(lab: Lab) -> None:
    lab.fill(6, wrong=(2,))
    # The scripted model echoes: a row is unsteady where one of its answers is scored anew by a person.
    human = {"kind": "human", "name": "Helpful"}
    done = await lab.ran(prompt("old", "{{ good }}"), prompt("new", "{{ good }}"), evaluators=(human,), repetitions=2)
    for cell in await lab.cells(done):
        is_wrong = cell.row in (3, 5) and cell.variant == "new" and cell.repetition == 1
        await lab.service.review(lab.operator, done.id, cell.number, "Helpful", value=0 if is_wrong else 1)
    rows = await lab.service.compared_rows(lab.operator, done.id, "new", unsteady=True)
    assert ([one.row for one in rows.items], rows.num_unsteady) == ([3, 5], 2)
    assert all(one.is_unsteady for one in rows.items)
    whole = await lab.service.compared_rows(lab.operator, done.id, "new")
    assert (len(whole.items), whole.num_unsteady) == (6, 2)
    told = {one.variant: one for one in (await lab.service.comparison(lab.operator, done.id)).repetitions}
    assert (told["new"].pass_at_k.value, told["new"].pass_all_k.value) == (1.0, pytest.approx(4 / 6))
    assert (told["old"].num_unsteady, told["new"].num_unsteady) == (0, 2)
    lines = await exported(lab, done)
    names = [f"Helpful, {name}" for name in ("passed", "row unsteady", "pass@1", "pass@2", "pass^2")]
    assert {one["variant"]: [one[name] for name in names[2:]] for one in lines} == {
        "old": ["1.0", "1.0", "1.0"], "new": ["0.833333", "1.0", "0.666667"],
    }  # fmt: skip
    assert {(one["row"], one["variant"]) for one in lines if one[names[1]] == "yes"} == {("3", "new"), ("5", "new")}
    assert [one[names[0]] for one in lines if one["row"] == "3" and one["variant"] == "new"] == ["yes", "no"]
