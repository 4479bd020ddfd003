"""Whether the numbers of an evaluator mean something: 15 entered for 15 points of a share is 1,500."""

from __future__ import annotations

from collections.abc import Sequence

from backend.errors import InvalidInput
from backend.experiments.comparison_types import FURTHEST
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.evaluators.judging import Judge, Pairwise
from backend.experiments.evaluators.rubrics import unknown

SHARE = (0.0, 1.0)
_PERCENT = 100


def fit(evaluators: Sequence[Evaluator]) -> None:
    """Refuse what no score can reach, a weight that nothing would heed, and a name in a rubric that nothing fills.

    Raise InvalidInput by field.

    Only of what is kept anew: experiments that hold such a number from before open as ever.
    """
    fields = {
        f"evaluators.{number}.{name}": sentence
        for number, one in enumerate(evaluators)
        for name, sentence in {**_off_the_scale(one), **_weightless(one), **_unfilled(one), **_too_far(one)}.items()
    }
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)


def _off_the_scale(one: Evaluator) -> dict[str, str]:
    if one.scale is None:
        return {}
    low, high = one.scale
    goes = f"Scores of {one.called} go from {low:g} to {high:g}"
    found = {}
    if one.takes_in_all:
        points = f" of {one.margin:g} is {one.margin * _PERCENT:,.0f} points and" if one.scale == SHARE else ""
        example = _example(one, one.margin, "points", (high - low) / 20)
        found["margin"] = f"{goes}, so a margin{points} takes in every difference. Enter {example}."
    for name in ("target", "threshold"):
        value = getattr(one, name)
        if value is not None and value > high:
            example = _example(one, value, "%", (low + high) / 2)
            found[name] = f"{goes}, so none reaches a {name} of {value:g}. Enter {example}."
    return found


def _weightless(one: Evaluator) -> dict[str, str]:
    """Say why a weight would not be heeded: the overall score is made with the answer, of scores on a scale."""
    if one.weight == 1:
        return {}
    if one.scale is None:
        why = "has no scale"
    elif one.needs_person:
        why = "waits for a person"
    elif one.needs_pairs:
        why = "tells of a pair, not of one answer"
    else:
        return {}
    return {"weight": f"{one.called} {why}, so it is no part of the overall score. Leave its weight at 1."}


def _unfilled(one: Evaluator) -> dict[str, str]:
    if not isinstance(one, Judge | Pairwise) or not (names := unknown(one.rubric, one.fills)):
        return {}
    there = " and ".join(f"{{{{{name}}}}}" for name in one.fills)
    return {"rubric": f"The rubric names {{{{{names[0]}}}}}, which nothing fills. There are {there}."}


def _too_far(one: Evaluator) -> dict[str, str]:
    if not isinstance(one, Judge):
        return {}
    given = {"min": [one.min], "max": [one.max], "values": one.values.values()}
    words = f"A score lies between -{FURTHEST:,.0f} and {FURTHEST:,.0f}."
    return {name: words for name, numbers in given.items() if any(abs(number) > FURTHEST for number in numbers)}


def _example(one: Evaluator, value: float, unit: str, otherwise: float) -> str:
    """Return what was probably meant, where scores are shares; else a number that fits."""
    if one.scale == SHARE and 1 < value < _PERCENT:
        return f"{value / _PERCENT:g} for {value:g} {unit}"
    return f"{otherwise:g}, for example"
