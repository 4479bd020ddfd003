"""The variants that no other beats at everything."""

from __future__ import annotations

from collections.abc import Sequence


def front(points: Sequence[tuple[float, ...]], higher_is_better: Sequence[bool]) -> list[bool]:
    """Say of each point whether it is on the front: no other is as good at everything and better at something."""
    turned = [tuple(value if up else -value for value, up in zip(p, higher_is_better, strict=True)) for p in points]
    return [not any(_dominates(other, point) for other in turned) for point in turned]


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine >= theirs for mine, theirs in zip(one, other, strict=True))
