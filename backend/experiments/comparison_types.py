"""What a comparison says; `types` hands it on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

# No judge's scale goes further from nought: squares of its scores would be no numbers.
FURTHEST = 1e9


@dataclass(frozen=True, slots=True)
class Duels:
    """How many rows a variant won, tied and lost beside the one that it was judged `against`."""

    against: str
    won: int
    tied: int
    lost: int


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """What one variant does to one metric, beside how the metric is read: `threshold` is the pass mark of an answer.

    `node` is the node of a flow whose output was scored, empty where it was the answer.

    `low` and `high` are the ends of the difference's interval, with the `confidence` at which the verdict is decided:
    0.95, more where several questions were asked at once. After an early stop it holds however often one looked.
    `duels` are there where answers were judged in pairs, always beside the experiment's own baseline.
    """

    metric: str
    variant: str
    baseline_value: float
    value: float
    difference: float
    low: float
    high: float
    p_value: float
    verdict: Literal["better", "worse", "same", "cannot_tell"]
    rows_needed: int | None
    num_rows: int
    coverage: float
    baseline_coverage: float
    direction: Literal["higher", "lower"]
    unit: str
    margin: float
    statistic: str
    target: float | None
    num_fixed: int
    num_broken: int
    confidence: float = 0.95
    duels: Duels | None = None
    threshold: float | None = None
    node: str = ""

    @property
    def called(self) -> str:
        """Return the metric with its statistic, as people read it: "latency p95"."""
        return self.metric if self.statistic == "mean" else f"{self.metric.removesuffix('_p50')} {self.statistic}"

    @property
    def is_missed(self) -> bool:
        """Say whether the metric has a target that the variant does not reach."""
        return falls_short(self.value, self.target, self.direction)


@dataclass(frozen=True, slots=True)
class Aim:
    """What an evaluator wants: a `target` of the `statistic`, a pass mark (`threshold`) of each answer, or both.

    `values` has the statistic of each variant, the baseline's too, NaN where none is known; `missed` are the variants
    that do not reach the target.
    """

    metric: str
    direction: Literal["higher", "lower"]
    unit: str
    statistic: str
    target: float | None
    threshold: float | None
    values: dict[str, float]
    missed: tuple[str, ...]


def falls_short(value: float, target: float | None, direction: str) -> bool:
    """Say whether a target is not reached; what nobody knows reaches and misses none."""
    if target is None:
        return False
    return value < target if direction == "higher" else value > target


@dataclass(frozen=True, slots=True)
class TradeOff:
    """A variant in the picture of quality, cost and latency. `quality` is the first metric's mean.

    `quality_low` and `quality_high` hold that mean with 95 %, each variant by itself; NaN where too little tells it.
    `on_front` says that no other is as good, as cheap and as fast and better at something; `by_latency` that others are
    as good and as cheap, and none of them as fast. `cost` is NaN where no price is known, and the variant is not
    `on_front` then.
    """

    variant: str
    words: str
    quality: float
    cost: float
    latency_p95: float
    on_front: bool
    quality_low: float = math.nan
    quality_high: float = math.nan
    by_latency: bool = False


@dataclass(frozen=True, slots=True)
class WorseSlice:
    """Rows that share a value of their metadata and got worse."""

    variant: str
    metric: str
    key: str
    value: str
    num_rows: int
    difference: float
    q_value: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the judges of a metric agree: all of them as the share of equal pairs, each two of them, or with people.

    `kappa` is Cohen's with its interval of 95 %, None for all judges together and where it is not defined; fewer than
    twenty answers have no interval.
    """

    metric: str
    share_equal: float
    kappa: float | None
    num_rows: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """How the rows lie by one metric, repetitions as their mean.

    `bins` are (from, to): single values where there are few, else stretches of one width; the last one `is_open` where
    it also holds what lies beyond. `counts` are by variant, a number for each bin, `without` the rows with no score.
    """

    metric: str
    bins: tuple[tuple[float, float], ...]
    is_open: bool
    counts: dict[str, tuple[int, ...]]
    without: dict[str, int]


@dataclass(frozen=True, slots=True)
class Unscored:
    """How many answers of a variant an evaluator failed to score, of those it was to score, and why it failed first.

    `asks` where it asks a model or runs code: nothing passes without its scores, and a retry asks it again.
    """

    metric: str
    variant: str
    num_failed: int
    num_answers: int
    error: str
    asks: bool = True


@dataclass(frozen=True, slots=True)
class FormOnly:
    """How many of a variant's answers that are not equal to what is expected say it all the same: in another case, or
    with other words and signs around it."""

    metric: str
    variant: str
    num_held: int
    num_wrong: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share of rows from 0 to 1 with the ends of its 95 % interval; the value is NaN where no row tells."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Repeated:
    """How steadily a variant passes by one metric where each row was answered `k` times; a failed answer is no pass.

    `pass_at_1` is the chance that one try passes, `pass_at_k` that at least one of k does, `pass_all_k` (pass^k) that
    all k do: means over the `num_rows` with a mark for every try, the others are `num_left_out`. Of `num_unsteady`
    rows some tries pass and some do not.
    """

    metric: str
    variant: str
    k: int
    pass_at_1: Share
    pass_at_k: Share
    pass_all_k: Share
    num_rows: int
    num_left_out: int
    num_unsteady: int


@dataclass(frozen=True, slots=True)
class Saving:
    """Which variant takes least of a `metric`, money or time, and is not worse than the baseline in what decides.

    `reason` is "named", else why none is: "none_less" where none is known to take less, "cannot_tell" where of
    `variant`, which does, nobody knows whether it is as good before `rows_needed` more rows, "worse" where all that do
    are worse, `variant` being the one that takes least. `saved` is per answer, in dollars or milliseconds, `share` that
    of the baseline's; `verdict` is on what decides.
    """

    metric: str
    reason: Literal["named", "none_less", "cannot_tell", "worse"]
    variant: str = ""
    verdict: Literal["better", "worse", "same", "cannot_tell"] | None = None
    saved: float = 0.0
    share: float = 0.0
    rows_needed: int | None = None
    statistic: str = "mean"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is said of an experiment's variants beside its baseline.

    `unpriced` are those of which an answer took tokens of a model without a price: what they cost is not known.
    `form_only` are those that fail equality by their form alone, at least one answer of each.
    `own_judges` are by evaluator the variants that answered on a model which it asks: one likes its own answers best.
    """

    baseline: str
    primary: str
    metrics: tuple[MetricComparison, ...]
    trade_offs: tuple[TradeOff, ...]
    slices: tuple[WorseSlice, ...]
    agreements: tuple[Agreement, ...]
    is_complete: bool
    spreads: tuple[Spread, ...] = ()
    unscored: tuple[Unscored, ...] = ()
    savings: tuple[Saving, ...] = ()
    repetitions: tuple[Repeated, ...] = ()
    aims: tuple[Aim, ...] = ()
    unpriced: tuple[str, ...] = ()
    own_judges: dict[str, tuple[str, ...]] = field(default_factory=dict)
    form_only: tuple[FormOnly, ...] = ()
