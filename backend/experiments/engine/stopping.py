"""Whether the first metric is decided already, by intervals that may be looked at after every row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.experiments.statistics.live import always_valid_interval, confidence_beside, variance_of_mean

MIN_ROWS = 20
# Without a margin, a tenth of the scale is the size of difference that the interval is made for.
DEFAULT_SCALE = 0.1


@dataclass
class Decision:
    """Collects the first metric row by row. `worst` is what a failed cell counts as, None where it is left out.

    `sources` has the conversation that a row was taken from: rows of one are no more than it to what chance may do.
    """

    metric: str
    num_variants: int
    baseline: int
    repetitions: int
    margin: float
    width: float
    worst: float | None
    sources: Mapping[int, str] = field(default_factory=dict)
    _cells: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    _differences: dict[int, dict[int | str, list[float]]] = field(default_factory=dict)

    def add(self, row: int, variant: int, value: float | None, *, failed: bool) -> None:
        """Take one cell in; None for one without a score, which is left out unless the answer failed."""
        value = self.worst if value is None and failed else value
        cells = self._cells.setdefault((row, variant), [])
        cells.append(math.nan if value is None else value)
        if len(cells) < self.repetitions:
            return
        others = [variant] if variant != self.baseline else [one for one in range(self.num_variants) if one != variant]
        for other in others:
            mine, theirs = self._cells.get((row, other), ()), self._cells.get((row, self.baseline), ())
            if len(mine) >= self.repetitions and len(theirs) >= self.repetitions:
                difference = _mean(mine) - _mean(theirs)
                if math.isfinite(difference):
                    by_source = self._differences.setdefault(other, {})
                    by_source.setdefault(self.sources.get(row) or row, []).append(difference)

    @property
    def words(self) -> str:
        """Say why no more rows are needed; empty while one variant is undecided."""
        said = []
        for variant in range(self.num_variants):
            if variant == self.baseline:
                continue
            by_source = self._differences.get(variant, {})
            if not self._is_decided(list(by_source.values())):
                return ""
            said.append(sum(map(len, by_source.values())))
        return f"{self.metric} is decided after {max(said)} rows." if said else ""

    def _is_decided(self, by_source: Sequence[Sequence[float]]) -> bool:
        count = len(by_source)
        if count < MIN_ROWS:
            return False
        sums, counts = [math.fsum(one) for one in by_source], [len(one) for one in by_source]
        mean = math.fsum(sums) / sum(counts)
        # Rows that all differ alike look certain; one more that does not would change that.
        variance = max(variance_of_mean(sums, counts), (self.width / count) ** 2 / 4)
        scale = self.margin or DEFAULT_SCALE * self.width
        interval = always_valid_interval(mean, variance, scale, confidence_beside(self.num_variants - 1))
        apart = interval.low > 0 or interval.high < 0
        return (self.margin > 0 and interval.inside(self.margin)) or (apart and abs(mean) > self.margin)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def value_of(scores: dict[str, Any], metric: str) -> float | None:
    value = scores.get(metric, {}).get("value")
    return float(value) if isinstance(value, int | float) else None
