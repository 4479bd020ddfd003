"""How well a judge agrees with people, beyond chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from backend.experiments.statistics.distributions import normal_quantile
from backend.experiments.statistics.proportions import Interval


@dataclass(frozen=True)
class Agreement:
    """Holds Cohen's kappa with its interval and the plain share of equal labels; None where kappa is not defined."""

    num_items: int
    share_equal: float
    kappa: float | None
    interval: Interval | None


def cohens_kappa(one: Sequence[Hashable], other: Sequence[Hashable], confidence: float = 0.95) -> Agreement:
    """Return the agreement of two raters over the same items, with the asymptotic interval of Fleiss et al. 1969."""
    count = len(one)
    if count == 0:
        return Agreement(0, math.nan, None, None)
    joint = {pair: number / count for pair, number in Counter(zip(one, other, strict=True)).items()}
    rows = {label: number / count for label, number in Counter(one).items()}
    columns = {label: number / count for label, number in Counter(other).items()}
    observed = sum(share for (left, right), share in joint.items() if left == right)
    chance = sum(share * columns.get(label, 0.0) for label, share in rows.items())
    if chance >= 1:
        return Agreement(count, observed, None, None)
    kappa = (observed - chance) / (1 - chance)
    inner = sum(
        share * (1 - (rows[label] + columns[label]) * (1 - kappa)) ** 2
        for (label, right), share in joint.items()
        if label == right
    )
    outer = (1 - kappa) ** 2 * sum(
        share * (columns.get(left, 0.0) + rows.get(right, 0.0)) ** 2
        for (left, right), share in joint.items()
        if left != right
    )
    variance = (inner + outer - (kappa - chance * (1 - kappa)) ** 2) / (count * (1 - chance) ** 2)
    half = normal_quantile(0.5 + confidence / 2) * math.sqrt(max(0.0, variance))
    return Agreement(count, observed, kappa, Interval(max(-1.0, kappa - half), min(1.0, kappa + half)))
