"""Whether a judge that was changed agrees with people as it did before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from backend.experiments.evaluators.base import Evaluator
from backend.experiments.statistics.agreement import cohens_kappa, kappa_change
from backend.experiments.types import Drift, JudgeDrift

# By row, variant and repetition: what the judge marked, and what people did.
Pairs = Mapping[tuple[int, str, int], tuple[bool, bool]]


class Asked(NamedTuple):
    """What an experiment asked: its evaluators, the names of its variants, and its cells as `Cells.numbers` has them.

    Cells are none where nobody was asked.
    """

    evaluators: Sequence[Evaluator]
    variants: Sequence[str]
    cells: Sequence[tuple[Any, ...]]


def drifts_of(now: Asked, before: Sequence[Asked]) -> list[JudgeDrift]:
    """Return it of each judge that was asked otherwise `before`, newest first, and that people were held against."""
    found: list[JudgeDrift] = []
    for judge in (one for one in now.evaluators if one.num_calls):
        people = dict.fromkeys(one.called for each in (now, *before) for one in each.evaluators if one.needs_person)
        for human in people:
            name = f"{judge.called} and people" if len(people) == 1 else f"{judge.called} and people, {human}"
            runs = [(one, _pairs(each, judge.called, human)) for each in before if (one := _same(judge, each))]
            old = next((pairs for one, pairs in runs if pairs and is_changed(one, judge)), None)
            ours = _pairs(now, judge.called, human)
            is_measured = bool(ours) or any(pairs for one, pairs in runs if not is_changed(one, judge))
            if old is not None and (told := _told(name, old, ours, is_measured=is_measured)):
                found.append(told)
    return found


def is_changed(before: Any, judge: Any) -> bool:
    """Say whether a judge was asked otherwise; which model one was whose model was not kept nobody knows."""
    if "" in (*before.judges, *judge.judges):
        judge = judge.model_copy(update={"model": None, "models": before.judges})
    return bool(before.rubric_version != judge.rubric_version)


def _same(judge: Evaluator, there: Asked) -> Any:
    return next((one for one in there.evaluators if one.num_calls and one.called == judge.called), None)


def _pairs(asked: Asked, judge: str, human: str) -> Pairs:
    return {
        (cell[0], asked.variants[cell[1]], cell[2]): (judged["passed"], person["passed"])
        for cell in asked.cells
        if (judged := cell[4].get(judge)) and (person := cell[4].get(human))
        if None not in (judged["passed"], person["passed"])
    }


def _told(name: str, old: Pairs, ours: Pairs, *, is_measured: bool) -> JudgeDrift | None:
    if not is_measured:
        left, right = zip(*old.values(), strict=True)
        return JudgeDrift(name, Drift.UNMEASURED, cohens_kappa(left, right).kappa)
    change = kappa_change(old, ours) if ours else None
    if change is None:
        return None
    return JudgeDrift(name, Drift.WORSE if change.is_worse else Drift.SAME, change.before)
