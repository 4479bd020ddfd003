"""How well a judge agrees with people, beyond chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backend.experiments.statistics.distributions import normal_quantile
from backend.experiments.statistics.proportions import Interval

FEW = 20  # an interval that leans on many items claims to be sure of a handful
Label = TypeVar("Label", bound=Hashable)
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


def by_distance(low: float, high: float) -> Weight[float]:
    """Return the weight of two numbers on a scale: the further apart, squared, the less they agree."""
    return lambda left, right: 1 - ((left - right) / (high - low)) ** 2


def _same(left: Hashable, right: Hashable) -> float:
    return 1.0 if left == right else 0.0
