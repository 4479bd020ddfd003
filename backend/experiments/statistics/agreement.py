"""How well a judge agrees with people, beyond chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backend.experiments.statistics.distributions import normal_quantile
from backend.experiments.statistics.proportions import Interval

FEW = 20  # an interval that leans on many items claims to be sure of a handful
Label = TypeVar("Label", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)
Weight = Callable[[Label, Label], float]


@dataclass(frozen=True)
class Agreement:
    """Holds Cohen's kappa with its interval and the plain share of equal labels; None where kappa is not defined."""

    num_items: int
    share_equal: float
    kappa: float | None
    interval: Interval | None


def cohens_kappa(
    one: Sequence[Label], other: Sequence[Label], confidence: float = 0.95, weight: Weight[Label] | None = None
) -> Agreement:
    """Return the agreement of two raters over the same items, with the asymptotic interval of Fleiss et al. 1969.

    `weight` tells how far two labels agree, 1 for the same and 0 for nothing; without it only the same ones do.
    """
    count = len(one)
    if count == 0:
        return Agreement(0, math.nan, None, None)
    agree = weight or _same
    joint = {pair: number / count for pair, number in Counter(zip(one, other, strict=True)).items()}
    rows = {label: number / count for label, number in Counter(one).items()}
    columns = {label: number / count for label, number in Counter(other).items()}
    equal = sum(share for (left, right), share in joint.items() if left == right)
    # How far each label of the one agrees by chance with all of the other's, and the other way round.
    of_row = {left: sum(share * agree(left, right) for right, share in columns.items()) for left in rows}
    of_column = {right: sum(share * agree(left, right) for left, share in rows.items()) for right in columns}
    observed = sum(share * agree(left, right) for (left, right), share in joint.items())
    chance = sum(share * of_row[label] for label, share in rows.items())
    if chance >= 1:
        return Agreement(count, equal, None, None)
    kappa = (observed - chance) / (1 - chance)
    spread = sum(
        share * (agree(left, right) - (of_row[left] + of_column[right]) * (1 - kappa)) ** 2
        for (left, right), share in joint.items()
    )
    variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (count * (1 - chance) ** 2)
    half = normal_quantile(0.5 + confidence / 2) * math.sqrt(max(0.0, variance))
    return Agreement(count, equal, kappa, Interval(max(-1.0, kappa - half), min(1.0, kappa + half)))


@dataclass(frozen=True)
class KappaChange:
    """How far a judge's agreement with people moved: both kappas, and the interval of now less before."""

    before: float
    now: float
    interval: Interval

    @property
    def is_worse(self) -> bool:
        return self.interval.high < 0


def kappa_change(
    before: Mapping[Key, tuple[Label, Label]],
    now: Mapping[Key, tuple[Label, Label]],
    confidence: float = 0.95,
    weight: Weight[Label] | None = None,
) -> KappaChange | None:
    """Compare two kappas; None where one has fewer than FEW items or is not defined.

    The interval is of the delta method over items: each adds its influence on both kappas, so that items which both
    were measured on are compared as pairs, and others as two samples.
    """
    if min(len(before), len(now)) < FEW:
        return None
    one, other = (_influences(pairs, weight or _same) for pairs in (before, now))
    if one is None or other is None:
        return None
    shares = [other[1].get(key, 0.0) - one[1].get(key, 0.0) for key in {*before, *now}]
    half = normal_quantile(0.5 + confidence / 2) * math.sqrt(math.fsum(share**2 for share in shares))
    moved = other[0] - one[0]
    return KappaChange(one[0], other[0], Interval(moved - half, moved + half))


def _influences(
    pairs: Mapping[Key, tuple[Label, Label]], agree: Weight[Label]
) -> tuple[float, dict[Key, float]] | None:
    """Return kappa and what each item moves it by; their squares add up to its variance as `cohens_kappa` has it."""
    left, right = zip(*pairs.values(), strict=True)
    found, count = cohens_kappa(left, right, weight=agree), len(pairs)
    if found.kappa is None:
        return None
    rows, columns = Counter(left), Counter(right)
    of_row = {one: sum(num * agree(one, other) for other, num in columns.items()) / count for one in rows}
    of_column = {other: sum(num * agree(one, other) for one, num in rows.items()) / count for other in columns}
    chance = sum(num * of_row[one] for one, num in rows.items()) / count
    middle = found.kappa - chance * (1 - found.kappa)
    return found.kappa, {
        key: (agree(one, other) - (of_row[one] + of_column[other]) * (1 - found.kappa) - middle)
        / (count * (1 - chance))
        for key, (one, other) in pairs.items()
    }


def by_distance(low: float, high: float) -> Weight[float]:
    """Return the weight of two numbers on a scale: the further apart, squared, the less they agree."""
    return lambda left, right: 1 - ((left - right) / (high - low)) ** 2


def _same(left: Hashable, right: Hashable) -> float:
    return 1.0 if left == right else 0.0
