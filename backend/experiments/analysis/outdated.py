"""Which judges of an experiment were asked otherwise since, over the same rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from backend.experiments.analysis.drifting import is_changed
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.types import Outdated


class Begun(NamedTuple):
    """An experiment that was begun: its evaluators, each beside the settings that made it."""

    id: str
    name: str
    evaluators: Sequence[tuple[Evaluator, Mapping[str, Any]]]


def outdated_of(ours: Begun, others: Sequence[Begun], over_ours: Collection[str]) -> list[Outdated]:
    """Return the judges of which another of `others`, begun later, has a newer version; a judge is known by its name.

    Nothing is said where one of `over_ours`, which score the same answers, asks as the newest does already. Versions
    are counted from 1 in the order in which they were first asked.
    """
    found: list[Outdated] = []
    for judge in (one for one, _ in ours.evaluators if one.num_calls):
        asked = [
            (each, one, dict(settings))
            for each in sorted([ours, *others], key=lambda each: each.id)
            for one, settings in each.evaluators
            if (one.kind, one.called) == (judge.kind, judge.called)
        ]
        last, newest, settings = asked[-1]
        if not is_changed(judge, newest) or any(
            each.id in over_ours and not is_changed(one, newest) for each, one, _ in asked
        ):
            continue
        versions: list[Evaluator] = []
        for _, one, _ in asked:
            if all(is_changed(known, one) for known in versions):
                versions.append(one)
        number, latest = (_number(versions, one) for one in (judge, newest))
        found.append(Outdated(judge.called, number, latest, last.id, last.name, settings))
    return found


def _number(versions: Sequence[Evaluator], judge: Evaluator) -> int:
    return next(at for at, known in enumerate(versions, 1) if not is_changed(known, judge))
